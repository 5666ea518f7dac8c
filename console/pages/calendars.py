"""Calendars: the days each office is closed, as a picture of the year with its table; a new version, once seen what it moves."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.rights import Resource
from config.closing_days import calendar_toml
from config.files import calendar_in, names
from console.frame import Frame
from console.visits import Does, Shows, Visitor
from console.year import KINDS, year_of
from domain.calendars import Calendar, changed_days, closed_since
from domain.deeds import DEEDS
from domain.errors import BadInput, Refusal, Trouble

Reads = Annotated[Visitor, Depends(Shows(Resource.RULES))]
MayPublish = Annotated[Visitor, Depends(Shows(Resource.REHEARSALS, act="publish_calendar"))]
Publishes = Annotated[Visitor, Depends(Does(Resource.REHEARSALS, act="publish_calendar"))]
Name = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Year = Annotated[int, Query(ge=1990, le=2100)]
Step = Annotated[str, Form(pattern=r"^(check|publish)$")]
#: How many of the deadlines that move are shown one by one.
SHOWN = 50


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/calendars")
    async def calendars(request: Request, visitor: Reads) -> Response:
        desk, today = visitor.desk, (await visitor.desk.clock.now()).date()
        rows = [await desk.calendars.in_force(name) for name in names("calendars")]
        laid = await desk.overlays.list() if visitor.sees(Resource.OVERLAYS) else None
        coming = {row.id: _next(row, today) for row in rows}
        given: dict[str, Any] = {
            "rows": rows,
            "today": today,
            "coming": coming,
            "overlays": laid,
            "changes": _may("propose_overlay", visitor),
        }
        return frame.page(request, "calendars.html", **given)

    @at.get("/calendars/{name}")
    async def one(request: Request, visitor: Reads, name: Name, year: Year | None = None, done: bool = False) -> Response:
        versions, today = await visitor.desk.calendars.history(name), (await visitor.desk.clock.now()).date()
        calendar, shipped = versions[-1].calendar, next(each.calendar for each in versions if not each.by)
        since = closed_since([each.calendar for each in versions])
        own = {day: version for day, version in since.items() if version.age != shipped.age}
        shown = year or min(max(today.year, calendar.first.year), calendar.last.year)
        given: dict[str, Any] = {"calendar": calendar, "year": shown, "months": year_of(shown, calendar, own), "kinds": KINDS[1:]}
        given |= {"since": since, "from": {each.calendar.version: each for each in versions}, "versions": versions[::-1], "today": today}
        given |= {"known": calendar.covers(date(shown, 1, 1)) and calendar.covers(date(shown, 12, 31))}
        return frame.page(request, "calendar.html", **given, done=done, may=_may("publish_calendar", visitor))

    @at.get("/calendars/{name}/new")
    async def new(request: Request, visitor: MayPublish, name: Name) -> Response:
        return _form(frame, request, name, calendar_toml(await visitor.desk.calendars.in_force(name)))

    @at.post("/calendars/{name}/new")
    async def publish(
        request: Request, visitor: Publishes, name: Name, text: Annotated[str, Form(max_length=200_000)], step: Step = "check"
    ) -> Response:
        try:
            calendar = _named(name, calendar_in(text))
            if step == "publish":
                acting = await visitor.reach()
                await acting.calendars.publish(visitor.person, calendar, acting.carrier)
                return RedirectResponse(f"/calendars/{name}?done=true", 303)
            moved = await visitor.desk.calendars.preview(calendar)
            changes = changed_days(await visitor.desk.calendars.in_force(name), calendar)
        except (Refusal, Trouble, ValueError) as stop:
            status = 503 if isinstance(stop, Trouble) else 409 if isinstance(stop, Refusal) and not isinstance(stop, BadInput) else 400
            return _form(frame, request, name, text, status, refused=stop.message if isinstance(stop, Refusal | Trouble) else str(stop))
        found = {"cases": len({each.case for each in moved}), "n": len(moved), "shown": moved[:SHOWN]}
        return _form(frame, request, name, text, found=found, changes=changes, version=calendar.version)

    return at


def _form(frame: Frame, request: Request, name: str, text: str, status: int = 200, **given: Any) -> Response:
    values: dict[str, Any] = {"name": name, "text": text, "refused": "", "found": None, "changes": [], "version": ""}
    return frame.page(request, "calendar_new.html", status, **values | given)


def _named(name: str, calendar: Calendar) -> Calendar:
    if calendar.id != name:
        raise BadInput(f"id: is {calendar.id!r}; this page is about {name!r}", code="unknown_calendar", field="id")
    return calendar


def _next(calendar: Calendar, today: date) -> tuple[date, str] | None:
    """The next closing day from today on."""
    return next(((day, name) for day, name in sorted(calendar.closed.items()) if day >= today), None)


def _may(deed: str, visitor: Visitor) -> bool:
    return bool(DEEDS[deed].roles & visitor.roles)
