"""Refusals of the people's API: problem+json (RFC 9457), titled in both languages, with nothing of what was sent."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python
from starlette.requests import Request

from acts.tokens import NotProved
from config.words import LANGUAGES, Words
from domain.errors import BadInput, Conflict, FourEyes, NotAllowed, NotFound, NotNow, Problem, Refusal, Stale, Trouble
from domain.strict_json import NotStrictJson
from gateway.api.callers import TooMany
from gateway.problems import ProblemResponse, problem


class WrongMediaType(BadInput):
    """A body of a kind this address does not read."""


class VersionMissing(Refusal):
    """An act that does not say which version of the entity it was decided on."""


class KeyMissing(Refusal):
    """A post without a key of its own: sent again, it could do the same thing twice."""


#: First match wins, so the narrow stand before the wide. The word is the title's key in the catalogue: `api.problem.<word>`.
KINDS: tuple[tuple[type[Problem], int, str], ...] = (
    (NotProved, 401, "not_proved"),
    (TooMany, 429, "too_many"),
    (VersionMissing, 428, "version_missing"),
    (KeyMissing, 400, "key_missing"),
    (Stale, 412, "stale"),
    (WrongMediaType, 415, "media_type"),
    (NotStrictJson, 400, "not_json"),
    (BadInput, 422, "bad_request"),
    (FourEyes, 403, "four_eyes"),
    (NotAllowed, 403, "not_allowed"),
    (NotFound, 404, "not_found"),
    (Conflict, 409, "conflict"),
    (NotNow, 409, "not_now"),
    (Trouble, 503, "unavailable"),
)
TITLES = (*(word for _, _, word in KINDS), "misdirected", "broken")


class Fault(BaseModel):
    """One thing wrong with what was sent: where (a JSON pointer into the body, or the name of a parameter), and what."""

    pointer: str = ""
    parameter: str = ""
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457. `code` is the stable word for programs; `allowed_actions` says what the person could do instead, where a state refused."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    titles: Annotated[dict[str, str], Field(description="The title in each language; what is refused at the door itself has none.")] = {}
    errors: list[Fault] = []
    details: dict[str, Any] = {}
    allowed_actions: list[str] | None = None
    current: dict[str, Any] | None = Field(None, description="Where a version was not the newest: the case in brief as it is now.")
    changed: dict[str, Any] | None = Field(None, description="Who changed it last (`by`), with which fact (`what`), and when (`at`).")


def from_error(request: Request, error: Problem, **more: Any) -> ProblemResponse:
    """What a refusal of ours says. Trouble says only that it is ours: what is broken inside is nobody's business outside."""
    status, word = next(((status, word) for kind, status, word in KINDS if isinstance(error, kind)), (500, "broken"))
    if status >= 500:
        said = "nothing was done; try again later"
        return _told(request, status, word, "unavailable" if status == 503 else "internal", said, headers={"Retry-After": "5"})
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="muster"'
    details = dict(error.details)
    if status == 429:
        headers["Retry-After"] = str(details.pop("retry_after"))
    if "field" in details:
        more = {"errors": [Fault(pointer=f"/{details.pop('field')}", detail=error.message).model_dump()], **more}
    if details:
        more = {"details": to_jsonable_python(details, fallback=str), **more}
    return _told(request, status, word, error.code, error.message, headers=headers, **more)


def misdirected(request: Request, status: int) -> ProblemResponse:
    return _told(request, status, "misdirected", "no_such_address", "there is nothing at this address")


def broken(request: Request) -> ProblemResponse:
    return _told(request, 500, "broken", "internal", "something went wrong here; the trace_id finds it in the log")


def not_understood(request: Request, error: RequestValidationError) -> ProblemResponse:
    """What does not fit the address's model, each with its place; never what was sent."""
    faults = [_fault(each).model_dump() for each in error.errors()]
    return _told(request, 422, "bad_request", "bad_request", "what was sent does not fit this address", errors=faults)


def _fault(error: Mapping[str, Any]) -> Fault:
    where, *path = (str(part) for part in error["loc"])
    # A custom check's own sentence may repeat what was sent; Pydantic's sentences about a type or a bound do not.
    said = "not acceptable" if error["type"] in ("value_error", "assertion_error") else str(error["msg"])
    if where == "body":
        return Fault(pointer="".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path), detail=said)
    return Fault(parameter=".".join(path) or where, detail=said)


def _told(
    request: Request, status: int, word: str, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    titles = {language: Words.load().say(f"api.problem.{word}", language) for language in LANGUAGES}
    title = titles[_language(request)]
    trace = getattr(request.state, "trace", "")
    return problem(status, code, detail, title=title, headers=headers, titles=titles, trace_id=trace, **more)


def _language(request: Request) -> str:
    """French where it is asked for first; everything else is English."""
    return "fr" if request.headers.get("accept-language", "").strip().lower().startswith("fr") else "en"


def _documented(status: int, text: str) -> tuple[int | str, dict[str, Any]]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return status, {"description": text, "content": {"application/problem+json": {"schema": schema}}}


#: Every address may answer these.
REFUSALS: dict[int | str, dict[str, Any]] = dict(
    (
        _documented(400, "Not strict JSON, a query where none belongs, or a key missing"),
        _documented(401, "No token, or none that counts"),
        _documented(403, "Not for the roles this person has today, or never by token"),
        _documented(404, "There is no such thing"),
        _documented(408, "The body came too slowly"),
        _documented(413, "The body is too large"),
        _documented(415, "Not JSON"),
        _documented(422, "What was sent does not fit"),
        _documented(429, "Too many requests"),
        _documented(503, "The store or Temporal is away"),
    )
)
#: Those that act may answer these too.
ACT_REFUSALS: dict[int | str, dict[str, Any]] = dict(
    (
        _documented(409, "The state refuses, or the key was used before for something else"),
        _documented(412, "Decided on a version that is not the newest"),
        _documented(428, "Say which version this was decided on: If-Match"),
    )
)
