"""Acts from the application to the conditional offer (`recruitment.md` §2, §3)."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from domain import facts as f
from domain.accommodation import waits
from domain.acts.board import mean_of
from domain.acts.table import BOARD, HR, Args, Nothing, Reason, Reference, act, aware, person
from domain.errors import BadInput, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.stages import Facts, after_shortlisting, end, enter
from domain.words import Ending, Role, Stage


def decided_first(s: HireState) -> None:
    """Raise NotNow while a request for accommodation made in time is undecided: nothing it concerns is held or marked before."""
    if waits(s):
        raise NotNow("a request for accommodation is undecided", code="accommodation_undecided")


class Screen(Args):
    eligible: bool
    reason: Reason = "all_checks_passed"


class Shortlist(Args):
    shortlisted: bool
    reason: Reason = "profile_matches"


class InTime(Args):
    reason: Reason = "our_door_was_shut"


class Mark(Args):
    score: int | None = Field(default=None, ge=0, le=100)


class OfferSlots(Args):
    slots: tuple[Annotated[datetime, AfterValidator(aware)], ...] = Field(min_length=1, max_length=20)
    minutes: int = Field(default=60, ge=5, le=480)
    place: Reference = ""


class Schedule(Args):
    starts_at: Annotated[datetime, AfterValidator(aware)]
    minutes: int = Field(default=60, ge=5, le=480)
    place: Reference = ""


@act("confirm_late", HR, frozenset({Stage.RECEIVED}), Nothing, approval=True)
def _confirm_late(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that the application was received after closing; the candidate is told."""
    if not s.late:
        raise NotNow("this application was received in time", code="not_late")
    return end(s, Ending.LATE, m, decided_by=person(r), reason="received_after_closing")


@act("accept_as_in_time", HR, frozenset({Stage.RECEIVED}), InTime)
def _accept_as_in_time(s: HireState, a: InTime, r: ActRequest, m: Moment) -> Facts:
    """Take an application as received in time, because our own door was shut when the competition closed."""
    if not s.late:
        raise NotNow("this application was received in time", code="not_late")
    if s.lateness != "unclear":
        raise NotNow("our door was open when the competition closed", code="not_unclear")
    return [f.LatenessDecided(reason=a.reason), *enter(s.model_copy(update={"late": False}), Stage.SCREENING, m)]


@act("screen", HR, frozenset({Stage.SCREENING}), Screen)
def _screen(s: HireState, a: Screen, r: ActRequest, m: Moment) -> Facts:
    """Decide eligibility, with the automatic checks as a proposal; nothing adverse before closing."""
    if s.judged is None:
        raise NotNow("the eligibility checks have not run yet", code="not_judged")
    screened = f.Screened(eligible=a.eligible, reason=a.reason)
    if a.eligible:
        return [screened, *enter(s, Stage.SHORTLISTING, m)]
    return [screened, *end(s, Ending.NOT_ELIGIBLE, m, decided_by=person(r), reason=a.reason)]


@act("shortlist", HR | {Role.HIRING_MANAGER}, frozenset({Stage.SHORTLISTING}), Shortlist)
def _shortlist(s: HireState, a: Shortlist, r: ActRequest, m: Moment) -> Facts:
    """Put on the short list, or not."""
    decided = f.ShortlistingDecided(shortlisted=a.shortlisted, reason=a.reason)
    if a.shortlisted:
        return [decided, *enter(s, after_shortlisting(m), m)]
    return [decided, *end(s, Ending.NOT_SHORTLISTED, m, decided_by=person(r), reason=a.reason)]


@act("mark_assessment", BOARD, frozenset({Stage.ASSESSMENT}), Mark, taken_back_by="correct")
def _mark_assessment(s: HireState, a: Mark, r: ActRequest, m: Moment) -> Facts:
    """Mark the assessment (0-100); the case goes on to the interview."""
    decided_first(s)
    if not s.assessment_answered:
        raise NotNow("the candidate has not answered the assessment", code="not_answered")
    return [f.AssessmentMarked(score=_mark(s, a)), *enter(s, Stage.INTERVIEW, m)]


@act("schedule_interview", HR | BOARD, frozenset({Stage.INTERVIEW}), Schedule, taken_back_by="correct")
def _schedule(s: HireState, a: Schedule, r: ActRequest, m: Moment) -> Facts:
    """Set the interview; the candidate gets the invitation with a calendar entry."""
    decided_first(s)
    if s.interview_held:
        raise NotNow("the interview was held already", code="already_held")
    return [f.InterviewScheduled(starts_at=a.starts_at, minutes=a.minutes, place=a.place)]


@act("offer_slots", HR | BOARD, frozenset({Stage.INTERVIEW}), OfferSlots)
def _offer_slots(s: HireState, a: OfferSlots, r: ActRequest, m: Moment) -> Facts:
    """Offer moments for the interview to choose from on the portal; nobody else of the vacancy gets them meanwhile."""
    if s.interview_held:
        raise NotNow("the interview was held already", code="already_held")
    past = sorted(x for x in a.slots if x <= m.at)
    if past:
        raise BadInput(f"an interview lies in the future; {past[0].isoformat()} does not", code="bad_arguments", field="slots")
    if len(set(a.slots)) != len(a.slots):
        raise BadInput("a moment is offered once", code="bad_arguments", field="slots")
    return [f.InterviewSlotsOffered(slots=tuple(sorted(a.slots)), minutes=a.minutes, place=a.place)]


@act("mark_interview", BOARD, frozenset({Stage.INTERVIEW}), Mark, taken_back_by="correct")
def _mark_interview(s: HireState, a: Mark, r: ActRequest, m: Moment) -> Facts:
    """Mark the interview (0-100); the case waits for the board's report."""
    decided_first(s)
    if not s.interview_held:
        raise NotNow("the interview is not on record yet", code="not_held")
    return [f.InterviewMarked(score=_mark(s, a)), *enter(s, Stage.SELECTION, m)]


def _mark(s: HireState, a: Mark) -> int:
    """The mark given; without one, the mean of what the members of the board scored."""
    mean = mean_of(s.scores.get(s.stage, {})) if s.stage else None
    if a.score is None and mean is None:
        raise BadInput("no member of the board has scored the candidate yet: give the mark", code="bad_arguments", field="score")
    return mean if a.score is None and mean is not None else a.score or 0


@act("issue_offer", HR, frozenset({Stage.OFFER}), Nothing)
def _issue_offer(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Issue the conditional offer for the post reserved."""
    if s.offer_issued:
        raise NotNow("the conditional offer is issued already", code="already_issued")
    if s.consent_open:
        raise NotNow("the person has not said yet whether they agree to the re-use", code="consent_open")
    if not s.post:
        raise NotNow("no post is reserved for this hire", code="no_post")
    return [f.OfferIssued(post=s.post), m.deadline("offer")]
