"""Every message in and out (`recruitment.md` §10): CloudEvents 1.0, structured, one strict model per type, past tense.

Inside Muster a type is written without its prefix (`clearance.replied`). `subject` names the case: `hire/<id>`, or
`vacancy/<reference>` where no hire exists yet (`application.submitted`) or none is meant (`budget.decided`).
What a model holds goes to the personal tables; only `thin()` may enter the history of a workflow: outcomes, dates, references.
Fields may be added, with a default; none is ever renamed or removed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from domain.errors import BadInput
from domain.strict_json import loads

PREFIX = "int.muster."
CONTENT_TYPE = "application/cloudevents+json"
#: The outbound type that says nothing: whether a subscriber can be reached, and reads our signature.
PING = "ping"


class NotAnEvent(BadInput):
    """The JSON is no event of ours. The message says where and what would be right, and repeats nothing of it."""


class UnknownType(NotAnEvent):
    """No such inbound event type."""


class PartnerKind(StrEnum):
    PORTAL = "portal"
    ASSESSMENT_PLATFORM = "assessment_platform"
    NATIONAL_AUTHORITY = "national_authority"
    MEDICAL_ADVISER = "medical_adviser"
    VERIFICATION_AGENCY = "verification_agency"
    HOST_NATION = "host_nation"
    NATIONAL_ADMINISTRATION = "national_administration"
    BUDGET_AUTHORITY = "budget_authority"
    HRIS = "hris"


# ---- grammars: what a value may look like --------------------------------------------------------------------------------


class _Inconsistent(ValueError):
    """Fields that are right one by one and wrong together. Its sentence is ours and may be said."""


def _day(value: object) -> object:
    """Pydantic alone would also take a number or a date with a time."""
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError("YYYY-MM-DD")
        return date.fromisoformat(value)
    return value


def _instant(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", value):
            raise ValueError("RFC 3339")
        return datetime.fromisoformat(value)
    return value


Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]

# References and codes have grammars too narrow to carry a sentence or a person's name in passing: that is what lets them be thin.
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Level = Literal["NR", "NC", "NS", "CTS"]

_CONTROL = r"\x00-\x1f\x7f\u2028\u2029"
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=rf"^[^{_CONTROL}]*$")]
Text = Annotated[str, Field(max_length=10_000)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True, validate_by_alias=True)


M = TypeVar("M", bound=Strict)


class EventData(Strict):
    """The `data` of one inbound type."""

    TYPE: ClassVar[str]
    #: The kinds of partner that may send it.
    SENDERS: ClassVar[frozenset[PartnerKind]]
    #: The kind of case its subject names.
    SUBJECT: ClassVar[Literal["hire", "vacancy"]] = "hire"
    #: Free text, which stays in the personal tables.
    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    def thin(self) -> dict[str, Any]:
        """The part that may enter histories: outcomes, dates, references; JSON values, nothing that is null."""
        return self.model_dump(mode="json", exclude=set(self.PRIVATE), exclude_none=True)


def _from(*kinds: PartnerKind) -> frozenset[PartnerKind]:
    return frozenset(kinds)


_PORTAL = _from(PartnerKind.PORTAL)
_PLATFORM = _from(PartnerKind.ASSESSMENT_PLATFORM)
_NATION = _from(PartnerKind.NATIONAL_AUTHORITY)
_MEDICAL = _from(PartnerKind.MEDICAL_ADVISER)
_AGENCY = _from(PartnerKind.VERIFICATION_AGENCY)
_HOST = _from(PartnerKind.HOST_NATION)
_HRIS = _from(PartnerKind.HRIS)


# ---- the application -----------------------------------------------------------------------------------------------------

CandidateStatus = Literal[
    "civilian_staff",
    "temporary_staff",
    "consultant",
    "contractor",
    "intern",
    "voluntary_national_contribution",
    "national_administration",
    "external",
]


class ClearanceOnFile(Strict):
    level: Level
    issued_by: Code
    valid_until: Day


class Candidate(Strict):
    id: Reference
    status: CandidateStatus
    nationalities: tuple[Country, ...] = Field(min_length=1, max_length=10)
    employer_kind: Code | None = None
    clearance_on_file: ClearanceOnFile | None = None
    seconded_by: Country | None = None


class Language(Strict):
    code: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    level: Literal["I", "II", "III", "IV", "V"]


class _Span(Strict):
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise _Inconsistent("`to` must not be before `from`")
        return self


class Education(_Span):
    level: Code
    field: Line | None = None


class Experience(_Span):
    employer: Line
    title: Line
    related: bool


class Declarations(Strict):
    """A missing declaration is null, never false: "not said" is unclear, not a "no"."""

    relatives: bool | None = None
    military_service: bool | None = None
    ai_used: bool | None = None


class Answer(Strict):
    question: Reference
    text: Text


class Attachment(Strict):
    id: Reference
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    type: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$")]


class Contact(Strict):
    name: Line
    email: Email
    language: Literal["en", "fr"]


class ApplicationSubmitted(EventData):
    TYPE = "application.submitted"
    SENDERS = _PORTAL
    SUBJECT = "vacancy"
    candidate: Candidate
    channel: Literal["internal", "public"]
    vacancy: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    role_profiles: tuple[Line, ...] = Field(default=(), max_length=20)
    languages: tuple[Language, ...] = Field(default=(), max_length=40)
    education: tuple[Education, ...] = Field(default=(), max_length=40)
    experience: tuple[Experience, ...] = Field(default=(), max_length=80)
    declarations: Declarations
    answers: tuple[Answer, ...] = Field(default=(), max_length=80)
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=40)
    contact: Contact

    def thin(self) -> dict[str, Any]:
        """Channel and what routes the conditions; everything else is personal."""
        person = self.candidate
        thin: dict[str, Any] = {
            "channel": self.channel,
            "serving": person.status == "civilian_staff",
            "nations": list(dict.fromkeys(person.nationalities)),
        }
        return thin | ({"seconded_by": person.seconded_by} if person.seconded_by else {})


class ApplicationWithdrawn(EventData):
    TYPE = "application.withdrawn"
    SENDERS = _PORTAL
    PRIVATE = frozenset({"reason"})
    reason: Text | None = None


class CandidateUnavailable(EventData):
    TYPE = "candidate.unavailable"
    SENDERS = _PORTAL


class CandidateAvailable(EventData):
    TYPE = "candidate.available"
    SENDERS = _PORTAL


class CandidateTold(EventData):
    """A partner told the candidate something itself; medical negatives are the medical service's to tell."""

    TYPE = "candidate.told"
    SENDERS = _MEDICAL
    about: Code


