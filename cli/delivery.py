"""`muster delivery …`: what we tell subscribers: what waits, what was given up, sending it again."""

from enum import StrEnum
from typing import Annotated

import typer

from cli import show
from cli.terminal import Json, Person, terminal
from domain.errors import BadInput

app = typer.Typer(help="What we tell subscribers: what waits, what was given up, sending it again.", no_args_is_help=True)
COLUMNS = ("id", "partner", "state", "type", "subject", "attempts", "next_at", "error")
HEALTH = ("partner", "state", "failing_since", "off_at", "error", "pending", "dead", "skipped", "heard_at")
Partner = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id, as in the partners file.")]


class State(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    SKIPPED = "skipped"


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[State | None, typer.Option("--state", help="Only those that stand so.")] = None,
    partner: Annotated[str | None, typer.Option("--partner", metavar="PARTNER", help="Only to this subscriber.")] = None,
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help="Only of this case: hire/… or vacancy/….")] = None,
    json: Json = False,
) -> None:
    """List the newest 100 deliveries: one for each event and subscriber."""
    found = terminal(ctx).at_store(lambda desk: desk.deliveries.find(state and state.value, partner, case))
    show.many(found, COLUMNS, json_=json, none="No such delivery.")


@app.command()
def subscribers(ctx: typer.Context, json: Json = False) -> None:
    """List the subscribers: healthy, failing since when, or switched off by their own answer 410."""
    found = terminal(ctx).at_store(lambda desk: desk.deliveries.health())
    show.many(found, HEALTH, json_=json, none="Nobody was told anything yet.")


@app.command()
def replay(
    ctx: typer.Context,
    person: Person,
    delivery: Annotated[str | None, typer.Argument(metavar="ID", help="One delivery, as in `muster delivery list`.")] = None,
    partner: Annotated[str | None, typer.Option("--partner", metavar="PARTNER", help="All of its; with --dead or --skipped.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Those that were given up.")] = False,
    skipped: Annotated[bool, typer.Option("--skipped", help="Those that were not sent while it was switched off.")] = False,
    json: Json = False,
) -> None:
    """Send again, under the same id, so that a receiver knows what it has already. It is recorded who did it."""
    if (delivery is None) == (partner is None) or (partner is not None) != (dead or skipped) or (dead and skipped):
        raise BadInput("name one delivery, or --partner with either --dead or --skipped", code="which_deliveries")
    again = terminal(ctx).at_store(lambda desk: desk.deliveries.replay(person, delivery, partner, "skipped" if skipped else "dead"))
    if json:
        show.as_json({"again": again})
        return
    show.line(f"{len(again)} to be sent again.")


@app.command()
def resume(ctx: typer.Context, partner: Partner, person: Person, json: Json = False) -> None:
    """Resume a subscription that was switched off: it hears what comes from now on; what it missed is for `replay --skipped`."""
    terminal(ctx).at_store(lambda desk: desk.deliveries.resume(person, partner))
    if json:
        show.as_json({"partner": partner, "state": "healthy"})
        return
    show.line(f"{partner} is told again, from now on.")
