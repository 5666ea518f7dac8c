"""What changed, as server-sent events: the ids of cases and nothing else. A page that shows one of them asks for itself again."""

import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from acts import parts
from acts.board import BEFORE_THE_BOARD
from acts.rights import Resource
from console.pulse import Pulse
from console.visits import Shows, Visitor
from store.changes import MOST

#: A browser comes back after so long, with the id it heard last; and a stream ends after so long, so that rights are looked up again.
RETRY_MS, LASTS_S = 1000, 300.0
#: A sign of life, so that a page knows the difference between quiet and cut off.
QUIET_S = 10.0
Somebody = Annotated[Visitor, Depends(Shows())]
Position = Annotated[int | None, Query(ge=0, alias="after")]
LastHeard = Annotated[int | None, Header(ge=0, alias="last-event-id")]


def routes(pulse: Pulse) -> APIRouter:
    at = APIRouter()

    @at.get("/live")
    async def live(request: Request, visitor: Somebody, after: Position = None, last: LastHeard = None) -> Response:
        heard = last if last is not None else after
        begin = heard if heard is not None else await pulse.changes.position()
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_told(visitor, pulse, begin), media_type="text/event-stream", headers=headers)

    return at


async def _told(visitor: Visitor, pulse: Pulse, position: int) -> AsyncIterator[str]:
    """Everything from a position on, until the stream is old, the session over, or the console stops."""
    yield f"retry: {RETRY_MS}\n\n"
    began = monotonic()
    while not pulse.closing.is_set() and monotonic() - began < LASTS_S:
        if not await visitor.desk.sessions.lives(visitor.session):
            yield "event: over\ndata: {}\n\n"
            return
        reaches = await pulse.changes.position()
        found = await pulse.changes.since(position)
        position = found[-1].position + 1 if len(found) == MOST else max(position, reaches)
        cases = await _concerning(visitor, {each.case for each in found})
        yield f"id: {position}\nevent: changed\ndata: {json.dumps(cases)}\n\n" if cases else f"id: {position}\nevent: still\ndata: {{}}\n\n"
        await pulse.moved(position, QUIET_S)


async def _concerning(visitor: Visitor, cases: set[str]) -> list[str]:
    """Of these cases, those the visitor may know about: a case's id tells an office nothing about cases it has nothing to do with."""
    concerns = parts.concerns(visitor)
    hires = {case for case in cases if case.startswith("hire/")}
    known = {row["case_id"] for row in await visitor.desk.pages.those(hires, concerns)} if concerns is not None and hires else hires
    if known != hires and visitor.sees(Resource.BOARD):  # who is before the board, its members know by these ids
        known |= {row["case_id"] for row in await visitor.desk.queries.brief(hires) if row["stage"] in BEFORE_THE_BOARD}
    return sorted(known | (cases - hires if visitor.sees(Resource.VACANCIES) else set()))
