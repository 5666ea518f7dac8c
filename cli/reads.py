"""`muster audit reads`: who looked at what of a case."""

import typer

from cli import show
from cli.terminal import Case, Json, terminal

COLUMNS = ("at", "reader", "what", "about", "purpose", "id")


def reads(ctx: typer.Context, case: Case, json: Json = False) -> None:
    """List who looked at a hire's answers, letters and application, at what and when. Each look is a leaf of the log (kind `read`)."""
    found = terminal(ctx).at_store(lambda desk: desk.who_looked(case))
    show.many(found, COLUMNS, json_=json, none="Nobody looked at this case.")
