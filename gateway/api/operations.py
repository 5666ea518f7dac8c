"""Acts on many hires, and the timetable of the periodic work: how far each is."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from acts.housekeeping import Timetable
from acts.rights import Resource
from config.cursors import Cursors
from domain.operation import Item
from gateway.api.callers import Caller, sees
from gateway.api.paging import Page, Paging, Turner
from gateway.api.strict import router

OfOperations = Annotated[Caller, Depends(sees(Resource.OPERATIONS))]
OfTimetable = Annotated[Caller, Depends(sees(Resource.OPERATIONS, reaching=True))]
OperationId = Annotated[str, Path(pattern=r"^op-[0-9a-f]{8}$")]


class OperationBrief(BaseModel):
    operation: str
    act: str
    person: str
    at: datetime


class OperationShown(OperationBrief):
    """One act on many hires: what became of each."""

    args: dict[str, Any]
    state: str
    counts: dict[str, int]
    items: list[Item]


def routes(cursors: Cursors) -> APIRouter:
    at = router("operations")

    @at.get("/operations", summary="Acts on many hires, the newest first")
    async def operations(
        request: Request, response: Response, caller: OfOperations, asked: Annotated[Paging, Query()]
    ) -> Page[OperationBrief]:
        turner = Turner(cursors, request, asked)
        rows = await caller.desk.pages.operations(turner.after, turner.limit)
        shown, following = turner.turn(rows, ("at", "operation"), response)
        return Page(items=[OperationBrief.model_validate(row) for row in shown], next=following)

    @at.get("/operations/{operation}", summary="What became of each case of an operation")
    async def operation(caller: OfOperations, operation: OperationId) -> OperationShown:
        found = await caller.desk.bulk.get(operation)
        return OperationShown(**found.model_dump(exclude={"items"}), items=list(found.items), state=found.state, counts=found.counts)

    @at.get("/housekeeping", summary="When the periodic work runs next, and when it ran last")
    async def housekeeping(caller: OfTimetable) -> Timetable:
        return await caller.desk.housekeeping.show()

    return at
