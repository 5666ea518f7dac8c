"""The facts of a case: everything a case becomes is one of these, in the past tense, in its journal.

A fact is written once and never changed; a mistake is corrected by a later fact. Facts carry references, outcomes and dates,
never personal data (that stands in tables of its own, referred to by a random id).
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.posts import PostSpec
from domain.rules import DeadlineRule
from domain.slots import slot_of
from domain.words import (
    Condition,
    Ending,
    Level,
    LimitAction,
    MessageFate,
    Outcome,
    Party,
    PostKind,
    Stage,
    Verdict,
)

#: A reference as partners give it: too narrow a grammar to carry a sentence or a name.
Reference = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/-]{0,79})?$")]


class Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Nobody changes a fact, so a copied state may share it: every step copies the state of its case."""
        return self


class Decision(BaseModel):
    """A judgement as it stands in the journal: verdict, reason codes, the rules used, and a keyed hash of what was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    policy: str = ""
    seen: str = ""


class CarriedResult(BaseModel):
    """An authority's answer in favour, given in an earlier hire of the same person (`case`): outcome, validity, level and reference."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    condition: Condition
    authority: str
    outcome: Outcome
    valid_until: date | None = None
    level: str = ""
    reference: str = ""
    case: str


# ---- the application and its way to the board --------------------------------------------------------------------------


class ApplicationReceived(Fact):
    """`late` keeps it out of the competition until a person has decided; `lateness` says whether our own door may be to blame.
    `claimed_at` is what the sender says: evidence for that person, trusted by no rule. `consent_asked`: a re-use, and the person has
    not said yet whether they agree; `carried` is what the first hire leaves to it."""

    kind: Literal["application_received"] = "application_received"
    vacancy: str
    candidate: str
    channel: Literal["internal", "public", "linked"]
    received_at: datetime
    late: bool
    lateness: Literal["in_time", "late", "unclear"] = "in_time"
    claimed_at: datetime | None = None
    application: str
    policy: str
    linked_from: str | None = None
    seconded_by: str | None = None
    serving: bool = False
    nations: tuple[str, ...] = ()
    consent_asked: bool = False
    carried: tuple[CarriedResult, ...] = ()


class LatenessDecided(Fact):
    """A named person takes an application as received in time, because our own door was shut when the competition closed."""

    kind: Literal["lateness_decided"] = "lateness_decided"
    reason: str


class HireImported(Fact):
    """The case was in flight elsewhere and begins here at this stage: from which file and line, and who brought it.

    What the same step says happened elsewhere: nobody is written to about it, and the age of the case is counted from here.
    """

    kind: Literal["hire_imported"] = "hire_imported"
    file_sha256: str
    line: int
    imported_by: str
    stage: Stage


class ApplicationReplaced(Fact):
    kind: Literal["application_replaced"] = "application_replaced"
    received_at: datetime
    application: str
    seconded_by: str | None = None
    serving: bool = False
    nations: tuple[str, ...] = ()


class StageEntered(Fact):
    kind: Literal["stage_entered"] = "stage_entered"
    stage: Stage


class EligibilityJudged(Fact):
    kind: Literal["eligibility_judged"] = "eligibility_judged"
    decision: Decision


class Screened(Fact):
    kind: Literal["screened"] = "screened"
    eligible: bool
    reason: str


class ShortlistingDecided(Fact):
    kind: Literal["shortlisting_decided"] = "shortlisting_decided"
    shortlisted: bool
    reason: str


class AssessmentInvited(Fact):
    kind: Literal["assessment_invited"] = "assessment_invited"
    assessment: str
    ask: str


class AssessmentAnswered(Fact):
    kind: Literal["assessment_answered"] = "assessment_answered"
    reference: str


class AssessmentMarked(Fact):
    kind: Literal["assessment_marked"] = "assessment_marked"
    score: int


class InterviewScheduled(Fact):
    kind: Literal["interview_scheduled"] = "interview_scheduled"
    starts_at: datetime
    minutes: int
    place: str


class InterviewHeld(Fact):
    kind: Literal["interview_held"] = "interview_held"
    attended: bool


class InterviewMarked(Fact):
    kind: Literal["interview_marked"] = "interview_marked"
    score: int


class InterviewSlotsOffered(Fact):
    """Moments the candidate may choose from; nobody else of the vacancy is offered them meanwhile."""

    kind: Literal["interview_slots_offered"] = "interview_slots_offered"
    slots: tuple[datetime, ...]
    minutes: int
    place: str = ""


class CandidateScored(Fact):
    """What one member of the board gave, per competency and desirable criterion of the notice (by number); the newest counts."""

    kind: Literal["candidate_scored"] = "candidate_scored"
    member: str
    stage: Stage
    competencies: dict[str, int]
    desirable: dict[str, int] = Field(default_factory=dict)


