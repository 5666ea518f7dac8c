"""What arrives, what is answered, and what an event became; and the way from a partner's bytes to what is kept of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.events import ApplicationSubmitted, Inbound

Row = dict[str, Any]
MakeReceipt = Callable[[str, str], Row]


class Contact(BaseModel):
    """How to reach a person: personal data, kept in `people` only."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = ""
    email: str = ""
    language: str = "en"


class Arrival(BaseModel):
    """A verified, validated event at the door. `data` is its thin part; everything personal is in the last three fields.

    Where it goes: `case` if given; else, for "application.submitted", the one hire of this candidate and vacancy, made if new;
    else that hire if `vacancy` and `candidate_source_id` are given; else the vacancy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    event_id: str
    type: str
    sha256: str
    signature: str | None = None
    key_id: str | None = None
    received_at: datetime
    case: str | None = None
    vacancy: str | None = None
    candidate_source_id: str | None = None
    data: Row = Field(default_factory=dict)
    payload: bytes | None = None
    application: Row | None = None
    contact: Contact | None = None


@dataclass(frozen=True)
class Acceptance:
    """The answer to an arrival; for a repeated one everything is as it was the first time, but for `state`, which is of today."""

    inbox_id: str
    first: bool
    case: str
    received_at: datetime
    sha256: str
    state: str
    receipt: Row | None


@dataclass(frozen=True)
class Kept:
    """What became of an event, as its sender may know it."""

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
    receipt: Row | None
    linked_to: str | None = None
    #: What it became, in order: {"state", "at"} with `reason`, `number` (of the journal) or `event` where there is one.
    history: tuple[Row, ...] = ()


def arrival_of(
    inbound: Inbound, body: bytes, *, source: str, sha256: str, signature: str | None, key_id: str | None, received_at: datetime
) -> Arrival:
    """What is kept: routing, hash and signature beside the thin part; the bytes and the application with the personal data."""
    data = inbound.data
    common: dict[str, Any] = {
        "source": source,
        "event_id": inbound.envelope.id,
        "type": inbound.type,
        "sha256": sha256,
        "signature": signature,
        "key_id": key_id,
        "received_at": received_at,
        "data": data.thin() | _claimed(inbound),
        "payload": body,
    }
    if not isinstance(data, ApplicationSubmitted):
        return Arrival(**common, case=inbound.envelope.subject)
    contact = Contact(name=data.contact.name, email=data.contact.email, language=data.contact.language)
    application = data.model_dump(mode="json", by_alias=True, exclude={"contact"})
    return Arrival(**common, vacancy=data.vacancy, candidate_source_id=data.candidate.id, application=application, contact=contact)


def _claimed(inbound: Inbound) -> dict[str, Any]:
    """When the sender says it happened: evidence beside our own clock, which alone decides."""
    time = inbound.envelope.time
    return {"claimed_at": time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")} if time else {}
