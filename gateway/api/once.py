"""Posts that are sent again: one Idempotency-Key, one effect, one answer.

Kept is what was done (2xx). A refusal did nothing and frees its key. The key, with the token and the address, is also the request id
of what is done: so not even a lost row lets anything happen twice.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from domain.errors import BadInput
from gateway.api.callers import Caller
from gateway.api.problems import KeyMissing
from store.answers import Answer, Answers, Key
from store.names import system_now

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="A key of your own, new for each thing you want done; 1 to 255 visible characters."),
]
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED = {"Idempotency-Replayed": "true"}


async def once(request: Request, caller: Caller, given: str | None, body: Any, do: Callable[[str], Awaitable[Answer]]) -> JSONResponse:
    """Do it, or give the answer that was given. `do` gets the request id. Raises KeyMissing, BadInput, Conflict, and what `do` raises."""
    key = Key(request.state.token, f"{request.method} {request.url.path}", _read(given))
    answers = Answers(caller.desk.db)
    taken = await answers.take(key, _hash(request, body), system_now())
    if isinstance(taken, Answer):
        return JSONResponse(taken.body, taken.status, {**taken.headers, **REPLAYED})
    try:
        answer = await do(request_id(key))
    except Exception:
        await answers.give_back(key, taken)
        raise
    await answers.keep(key, taken, answer)
    return JSONResponse(answer.body, answer.status, answer.headers)


def request_id(key: Key) -> str:
    """The id under which the journal knows what this key did."""
    return "api-" + hashlib.sha256("\n".join((key.token, key.route, key.key)).encode()).hexdigest()[:32]


def _read(given: str | None) -> str:
    if given is None:
        raise KeyMissing("say Idempotency-Key: a key of your own, so that sending this again does nothing twice", code="key_missing")
    if not _KEY.fullmatch(given):
        raise BadInput("an Idempotency-Key has 1 to 255 visible characters and no space", code="bad_key")
    return given


def _hash(request: Request, body: Any) -> str:
    said = json.dumps([body, str(request.url.query)], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


async def answered(
    request: Request,
    caller: Caller,
    key: str | None,
    given: BaseModel,
    do: Callable[[str], Awaitable[Any]],
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The same for what is no act on one case: whatever `do` returns is the answer's body."""

    async def ask(request_id: str) -> Answer:
        return Answer(status, headers or {}, to_jsonable_python(await do(request_id)))

    return await once(request, caller, key, given.model_dump(mode="json"), ask)
