"""`muster demo`: the whole of Muster played through time, with simulated partners, candidates and people."""

import asyncio
from json import loads
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.terminal import Json


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
    json: Json = False,
) -> None:
    """Play both founding vacancies and a third to their end; exit with 0 only when every ending occurred and everything held."""
    from rich.console import Console

    from sandbox.demo import Options, play
    from sandbox.screen import Screen

    screen = Screen(console=Console(stderr=json))  # with --json the progress goes to standard error, the result alone to standard output
    status = asyncio.run(play(Options(seed=seed, store=store, notice=notice, folder=folder), screen))
    result = folder / "result.json"
    if json and result.exists():
        show.as_json(loads(result.read_text("utf-8")))
    raise typer.Exit(status)
