"""The log as an auditor reads it: who did what, what lay outside the normal path, how a case stood, what a fact changed, the report."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from acts import parts
from acts.rights import Resource
from config.cursors import Cursors
from domain.log.report import AuditReport
from domain.log.trail import Trace, Wanted
from gateway.api.callers import Caller, sees
from gateway.api.hires import HireDetail, HireId
from gateway.api.paging import Page, Paging, Turner
from gateway.api.strict import router

Looking = Annotated[Caller, Depends(sees(Resource.AUDIT))]
OfCase = Annotated[Caller, Depends(sees(Resource.CASES))]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="A fact's number in its case.")]
CASE = r"^(hire|vacancy|staff)/[A-Za-z0-9._-]{1,64}$"


class Shown(Trace):
    """One leaf of the log and what it is about; `intervention` says what kind of act outside the normal path it is, if any."""

    kind_of_intervention: Annotated[str, Field(description="Empty for an act of the normal path.")] = ""


class Period(Paging):
    since: Annotated[AwareDatetime | None, Field(description="From this moment on, as it happened.")] = None
    until: Annotated[AwareDatetime | None, Field(description="Up to this moment, itself not included.")] = None
    vacancy: Annotated[str | None, Field(max_length=40)] = None


class TrailQuestion(Period):
    candidate: Annotated[str | None, Field(max_length=80, description="A candidate's random id, or `hire/…`. Takes a purpose.")] = None
    purpose: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_.]{1,63})?$", description="Why somebody looks for a person: a code.")] = ""
    case: Annotated[str | None, Field(pattern=CASE)] = None
    actor: Annotated[str, Field(max_length=80, description="A person or a partner: `helga`, or `partner:portal`.")] = ""
    what: Annotated[str, Field(pattern=r"^[a-z_.]{0,64}$", description="A fact, or what was done: `waiver_proposed`.")] = ""
    leaf: Annotated[str, Field(pattern=r"^[a-z]{0,16}$", description="fact, event, effect, decision, key, read, history, epoch.")] = ""
    policy: Annotated[str | None, Field(max_length=80, description="NAME or NAME@VERSION.")] = None


class HireThen(HireDetail):
    """A hire as it was at a moment, with the policy frozen for it and the version then in force."""

    as_of: datetime
    policy: dict[str, Any]


class Change(BaseModel):
    """One field that was another before. `of` is empty for the case itself, else what it belongs to."""

    of: str
    field: str
    was: Any
    is_: Annotated[Any, Field(alias="is")]


class Changed(BaseModel):
    """What one fact changed."""

    case: str
    number: int
    at: datetime
    actor: str
    step: str
    fact: dict[str, Any]
    changes: list[Change]


def routes(cursors: Cursors) -> APIRouter:
    at = router("audit")

    @at.get("/audit/trail", summary="The log, leaf by leaf, by person, case, actor, fact, period or policy")
    async def trail(request: Request, response: Response, caller: Looking, asked: Annotated[TrailQuestion, Query()]) -> Page[Shown]:
        parts.check_question({"what": asked.what}, caller)
        streams = None if asked.case is None else frozenset({asked.case})
        wanted = Wanted(streams=streams, actor=asked.actor, what=_one(asked.what), leaf=asked.leaf, since=asked.since, until=asked.until)
        about = {"candidate": asked.candidate or "", "purpose": asked.purpose, "policy": asked.policy or ""}
        return await _page(caller, cursors, request, response, asked, wanted, about)

    @at.get("/audit/interventions", summary="Every act outside the normal path")
    async def interventions(request: Request, response: Response, caller: Looking, asked: Annotated[Period, Query()]) -> Page[Shown]:
        wanted = Wanted(since=asked.since, until=asked.until, interventions=True)
        return await _page(caller, cursors, request, response, asked, wanted, {})

    @at.get("/audit/report", summary="The completeness report: counts, persons, reasons, gaps")
    async def report(caller: Looking, since: AwareDatetime | None = None, until: AwareDatetime | None = None) -> AuditReport:
        return parts.report(await caller.desk.auditing.report(since, until), caller)

    @at.get("/hires/{hire}/as-of", summary="A hire as it was at a moment", response_model_exclude_unset=True)
    async def as_of(caller: OfCase, hire: HireId, at: AwareDatetime | None = None) -> HireThen:
        then = at or await caller.desk.clock.now()
        return HireThen.model_validate(parts.cut(await caller.desk.auditing.as_of(f"hire/{hire}", then), caller))

    @at.get("/hires/{hire}/changes/{number}", summary="What one fact of a hire changed")
    async def changed(caller: OfCase, hire: HireId, number: Number) -> Changed:
        return Changed.model_validate(parts.change(await caller.desk.auditing.diff(f"hire/{hire}", number), caller))

    return at


def _one(what: str) -> frozenset[str]:
    return frozenset({what}) if what else frozenset()


async def _page(
    caller: Caller, cursors: Cursors, request: Request, response: Response, asked: Period, wanted: Wanted, about: dict[str, str]
) -> Page[Shown]:
    turner = Turner(cursors, request, asked)
    after = -1 if turner.after is None else int(turner.after[0])
    found = await caller.desk.auditing.search(wanted, vacancy=asked.vacancy or "", after=after, limit=turner.limit, **about)
    rows = [{**parts.trace(trace.model_dump(), caller), "kind_of_intervention": trace.intervention} for trace in found]
    shown, following = turner.turn(rows, ("position",), response)
    return Page(items=[Shown.model_validate(row) for row in shown], next=following)
