"""Erasures and legal holds: what waits, what stands, and proposing. Approvals and the lifting of a hold are given in person."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from acts.rights import Resource
from config.files import load_retention
from domain.retention import Schedule
from gateway.api.callers import Caller, sees, writes
from gateway.api.once import IdempotencyKey, answered
from gateway.api.problems import ACT_REFUSALS, REFUSALS
from gateway.api.strict import StrictRoute
from store.erasure import Foreseen

Looking = Annotated[Caller, Depends(sees(Resource.PRIVACY))]
Deciding = Annotated[Caller, Depends(writes(Resource.ERASING))]
Subject = Annotated[str, Field(pattern=r"^((hire|vacancy)/)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
ErasureId = Annotated[str, Path(pattern=r"^[a-z0-9]{1,64}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Whom(Given):
    candidate: Annotated[Subject, Field(description="A candidate's id, or one of their hires.")]


class ErasureProposal(Whom):
    reason: Code


class TakenBack(Given):
    """What a repeated request is known by: it has no body of its own."""

    erasure: str


class NewHold(Given):
    subject: Annotated[Subject, Field(description="A candidate's id, `hire/…` or `vacancy/…`.")]
    reason: Code
    until: Annotated[date | None, Field(description="Its last day; until it is lifted when not given.")] = None


class ErasureShown(BaseModel):
    """An erasure that was proposed and waits for the other office."""

    erasure: str
    candidate: str
    reason: str
    proposed_by: str
    proposed_at: datetime


class HoldShown(BaseModel):
    hold: str
    kind: str
    subject: str
    reason: str
    until: date | None
    placed_by: str
    placed_at: datetime
    lift_proposed_by: str | None
    lifted_by: str | None
    lifted_at: datetime | None


class CategoryShown(BaseModel):
    """One category: its period, and how many rows are of open cases, not due yet, held, waiting for a letter, or due."""

    category: str
    months: int | None = None
    days: int | None = None
    trigger: str | None = None
    action: str | None = None
    basis: str | None = None
    open: int
    not_yet: int
    held: int
    unsent: int
    due: int
    kept: int


class PastItem(BaseModel):
    category: str
    case: str
    candidate: str
    rows: int
    due: date | None
    state: str
    why: str


class ScheduleShown(BaseModel):
    version: str
    sha256: str
    confirmed_by: str
    examples: bool


class Retained(BaseModel):
    """What is due under the schedule, and what stops it."""

    report: str
    run: str
    at: datetime
    by: str
    schedule: ScheduleShown
    dry_run: bool
    categories: list[CategoryShown]
    items: list[PastItem]


def routes(schedule: Schedule | None = None) -> APIRouter:
    """`schedule`: the retention schedule of the installation, else the examples."""
    at = APIRouter(prefix="/api/v1", route_class=StrictRoute, responses={**REFUSALS, 409: ACT_REFUSALS[409]}, tags=["privacy"])
    _erasures(at)
    _holds(at)
    _retention(at, schedule)
    return at


def _erasures(at: APIRouter) -> None:
    @at.get("/privacy/erasures", summary="The erasures that wait for the other office")
    async def waiting(caller: Looking) -> list[ErasureShown]:
        return [ErasureShown.model_validate(row) for row in await caller.desk.privacy.waiting()]

    @at.post("/privacy/erasures/preview", summary="What erasing a person would do, and what stands against it; nothing is written")
    async def preview(caller: Looking, given: Whom) -> Foreseen:
        return await caller.desk.privacy.foresee(given.candidate)

    @at.post("/privacy/erasures", status_code=201, summary="Propose to erase a person; the other office approves it, in person")
    async def propose(request: Request, caller: Deciding, given: ErasureProposal, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return {"erasure": await caller.desk.privacy.propose(caller.person, given.candidate, given.reason)}

        return await answered(request, caller, key, given, do, 201)

    @at.post("/privacy/erasures/{erasure}/withdraw", summary="Take the proposal of an erasure back; nothing is erased")
    async def withdraw(request: Request, caller: Deciding, erasure: ErasureId, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            await caller.desk.privacy.withdraw(caller.person, erasure)
            return {"erasure": erasure, "state": "withdrawn"}

        return await answered(request, caller, key, TakenBack(erasure=erasure), do)


def _retention(at: APIRouter, schedule: Schedule | None) -> None:
    @at.get("/privacy/retention", summary="What is kept past its period, and what stops its deletion; nothing is written")
    async def due(caller: Looking) -> Retained:
        return Retained.model_validate(await caller.desk.privacy.due(schedule or load_retention()))


def _holds(at: APIRouter) -> None:
    @at.get("/privacy/holds", summary="The legal holds that stand, or all there ever were")
    async def holds(caller: Looking, every: Annotated[bool, Query(alias="all")] = False) -> list[HoldShown]:
        return [HoldShown.model_validate(row) for row in await caller.desk.privacy.holds(all_=every)]

    @at.post("/privacy/holds", status_code=201, summary="Place a legal hold: nothing it covers is erased while it stands")
    async def place(request: Request, caller: Deciding, given: NewHold, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return {"hold": await caller.desk.privacy.place(caller.person, given.subject, given.reason, given.until)}

        return await answered(request, caller, key, given, do, 201)
