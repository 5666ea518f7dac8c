"""`muster housekeeping …`: the timetable of the periodic work."""

from typing import Any

import typer

from cli import show
from cli.terminal import Json, terminal

app = typer.Typer(help="The timetable of the periodic work: digests every weekday at seven.", no_args_is_help=True)


@app.command()
def start(ctx: typer.Context, json: Json = False) -> None:
    """Make the timetable, or bring it up to date: every weekday at seven by the duty station's clock."""
    _shown(terminal(ctx).at_desk(lambda desk: desk.housekeeping.start()), json=json)


@app.command("show")
def show_(ctx: typer.Context, json: Json = False) -> None:
    """Show when the periodic work runs next, and when it ran last."""
    _shown(terminal(ctx).at_desk(lambda desk: desk.housekeeping.show()), json=json)


@app.command()
def stop(ctx: typer.Context, json: Json = False) -> None:
    """Remove the timetable."""
    terminal(ctx).at_desk(lambda desk: desk.housekeeping.stop())
    if json:
        show.as_json({"schedule": None})
        return
    show.line("There is no timetable any more.")


def _shown(found: Any, *, json: bool) -> None:
    if json:
        show.as_json(found)
    else:
        show.sheet(vars(found))
