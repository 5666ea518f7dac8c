"""`muster recover`: after Temporal's database was lost."""

import typer

from cli import show
from cli.terminal import Json, terminal


def recover(ctx: typer.Context, json: Json = False) -> None:
    """Start every open case that Temporal does not know again, from its journal. Harmless when nothing was lost."""
    started = terminal(ctx).at_desk(lambda desk: desk.recover())
    if json:
        show.as_json({"started": started})
        return
    show.line(f"Started {len(started)} case(s) from their journals." if started else "Temporal knows every open case: nothing to start.")
    for case in started:
        show.line(f"  {case}")