class SelectionDecided(Fact):
    kind: Literal["selection_decided"] = "selection_decided"
    outcome: Literal["selected", "reserve", "not_selected"]
    rank: int | None = None
    report: str = ""
    decided_by: str = ""


#: Where somebody waits for a post: on a list the notice announced, or next in rank for the posts of this competition alone.
Standing = Literal["listed", "next_in_rank"]


class ReserveListed(Fact):
    """Waits for a post, until then. `until` is the list's own end, the same for everybody on it."""

    kind: Literal["reserve_listed"] = "reserve_listed"
    rank: int
    until: datetime
    standing: Standing = "listed"


class ReserveExtended(Fact):
    kind: Literal["reserve_extended"] = "reserve_extended"
    until: datetime
    times: int
    deadline: "DeadlineSet | None" = None


class ReserveCalled(Fact):
    kind: Literal["reserve_called"] = "reserve_called"
    post: str
    reason: str = ""


class PostAssigned(Fact):
    kind: Literal["post_assigned"] = "post_assigned"
    post: str
    post_kind: PostKind
    grade_low: str
    grade_high: str
    division: str = ""
    funded: bool = True


class PostReleased(Fact):
    kind: Literal["post_released"] = "post_released"
    post: str
    reason: str


class PostClaimed(Fact):
    """An imported hire held this post elsewhere: the vacancy reserves it, or says why not."""

    kind: Literal["post_claimed"] = "post_claimed"
    post: str


class PostRefused(Fact):
    """The vacancy could not reserve the post that was claimed: a person says which one the hire shall have."""

    kind: Literal["post_refused"] = "post_refused"
    post: str
    reason: str


class PostFunded(Fact):
    """The budget authority's answer for the post this hire holds (funded: may be offered; not funded: a person decides)."""

    kind: Literal["post_funded"] = "post_funded"
    post: str
    funded: bool
    reference: str = ""


# ---- offer, conditions, contract, entry --------------------------------------------------------------------------------


class OfferIssued(Fact):
    kind: Literal["offer_issued"] = "offer_issued"
    post: str


class OfferAnswered(Fact):
    """`stay_listed`: who was called from the list declined this post and waits for another."""

    kind: Literal["offer_answered"] = "offer_answered"
    accepted: bool
    stay_listed: bool = False


class OfferExtended(Fact):
    kind: Literal["offer_extended"] = "offer_extended"
    until: datetime


Waivable = Literal["never", "unanswered", "refused_too"]


class OfCondition(Fact):
    """About one condition of appointment. `nation` is empty, but for the further nations a dual national's condition is asked of."""

    condition: Condition
    nation: str = Field(default="", pattern=r"^([A-Z]{2})?$")

    @property
    def slot(self) -> str:
        return slot_of(self.condition, self.nation)


class ConditionOpened(OfCondition):
    """`waivable` is what the policy in force lets two persons do without (`domain.rules.ConditionRule`)."""

    kind: Literal["condition_opened"] = "condition_opened"
    authority: str
    after: tuple[Condition, ...] = ()
    waivable: Waivable = "never"


#: What a clearance request asks for: a clearance, on a fast track that the one on file is confirmed, or a higher level than that.
ClearanceForm = Literal["clearance", "confirmation", "upgrade"]


class ConditionRequested(OfCondition):
    """`form` says which of the clearance requests it was; nothing more of what is on file about a person is written here."""

    kind: Literal["condition_requested"] = "condition_requested"
    authority: str
    ask: str
    round: int = 1
    channel: str = "http"
    form: ClearanceForm | Literal[""] = ""
    expected: date | None = None  # the day the authority expects to decide by, where it said so at once


class ConditionAcknowledged(OfCondition):
    kind: Literal["condition_acknowledged"] = "condition_acknowledged"
    expected: date | None = None


class ConditionPapersReceived(OfCondition):
    """The candidate's own part arrived (clearance forms, medical file): from now on the authority is the one to move."""

    kind: Literal["condition_papers_received"] = "condition_papers_received"


