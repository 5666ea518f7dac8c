"""One good example of every inbound event; invented people."""

from typing import Any

from domain.events import cloud_event

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


def subject_of(kind: str) -> str:
    return VACANCY if kind in ("application.submitted", "budget.decided") else HIRE


def event(kind: str, event_id: str = "evt-1", source: str = "portal", **changes: Any) -> bytes:
    """The bytes of a good event; `changes` replace fields of its data."""
    return cloud_event(event_id, source, kind, subject_of(kind), {**DATA[kind], **changes})
