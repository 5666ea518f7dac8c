"""The examples of inbound events as bytes, and a partner of each kind that may send them."""

from typing import Any

from domain.events import cloud_event
from domain.samples import APPLICATION, DATA, HIRE, VACANCY, subject_of

__all__ = ["APPLICATION", "DATA", "HIRE", "SENDER", "VACANCY", "event", "subject_of"]

SENDER = {
    "portal": "portal",
    "assessment_platform": "assessments",
    "national_authority": "nsa-be",
    "medical_adviser": "medical",
    "verification_agency": "verification",
    "host_nation": "host",
    "national_administration": "administration-fr",
    "budget_authority": "budget",
    "hris": "hris",
}


def event(kind: str, event_id: str = "evt-1", source: str = "portal", **changes: Any) -> bytes:
    """The bytes of a good event; `changes` replace fields of its data."""
    return cloud_event(event_id, source, kind, subject_of(kind), {**DATA[kind], **changes})
