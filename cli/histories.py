"""`muster hire history`: what Temporal recorded of a case, also when Temporal has forgotten it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import show
from cli.terminal import Case, Json, terminal
from domain.errors import BadInput, EngineUnavailable, NotFound

if TYPE_CHECKING:
    from acts.histories import Told

COLUMNS = ("number", "at", "kind")


Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Also write the kept texts there, one file a run, for `audit replay`.")
]


def history(ctx: typer.Context, case: Case, out: Out = None, json: Json = False) -> None:
    """Tell the recorded history of a hire, event by event: from Temporal while it has it, from the store after."""
    told(ctx, case, out, json=json)


def told(ctx: typer.Context, case: str, out: Path | None, *, json: bool) -> None:
    """The same of any case."""
    found = _found(ctx, case)
    if out is not None:
        _written(ctx, case, out)
    for each in found:
        if json:
            show.as_json({"case": case, **asdict(each)})
        else:
            _shown(each)


def _found(ctx: typer.Context, case: str) -> "list[Told]":
    """Of a closed case the store says everything. Raises NotFound, EngineUnavailable where nothing is kept and Temporal is away."""
    here = terminal(ctx)
    try:
        kept = here.at_store(lambda desk: desk.histories.of(case))
    except NotFound as nothing:
        if nothing.code != "no_history":
            raise
        kept = []
    if kept and kept[-1].closed_at is not None:
        return kept
    try:
        return here.at_desk(lambda desk: desk.histories.of(case))
    except EngineUnavailable:
        if not kept:
            raise
        return kept


def _shown(run: "Told") -> None:
    said = {None: "", True: ", hash and leaf as they were written down", False: ", NOT as it was written down"}[run.intact]
    closed = f"closed {run.closed_at:%Y-%m-%d %H:%MZ}" if run.closed_at else "open"
    show.line(f"Run {run.run}, {closed}, {run.last_event} events, from {'Temporal' if run.source == 'temporal' else 'the store'}{said}")
    if run.sha256:
        show.line(f"SHA-256 {run.sha256}")
    show.many([asdict(each) for each in run.events], COLUMNS, json_=False, none="The kept text cannot be read.")


def _written(ctx: typer.Context, case: str, out: Path) -> None:
    from store.histories import files

    kept = files(terminal(ctx).at_store(lambda desk: desk.histories.kept(case)))
    if not kept:
        raise NotFound(f"no history of {case} is kept yet: it is when the case closes, and once a day before", code="no_history", case=case)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in kept.items():
            (out / name).write_bytes(text)
    except OSError as error:
        raise BadInput(f"cannot write to {out}: {error.strerror}", code="not_writable") from None