class AccommodationRequested(EventData):
    TYPE = "accommodation.requested"
    SENDERS = _PORTAL
    reference: Reference | None = None


# ---- assessment and interview --------------------------------------------------------------------------------------------


class AssessmentCompleted(EventData):
    TYPE = "assessment.completed"
    SENDERS = _PLATFORM
    reference: Reference
    answered_on: Day


class InterviewScheduled(EventData):
    """`place` is the name of a room or a meeting, not a sentence: `room-z-204`, `video`."""

    TYPE = "interview.scheduled"
    SENDERS = _PLATFORM | _PORTAL
    starts_at: Instant
    minutes: int = Field(ge=5, le=600)
    place: Reference


class InterviewCompleted(EventData):
    TYPE = "interview.completed"
    SENDERS = _PLATFORM
    attended: bool


# ---- conditions of appointment (§4: outcome, validity and reference, nothing more) ---------------------------------------


class _OfRequest(EventData):
    """`ask` is the key of the request this is about, as we put it: it tells nations and rounds of asking apart."""

    ask: Reference | None = None


class _Acknowledged(_OfRequest):
    expected: Day | None = None


class ClearanceFormsReceived(_OfRequest):
    TYPE = "clearance.forms_received"
    SENDERS = _NATION | _PORTAL


class ClearanceAcknowledged(_Acknowledged):
    TYPE = "clearance.acknowledged"
    SENDERS = _NATION


