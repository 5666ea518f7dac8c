"""`GET /feed` on the wire: the question in the address, the answer as one page or as a stream of server-sent events."""

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import JSONResponse, StreamingResponse

from acts.needs import Free, free
from config.partners import Partner
from domain.errors import BadInput
from gateway.cursors import BEGINNING
from gateway.feed import Feed, Question
from gateway.proving import Claim, Prover
from store.feed import Place

STREAM = "text/event-stream"
LIMIT, MOST, LONGEST_S = 100, 500, 30
RETRY_MS = 3_000

#: Nothing in a question needs escaping, so there is one way to write it, and what is signed is what was sent.
_ONE = re.compile(r"(after|limit|wait)=([0-9a-z-]{1,64})")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}")


def routes(feed: Feed, prover: Prover) -> APIRouter:
    router = APIRouter(dependencies=[Depends(free(Free.SIGNED))])

    @router.get("/feed", summary="The events a partner subscribes to, for one that fetches them")
    async def read(
        request: Request,
        after: Annotated[
            str, Query(description="The cursor up to which everything has arrived; none, or `beginning`: from the start.")
        ] = BEGINNING,
        limit: Annotated[str, Query(description=f"At most so many events: 1 to {MOST}; {LIMIT} when not said.")] = str(LIMIT),
        wait: Annotated[str, Query(description=f"Seconds to wait while there is nothing: 0 to {LONGEST_S}; 0 when not said.")] = "0",
    ) -> Response:
        line = request.scope["query_string"].decode("latin-1")
        last = _last_event(request)
        partner = prover.prove(Claim.of(request), signed_text(line, last)).sender.id
        question = read_question(line)
        if STREAM not in request.headers.get("accept", ""):
            return JSONResponse(await feed.answer(partner, question), headers={"Cache-Control": "no-store"})
        place, entry = await feed.begin(partner, last or question.after)
        return StreamingResponse(_told(feed, entry, place), media_type=STREAM, headers={"Cache-Control": "no-store"})

    return router


def signed_text(query: str, last_event: str = "") -> bytes:
    """What a signature covers: the request line, and on a second line where a stream goes on, which stands in a header."""
    line = f"GET /feed?{query}" if query else "GET /feed"
    return (f"{line}\nlast-event-id: {last_event}" if last_event else line).encode()


def read_question(query: str) -> Question:
    """Raises BadInput for anything but `after`, `limit` and `wait`, each at most once, in its range."""
    said: dict[str, str] = {}
    for part in query.split("&") if query else ():
        found = _ONE.fullmatch(part)
        if found is None or found[1] in said:
            raise BadInput("only after=<cursor>, limit=<number> and wait=<seconds> may be asked, each once", code="bad_query")
        said[found[1]] = found[2]
    limit, wait = _number(said, "limit", LIMIT, 1, MOST), _number(said, "wait", 0, 0, LONGEST_S)
    return Question(said.get("after", BEGINNING), limit, wait)


def _number(said: dict[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = said.get(name, str(usual))
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise BadInput(f"{name} must be a whole number from {least} to {most}", code="bad_query")
    return int(text)


def _last_event(request: Request) -> str:
    values = request.headers.getlist("last-event-id")
    if len(values) > 1:
        raise BadInput("last-event-id must be sent once", code="header_repeated")
    return values[0] if values else ""


async def _told(feed: Feed, entry: Partner, place: Place) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    async for cursor, item in feed.stream(entry, place):
        yield _event(cursor, item)


def _event(cursor: str, item: dict[str, Any] | None) -> str:
    """A sign of life is a comment, with an id that moves the reader on over what is not for it."""
    if item is None:
        return f": still here\nid: {cursor}\n\n"
    return f"id: {cursor}\nevent: {item['type']}\ndata: {json.dumps(item, ensure_ascii=False, separators=(',', ':'))}\n\n"