class Claimed(BaseModel):
    """What the agency found about one claim, which it names by our reference ("education-1")."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    claim: Reference
    outcome: Outcome


class Said(BaseModel):
    """What a reply may carry besides outcome, end and reference. No field here can hold a ground, a diagnosis or a sentence (§4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    level: Level | None = None
    issuer: Reference = ""
    valid_from: date | None = None
    years: int | None = Field(default=None, ge=1, le=10)
    claims: tuple[Claimed, ...] = ()
    channel: Literal["event", "paper"] = "event"


class ConditionReplied(OfCondition):
    kind: Literal["condition_replied"] = "condition_replied"
    outcome: Outcome
    reference: Reference = ""
    valid_until: date | None = None
    details: Said = Said()


class ReplyNoted(OfCondition):
    """An adverse reply after the entry on duty: it is no condition of this appointment any more, and a person has to see it."""

    kind: Literal["reply_noted"] = "reply_noted"
    outcome: Outcome
    reference: Reference = ""


class ReplySeen(OfCondition):
    """A named person took note of a reply that came after the entry on duty; what follows is decided outside this case."""

    kind: Literal["reply_seen"] = "reply_seen"
    reason: str


class PaperReplyEntered(OfCondition):
    """A reply typed in from paper by the named desk: it counts only when a second person confirms it."""

    kind: Literal["paper_reply_entered"] = "paper_reply_entered"
    outcome: Outcome
    reference: Reference = ""
    valid_until: date | None = None
    details: Said = Said()


class PaperEntered(Fact):
    """Something said on paper that is no authority's reply, typed in: it counts only when a second person confirms it.

    `about` names it among the few things that may come so (`acts/paper.py`); `data` is what the event of a partner would carry.
    """

    kind: Literal["paper_entered"] = "paper_entered"
    about: str
    data: dict[str, Any] = Field(default_factory=dict)


class PaperConfirmed(Fact):
    """A second person has held the paper against what was typed in; what follows from it stands in the same step."""

    kind: Literal["paper_confirmed"] = "paper_confirmed"
    about: str
    entered_by: str


class AskFailed(Fact):
    """An authority could not be asked (its door refused, or stayed shut too long): a person must find another way.

    Where the request itself may have arrived, it is taken back with the others; `moot`: its answer was not needed any more.
    """

    kind: Literal["ask_failed"] = "ask_failed"
    about: str
    reason: str
    authority: str = ""
    ask: str = ""
    may_have_arrived: bool = False
    moot: bool = False


class ConditionSatisfied(OfCondition):
    kind: Literal["condition_satisfied"] = "condition_satisfied"
    valid_until: date | None = None


class ConditionCarriedOver(OfCondition):
    """Met already, by a result of an earlier hire of the same person that is still valid: nobody is asked again."""

    kind: Literal["condition_carried_over"] = "condition_carried_over"
    from_case: Reference
    outcome: Outcome
    valid_until: date | None = None
    level: Reference = ""
    reference: Reference = ""


class ConditionRefused(OfCondition):
    kind: Literal["condition_refused"] = "condition_refused"
    outcome: Outcome


class ConditionContradicted(OfCondition):
    """A second, different reply after a settled one: both stay on record, a person decides."""

    kind: Literal["condition_contradicted"] = "condition_contradicted"
    was: Outcome
    now: Outcome


class ConditionSettled(OfCondition):
    """A named person's decision on a contradiction."""

    kind: Literal["condition_settled"] = "condition_settled"
    outcome: Outcome
    reason: str


class WaiverProposed(OfCondition):
    kind: Literal["waiver_proposed"] = "waiver_proposed"
    reason: str


class ConditionWaived(OfCondition):
    kind: Literal["condition_waived"] = "condition_waived"
    proposed_by: str
    reason: str


class ConditionReopened(OfCondition):
    kind: Literal["condition_reopened"] = "condition_reopened"
    reason: str


class ConditionHeld(OfCondition):
    """The clocks of one condition stand still; what arrives is taken all the same."""

    kind: Literal["condition_held"] = "condition_held"
    reason: str
    until: datetime | None = None


class ConditionResumed(OfCondition):
    kind: Literal["condition_resumed"] = "condition_resumed"
    seconds: int


class AppealOpened(OfCondition):
    """The candidate may ask for a new opinion until then; only afterwards is the one given final."""

    kind: Literal["appeal_opened"] = "appeal_opened"
    until: datetime


class AppealLodged(OfCondition):
    """The candidate asked for a new opinion. One that came after its time is on record and changes nothing by itself."""

    kind: Literal["appeal_lodged"] = "appeal_lodged"
    reference: Reference = ""
    in_time: bool = True


class ContractProposed(Fact):
    kind: Literal["contract_proposed"] = "contract_proposed"
    terms: dict[str, Any]
    sha256: str


class ContractApproved(Fact):
    kind: Literal["contract_approved"] = "contract_approved"
    sha256: str
    proposed_by: str


class ContractRejected(Fact):
    """A second person did not approve these terms: back to the proposal."""

    kind: Literal["contract_rejected"] = "contract_rejected"
    sha256: str
    reason: str


class ContractWithdrawn(Fact):
    """The terms stand no longer, and with them their approval; `offered`: the candidate had been sent them, and is told."""

    kind: Literal["contract_withdrawn"] = "contract_withdrawn"
    sha256: str
    offered: bool
    reason: str


class EntryDateAsked(Fact):
    """The candidate would sign for another day of entry than the approved one: no signature, a person decides."""

    kind: Literal["entry_date_asked"] = "entry_date_asked"
    approved: date
    wanted: date


class EntryDateKept(Fact):
    """A named person's answer: the approved day stands, the candidate may sign for it."""

    kind: Literal["entry_date_kept"] = "entry_date_kept"
    enters_on: date
    reason: str


class EntryPostponed(Fact):
    """The one postponement of the entry on duty; the terms follow the new day."""

    kind: Literal["entry_postponed"] = "entry_postponed"
    was: date
    enters_on: date
    reason: str
    terms: dict[str, Any] = Field(default_factory=dict)
    sha256: str = ""


class HigherGradeProposed(Fact):
    """Serving staff might be appointed at the higher grade of a twin-graded post: waits for the appointing authority."""

    kind: Literal["higher_grade_proposed"] = "higher_grade_proposed"
    reason: str


class HigherGradeDecided(Fact):
    kind: Literal["higher_grade_decided"] = "higher_grade_decided"
    approved: bool
    reason: str
    proposed_by: str


class ContractAnswered(Fact):
    kind: Literal["contract_answered"] = "contract_answered"
    signed: bool
    enters_on: date | None = None


class DutyEntered(Fact):
    kind: Literal["duty_entered"] = "duty_entered"
    entered_on: date


class NoShowReported(Fact):
    kind: Literal["no_show_reported"] = "no_show_reported"
    expected_on: date | None = None


class ProbationDecided(Fact):
    kind: Literal["probation_decided"] = "probation_decided"
    confirmed: bool
    reason: str


# ---- at any time -------------------------------------------------------------------------------------------------------


class Withdrawn(Fact):
    kind: Literal["withdrawn"] = "withdrawn"
    reason: str = ""


class PolicyOverlaid(Fact):
    """A policy overlay reached this hire: which, what it changes here, and the two people who decided it."""

    kind: Literal["policy_overlaid"] = "policy_overlaid"
    overlay: str
    overlay_kind: Literal["freeze", "fast_track", "durations"]
    sha256: str
    figures: dict[str, DeadlineRule] = Field(default_factory=dict)
    reason: str
    proposed_by: str
    approved_by: str


class OverlayLifted(Fact):
    kind: Literal["overlay_lifted"] = "overlay_lifted"
    overlay: str


class Held(Fact):
    """`overlay` names the freeze that stops the case; only lifting that ends the hold."""

    kind: Literal["held"] = "held"
    reason: str
    until: datetime | None = None
    overlay: str = ""


class Resumed(Fact):
    kind: Literal["resumed"] = "resumed"
    seconds: int


class IntegrityReported(Fact):
    """Something was alleged, in one phase of the procedure; the evidence stands elsewhere, by reference."""

    kind: Literal["integrity_reported"] = "integrity_reported"
    number: int = 1
    allegation: str
    phase: str = ""
    evidence: str


class AllegationAnswered(Fact):
    kind: Literal["allegation_answered"] = "allegation_answered"
    number: int = 1
    reference: str = ""


class IntegrityConcluded(Fact):
    """A named person's finding on one allegation. What follows from it is a decision of its own."""

    kind: Literal["integrity_concluded"] = "integrity_concluded"
    number: int = 1
    upheld: bool
    reason: str


class IntegrityStepsDecided(Fact):
    """Another person's decision on what follows a finding."""

    kind: Literal["integrity_steps_decided"] = "integrity_steps_decided"
    number: int = 1
    steps: Literal["exclude", "warning", "continue"]
    reason: str


class ReviewOpened(Fact):
    """The ending stands, and until then the candidate may ask for a review of it."""

    kind: Literal["review_opened"] = "review_opened"
    until: datetime


class ReviewLodged(Fact):
    kind: Literal["review_lodged"] = "review_lodged"
    reference: str


class ReviewDecided(Fact):
    """A named person's decision on a review, another than the one who took the decision reviewed."""

    kind: Literal["review_decided"] = "review_decided"
    upheld: bool
    reason: str


class Reopened(Fact):
    """A review upheld the candidate: the ending is void, and the case goes on at the stage it was excluded from."""

    kind: Literal["reopened"] = "reopened"
    stage: Stage
    ending: Ending
    post: str = ""


class ReviewWindowPassed(Fact):
    """Nobody asked for a review in time: the case is over."""

    kind: Literal["review_window_passed"] = "review_window_passed"


class AccommodationRequested(Fact):
    """`reference` names the evidence in the medical service's own files; empty when it is still missing."""

    kind: Literal["accommodation_requested"] = "accommodation_requested"
    reference: str


class MeasuresProposed(Fact):
    """The Medical Adviser's office saw the evidence and proposes; nothing of the evidence is said."""

    kind: Literal["measures_proposed"] = "measures_proposed"
    measures: tuple[str, ...]


class MeasuresGranted(Fact):
    kind: Literal["measures_granted"] = "measures_granted"
    measures: tuple[str, ...]
    reason: str


class CandidateAvailability(Fact):
    kind: Literal["candidate_availability"] = "candidate_availability"
    available: bool


class CandidateTold(Fact):
    """A partner (the medical service) told the candidate something itself."""

    kind: Literal["candidate_told"] = "candidate_told"
    about: str


class ReuseOffered(Fact):
    kind: Literal["reuse_offered"] = "reuse_offered"
    vacancy: str
    post: str
    grade: str


class ReuseAnswered(Fact):
    kind: Literal["reuse_answered"] = "reuse_answered"
    accepted: bool


class UndoStep(BaseModel):
    """One thing an ending takes back. `ask` is the key of the request it is about, `by_hand` how it was put."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    what: Literal["cancel_interview", "recall_request", "withdraw_accreditation", "release_post", "send_letter", "tell_subscribers"]
    about: str = ""
    authority: str = ""
    ask: str = ""
    by_hand: bool = False


class UndoPlanned(Fact):
    """What the ending of the same step takes back; what was asked of authorities is recalled after it, request by request."""

    kind: Literal["undo_planned"] = "undo_planned"
    steps: tuple[UndoStep, ...]


class RequestRecalled(Fact):
    """An authority knows that an answer is no longer needed: by our recall, or told by a person."""

    kind: Literal["request_recalled"] = "request_recalled"
    about: str
    authority: str
    ask: str
    outcome: Literal["recalled", "by_hand"] = "recalled"


class RecallFailed(Fact):
    """Our recall did not reach the authority: a person must tell it. The ending stands."""

    kind: Literal["recall_failed"] = "recall_failed"
    about: str
    authority: str
    ask: str
    reason: str


class Corrected(Fact):
    """An entry of this journal was mistaken: from now on it counts with these words. Both stay on record, neither is edited."""

    kind: Literal["corrected"] = "corrected"
    supersedes: int
    entry: str
    words: dict[str, Any]
    reason: str


class LateMessageAccepted(Fact):
    """A named person takes a message that came after its time as if it had come in time."""

    kind: Literal["late_message_accepted"] = "late_message_accepted"
    message: str
    reason: str


class LapseReopened(Fact):
    """A named person gives the candidate the whole time of a lapsed deadline again."""

    kind: Literal["lapse_reopened"] = "lapse_reopened"
    key: str
    reason: str


class VacancyCancelledForHire(Fact):
    kind: Literal["cancellation_told"] = "cancellation_told"
    decided_by: str
    reason: str


class VacancySuspendedForHire(Fact):
    """The whole vacancy is suspended; the candidate is told, and the clocks stop until it is resumed."""

    kind: Literal["suspension_told"] = "suspension_told"
    reason: str
    held: bool


class VacancyResumedForHire(Fact):
    kind: Literal["resumption_told"] = "resumption_told"


class MessageSetAside(Fact):
    """A delivered message that changed nothing now: parked (too early, waits visibly) or superseded (late, repeated, moot)."""

    kind: Literal["message_set_aside"] = "message_set_aside"
    message: str
    type: str
    sender: str = ""
    fate: MessageFate
    reason: str
    received_at: datetime
    data: dict[str, Any] = Field(default_factory=dict)


class MessageTaken(Fact):
    """A parked message found its moment, in a step somebody else began: what follows it is said by `sender`."""

    kind: Literal["message_taken"] = "message_taken"
    message: str
    sender: str = ""


class RungAt(BaseModel):
    """A further step of an escalation: from this moment on that role is told, too."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    at: datetime
    to: str


class DeadlineSet(Fact):
    """A deadline with the whole explanation of how it came about. Instants are UTC; the clock of the case fires them in order.

    `alone_due_at` and `alone_limit_at` are what rule and calendar give by themselves, before any hold or extension: from them a
    deadline is counted again when the calendar changes. `ladder` is who is told after the limit, `escalate_to` who at it.
    """

    kind: Literal["deadline_set"] = "deadline_set"
    key: str
    party: Party
    who: str = ""
    started_at: datetime
    remind_at: tuple[datetime, ...] = ()
    due_at: datetime
    limit_at: datetime | None = None
    at_limit: LimitAction
    escalate_to: str = ""
    ladder: tuple[RungAt, ...] = ()
    alone_due_at: datetime | None = None
    alone_limit_at: datetime | None = None
    rule: str = ""
    calendar: str = ""
    zone: str = "UTC"


class DeadlineReminded(Fact):
    kind: Literal["deadline_reminded"] = "deadline_reminded"
    key: str
    instant: datetime


class DeadlineMissed(Fact):
    """The target passed. The case goes on; only the limit has an effect of its own."""

    kind: Literal["deadline_missed"] = "deadline_missed"
    key: str
    instant: datetime


class DeadlineEscalated(Fact):
    """The limit passed, or a later step of the ladder came: `to` is the role, `persons` those who held it and are told by mail."""

    kind: Literal["deadline_escalated"] = "deadline_escalated"
    key: str
    to: str
    instant: datetime | None = None
    persons: tuple[str, ...] = ()


class DeadlineRecomputed(Fact):
    """A deadline counted again because a calendar changed: what it was, what it is, by which version. Its new words follow as a set."""

    kind: Literal["deadline_recomputed"] = "deadline_recomputed"
    key: str
    was_due_at: datetime
    due_at: datetime
    was_limit_at: datetime | None = None
    limit_at: datetime | None = None
    calendar: str
    before: str


class LapseDue(Fact):
    """The limit passed on a clock of the candidate's: nothing ends until a named person confirms, extends or reopens."""

    kind: Literal["lapse_due"] = "lapse_due"
    key: str


class DeadlineClosed(Fact):
    kind: Literal["deadline_closed"] = "deadline_closed"
    key: str
    met: bool


class DeadlineExtended(Fact):
    kind: Literal["deadline_extended"] = "deadline_extended"
    key: str
    due_at: datetime
    limit_at: datetime | None = None
    reason: str


class LetterWritten(Fact):
    kind: Literal["letter_written"] = "letter_written"
    letter: str
    template: str
    language: Literal["en", "fr"]
    sha256: str


class EndingReached(Fact):
    """How the hire ended. `decided_by` is the named person ("person:…"), or "candidate" where the candidate chose it."""

    kind: Literal["ending_reached"] = "ending_reached"
    ending: Ending
    decided_by: str
    reason: str
    stage: Stage


class HandedOver(Fact):
    kind: Literal["handed_over"] = "handed_over"
    owner: str


class Recused(Fact):
    """A conflict of interest: from now on this person does nothing more to the case."""

    kind: Literal["recused"] = "recused"
    person: str
    reason: str


class ActedFor(Fact):
    """What the same step did was done with the roles of `person`, given for a time to whoever the step names as its actor."""

    kind: Literal["acted_for"] = "acted_for"
    person: str


# ---- the staff's own ---------------------------------------------------------------------------------------------------


class AbsenceEntered(Fact):
    """Away from one day to another, both included; a deputy gets all roles for the time."""

    kind: Literal["absence_entered"] = "absence_entered"
    starts_on: date
    ends_on: date
    deputy: str = ""


class RolesDelegated(Fact):
    kind: Literal["roles_delegated"] = "roles_delegated"
    to: str
    roles: tuple[str, ...]
    starts_on: date
    ends_on: date


class StaffNoteRevoked(Fact):
    """An absence or a delegation is taken back; `note` is the number of its entry in the same journal."""

    kind: Literal["staff_note_revoked"] = "staff_note_revoked"
    note: int


# ---- the vacancy's own -------------------------------------------------------------------------------------------------


class VacancyPublished(Fact):
    kind: Literal["vacancy_published"] = "vacancy_published"
    reference: str
    closes_at: datetime | None
    policy: str
    spec: str
    posts: tuple[str, ...]
    pending_posts: tuple[str, ...] = ()
    reserve_list: bool = False
    specs: tuple[PostSpec, ...] = ()


class VacancyClosed(Fact):
    kind: Literal["vacancy_closed"] = "vacancy_closed"


class BudgetAsked(Fact):
    kind: Literal["budget_asked"] = "budget_asked"
    post: str
    ask: str


class BudgetDecided(Fact):
    kind: Literal["budget_decided"] = "budget_decided"
    post: str
    approved: bool
    reference: str = ""


class BoardComposed(Fact):
    kind: Literal["board_composed"] = "board_composed"
    chair: str
    members: tuple[str, ...]
    observer: str


class InterestDeclared(Fact):
    """A member of the board on a conflict of interest: none, with some candidates (`hires`), or with all (conflict, no `hires`)."""

    kind: Literal["interest_declared"] = "interest_declared"
    person: str
    conflict: bool
    hires: tuple[str, ...] = ()


class ReportSubmitted(Fact):
    """The board's report. `lines` are (hire, score, rank, recommendation); an equal rank carries the reason of the tie."""

    kind: Literal["report_submitted"] = "report_submitted"
    report: str
    lines: tuple["ReportLine", ...]
    sha256: str


class ReportLine(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    hire: str
    score: int
    rank: int | None = None
    recommendation: Literal["selected", "reserve", "not_selected"]
    tie: str = Field(default="", pattern=r"^([a-z][a-z0-9_.]{1,63})?$")


class ReportDecided(Fact):
    """`order` is the appointing authority's own decision: among equals, who comes first."""

    kind: Literal["report_decided"] = "report_decided"
    report: str
    approved: bool
    submitted_by: str
    reason: str = ""
    order: tuple[str, ...] = ()


class PostReserved(Fact):
    kind: Literal["post_reserved"] = "post_reserved"
    post: str
    hire: str


class PostFreed(Fact):
    kind: Literal["post_freed"] = "post_freed"
    post: str
    hire: str
    reason: str


class PostFilled(Fact):
    kind: Literal["post_filled"] = "post_filled"
    post: str
    hire: str


class PostWithdrawn(Fact):
    kind: Literal["post_withdrawn"] = "post_withdrawn"
    post: str
    reason: str


class PostAdded(Fact):
    kind: Literal["post_added"] = "post_added"
    post: str
    spec: PostSpec
    proposed_by: str
    policy: str = ""


class PostProposed(Fact):
    """A further post, or the withdrawal of one: another person decides."""

    kind: Literal["post_proposed"] = "post_proposed"
    post: str
    change: Literal["add", "withdraw"]
    reason: str
    spec: PostSpec | None = None
    policy: str = ""


class PostProposalRefused(Fact):
    kind: Literal["post_proposal_refused"] = "post_proposal_refused"
    post: str
    reason: str


class VacancySuspended(Fact):
    kind: Literal["vacancy_suspended"] = "vacancy_suspended"
    reason: str


class VacancyResumed(Fact):
    kind: Literal["vacancy_resumed"] = "vacancy_resumed"
    seconds: int


class NoticeClosed(Fact):
    """A person closed an ongoing notice: nobody can apply any more."""

    kind: Literal["notice_closed"] = "notice_closed"
    reason: str


class ReuseProposed(Fact):
    """A person who was not successful elsewhere is asked whether they would take this post; their answer is for the linked case."""

    kind: Literal["reuse_proposed"] = "reuse_proposed"
    hire: str
    post: str
    new_case: str
    reason: str


class CandidateListed(Fact):
    kind: Literal["candidate_listed"] = "candidate_listed"
    hire: str
    rank: int
    standing: Standing = "listed"


class CandidateUnlisted(Fact):
    kind: Literal["candidate_unlisted"] = "candidate_unlisted"
    hire: str
    reason: str


class CandidatePassedOver(Fact):
    """Not called although the next in rank: unavailable, or this post was declined before."""

    kind: Literal["candidate_passed_over"] = "candidate_passed_over"
    hire: str
    post: str
    reason: str


class ListedAvailability(Fact):
    """Somebody on the list can, or cannot, be called for now."""

    kind: Literal["listed_availability"] = "listed_availability"
    hire: str
    available: bool


class PostDeclined(Fact):
    """Somebody called from the list did not want this post and went back to the list."""

    kind: Literal["post_declined"] = "post_declined"
    post: str
    hire: str


class ListExtended(Fact):
    """The whole list is valid for longer; everybody on it is told."""

    kind: Literal["list_extended"] = "list_extended"
    until: datetime
    times: int
    reason: str


class ListLapsed(Fact):
    """A named person confirmed that the list has ended, for everybody on it."""

    kind: Literal["list_lapsed"] = "list_lapsed"


class PlaceKept(Fact):
    """A review is being decided: until then one open post is given to nobody."""

    kind: Literal["place_kept"] = "place_kept"
    hire: str
    until: datetime


class PlaceGivenUp(Fact):
    kind: Literal["place_given_up"] = "place_given_up"
    hire: str
    reason: str


class PostHeldBack(Fact):
    """A post came free and is given to nobody, because a place is kept."""

    kind: Literal["post_held_back"] = "post_held_back"
    post: str


class PostWanted(Fact):
    """A hire that held a post came back and has none; with `same`, only the very post its signed contract names will do."""

    kind: Literal["post_wanted"] = "post_wanted"
    hire: str
    post: str
    same: bool = False


class CandidateReturned(Fact):
    """A review took a hire back to this stage. Before the board's report is decided on it, a supplementary report names it."""

    kind: Literal["candidate_returned"] = "candidate_returned"
    hire: str
    stage: Stage


class VacancyReopened(Fact):
    """The competition had completed, and a hire came back to it."""

    kind: Literal["vacancy_reopened"] = "vacancy_reopened"
    hire: str


class VacancyCancelled(Fact):
    kind: Literal["vacancy_cancelled"] = "vacancy_cancelled"
    reason: str


class VacancyCompleted(Fact):
    kind: Literal["vacancy_completed"] = "vacancy_completed"
    outcome: Literal["filled", "partly_filled", "lapsed"]


ReportSubmitted.model_rebuild()
ReserveExtended.model_rebuild()

AnyFact = Annotated[
    ApplicationReceived
    | HireImported
    | LatenessDecided
    | ApplicationReplaced
    | StageEntered
    | EligibilityJudged
    | Screened
    | ShortlistingDecided
    | AssessmentInvited
    | AssessmentAnswered
    | AssessmentMarked
    | InterviewScheduled
    | InterviewHeld
    | InterviewMarked
    | InterviewSlotsOffered
    | CandidateScored
    | SelectionDecided
    | ReserveListed
    | ReserveExtended
    | ReserveCalled
    | PostAssigned
    | PostReleased
    | PostClaimed
    | PostRefused
    | PostFunded
    | OfferIssued
    | OfferAnswered
    | OfferExtended
    | ConditionOpened
    | ConditionRequested
    | ConditionAcknowledged
    | ConditionPapersReceived
    | ConditionReplied
    | ReplyNoted
    | ReplySeen
    | PaperReplyEntered
    | PaperEntered
    | PaperConfirmed
    | AskFailed
    | ConditionSatisfied
    | ConditionCarriedOver
    | ConditionRefused
    | ConditionContradicted
    | ConditionSettled
    | WaiverProposed
    | ConditionWaived
    | ConditionReopened
    | ConditionHeld
    | ConditionResumed
    | AppealOpened
    | AppealLodged
    | ContractProposed
    | ContractApproved
    | ContractRejected
    | ContractWithdrawn
    | EntryDateAsked
    | EntryDateKept
    | EntryPostponed
    | HigherGradeProposed
    | HigherGradeDecided
    | ContractAnswered
    | DutyEntered
    | NoShowReported
    | ProbationDecided
    | Withdrawn
    | PolicyOverlaid
    | OverlayLifted
    | Held
    | Resumed
    | IntegrityReported
    | AllegationAnswered
    | IntegrityConcluded
    | IntegrityStepsDecided
    | ReviewOpened
    | ReviewLodged
    | ReviewDecided
    | Reopened
    | ReviewWindowPassed
    | AccommodationRequested
    | MeasuresProposed
    | MeasuresGranted
    | CandidateAvailability
    | CandidateTold
    | ReuseOffered
    | ReuseAnswered
    | UndoPlanned
    | RequestRecalled
    | RecallFailed
    | Corrected
    | LateMessageAccepted
    | LapseReopened
    | VacancyCancelledForHire
    | MessageSetAside
    | MessageTaken
    | DeadlineSet
    | DeadlineReminded
    | DeadlineMissed
    | DeadlineEscalated
    | DeadlineRecomputed
    | LapseDue
    | DeadlineClosed
    | DeadlineExtended
    | LetterWritten
    | EndingReached
    | HandedOver
    | Recused
    | ActedFor
    | AbsenceEntered
    | RolesDelegated
    | StaffNoteRevoked
    | VacancyPublished
    | VacancyClosed
    | BudgetAsked
    | BudgetDecided
    | BoardComposed
    | InterestDeclared
    | ReportSubmitted
    | ReportDecided
    | PostReserved
    | PostFreed
    | PostFilled
    | PostWithdrawn
    | PostAdded
    | PostProposed
    | PostProposalRefused
    | VacancySuspended
    | VacancyResumed
    | NoticeClosed
    | VacancySuspendedForHire
    | VacancyResumedForHire
    | ReuseProposed
    | CandidateListed
    | CandidateUnlisted
    | CandidatePassedOver
    | ListedAvailability
    | PostDeclined
    | ListExtended
    | ListLapsed
    | PlaceKept
    | PlaceGivenUp
    | PostHeldBack
    | PostWanted
    | CandidateReturned
    | VacancyReopened
    | VacancyCancelled
    | VacancyCompleted,
    Field(discriminator="kind"),
]

FACT: TypeAdapter[AnyFact] = TypeAdapter(AnyFact)


class Entry(BaseModel):
    """One line of a journal. `at` is the case's own time; `number` is dense per case, from 1.

    `actor` is "person:<id>", "partner:<id>", "case:<case id>", "candidate" or "muster" (a clock or a rule of ours).
    `step` names the step that wrote it: all entries of one step share it, and a step is written whole or not at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    case: str
    number: int = Field(ge=1)
    at: datetime
    actor: str
    step: str
    fact: AnyFact