class ClearanceReplied(_OfRequest):
    TYPE = "clearance.replied"
    SENDERS = _NATION
    outcome: Literal["granted", "refused", "withdrawn", "interim"]
    level: Level | None = None
    issuer: Code | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    reference: Reference

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = (self.level, self.issuer, self.valid_from, self.valid_until)
        if self.outcome in ("granted", "interim") and None in given:
            raise _Inconsistent("`granted` and `interim` need `level`, `issuer`, `valid_from` and `valid_until`")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise _Inconsistent("`valid_until` must not be before `valid_from`")
        return self


class ClearanceWithdrawn(_OfRequest):
    """A clearance granted before is taken back."""

    TYPE = "clearance.withdrawn"
    SENDERS = _NATION
    reference: Reference
    withdrawn_on: Day | None = None


class MedicalFileReceived(_OfRequest):
    TYPE = "medical.file_received"
    SENDERS = _MEDICAL | _PORTAL


class MedicalAcknowledged(_Acknowledged):
    TYPE = "medical.acknowledged"
    SENDERS = _MEDICAL


class MedicalReplied(_OfRequest):
    TYPE = "medical.replied"
    SENDERS = _MEDICAL
    outcome: Literal["fit", "unfit", "fit_with_adjustments"]
    valid_until: Day | None = None
    reference: Reference


class MedicalAppealed(EventData):
    TYPE = "medical.appealed"
    SENDERS = _MEDICAL | _PORTAL
    reference: Reference


class VerificationAcknowledged(_Acknowledged):
    TYPE = "verification.acknowledged"
    SENDERS = _AGENCY


class Claim(Strict):
    """`claim` is the reference under which it was asked: `education-1`, `employer-2`."""

    claim: Reference
    outcome: Literal["confirmed", "not_confirmed", "partly"]


class VerificationReplied(_OfRequest):
    TYPE = "verification.replied"
    SENDERS = _AGENCY
    outcome: Literal["confirmed", "not_confirmed", "partly"]
    claims: tuple[Claim, ...] = Field(default=(), max_length=120)
    reference: Reference


class AccreditationAcknowledged(_Acknowledged):
    TYPE = "accreditation.acknowledged"
    SENDERS = _HOST


class AccreditationReplied(_OfRequest):
    TYPE = "accreditation.replied"
    SENDERS = _HOST
    outcome: Literal["accepted", "refused"]
    reference: Reference
    valid_until: Day | None = None


class SecondmentReplied(_OfRequest):
    TYPE = "secondment.replied"
    SENDERS = _from(PartnerKind.NATIONAL_ADMINISTRATION)
    outcome: Literal["agreed", "refused"]
    years: int | None = Field(default=None, ge=1, le=10)
    reference: Reference

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome == "agreed" and self.years is None:
            raise _Inconsistent("`agreed` needs `years`")
        return self


class BudgetDecided(EventData):
    """About a post of a vacancy, not about a hire."""

    TYPE = "budget.decided"
    SENDERS = _from(PartnerKind.BUDGET_AUTHORITY)
    SUBJECT = "vacancy"
    post: Reference
    outcome: Literal["approved", "refused"]
    reference: Reference


# ---- offer, contract, duty -----------------------------------------------------------------------------------------------


class OfferAnswered(EventData):
    TYPE = "offer.answered"
    SENDERS = _PORTAL
    accepted: bool
    #: Who was called from the list and declines stays on it, unless this says no.
    stay_listed: bool | None = None


class OfferExtensionRequested(EventData):
    TYPE = "offer.extension_requested"
    SENDERS = _PORTAL
    PRIVATE = frozenset({"reason"})
    reason: Text | None = None


class ReuseAnswered(EventData):
    TYPE = "reuse.answered"
    SENDERS = _PORTAL
    accepted: bool


class ContractSigned(EventData):
    TYPE = "contract.signed"
    SENDERS = _PORTAL
    signed: bool
    enters_on: Day | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.signed and self.enters_on is None:
            raise _Inconsistent("a signed contract needs `enters_on`")
        return self


class DutyEntered(EventData):
    TYPE = "duty.entered"
    SENDERS = _HRIS
    entered_on: Day


class DutyNoShow(EventData):
    TYPE = "duty.no_show"
    SENDERS = _HRIS
    expected_on: Day


