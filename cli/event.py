"""`muster event …`: what became of what a partner sent."""

from typing import Annotated

import typer

from cli import show
from cli.terminal import Json, terminal

app = typer.Typer(help="What became of what a partner sent.", no_args_is_help=True)


# A callback makes this a group although it has one command yet.
@app.callback()
def event() -> None: ...


@app.command("show")
def show_(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id, as in the partners file.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="The event's id, as the partner gave it.")],
    json: Json = False,
) -> None:
    """Show an event's receipt, and whether its case has taken it."""
    found = terminal(ctx).at_store(lambda desk: desk.event(partner, id_))
    show.as_json(found) if json else show.sheet(show.fields(found))
