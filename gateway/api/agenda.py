"""Time and work: open deadlines, worklists, digests, whose turn it was for how long."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from acts import compartments
from acts.compartments import opened
from acts.personnel import Task
from acts.rights import Resource
from config.cursors import Cursors
from config.telling import Teller
from config.words import Words
from domain.agenda import FOLLOWS, agenda
from domain.digest import Digest
from domain.tally import Share, Tally
from domain.words import Party, Role
from gateway.api.callers import Caller, sees
from gateway.api.hires import Language
from gateway.api.paging import Page, Paging, Turner
from gateway.api.strict import router

OfFigures = Annotated[Caller, Depends(sees(Resource.FIGURES))]
Oneself = Annotated[Caller, Depends(sees(Resource.ONESELF))]
OfColleagues = Annotated[Caller, Depends(sees(Resource.COLLEAGUES))]
Person = Annotated[str, Path(max_length=64, description="A member of staff, by their short id.")]
MICROSECOND = timedelta(microseconds=1)


class DeadlineQuestion(Paging):
    within_hours: Annotated[int | None, Field(ge=1, le=24 * 366, description="Only what ends within so many hours.")] = None
    overdue: Annotated[bool, Field(description="Only what is past its target.")] = False
    party: Annotated[Party | None, Field(description="Only where this party must move.")] = None
    role: Annotated[Role | None, Field(description="Only what people in this role follow.")] = None
    language: Language = "en"


class Due(BaseModel):
    """One open deadline. `until` is what comes next: the target, or the limit once the target has passed."""

    case: str
    key: str
    party: str
    who: str
    until: datetime
    overdue: bool
    started_at: datetime
    due_at: datetime
    limit_at: datetime | None
    rule: str
    calendar: str
    zone: str
    state: str
    explained: str


class Part(BaseModel):
    time_us: int
    cases: int


class TimeToHire(BaseModel):
    cases: int
    median_us: int | None
    shortest_us: int | None
    longest_us: int | None


class Turns(BaseModel):
    """Times in whole microseconds, so that they add up exactly."""

    cases: int
    age_us: int
    parties: dict[str, Part]
    nations: dict[str, Part]
    stages: dict[str, Part]
    time_to_hire: TimeToHire


def routes(cursors: Cursors) -> APIRouter:
    at = router("work")

    @at.get("/deadlines", summary="Open deadlines of all cases, by when they are due")
    async def deadlines(request: Request, response: Response, caller: OfFigures, asked: Annotated[DeadlineQuestion, Query()]) -> Page[Due]:
        now, turner = await caller.desk.clock.now(), Turner(cursors, request, asked)
        rows = await caller.desk.pages.deadlines(
            now,
            parties=_parties(asked),
            until=now + timedelta(hours=asked.within_hours) if asked.within_hours else None,
            overdue=asked.overdue,
            after=turner.after,
            limit=turner.limit,
        )
        shown, following = turner.turn(rows, ("due_at", "case_id", "key"), response)
        teller = Teller(Words.load(), asked.language)
        return Page(items=[_due(row, now, teller) for row in compartments.deadlines(shown, opened(caller.roles))], next=following)

    @at.get("/worklist", summary="What open hires need that I may do today, my own cases first")
    async def worklist(caller: Oneself) -> list[Task]:
        return await caller.desk.personnel.worklist(caller.person)

    @at.get("/staff/{person}/worklist", summary="The same of a colleague")
    async def worklist_of(caller: OfColleagues, person: Person) -> list[Task]:
        return await caller.desk.personnel.worklist(person)

    @at.get("/digest", summary="What I would be told this morning; null when there is nothing")
    async def digest(caller: Oneself) -> Digest | None:
        return await caller.desk.digests.of(caller.person)

    @at.get("/staff/{person}/digest", summary="The same of a colleague")
    async def digest_of(caller: OfColleagues, person: Person) -> Digest | None:
        return await caller.desk.digests.of(person)

    @at.get("/reports/turns", summary="Time per party, nation and stage, which adds up to the age of the cases")
    async def turns(
        caller: OfFigures,
        vacancy: Annotated[str | None, Query(max_length=40)] = None,
        since: Annotated[date | None, Query(description="Only applications that came on this day (UTC) or later.")] = None,
    ) -> Turns:
        return _figures(await caller.desk.turns(vacancy, since))

    return at


def _parties(asked: DeadlineQuestion) -> list[str] | None:
    """The parties asked for; None for all of them."""
    if asked.role is None:
        return None if asked.party is None else [str(asked.party)]
    return [str(party) for party in FOLLOWS.get(asked.role, frozenset()) if asked.party in (None, party)]


def _due(row: dict[str, Any], now: datetime, teller: Teller) -> Due:
    (item,) = agenda([row], now)
    own = {"case": item.case, "until": item.until, "overdue": item.overdue, "explained": teller.deadline(row)}
    return Due.model_validate({**row, **own})


def _figures(tally: Tally) -> Turns:
    parts = {"parties": tally.parties, "nations": tally.nations, "stages": tally.stages}
    times = TimeToHire(
        cases=len(tally.hires),
        median_us=_us(tally.time_to_hire),
        shortest_us=_us(min(tally.hires, default=None)),
        longest_us=_us(max(tally.hires, default=None)),
    )
    shares = {name: {each: _share(share) for each, share in sorted(found.items())} for name, found in parts.items()}
    return Turns(cases=tally.cases, age_us=tally.age // MICROSECOND, time_to_hire=times, **shares)


def _share(share: Share) -> Part:
    return Part(time_us=share.time // MICROSECOND, cases=share.cases)


def _us(time: timedelta | None) -> int | None:
    return None if time is None else time // MICROSECOND
