"""Policies, overlays and calendars: what stands, what differs, and what a change would do. Nothing here is written."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from acts.calendars import Affected as Moved
from acts.overlays import Affected
from acts.rights import Resource
from config.files import load_calendar, names
from domain.calendars import Calendar, changed_days
from domain.comparison import Difference, differences
from domain.editions import Edition
from domain.errors import BadInput
from domain.overlays import Overlay
from domain.policies.publication import rules_objections
from domain.rehearsal import CaseMoves
from domain.rules import Rules
from gateway.api.callers import Caller, sees
from gateway.api.problems import ACT_REFUSALS
from gateway.api.strict import router

OfRules = Annotated[Caller, Depends(sees(Resource.RULES))]
OfOverlays = Annotated[Caller, Depends(sees(Resource.OVERLAYS))]
OfRehearsals = Annotated[Caller, Depends(sees(Resource.REHEARSALS))]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
CONFLICT: dict[int | str, dict[str, Any]] = {409: ACT_REFUSALS[409]}


class EditionShown(BaseModel):
    """One edition of a policy, and where it stands."""

    name: str
    version: str
    sha256: str
    effective_from: datetime | None
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    published_at: datetime | None
    state: Literal["proposed", "to_come", "in_force", "past"] | None = None


class PolicyShown(BaseModel):
    about: EditionShown
    rules: Rules


class Checked(BaseModel):
    """A policy or a calendar in order: what it is called, and the hash of its content."""

    name: str
    version: str
    sha256: str


class TwoPolicies(BaseModel):
    model_config = ConfigDict(extra="forbid")

    was: Rules
    will: Rules


class Rehearsed(BaseModel):
    """What a changed policy would do to the open hires."""

    policy: str
    calendar: str
    at: datetime
    open: int
    counts: dict[str, int]
    under: dict[str, int]
    changes: dict[str, list[Difference]]
    cases: tuple[CaseMoves, ...]


class PolicyRehearsal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rules: Rules
    vacancy: Annotated[str | None, Field(max_length=40)] = None


class OverlayShown(BaseModel):
    """One overlay, who proposed, approved and lifted it, the hash of its content, and the hires it is laid on now."""

    overlay: str
    kind: str
    reason: str
    vacancy: str | None
    stages: list[str]
    exempt: list[str]
    effective_from: datetime | None
    figures: dict[str, Any]
    state: str
    sha256: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    lifted_by: str | None
    lifted_at: datetime | None
    laid_on: list[str] | None = None


class CalendarBrief(BaseModel):
    id: str
    version: str
    name: str
    zone: str
    first: date
    last: date
    days: int
    sha256: str


class CalendarShown(BaseModel):
    calendar: Calendar
    sha256: str


class TwoCalendars(BaseModel):
    model_config = ConfigDict(extra="forbid")

    was: Calendar
    will: Calendar


class Day(BaseModel):
    """One day on which two calendars differ: why the office is closed, before and after; null where it is open."""

    day: date
    was: str | None
    will: str | None


def routes() -> APIRouter:
    at = router("rules")
    _policies(at)
    _overlays(at)
    _calendars(at)
    return at


def _policies(at: APIRouter) -> None:
    @at.get("/policies", summary="Every edition of every policy, and where it stands")
    async def policies(caller: OfRules) -> list[EditionShown]:
        return [EditionShown.model_validate(row) for row in await caller.desk.policies.list()]

    @at.get("/policies/{name}", summary="A policy in force, at a moment, or one edition of it")
    async def policy(
        caller: OfRules,
        name: Name,
        version: Annotated[str | None, Query(max_length=20)] = None,
        on: Annotated[date | None, Query(description="The edition in force when that day (UTC) ends.")] = None,
    ) -> PolicyShown:
        when = datetime.fromisoformat(f"{on}T23:59:59+00:00") if on else None
        desk = caller.desk.policies
        edition = await desk.get(name, version) if version else await desk.in_force(name, when)
        return PolicyShown(about=_about(edition), rules=edition.rules)

    @at.post("/policies/check", summary="Is this policy in order?")
    async def check(caller: OfRules, rules: Rules) -> Checked:
        _in_order(rules)
        return Checked(name=rules.name, version=rules.version, sha256=rules.sha256)

    @at.post("/policies/diff", summary="In what two policies differ, figure by figure")
    async def diff(caller: OfRules, two: TwoPolicies) -> list[Difference]:
        return differences(two.was, two.will)

    @at.post("/policies/rehearse", summary="What a changed policy would do to the open hires; nothing is written")
    async def rehearse(caller: OfRehearsals, asked: PolicyRehearsal) -> Rehearsed:
        _in_order(asked.rules)
        found = await caller.desk.rehearse(asked.rules, load_calendar(asked.rules.calendar), asked.vacancy)
        return Rehearsed.model_validate({name: getattr(found, name) for name in Rehearsed.model_fields})


def _overlays(at: APIRouter) -> None:
    @at.get("/overlays", summary="Every overlay: proposed, approved or lifted, and by whom")
    async def overlays(caller: OfOverlays) -> list[OverlayShown]:
        return [OverlayShown.model_validate(row) for row in await caller.desk.overlays.list()]

    @at.get("/overlays/{name}", summary="One overlay, and the hires it is laid on now")
    async def overlay(caller: OfOverlays, name: Name) -> OverlayShown:
        return OverlayShown.model_validate(await caller.desk.overlays.show(name))

    @at.post("/overlays/preview", summary="Which open hires an overlay would concern, and how; nothing is written")
    async def preview(caller: OfRehearsals, overlay: Overlay) -> list[Affected]:
        return await caller.desk.overlays.preview(overlay)


def _calendars(at: APIRouter) -> None:
    @at.get("/calendars", summary="The calendars deadlines are counted on, in the versions in force")
    async def calendars(caller: OfRules) -> list[CalendarBrief]:
        return [_brief(await caller.desk.calendars.in_force(name)) for name in names("calendars")]

    @at.get("/calendars/{name}", summary="One calendar in force, day by day")
    async def calendar(caller: OfRules, name: Name) -> CalendarShown:
        found = await caller.desk.calendars.in_force(name)
        return CalendarShown(calendar=found, sha256=found.sha256)

    @at.post("/calendars/check", summary="Is this calendar in order?")
    async def check(caller: OfRules, calendar: Calendar) -> Checked:
        return Checked(name=calendar.id, version=calendar.version, sha256=calendar.sha256)

    @at.post("/calendars/diff", summary="On which days two calendars differ")
    async def diff(caller: OfRules, two: TwoCalendars) -> list[Day]:
        return [Day(day=day, was=was, will=will) for day, was, will in changed_days(two.was, two.will)]

    @at.post("/calendars/preview", summary="Which open deadlines a new version would move; nothing is written", responses=CONFLICT)
    async def preview(caller: OfRehearsals, calendar: Calendar) -> list[Moved]:
        return await caller.desk.calendars.preview(calendar)


def _in_order(rules: Rules) -> None:
    """Raises BadInput with everything that is wrong. A calendar is one of those we know: a name is never taken for a file."""
    known = names("calendars")
    named = [("calendar", rules.calendar), *((f"calendars.{key}", given) for key, given in rules.calendars.named)]
    wrong = [*rules_objections(rules), *((key, f"known: {', '.join(known)}") for key, given in named if given not in known)]
    if wrong:
        raise BadInput("this policy is not in order", code="not_in_order", wrong=[{"key": key, "what": what} for key, what in wrong])


def _about(edition: Edition) -> EditionShown:
    return EditionShown.model_validate({name: getattr(edition, name) for name in EditionShown.model_fields if name != "state"})


def _brief(calendar: Calendar) -> CalendarBrief:
    own = {name: getattr(calendar, name) for name in CalendarBrief.model_fields if name != "days"}
    return CalendarBrief(days=len(calendar.closed), **own)
