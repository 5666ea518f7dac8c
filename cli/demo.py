"""`muster demo`: the whole of Muster played through time, with simulated partners, candidates and people."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def demo(
    store: Annotated[
        str | None, typer.Option("--store", metavar="KIND", help="sqlite, postgresql (a server of our own), or an SQLAlchemy URL.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another draw of candidates and partners; one seed always ends the same way.")] = 1949,
    notice: Annotated[
        Path | None,
        typer.Option(
            "--notice", metavar="FILE", exists=True, dir_okay=False, help="Publish from this notice's text instead of the vacancy's file."
        ),
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", metavar="FOLDER", help="Where the demonstration keeps everything.")] = Path(
        "var/demo"
    ),
) -> None:
    """Play both founding vacancies and a third to their end; exit with 0 only when every ending occurred and everything held."""
    from sandbox.demo import Options, play

    raise typer.Exit(asyncio.run(play(Options(seed=seed, store=store, notice=notice, folder=folder))))
