"""What became of what a partner sent."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from gateway.api.callers import Caller, sees
from gateway.api.rights import Resource
from gateway.api.strict import router

OfEvents = Annotated[Caller, Depends(sees(Resource.EVENTS))]


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


def routes() -> APIRouter:
    at = router("events")

    @at.get("/events/{partner}/{event}", summary="One event's receipt, and whether its case has taken it")
    async def event(
        caller: OfEvents,
        partner: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9:._-]{0,63}$")],
        event: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")],
    ) -> EventShown:
        return EventShown.model_validate(await caller.desk.event(partner, event))

    return at