class ProbationDecided(EventData):
    """The line manager's written decision. `decided_by` is a staff number; `reason` stays with the personal data."""

    TYPE = "probation.decided"
    SENDERS = _HRIS
    PRIVATE = frozenset({"reason"})
    confirmed: bool
    decided_by: Reference
    reason: Text
    reason_code: Code = "written_decision"


# ---- at any time ---------------------------------------------------------------------------------------------------------


class ReviewLodged(EventData):
    TYPE = "review.lodged"
    SENDERS = _PORTAL
    reference: Reference


class IntegrityReported(EventData):
    TYPE = "integrity.reported"
    SENDERS = _PORTAL | _PLATFORM | _AGENCY | _HRIS
    allegation: Code
    evidence: Reference
    phase: Literal["form", "video", "test", "interview"] | None = None


class AllegationAnswered(EventData):
    TYPE = "allegation.answered"
    SENDERS = _PORTAL
    reference: Reference


_INBOUND: tuple[type[EventData], ...] = (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CandidateUnavailable,
    CandidateAvailable,
    CandidateTold,
    AccommodationRequested,
    AssessmentCompleted,
    InterviewScheduled,
    InterviewCompleted,
    ClearanceFormsReceived,
    ClearanceAcknowledged,
    ClearanceReplied,
    ClearanceWithdrawn,
    MedicalFileReceived,
    MedicalAcknowledged,
    MedicalReplied,
    MedicalAppealed,
    VerificationAcknowledged,
    VerificationReplied,
    AccreditationAcknowledged,
    AccreditationReplied,
    SecondmentReplied,
    BudgetDecided,
    OfferAnswered,
    OfferExtensionRequested,
    ReuseAnswered,
    ContractSigned,
    DutyEntered,
    DutyNoShow,
    ProbationDecided,
    ReviewLodged,
    IntegrityReported,
    AllegationAnswered,
)
_CATALOGUE = {model.TYPE: model for model in _INBOUND}

#: What we announce to subscribers. Thin: references and outcomes, never personal data beyond the candidate reference.
OUTBOUND = (
    "vacancy.published",
    "vacancy.closed",
    "vacancy.cancelled",
    "vacancy.filled",
    "hire.stage_changed",
    "hire.held",
    "hire.resumed",
    "hire.ended",
    "hire.reopened",
    "condition.requested",
    "condition.satisfied",
    "condition.refused",
    "condition.reopened",
    "offer.issued",
    "offer.lapsed",
    "contract.offered",
    "reuse.offered",
    "deadline.approaching",
    "deadline.missed",
    "reserve.listed",
    "reserve.lapsing",
    "appointment.made",
)


def catalogue() -> dict[str, type[EventData]]:
    """Every inbound type (without prefix) and the model of its data."""
    return dict(_CATALOGUE)


def sendable_by(kind: PartnerKind) -> frozenset[str]:
    """The inbound types a partner of this kind may send unless its configuration says otherwise."""
    return frozenset(name for name, model in _CATALOGUE.items() if kind in model.SENDERS)


# ---- the envelope --------------------------------------------------------------------------------------------------------


class Envelope(Strict):
    """The CloudEvents attributes we take. `source` is the partner's id; `time` is what the sender claims, and decides nothing."""

    specversion: Literal["1.0"]
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    type: Annotated[str, Field(pattern=r"^int\.muster\.[a-z_]+\.[a-z_]+$")]
    subject: Annotated[str, Field(pattern=r"^(hire/[A-Za-z0-9][A-Za-z0-9-]{0,63}|vacancy/[A-Za-z0-9][A-Za-z0-9._-]{0,63})$")]
    time: Instant | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]

    @property
    def short_type(self) -> str:
        return self.type.removeprefix(PREFIX)


@dataclass(frozen=True)
class Inbound:
    """One event of a partner, understood."""

    envelope: Envelope
    data: EventData

    @property
    def type(self) -> str:
        """Without prefix."""
        return self.envelope.short_type


