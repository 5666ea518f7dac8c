"""The parts both descriptions of this door are made of: every event as a schema, and the headers that prove its sender."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from domain.events import CONTENT_TYPE, PREFIX, Envelope, EventData, catalogue
from domain.outbound import AnnouncedData, announcements
from domain.samples import ANNOUNCED, DATA, subject_of
from gateway.answers import MODELS

Node = dict[str, Any]
MEDIA_TYPE = CONTENT_TYPE
#: Invented: who the examples come from, and when.
SOURCE_OF = {"in": "a-partner", "out": "muster"}
MOMENT = "2026-09-01T08:30:00Z"

HEADERS: dict[str, Node] = {
    "webhook-id": {
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "description": "The event's `id`, the same on every repeat of it.",
    },
    "webhook-timestamp": {
        "schema": {"type": "string", "pattern": "^[1-9][0-9]{9}$"},
        "description": "Unix seconds of this attempt; at most five minutes from the receiver's clock.",
    },
    "webhook-signature": {
        "schema": {"type": "string", "maxLength": 1000},
        "description": "`v1a,` and the base64 Ed25519 signature of id, dot, timestamp, dot, body; several stand apart by a space.",
    },
    "muster-partner": {
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"},
        "description": "Who sends it: a partner's id; from us, the name of the installation.",
    },
}


def ref(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def models() -> dict[str, type[BaseModel]]:
    """The data of every event by its type, both directions."""
    return {**catalogue(), **announcements()}


@cache
def _made() -> Node:
    wanted: list[type[BaseModel]] = [*MODELS, Envelope, *models().values()]
    _, made = models_json_schema([(model, "validation") for model in wanted], ref_template="#/components/schemas/{model}")
    found: Node = made["$defs"]
    for model in announcements().values():
        found[model.__name__].pop("additionalProperties")  # fields may be added
    return found


def schemas(direction: str = "") -> Node:
    """Every answer, the envelope and the data of events; and each event whole, named by its type. `direction`: only "in" or "out"."""
    events = {kind: event(kind) for kind in models() if direction in ("", direction_of(kind))}
    return {**_reachable(events), **events}


def _reachable(events: Node) -> Node:
    """The shared parts that these events, and the answers, lead to."""
    found: Node = {}
    waiting: list[Any] = [*events.values(), *(ref(model.__name__) for model in MODELS)]
    while waiting:
        match waiting.pop():
            case {"$ref": str(target)}:
                name = target.rpartition("/")[2]
                if name not in found and name not in events:
                    found[name] = _made()[name]
                    waiting.append(found[name])
            case dict() as node:
                waiting += node.values()
            case list() as nodes:
                waiting += nodes
    return dict(sorted(found.items()))


def event(kind: str) -> Node:
    """One event whole: the envelope, with this type and its data."""
    model = models()[kind]
    return {
        "title": PREFIX + kind,
        "description": said(model),
        "allOf": [ref("Envelope")],
        "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": {"const": PREFIX + kind},
            "subject": {"type": "string", "pattern": f"^{subject_kind(model)}/"},
            "data": ref(model.__name__),
        },
    }


def direction_of(kind: str) -> str:
    return "in" if kind in catalogue() else "out"


def subject_kind(model: type[BaseModel]) -> str:
    assert issubclass(model, (EventData, AnnouncedData))
    return model.SUBJECT


def said(model: type[BaseModel]) -> str:
    """What a model says of itself, on one line; empty for those that inherit another's words."""
    return " ".join((model.__dict__.get("__doc__") or "").split())


def example(kind: str) -> Node:
    """A whole event of this type, with invented content."""
    direction = direction_of(kind)
    return {
        "specversion": "1.0",
        "id": f"example-{kind.replace('.', '-')}",
        "source": SOURCE_OF[direction],
        "type": PREFIX + kind,
        "subject": subject_of(kind),
        "time": MOMENT,
        "datacontenttype": "application/json",
        "data": (DATA if direction == "in" else ANNOUNCED)[kind],
    }
