"""`muster partner away|back`: planned maintenance of a partner, in which nobody is alarmed, and the end of it."""

from datetime import datetime
from typing import Annotated

import typer

from cli import show
from cli.acting import moment
from cli.partners_state import Name
from cli.terminal import Json, Person, terminal

When = Annotated[str, typer.Option("--from", metavar="WHEN", parser=moment, help="From when: 2027-03-01T20:00+01:00.")]
Until = Annotated[str, typer.Option("--until", metavar="WHEN", parser=moment, help="Until when: 2027-03-02T06:00+01:00.")]


def away(ctx: typer.Context, partner: Name, begins: When, until: Until, person: Person, json: Json = False) -> None:
    """State when a partner is away for maintenance: nobody is alarmed by its silence or its closed door then."""
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat(until)
    plan = terminal(ctx).at_store(lambda desk: desk.maintenance.plan(person, partner, first, last))
    if json:
        show.as_json({"partner": partner, "plan": plan, "begins": begins, "until": until})
        return
    show.line(f"{partner} is known to be away from {begins} to {until} (plan {plan}).")


def back(
    ctx: typer.Context,
    partner: Name,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan, as `muster partner away` said it.")],
    person: Person,
    json: Json = False,
) -> None:
    """End a planned maintenance, or call it off: the partner is watched again."""
    terminal(ctx).at_store(lambda desk: desk.maintenance.end(person, partner, plan))
    if json:
        show.as_json({"partner": partner, "plan": plan, "over": True})
        return
    show.line(f"{partner} is watched again.")
