"""Deadlines as a month, as a load by week, as a question (another day of entry), and as a feed for somebody's own diary."""

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from acts import compartments
from acts.compartments import opened, tells
from acts.digest import office_zone
from acts.needs import Free, free
from acts.rights import Resource
from config.files import load_rules
from config.telling import Teller
from connectors.agenda import agenda_ics
from console.frame import Frame, option
from console.month import DAY, WEEK, first_of, grid, span, weeks_of
from console.pages.hires import found
from console.telling import names, pill
from console.visits import Does, Shows, Visitor, reception_of
from domain.calendars import Calendar
from domain.errors import NotNow

OfFigures = Annotated[Visitor, Depends(Shows(Resource.FIGURES))]
OfCases = Annotated[Visitor, Depends(Shows(Resource.CASES))]
Oneself = Annotated[Visitor, Depends(Does())]
Month = Annotated[str, Query(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$")]
WEEKS, MOST = 12, 2000


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/deadlines/month")
    async def month(request: Request, visitor: OfFigures, month: Month = "", day: date | None = None) -> Response:
        now, calendar = await visitor.desk.clock.now(), await _calendar(visitor)
        first = date.fromisoformat(f"{month}-01") if month else first_of(day or now.astimezone(ZoneInfo(frame.zone)).date())
        days = [each for week in weeks_of(first) for each in week]
        rows = await visitor.desk.agendas.between(*span(days[0], days[-1] + DAY, frame.zone), MOST)
        told = compartments.deadlines(rows, opened(visitor.roles))
        weeks = grid(first, told, calendar, frame.zone)
        given: dict[str, Any] = {
            "tab": "month",
            "month": first,
            "weeks": weeks,
            "chosen": next((cell for week in weeks for cell in week if cell.day == day), None),
            "previous": first_of(first, -1),
            "following": first_of(first, 1),
            "today": now.astimezone(ZoneInfo(frame.zone)).date(),
            "calendar": calendar,
            "cut": len(rows) == MOST,
            "now": now,
            "pill": pill,
        }
        return frame.page(request, "deadlines_month.html", **given)

    @at.get("/deadlines/load")
    async def load(request: Request, visitor: OfFigures, by: Literal["party", "owner"] = "party") -> Response:
        now = await visitor.desk.clock.now()
        monday = (there := now.astimezone(ZoneInfo(frame.zone)).date()) - DAY * there.weekday()
        weeks = [monday + WEEK * n for n in range(WEEKS)]
        counted = await visitor.desk.agendas.load((span(week, week + WEEK, frame.zone) for week in weeks), owners=by == "owner")
        rows = burden(counted, opened(visitor.roles))
        owners = {each.person: each.name for each in await visitor.desk.people.list_staff()} if by == "owner" else {}
        given: dict[str, Any] = {"tab": "load", "by": by, "weeks": weeks, "rows": rows, "owners": owners}
        totals = [sum(row["weeks"][n] for row in rows) for n in range(WEEKS)]
        return frame.page(request, "deadlines_load.html", **given, totals=totals, most=max(totals, default=0))

    @at.get("/deadlines/what-if")
    async def what_if(
        request: Request,
        visitor: OfCases,
        hire: Annotated[str, Query(pattern=r"^( *[a-z0-9]{2,16}(-[0-9]{1,3})? *)?$")] = "",
        day: Annotated[date | Literal[""] | None, Query()] = None,
    ) -> Response:
        answer = (
            await _what_if(visitor, hire.strip(), day or None) if hire.strip() else {"found": None, "refused": "", "name": "", "day": day}
        )
        return frame.page(request, "deadlines_what_if.html", tab="what_if", hire=hire.strip(), one_day=DAY, **answer)

    @at.get("/calendar/{secret}.ics", dependencies=[Depends(free(Free.SECRET))])
    async def feed(request: Request, secret: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$")]) -> Response:
        desk = reception_of(request).desk
        who, items = await desk.feeds.read(secret)
        teller = Teller(frame.words, who.language or "en", frame.zone)
        told = [
            (each, f"{option('deadline', each.key, teller)} · {each.case.partition('/')[2]}", teller.deadline(each.row)) for each in items
        ]
        body = agenda_ics(told, await desk.clock.now())
        return Response(body, media_type="text/calendar; charset=utf-8", headers={"cache-control": "no-store"})

    @at.post("/me/feed")
    async def make(request: Request, visitor: Oneself) -> Response:
        secret = await visitor.desk.feeds.make(visitor.person)
        address = f"{reception_of(request).origin}/calendar/{secret}.ics"
        return frame.page(request, "feed.html", address=address)

    @at.post("/me/feed/revoke")
    async def revoke(request: Request, visitor: Oneself) -> Response:
        await visitor.desk.feeds.revoke(visitor.person)
        return frame.page(request, "feed.html", address="")

    return at


def number(case: str) -> str:
    """A case by its number alone."""
    return case.partition("/")[2]


async def _calendar(visitor: Visitor) -> Calendar:
    """The calendar the office counts on."""
    calendar: Calendar = await visitor.desk.calendars.in_force(load_rules("standard").calendar)
    return calendar


def burden(counted: list[list[dict[str, Any]]], seen: frozenset[Any]) -> list[dict[str, Any]]:
    """One row per party or owner with a number a week, the busiest first; what would tell a closed answer is not counted."""
    found: dict[str, Counter[int]] = {}
    for n, week in enumerate(counted):
        for row in compartments.deadlines(week, seen):
            found.setdefault(row["whose"] or "", Counter())[n] += row["n"]
    rows = [{"whose": whose, "weeks": [counts[n] for n in range(len(counted))], "n": counts.total()} for whose, counts in found.items()]
    return sorted(rows, key=lambda row: (-row["n"], row["whose"]))


async def _what_if(visitor: Visitor, hire: str, day: date | None) -> dict[str, Any]:
    """What that day would mean, or why there is nothing to move. Raises NotFound."""
    case = f"hire/{hire}"
    row = await found(visitor, case)
    called = (await names(visitor, [row])).get(case, "")
    today = (await visitor.desk.clock.now()).astimezone(ZoneInfo(office_zone())).date()
    try:
        answer = await visitor.desk.what_if(case, day or today)
        if day is None and answer.agreed is not None:
            answer = await visitor.desk.what_if(case, answer.agreed)
    except NotNow:
        return {"found": None, "refused": "no_start", "name": called, "day": day}
    seen = opened(visitor.roles)
    expired = [each for each in answer.expired if tells(each[0]) <= seen]
    unanswered = compartments.deadlines((each.model_dump() for each in answer.unanswered), seen)
    return {"found": answer, "expired": expired, "unanswered": unanswered, "refused": "", "name": called, "day": answer.day}
