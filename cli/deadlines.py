"""`muster deadlines`: what is due across all cases, in words, as data, or as a calendar file."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.outlook import Language, Tongue
from cli.terminal import Json, terminal
from domain.agenda import AgendaItem
from domain.errors import BadInput
from domain.words import Party, Role

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def deadlines(
    ctx: typer.Context,
    within: Annotated[str | None, typer.Option("--within", metavar="SPAN", help="Only what ends within 12h, 7d or 2w.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its target.")] = False,
    party: Annotated[Party | None, typer.Option("--party", help="Only where this party must move.")] = None,
    role: Annotated[Role | None, typer.Option("--role", help="Only what people in this role follow.")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", metavar="FILE", help="Write them as a calendar file, too.")] = None,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """List the open deadlines of all cases, the most pressing first, each with how it came about."""
    from config.telling import Teller
    from config.words import Words

    span, teller = _span(within) if within else None, Teller(Words.load(), language)
    found = terminal(ctx).at_store(lambda desk: desk.agenda(within=span, overdue=overdue, party=party, role=role))
    told = [(item, f"{teller.key(item.key)} · {item.case}", teller.deadline(item.row)) for item in found]
    if ics is not None:
        _written(ics, told)
    if json:
        for item, _, explained in told:
            show.as_json(_data(item) | {"explained": explained})
        return
    if not told:
        show.line("No open deadline matches.")
    for item, _, explained in told:
        mark = "overdue, " if item.overdue else ""
        who = teller.who([f"{item.party}:{item.who}" if item.who else item.party])
        show.line(f"{item.case}  {teller.key(item.key)}  ({who})  {mark}{explained}")


def _data(item: AgendaItem) -> dict[str, object]:
    names = ("started_at", "due_at", "limit_at", "rule", "calendar", "zone", "state")
    own = {"case": item.case, "key": item.key, "party": item.party, "who": item.who, "until": item.until, "overdue": item.overdue}
    return own | {name: item.row[name] for name in names}


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})([hdw])", text)
    if found is None:
        raise BadInput(f"--within: {text!r} is no span; write 12h, 7d or 2w", code="bad_arguments", field="within")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _written(file: Path, told: list[tuple[AgendaItem, str, str]]) -> None:
    from connectors.agenda import agenda_ics

    try:
        file.write_bytes(agenda_ics(told, datetime.now(UTC)))
    except OSError as error:
        raise BadInput(f"{file}: cannot be written ({error.strerror})", code="not_writable", file=str(file)) from None
