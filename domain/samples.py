"""One good example of the data of every event, in and out; invented people. The pages of `docs/events/` show them, tests post them."""

from typing import Any

from domain.events import catalogue
from domain.outbound import announcements

HIRE = "hire/7q2k9fxm"
VACANCY = "vacancy/250442"

APPLICATION: dict[str, Any] = {
    "candidate": {
        "id": "cand-0001",
        "status": "external",
        "nationalities": ["BE", "FR"],
        "employer_kind": "ministry",
        "clearance_on_file": {"level": "NS", "issued_by": "BE", "valid_until": "2031-05-01"},
        "seconded_by": "FR",
    },
    "channel": "public",
    "vacancy": "250442",
    "role_profiles": ["Policy and plans – defence"],
    "languages": [{"code": "en", "level": "V"}, {"code": "fr", "level": "III"}],
    "education": [{"level": "master", "field": "Économie", "from": "2001-09-01", "to": "2005-06-30"}],
    "experience": [{"employer": "Ministry", "title": "Adviser", "from": "2006-01-01", "to": None, "related": True}],
    "declarations": {"relatives": False, "military_service": None, "ai_used": False},
    "answers": [{"question": "motivation", "text": "First line.\nSecond line, « quoted »."}],
    "attachments": [{"id": "cv", "sha256": "ab" * 32, "type": "application/pdf"}],
    "contact": {"name": "Zoë O’Example", "email": "zoe@people.example", "language": "fr"},
}

DATA: dict[str, dict[str, Any]] = {
    "application.submitted": APPLICATION,
    "application.withdrawn": {"reason": "Found something nearer home."},
    "candidate.unavailable": {},
    "candidate.available": {},
    "candidate.told": {"about": "medical_outcome"},
    "accommodation.requested": {"reference": "acc-1"},
    "assessment.completed": {"reference": "video-77", "answered_on": "2026-03-02"},
    "interview.scheduled": {"starts_at": "2026-04-07T09:30:00+02:00", "minutes": 60, "place": "room-z-204"},
    "interview.completed": {"attended": True},
    "clearance.forms_received": {},
    "clearance.acknowledged": {"expected": "2026-09-01"},
    "clearance.replied": {
        "outcome": "granted",
        "level": "NS",
        "issuer": "BE",
        "valid_from": "2026-06-01",
        "valid_until": "2031-06-01",
        "reference": "BE-2026/114",
    },
    "clearance.withdrawn": {"reference": "BE-2026/115", "withdrawn_on": "2026-07-01"},
    "medical.file_received": {},
    "medical.acknowledged": {"expected": None},
    "medical.replied": {"outcome": "fit_with_adjustments", "valid_until": "2027-06-01", "reference": "M-9"},
    "medical.appealed": {"reference": "M-10"},
    "verification.acknowledged": {},
    "verification.replied": {
        "outcome": "partly",
        "claims": [{"claim": "education-1", "outcome": "confirmed"}, {"claim": "employer-1", "outcome": "not_confirmed"}],
        "reference": "V-3",
    },
    "accreditation.acknowledged": {"expected": "2026-08-01"},
    "accreditation.replied": {"outcome": "accepted", "reference": "HN-8", "valid_until": None},
    "secondment.replied": {"outcome": "agreed", "years": 3, "reference": "FR-MIN-4"},
    "budget.decided": {"post": "250442-2", "outcome": "approved", "reference": "B-12"},
    "offer.answered": {"accepted": True},
    "offer.extension_requested": {"reason": "I am travelling."},
    "reuse.answered": {"accepted": False},
    "contract.signed": {"signed": True, "enters_on": "2026-10-01"},
    "duty.entered": {"entered_on": "2026-10-01"},
    "duty.no_show": {"expected_on": "2026-10-01"},
    "probation.decided": {"confirmed": True, "decided_by": "p-114", "reason": "A good start."},
    "review.lodged": {"reference": "R-1"},
    "integrity.reported": {"allegation": "ai_used", "evidence": "ev-55"},
    "allegation.answered": {"reference": "ans-1"},
}

_HIRED = {"vacancy": "250442"}
_CLEARANCE = _HIRED | {"condition": "clearance"}
#: The same for what we announce.
ANNOUNCED: dict[str, dict[str, Any]] = {
    "vacancy.published": {},
    "vacancy.closed": {},
    "vacancy.cancelled": {},
    "vacancy.filled": {},
    "hire.stage_changed": _HIRED | {"stage": "interview"},
    "hire.held": _HIRED,
    "hire.resumed": _HIRED,
    "hire.ended": _HIRED | {"ending": "withdrawn"},
    "hire.reopened": _HIRED | {"stage": "screening"},
    "condition.requested": _CLEARANCE | {"authority": "nsa-be", "ask": "7q2k9fxm/clearance/1", "papers": True},
    "condition.satisfied": _CLEARANCE | {"nation": "FR"},
    "condition.refused": _CLEARANCE,
    "condition.reopened": _CLEARANCE,
    "offer.issued": _HIRED | {"post": "250442-2"},
    "offer.lapsed": _HIRED,
    "contract.offered": _HIRED | {"post": "250442-2", "enters_on": "2026-10-01"},
    "reuse.offered": _HIRED | {"other_vacancy": "270311", "post": "270311-1"},
    "deadline.approaching": _HIRED | {"deadline": "clearance"},
    "deadline.missed": _HIRED | {"deadline": "decision:issue_offer"},
    "reserve.listed": _HIRED | {"rank": 2, "until": "2027-09-30T21:59:59Z"},
    "reserve.lapsing": _HIRED,
    "appointment.made": _HIRED | {"post": "250442-2", "enters_on": "2026-10-01"},
}


def subject_of(kind: str) -> str:
    """The subject of the example of an inbound or outbound type."""
    models: dict[str, Any] = {**catalogue(), **announcements()}
    return VACANCY if models[kind].SUBJECT == "vacancy" else HIRE
