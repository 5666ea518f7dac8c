"""The OpenAPI 3.1 document of this door: its addresses as the routers declare them, and what each takes, answers and refuses.

A call that stands in `CALLS` is described in full; one that does not is described by what every call may answer, never left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.events import PREFIX, catalogue
from gateway.problems import STATUS
from gateway.refusals import with_status
from gateway.shapes import HEADERS, MEDIA_TYPE, Node, example, ref, schemas

INFO = {
    "title": "Muster: the machines' door",
    "version": "1.0.0",
    "description": "Partners send signed events here and learn what became of them. Answers gain fields, never lose them. "
    "`docs/integrating.md` leads from nothing to the first accepted event; `docs/events/` tells of every type and every refusal.",
}
_ETAG = {"ETag": {"schema": {"type": "string"}}, "Cache-Control": {"schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds until the same may be sent again."}}
_WHY = {"WWW-Authenticate": {"schema": {"type": "string"}}}
#: What any call may answer, before its own work begins.
ANYWAY = (400, 408, 413, 500)
PROVED = (401, 403, 404, 503)


@dataclass(frozen=True)
class Call:
    """`ok` is the schema of the good answer; `fails` the statuses of its own, beside those any call has."""

    id: str
    ok: Node
    says: str
    status: str = "200"
    media: str = "application/json"
    fails: tuple[int, ...] = ()
    proved: bool = False
    body: Node | None = None
    stream: bool = False
    more: Mapping[str, Node] = field(default_factory=dict)
    headers: Mapping[str, Node] = field(default_factory=dict)


_UNCHANGED = {"304": {"description": "You hold this version already (`If-None-Match`).", "headers": _ETAG}}
_KINDS = {PREFIX + kind: f"#/components/schemas/{kind}" for kind in catalogue()}
_EVENT: Node = {
    "required": True,
    "description": "One CloudEvent in structured mode. The signature covers these bytes as they are sent.",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "oneOf": [ref(kind) for kind in catalogue()],
                "discriminator": {"propertyName": "type", "mapping": _KINDS},
            },
            "examples": {kind: {"value": example(kind)} for kind in catalogue()},
        }
    },
}
_FORM: Node = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"const": "client_credentials"},
                    "client_id": {"type": "string", "description": "Your partner id, unless it comes as HTTP Basic."},
                    "client_secret": {"type": "string"},
                },
            }
        }
    },
}


def _no_token(status: int) -> Node:
    """OAuth says why in words of its own; what is refused before it is asked is a problem document."""
    media = {"application/json": {"schema": ref("TokenRefused")}, "application/problem+json": {"schema": ref("ProblemDocument")}}
    return {"description": "No token." + (" The client is not known by this secret." if status == 401 else ""), "content": media}


CALLS: dict[tuple[str, str], Call] = {
    ("post", "/events"): Call(
        "sendEvent", ref("Receipt"), "Kept, durably. A repeat gets the same receipt, byte for byte.", "202",
        fails=(*PROVED, 409, 415, 422), proved=True, body=_EVENT,
    ),
    ("get", "/events/{partner}/{event_id}"): Call("eventFate", ref("Fate"), "What became of it.", fails=PROVED, proved=True),
    ("get", "/hires/{hire}/status"): Call("hireStatus", ref("StatusPage"), "Where it stands.", fails=PROVED, proved=True),
    ("post", "/oauth/token"): Call(
        "token", ref("Token"), "A token for ten minutes.", body=_FORM, more={str(status): _no_token(status) for status in (400, 401)},
    ),
    ("get", "/feed"): Call("feed", ref("FeedPage"), "What you subscribe to, in the order in which it was committed; or, where you "
        "accept `text/event-stream`, the same as a stream without end.", fails=PROVED, proved=True, stream=True,
    ),
    ("get", "/events/{partner}/{event_id}/proof"): Call(
        "eventProof", {"type": "string"}, "A tlog-proof: the leaf of your event, the way to the root, the signed checkpoint.",
        media="text/plain", fails=(*PROVED, 409), proved=True,
    ),
    ("get", "/log/checkpoint"): Call(
        "checkpoint", {"type": "string"}, "A C2SP checkpoint: origin, size, root, signature. Keep it.", media="text/plain", fails=(409,),
    ),
    ("get", "/log/consistency"): Call("consistency", ref("Consistency"), "The hashes that show it (RFC 6962).", fails=(400, 409)),
    ("get", "/schemas"): Call("listSchemas", ref("SchemaList"), "What there is.", more=_UNCHANGED, headers=_ETAG),
    ("get", "/schemas/{name}"): Call(
        "readSchema", {"type": "object"}, "A JSON Schema, draft 2020-12.", media="application/schema+json",
        fails=(404,), more=_UNCHANGED, headers=_ETAG,
    ),
    ("get", "/keys"): Call("keys", ref("Keys"), "Our public keys."),
    ("get", "/livez"): Call("alive", ref("State"), "The process runs."),
    ("get", "/readyz"): Call("ready", ref("State"), "Events can be kept.", fails=(503,)),
}  # fmt: skip
_HELD = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag you hold; the answer is then 304 while it is still the one.",
}
_LAST = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "Where a stream goes on. Whoever signs adds it to what is signed, on a second line: see docs/feed.md.",
}
_SIGNATURE: Node = {
    "type": "apiKey",
    "in": "header",
    "name": "webhook-signature",
    "description": "Standard Webhooks, Ed25519: `v1a,` and base64 over `<webhook-id>.<webhook-timestamp>.<body>`. Where there is no body, "
    "the request line stands in its place: `GET /events/<partner>/<id>`.",
}


_WAYS: Node = {
    "signature": _SIGNATURE,
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `POST /oauth/token`, for partners that have no key."},
    "certificate": {"type": "mutualTLS", "description": "A client certificate, where the operator's edge checks one."},
}


def described(made: Node) -> Node:
    """The framework's document, with everything it cannot know. `made` is not changed."""
    paths = {path: {method: _call(method, path, said) for method, said in calls.items()} for path, calls in made["paths"].items()}
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "https://{host}", "variables": {"host": {"default": "muster.example"}}}],
        "paths": paths,
        "components": {
            "schemas": schemas("in") | _own(made),
            "responses": {f"Problem{status}": _problem(status) for status in sorted(_statuses())},
            "securitySchemes": _WAYS,
        },
    }


