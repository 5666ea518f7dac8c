"""The HTTP contract of an authority, as we ask it to be spoken: ask, query the state, recall.

A partner implements these three calls; what it decides never travels in their answers but comes back as a signed event to our
gateway. `python -m connectors.contract` prints the OpenAPI document kept in `docs/partner-openapi.json`.
"""

import json
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

Kind = Literal["clearance", "medical", "verification", "accreditation", "secondment", "budget", "assessment", "interview"]


class AskBody(BaseModel):
    """What Muster asks. The same `id` always carries the same content: answer a repeat as you answered the first."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Ask")
    id: str = Field(min_length=1, max_length=200, description="Key of this ask, also in Idempotency-Key. May hold slashes.")
    kind: Kind = Field(description="What is asked for. One partner usually answers one kind.")
    subject: str = Field(min_length=1, max_length=200, description="The case. Name it as the subject of your events.")
    details: dict[str, Any] = Field(
        default_factory=dict,
        description="What this kind needs to know: the level of a clearance, the years of a secondment, the post to be funded. "
        "Fields may be added; ignore those you do not know.",
    )
    person: dict[str, Any] | None = Field(
        default=None, description="Whom it is about, with no more than this kind needs. Never present when the ask is about a post."
    )
    asked_at: datetime | None = Field(default=None, description="When the case asked, UTC.")


class AskAnswer(BaseModel):
    """The ask is here and will be dealt with. It says nothing about the outcome."""

    model_config = ConfigDict(frozen=True, extra="ignore", title="Asked")
    reference: str = Field(min_length=1, max_length=200, description="Your own file number, quoted in our letters and screens.")
    expected: date | None = Field(default=None, description="The day you expect to decide by, if you can say.")


class AskState(AskAnswer):
    """Where an ask stands with you. Outcomes are told by signed events only, never here."""

    model_config = ConfigDict(frozen=True, extra="ignore", title="AskState")
    id: str
    kind: Kind
    subject: str
    state: Literal["received", "in_progress", "answered", "recalled"]


class AskList(BaseModel):
    """Asks you know, in an order of your own that does not change; `next` opens the next page, and is left out on the last."""

    model_config = ConfigDict(frozen=True, extra="ignore", title="Asks")
    asks: tuple[AskState, ...] = Field(max_length=50)
    next: str | None = Field(default=None, min_length=1, max_length=200, description="Given back to you as `after`.")


class ProblemBody(BaseModel):
    """A refusal or a trouble, as problem+json (RFC 9457). Keep personal data out of it: it is logged."""

    model_config = ConfigDict(frozen=True, extra="ignore", title="Problem")
    type: str = "about:blank"
    title: str = ""
    status: int | None = None
    detail: str = ""


MODELS: tuple[type[BaseModel], ...] = (AskBody, AskAnswer, AskState, AskList, ProblemBody)


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the contract; the same on every machine, so that a test can hold the kept copy against it."""
    _, schemas = models_json_schema([(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Muster: what an authority answers",
            "version": "1.0.0",
            "description": "Muster asks at your address; you answer later, with signed events at ours. Every request is signed with "
            "Ed25519 as Standard Webhooks describe (webhook-id, webhook-timestamp, webhook-signature over id.timestamp.body); "
            "the body is signed as sent, so verify it before you parse it. Requests are repeated until you answer.",
        },
        "paths": {
            "/asks": {"post": _post(), "get": _list()},
            "/asks/{id}": {"parameters": [_ID], "get": _get(), "delete": _delete()},
        },
        "components": {"schemas": schemas["$defs"], "parameters": _SIGNATURE, "responses": _RESPONSES},
    }


_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "The id of the ask, percent-encoded: a slash in it comes as %2F.",
}

_SIGNATURE = {
    "WebhookId": {
        "name": "webhook-id",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "Id of this message, the same on every repeat of it.",
    },
    "WebhookTimestamp": {
        "name": "webhook-timestamp",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "pattern": "^[1-9][0-9]{9}$"},
        "description": "Unix seconds of this attempt. Refuse what is more than five minutes away.",
    },
    "WebhookSignature": {
        "name": "webhook-signature",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "One or more signatures, v1a and Ed25519, a space between them.",
    },
}

_SIGNED = [{"$ref": f"#/components/parameters/{name}"} for name in _SIGNATURE]


def _json(model: str, says: str, media: str = "application/json") -> dict[str, Any]:
    return {"description": says, "content": {media: {"schema": {"$ref": f"#/components/schemas/{model}"}}}}


_RETRY = {
    "Retry-After": {"schema": {"type": "string"}, "description": "Seconds, or an HTTP date: when to try again."},
}

_RESPONSES = {
    "Refused": _json(
        "ProblemBody", "This ask is wrong and stays wrong: it is not repeated, a person looks at it.", "application/problem+json"
    ),
    "Busy": {**_json("ProblemBody", "Not now (429, 503): asked again at Retry-After.", "application/problem+json"), "headers": _RETRY},
}

_FAILURES = {
    "400": {"$ref": "#/components/responses/Refused"},
    "401": {"$ref": "#/components/responses/Refused"},
    "429": {"$ref": "#/components/responses/Busy"},
    "503": {"$ref": "#/components/responses/Busy"},
}


def _post() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "The id of the ask. A repeat with the same key must not start a second procedure.",
    }
    return {
        "operationId": "ask",
        "summary": "Take an ask",
        "parameters": [key, *_SIGNED],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AskBody"}}}},
        "responses": {
            "200": _json("AskAnswer", "Known already: the answer given the first time."),
            "202": _json("AskAnswer", "Taken."),
            "409": _json("ProblemBody", "This id is known here. Muster then reads the state of the ask.", "application/problem+json"),
            **_FAILURES,
        },
    }


def _get() -> dict[str, Any]:
    return {
        "operationId": "state",
        "summary": "Say where an ask stands",
        "parameters": _SIGNED,
        "responses": {
            "200": _json("AskState", "Where it stands."),
            "404": _json("ProblemBody", "No such ask.", "application/problem+json"),
            **_FAILURES,
        },
    }


def _list() -> dict[str, Any]:
    state = {
        "name": "state",
        "in": "query",
        "schema": {"type": "string", "enum": ["open", "all"], "default": "open"},
        "description": "`open`: those received and in progress. `all`: also answered and recalled ones.",
    }
    after = {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "The `next` of the page before."}
    return {
        "operationId": "asks",
        "summary": "Say which asks of Muster's are here",
        "description": "For reconciliation: what Muster asked is held against it. Offer it if you can; the state of one ask is enough.",
        "parameters": [state, after, *_SIGNED],
        "responses": {"200": _json("AskList", "One page."), "404": _json("ProblemBody", "No such list here."), **_FAILURES},
    }


def _delete() -> dict[str, Any]:
    return {
        "operationId": "recall",
        "summary": "Take an ask back",
        "description": "The answer is no longer needed; stop if you can. Recalling twice, or what you never received, is no error.",
        "parameters": _SIGNED,
        "responses": {
            "204": {"description": "Recalled, now or before."},
            "404": _json("ProblemBody", "No such ask: nothing to recall.", "application/problem+json"),
            **_FAILURES,
        },
    }


def document() -> str:
    """The text of `docs/partner-openapi.json`."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False, sort_keys=False) + "\n"


if __name__ == "__main__":
    print(document(), end="")
