"""Work that takes its time: one act on many hires as an operation, the timetable of the periodic work, the digest."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from acts.bulk import Filter
from acts.rights import Resource
from domain.acts.table import Nothing
from domain.errors import NotAllowed
from domain.foresight import Foreseen
from domain.operation import Operation
from domain.words import Stage
from gateway.api.callers import Caller
from gateway.api.callers import acts as acting
from gateway.api.entering import PersonId
from gateway.api.once import IdempotencyKey, answered, once
from gateway.api.problems import ACT_REFUSALS, REFUSALS
from gateway.api.strict import StrictRoute
from store.answers import Answer

Operating = Annotated[Caller, Depends(acting("begin_operation"))]
Cancelling = Annotated[Caller, Depends(acting("cancel_operation"))]
KeepingHouse = Annotated[Caller, Depends(acting("keep_house"))]
OfDigests = Annotated[Caller, Depends(acting("send_digest"))]
OperationId = Annotated[str, Path(pattern=r"^op-[0-9a-f]{8}$")]
Prefer = Annotated[
    str | None, Header(alias="Prefer", max_length=200, description="`respond-async`: answer 202 at once, with the operation's URL.")
]


class Many(BaseModel):
    """One act, and to which open hires: all that match everything given."""

    model_config = ConfigDict(extra="forbid")
    act: Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]
    args: dict[str, Any] = {}
    vacancy: Annotated[str | None, Field(max_length=64)] = None
    stage: Stage | None = None
    nation: Annotated[str | None, Field(pattern=r"^[A-Z]{2}$")] = None
    cases: Annotated[tuple[str, ...], Field(max_length=5000)] = ()

    @property
    def which(self) -> Filter:
        return Filter(vacancy=self.vacancy, stage=self.stage and str(self.stage), nation=self.nation, cases=self.cases)


class Whose(BaseModel):
    model_config = ConfigDict(extra="forbid")
    person: PersonId | None = None


def routes() -> APIRouter:
    at = APIRouter(prefix="/api/v1", route_class=StrictRoute, responses={**REFUSALS, 409: ACT_REFUSALS[409]}, tags=["operations"])
    _operations(at)
    _periodic(at)
    return at


def _operations(at: APIRouter) -> None:
    @at.post("/operations/preview", summary="What one act would do to many hires, case by case; nothing is written")
    async def preview(caller: Operating, given: Many) -> list[Foreseen]:
        return await caller.desk.bulk.preview(caller.person, given.act, given.args, given.which)

    @at.post("/operations", summary="Do one act to many hires, with what became of each", responses={202: {"description": "Under way"}})
    async def begin(request: Request, caller: Operating, given: Many, prefer: Prefer = None, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Answer:
            begun = await caller.desk.bulk.begin(caller.person, given.act, given.args, given.which)
            if "respond-async" in (prefer or ""):
                caller.desk.bulk.set_off(begun.operation)
                return Answer(202, {**_at(begun.operation), "Preference-Applied": "respond-async"}, shown(begun))
            return Answer(200, _at(begun.operation), shown(await caller.desk.bulk.carry_out(begun.operation)))

        return await once(request, caller, key, given.model_dump(mode="json"), do)

    @at.post("/operations/{operation}/resume", summary="Go on with an operation of one's own: what is done is not done twice")
    async def resume(
        request: Request, caller: Operating, operation: OperationId, given: Nothing, key: IdempotencyKey = None
    ) -> JSONResponse:
        async def do(_: str) -> Any:
            await caller.desk.bulk.own(caller.person, operation)
            return shown(await caller.desk.bulk.carry_out(operation))

        return await answered(request, caller, key, given, do)

    @at.post("/operations/{operation}/cancel", summary="Cancel what is not done yet of an operation; what is done stays done")
    async def cancel(
        request: Request, caller: Cancelling, operation: OperationId, given: Nothing, key: IdempotencyKey = None
    ) -> JSONResponse:
        async def do(_: str) -> Any:
            return shown(await caller.desk.bulk.cancel(operation))

        return await answered(request, caller, key, given, do)


def _periodic(at: APIRouter) -> None:
    @at.post("/housekeeping/start", summary="Have the periodic work done every weekday morning")
    async def start(request: Request, caller: KeepingHouse, given: Nothing, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return await caller.desk.housekeeping.start()

        return await answered(request, caller, key, given, do)

    @at.post("/housekeeping/stop", summary="Stop the periodic work")
    async def stop(request: Request, caller: KeepingHouse, given: Nothing, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return await caller.desk.housekeeping.stop()

        return await answered(request, caller, key, given, do)

    @at.post("/digests/send", summary="Put today's digests into the outbox: once per person and day")
    async def send(request: Request, caller: OfDigests, given: Whose, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            if given.person != caller.person and not caller.sees(Resource.COLLEAGUES):
                raise NotAllowed("the digest of others is sent by HR", code="wrong_role")
            return {"sent": [each.person for each in await caller.desk.digests.send(given.person or "")]}

        return await answered(request, caller, key, given, do)


def shown(operation: Operation) -> dict[str, Any]:
    """An operation as its own address shows it."""
    return operation.model_dump(mode="json") | {"state": operation.state, "counts": operation.counts}


def _at(operation: str) -> dict[str, str]:
    return {"Location": f"/api/v1/operations/{operation}"}
