"""What became of what a partner sent, and the signal desk."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from acts.rights import Resource
from domain.acts.table import Reason
from gateway.api.callers import Caller, sees
from gateway.api.callers import acts as acting
from gateway.api.once import IdempotencyKey, answered
from gateway.api.problems import ACT_REFUSALS
from gateway.api.strict import router

Discarding = Annotated[Caller, Depends(acting("discard_event"))]
Proposing = Annotated[Caller, Depends(acting("propose_event"))]
OfEvents = Annotated[Caller, Depends(sees(Resource.EVENTS))]
EventId = Annotated[str, Path(pattern=r"^[a-z2-7]{24}$", description="Our id of the event.")]
State = Annotated[Literal["unrouted", "parked", "contradicted", "superseded", "refused", "applied", "open", "discarded"], Query()]
Vacancy = Annotated[str, Query(max_length=64)]
Partner = Annotated[str, Query(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class EventShown(BaseModel):
    """One event: its receipt, and whether its case has taken it. What it said is not here."""

    inbox_id: str
    source: str
    event_id: str
    type: str
    case: str
    received_at: datetime
    sha256: str
    state: str
    reason: str
    closed_at: datetime | None
    closed_by_step: str | None
    receipt: dict[str, Any] | None
    linked_to: str | None
    history: tuple[dict[str, Any], ...]


class SignalShown(BaseModel):
    """One event that waits or had no effect: `event` is our id of it, `sent_as` the sender's; what to do about it, and what may be done."""

    event: str
    partner: str
    sent_as: str
    type: str
    case: str
    received_at: datetime
    state: str
    reason: str
    remedy: str
    acts: tuple[str, ...]
    proposed: str
    proposed_by: str


class Because(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Reason


class Proposal(Because):
    kind: Literal["replay", "reroute"]
    to: Annotated[str | None, Field(pattern=r"^(hire|vacancy)/[A-Za-z0-9-]{1,64}$", description="With a new route: the case.")] = None


def routes() -> APIRouter:
    at = router("events")

    @at.get("/events/{partner}/{event}", summary="One event's receipt, and whether its case has taken it")
    async def event(
        caller: OfEvents,
        partner: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9:._-]{0,63}$")],
        event: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")],
    ) -> EventShown:
        return EventShown.model_validate(_cut(await caller.desk.event(partner, event), caller))

    @at.get("/signals", summary="The events that wait for their case, their moment or a person, with what to do about each")
    async def signals(
        caller: OfEvents,
        state: State | None = None,
        partner: Partner | None = None,
        vacancy: Annotated[str | None, Query(max_length=64)] = None,
    ) -> list[SignalShown]:
        found = await caller.desk.signals.list(state, partner, vacancy)
        return [SignalShown.model_validate(_cut(vars(each), caller)) for each in found]

    @at.post("/signals/{event}/discard", summary="Put an event away: it will have no effect", responses={409: ACT_REFUSALS[409]})
    async def discard(request: Request, caller: Discarding, event: EventId, given: Because, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return to_jsonable_python(vars(await caller.desk.signals.discard(caller.person, event, given.reason)))

        return await answered(request, caller, key, given, do)

    @at.post(
        "/signals/{event}/proposals",
        summary="Propose to put an event to its case again, or to another one; a second person decides, never by token",
        responses={409: ACT_REFUSALS[409]},
    )
    async def propose(request: Request, caller: Proposing, event: EventId, given: Proposal, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            proposed = await caller.desk.signals.propose(caller.person, event, given.kind, given.reason, given.to)
            return to_jsonable_python(vars(proposed))

        return await answered(request, caller, key, given, do)

    return at


def _cut(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """A key administrator looks after the senders' keys, and sees no case: not which one an event is of, nor what it made there."""
    if caller.sees(Resource.CASES):
        return row
    without: dict[str, Any] = {"case": "", "reason": "", "acts": (), "linked_to": None, "closed_by_step": None}
    without |= {"receipt": None, "history": ()}
    return row | {name: value for name, value in without.items() if name in row}