def parse(body: bytes | Mapping[str, Any]) -> Inbound:
    """Read one event, strictly. Raises NotStrictJson, NotAnEvent or UnknownType, each saying where and what would be right."""
    value = loads(body) if isinstance(body, bytes) else dict(body)
    if not isinstance(value, dict):
        raise NotAnEvent("the body must be one JSON object", code="not_an_object")
    envelope = _validated(Envelope, value, at="")
    model = _CATALOGUE.get(envelope.short_type)
    if model is None:
        raise UnknownType(f"/type must be {PREFIX} followed by one of: {', '.join(_CATALOGUE)}", code="unknown_type", pointer="/type")
    data = _validated(model, envelope.data, at="/data")
    _check_subject(envelope, data)
    return Inbound(envelope=envelope, data=data)


def _check_subject(envelope: Envelope, data: EventData) -> None:
    kind, _, reference = envelope.subject.partition("/")
    if kind != data.SUBJECT:
        raise NotAnEvent(f"/subject must be {data.SUBJECT}/<id> for {data.TYPE}", code="wrong_subject", pointer="/subject")
    if isinstance(data, ApplicationSubmitted) and data.vacancy != reference:
        raise NotAnEvent("/data/vacancy must be the vacancy that /subject names", code="wrong_subject", pointer="/data/vacancy")


def cloud_event(event_id: str, source: str, kind: str, subject: str, data: Mapping[str, Any], time: datetime | None = None) -> bytes:
    """The structured bytes of one event; `kind` is the type without prefix. Equal arguments give equal bytes."""
    attributes: dict[str, Any] = {"specversion": "1.0", "id": event_id, "source": source, "type": PREFIX + kind, "subject": subject}
    if time is not None:
        attributes["time"] = time.isoformat().replace("+00:00", "Z")
    attributes |= {"datacontenttype": "application/json", "data": dict(data)}
    return json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode()


# ---- saying what is wrong without repeating it -----------------------------------------------------------------------------


def _validated(model: type[M], value: Mapping[str, Any], at: str) -> M:
    try:
        # As JSON, because strict Python mode would refuse a list where a tuple is meant.
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        problems = [_problem(e, model, at) for e in error.errors(include_url=False, include_input=False)][:20]
    message = "; ".join(f"{pointer or '/'} {detail}" for pointer, detail in problems[:5])
    listed = [{"pointer": pointer, "detail": detail} for pointer, detail in problems]
    raise NotAnEvent(message, code="invalid", errors=listed)


def _problem(error: Any, model: type[BaseModel], at: str) -> tuple[str, str]:
    kind, place = error["type"], list(error["loc"])
    if kind == "extra_forbidden":
        place.pop()  # the last part is the sender's own word
    return at + "".join(f"/{part}" for part in place), _right(kind, error.get("ctx", {}), model if not place else None)


def _right(kind: str, ctx: Mapping[str, Any], model: type[BaseModel] | None) -> str:
    """What would be right, from our side of the comparison only."""
    match kind:
        case "missing":
            return "is required"
        case "extra_forbidden":
            known = f"; known are: {', '.join(_names(model))}" if model else ""
            return f"holds a field that is not known here{known}"
        case "string_pattern_mismatch":
            return f"must match {ctx['pattern']}"
        case "literal_error" | "enum":
            return f"must be one of: {ctx['expected']}"
        case "too_long" | "string_too_long":
            return f"must have at most {ctx['max_length']} items or characters"
        case "too_short" | "string_too_short":
            return f"must have at least {ctx['min_length']} items or characters"
        case "greater_than_equal" | "less_than_equal":
            return f"must be {'at least' if 'ge' in ctx else 'at most'} {ctx.get('ge', ctx.get('le'))}"
        case "value_error":
            wrong = ctx.get("error")
            # The standard library's own errors may quote what they were given; ours never do.
            return f"is inconsistent: {wrong}" if isinstance(wrong, _Inconsistent) else "must be a date (YYYY-MM-DD) or an RFC 3339 instant"
        case _:
            return f"must be of the right kind: {kind.replace('_type', '').replace('_', ' ')}"


def _names(model: type[BaseModel]) -> Iterable[str]:
    return (field.alias or name for name, field in model.model_fields.items())
