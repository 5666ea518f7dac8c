"""Refusals on the wire: problem+json (RFC 9457) with the right status, and nothing of what was sent."""

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from connectors.signatures import BadSignature
from domain.errors import BadInput, Conflict, NotAllowed, NotFound, NotNow, PartnerUnavailable, Problem, Trouble
from domain.events import NotAnEvent
from domain.strict_json import NotStrictJson
from gateway.limits import TooMany


class WrongMediaType(BadInput):
    """Only structured CloudEvents are taken: in binary mode the signature would not cover the attributes."""


#: First match wins, so the narrow stand before the wide.
STATUS: tuple[tuple[type[Problem], int, str], ...] = (
    (TooMany, 429, "Too many requests"),
    (WrongMediaType, 415, "This form of message is not taken here"),
    (NotStrictJson, 400, "The body is not strict JSON"),
    (NotAnEvent, 422, "The event is not of the right form"),
    (BadSignature, 401, "The sender is not proved"),
    (BadInput, 400, "The request is not of the right form"),
    (NotAllowed, 403, "The sender may not do that"),
    (NotFound, 404, "There is no such thing"),
    (Conflict, 409, "The same id was used before for other bytes"),
    (NotNow, 409, "That cannot be done now"),
    (PartnerUnavailable, 503, "Please send it again later"),
    (Trouble, 503, "Please send it again later"),
)


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def problem(
    status: int, code: str, detail: str, *, title: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    content = {"type": f"urn:muster:problem:{code}", "title": title or detail, "status": status, "detail": detail, "code": code}
    return ProblemResponse({**content, "trace_id": uuid.uuid4().hex, **more}, status, {**(headers or {}), "Cache-Control": "no-store"})


def refused(status: int, code: str, detail: str, headers: Mapping[str, str]) -> ProblemResponse:
    """What the guard says."""
    return problem(status, code, detail, headers=headers)


def from_error(error: Problem) -> ProblemResponse:
    """What a refusal of ours says. Trouble says only that it is ours: what is broken inside is nobody's business outside."""
    status, title = next(((status, title) for kind, status, title in STATUS if isinstance(error, kind)), (500, "Something went wrong here"))
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Webhook realm="muster", Bearer realm="muster"'
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after_s)
    if status >= 500:
        headers["Retry-After"] = "5"
        return problem(status, "unavailable", "the event was not taken; send the same again later", title=title, headers=headers)
    errors = {"errors": error.details["errors"]} if "errors" in error.details else {}
    return problem(status, error.code, error.message, title=title, headers=headers, **errors)