def _own(made: Node) -> Node:
    """Models that routers declare themselves."""
    found = made.get("components", {}).get("schemas", {})
    return {name: shape for name, shape in found.items() if name not in ("HTTPValidationError", "ValidationError")}


def _statuses() -> set[int]:
    return {*ANYWAY, *PROVED, 405, 409, 415, 422, *(status for _, status, _ in STATUS)}


def _call(method: str, path: str, made: Node) -> Node:
    call = CALLS.get((method, path))
    common = (*ANYWAY, 429) if 429 in _statuses() else ANYWAY
    if call is None:
        told = {status: answer for status, answer in made["responses"].items() if status != "422"}
        return made | {"responses": told | _refusals({*common, *PROVED} - {int(status) for status in told})}
    parameters = [*made.get("parameters", ()), *(_proof() if call.proved else ()), *([_HELD] if "304" in call.more else ())]
    good: Node = {call.status: {"description": call.says, "content": {call.media: {"schema": call.ok}}}}
    if call.stream:
        good[call.status]["content"]["text/event-stream"] = {"schema": {"type": "string"}}
        parameters.append(_LAST)
    if call.headers:
        good[call.status]["headers"] = dict(call.headers)
    said: Node = {"operationId": call.id, "summary": made["summary"], "parameters": parameters}
    if call.body:
        said["requestBody"] = call.body
    said["responses"] = good | _refusals({*common, *call.fails}) | dict(call.more)
    said["security"] = [{way: []} for way in _WAYS] if call.proved else []
    return said


def _proof() -> Iterable[Node]:
    """The headers of a proved call; the signature itself is the security scheme. Who signs needs the three of them together."""
    for name, header in HEADERS.items():
        if name != "webhook-signature":
            yield {"name": name, "in": "header", "required": name == "muster-partner", **header}


def _refusals(statuses: Iterable[int]) -> Node:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(statuses)}


def _problem(status: int) -> Node:
    codes = ", ".join(f"`{met.code}`" for met in with_status(status))
    found: Node = {
        "description": f"Refused: {codes}." if codes else "Refused.",
        "content": {"application/problem+json": {"schema": ref("ProblemDocument")}},
    }
    headers = {401: _WHY, 429: _RETRY, 503: _RETRY}.get(status)
    return found | ({"headers": headers} if headers else {})
