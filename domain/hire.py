"""One hire: its stages and legal moves, and its state as the fold of its journal. Pure: no clock, no I/O, no judgement."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from domain import facts as f
from domain.accommodation import DURING_THE_SELECTION, Accommodation, Measure
from domain.conditions import TABLE, deadline_keys
from domain.deadlines import instants
from domain.facts import DeadlineSet, Decision, Entry
from domain.integrity import Allegation
from domain.rules import DeadlineRule
from domain.slots import nation_of
from domain.words import NOT_ADVERSE, Condition, ConditionState, Ending, LimitAction, Outcome, Party, PostKind, Review, Stage

#: The legal moves between stages, in one table (`recruitment.md` §2). Any stage may also reach an ending.
#: Backwards moves are the reopening of a condition, and a review that re-enters at the stage of exclusion.
MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.RECEIVED: frozenset({Stage.SCREENING, Stage.OFFER}),
    Stage.SCREENING: frozenset({Stage.SHORTLISTING, Stage.RECEIVED}),
    Stage.SHORTLISTING: frozenset({Stage.ASSESSMENT, Stage.INTERVIEW}),
    Stage.ASSESSMENT: frozenset({Stage.INTERVIEW}),
    Stage.INTERVIEW: frozenset({Stage.SELECTION}),
    Stage.SELECTION: frozenset({Stage.OFFER, Stage.RESERVE}),
    Stage.RESERVE: frozenset({Stage.OFFER}),
    Stage.OFFER: frozenset({Stage.CONDITIONS, Stage.RESERVE}),  # back to the list: a call was declined
    Stage.CONDITIONS: frozenset({Stage.CONTRACT, Stage.ENTRY}),
    Stage.CONTRACT: frozenset({Stage.ENTRY, Stage.CONDITIONS}),
    Stage.ENTRY: frozenset({Stage.PROBATION, Stage.CONDITIONS}),
    Stage.PROBATION: frozenset(),
}

#: Which stages an ending can be reached from; the rest may come at any stage.
ENDS_FROM: dict[Ending, frozenset[Stage]] = {
    Ending.NOT_ELIGIBLE: frozenset({Stage.SCREENING}),
    Ending.LATE: frozenset({Stage.RECEIVED}),
    Ending.NOT_SHORTLISTED: frozenset({Stage.SHORTLISTING}),
    Ending.ASSESSMENT_LAPSED: frozenset({Stage.ASSESSMENT}),
    Ending.NOT_SELECTED: frozenset({Stage.SELECTION, Stage.RESERVE}),  # next in rank, and no post came free
    Ending.RESERVE_LAPSED: frozenset({Stage.RESERVE}),
    Ending.CONDITIONAL_OFFER_DECLINED: frozenset({Stage.OFFER}),
    Ending.CONDITIONAL_OFFER_LAPSED: frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}),
    Ending.CONTRACT_DECLINED: frozenset({Stage.CONTRACT}),
    Ending.NO_SHOW: frozenset({Stage.ENTRY}),
    Ending.APPOINTED_AND_CONFIRMED: frozenset({Stage.PROBATION}),
    Ending.PROBATION_NOT_CONFIRMED: frozenset({Stage.PROBATION}),
    # agreed to on the list; a call of this vacancy may have crossed the other one's answer
    Ending.PLACED_ELSEWHERE: frozenset({Stage.RESERVE, Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT}),
}

#: Why a condition is asked anew: the candidate appealed against the opinion.
APPEAL = "appeal"

SETTLED = frozenset({ConditionState.SATISFIED, ConditionState.WAIVED})
IN_REVIEW = frozenset({Review.OPEN, Review.LODGED})


class ConditionNow(BaseModel):
    """One slot of a condition as it stands (`domain.slots`)."""

    slot: str
    condition: Condition
    authority: str
    after: tuple[Condition, ...] = ()
    state: ConditionState = ConditionState.WAITING
    ask: str = ""
    round: int = 0
    channel: str = "http"
    outcome: Outcome | None = None
    reference: str = ""
    valid_until: date | None = None
    carried_from: str = ""  # the earlier hire whose result this is
    expected: date | None = None
    requested_at: datetime | None = None
    papers: bool = False
    limit_passed: bool = False
    paper: f.PaperReplyEntered | None = None
    paper_by: str = ""
    form: str = ""  # of the clearance request: clearance, confirmation or upgrade
    because: str = ""  # why it was reopened last; the authority is told with the next round
    level: str = ""
    waivable: f.Waivable = "never"
    waiver: f.WaiverProposed | None = None
    waiver_by: str = ""
    held: f.ConditionHeld | None = None
    held_at: datetime | None = None
    appealed: bool = False  # the opinion that counts was given on appeal: it is final
    late_appeal: bool = False
    after_entry: f.ReplyNoted | None = None
    said: dict[Outcome, date | None] = Field(default_factory=dict)  # every answer on record, with the end it gave

    @property
    def about(self) -> dict[str, Any]:
        """The words with which a fact says that it is about this slot."""
        return {"condition": self.condition, "nation": nation_of(self.slot)}

    @property
    def nation(self) -> str:
        """The nation that is asked; empty where no nation is."""
        asked_of_a_nation = "{nation}" in TABLE[self.condition].authority
        return self.authority.rpartition("-")[2].upper() if asked_of_a_nation else ""

    @property
    def papers_key(self) -> str | None:
        """The deadline of the candidate's own papers, where they come first. The authority's own is called like the slot."""
        key, further = TABLE[self.condition].papers_key, nation_of(self.slot)
        return f"{key}.{further.lower()}" if key and further else key

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the deadlines that are about this slot."""
        return deadline_keys(self.slot)

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def may_be_waived(self) -> bool:
        return self.waivable == "refused_too" or (self.waivable == "unanswered" and self.state is not ConditionState.REFUSED)

    @property
    def unclear(self) -> bool:
        """The authority's last word settles nothing, and no more will come: a person decides. After an interim answer more will."""
        return not self.answered and self.outcome is Outcome.PARTLY

    @property
    def expires_at(self) -> datetime | None:
        """The first moment at which a result that counts does not count any more."""
        until = self.valid_until if self.state is ConditionState.SATISFIED else None
        return None if until is None or until == date.max else datetime.combine(until + timedelta(days=1), time(), UTC)

    @property
    def answered(self) -> bool:
        """An answer that counts is on record; another one can only confirm or contradict it."""
        return self.settled or self.state in (ConditionState.REFUSED, ConditionState.CONTRADICTED)


#: What may be corrected: entries typed in by people whose values others go on to use.
Correctable = f.Screened | f.ShortlistingDecided | f.AssessmentMarked | f.InterviewScheduled | f.InterviewMarked | f.DutyEntered


class PaperNow(BaseModel):
    """What was typed in from paper and waits for a second person."""

    data: dict[str, Any]
    by: str
    at: datetime


class HireState(BaseModel):
    """A hire now. Only `apply` changes it, one journal entry at a time."""

    case: str = ""
    number: int = 0
    opened_at: datetime | None = None
    last_at: datetime | None = None
    vacancy: str = ""
    candidate: str = ""
    application: str = ""
    policy: str = ""
    channel: str = ""
    received_at: datetime | None = None
    late: bool = False
    lateness: str = "in_time"
    linked_from: str | None = None
    seconded_by: str | None = None
    serving: bool = False
    nations: tuple[str, ...] = ()
    imported: f.HireImported | None = None
    consent_open: bool = False  # a re-use: the person has not said yet whether they agree
    carried: tuple[f.CarriedResult, ...] = ()
    screened: bool = False  # and found eligible
    stage: Stage | None = None
    stage_since: datetime | None = None
    ending: Ending | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    ending_reason: str = ""
    ended_stage: Stage | None = None
    review: Review = Review.NONE
    reopened: int = 0
    judged: Decision | None = None
    assessment_ask: str = ""
    assessment_answered: bool = False
    assessment_score: int | None = None
    interview_at: datetime | None = None
    interview_held: bool = False
    slots: f.InterviewSlotsOffered | None = None
    scores: dict[Stage, dict[str, f.CandidateScored]] = Field(default_factory=dict)
    interview_score: int | None = None
    selection: str = ""
    rank: int | None = None
    reserve_until: datetime | None = None
    reserve_extensions: int = 0
    standing: f.Standing = "listed"
    list_deadline: DeadlineSet | None = None
    called: bool = False
    available: bool = True
    post: str = ""
    post_before: str = ""
    post_refused: str = ""  # claimed by an import, and not to be had
    post_kind: PostKind | None = None
    grade_low: str = ""
    grade_high: str = ""
    division: str = ""
    post_funded: bool = True
    offer_issued: bool = False
    offer_accepted: bool | None = None
    offer_extensions: int = 0
    conditions: dict[str, ConditionNow] = Field(default_factory=dict)  # by slot
    terms: dict[str, Any] = Field(default_factory=dict)
    terms_sha256: str = ""
    proposed_by: str = ""
    approved: bool = False
    higher_grade_by: str = ""  # who proposed it, while it waits for the appointing authority
    higher_grade: str = ""  # the reason it was approved for
    agreed_years: int | None = None
    wanted_entry: date | None = None
    postponed: bool = False
    offered_at: datetime | None = None
    offer_withdrawn: bool = False  # a contract was sent and stands no longer: what was signed for it counts for no other
    signed: bool | None = None
    enters_on: date | None = None
    no_show: bool = False
    held: f.Held | None = None
    held_at: datetime | None = None
    suspended: bool = False  # the whole vacancy is
    held_by_vacancy: bool = False
    accommodation: Accommodation | None = None
    allegations: dict[int, Allegation] = Field(default_factory=dict)
    reuse: f.ReuseOffered | None = None
    reuse_accepted: bool = False
    overlays: dict[str, f.PolicyOverlaid] = Field(default_factory=dict)
    reuses: int = 0  # how often a re-use was agreed to
    deadlines: dict[str, DeadlineSet] = Field(default_factory=dict)
    first_set: dict[str, DeadlineSet] = Field(default_factory=dict)  # each open deadline as it began, before hold or extension
    fired: dict[str, datetime] = Field(default_factory=dict)
    lapse_due: set[str] = Field(default_factory=set)
    escalated: set[str] = Field(default_factory=set)
    failed_asks: dict[str, str] = Field(default_factory=dict)
    lost_asks: dict[str, f.AskFailed] = Field(default_factory=dict)  # by ask: put, never answered, perhaps received
    parked: dict[str, f.MessageSetAside] = Field(default_factory=dict)
    late_messages: dict[str, f.MessageSetAside] = Field(default_factory=dict)  # kept, so that a person can still take them
    excused: set[str] = Field(default_factory=set)  # late messages a person takes as if they had come in time
    papers: dict[str, PaperNow] = Field(default_factory=dict)
    typed: dict[int, Correctable] = Field(default_factory=dict)  # by journal number, as corrected
    assessment_asks: int = 0
    planned: tuple[f.UndoStep, ...] = ()
    recalled: dict[str, str] = Field(default_factory=dict)  # ask -> how
    recall_failed: dict[str, f.RecallFailed] = Field(default_factory=dict)  # by ask
    letters: int = 0
    owner: str = ""
    recused: set[str] = Field(default_factory=set)
    seen_steps: set[str] = Field(default_factory=set)

    # ---- what follows from the state, nothing stored ------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """An ending stands. A review may still void it: see `over`."""
        return self.ending is not None

    @property
    def over(self) -> bool:
        """Nothing can happen any more: it ended, and no review is open or being decided."""
        return self.ended and self.review not in IN_REVIEW

    @property
    def figures(self) -> dict[str, DeadlineRule]:
        """The deadlines' figures that overlays have put in place of the policy's; of two the later one counts."""
        return {key: rule for laid in self.overlays.values() for key, rule in laid.figures.items()}

    @property
    def score(self) -> int:
        return (self.assessment_score or 0) + (self.interview_score or 0)

    @property
    def next_instant(self) -> datetime | None:
        """The next moment the clock of this case must act on; none while held, except the end of the hold itself."""
        if self.over:
            return None
        if self.held:
            return None if self.suspended else self.held.until
        running = [i for key in self.deadlines for i, _ in self.pending_instants(key)]
        holds = [c.held.until for c in self.conditions.values() if c.held and c.held.until]
        return min((*running, *holds, *self.expiries), default=None)

    @property
    def expiries(self) -> list[datetime]:
        """When results that count stop counting, while that still matters: until the day of entry."""
        if self.stage not in (Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY):
            return []
        return [c.expires_at for c in self.conditions.values() if c.expires_at]

    @property
    def next_deadline(self) -> datetime | None:
        """The next date a person would call the deadline (targets and limits, not reminders); on hold, the hold's own end."""
        if self.over:
            return None
        if self.held:
            return self.held.until
        return min((i for key in self.deadlines for i, what in self.pending_instants(key) if what != "reminder"), default=None)

    @property
    def stopped(self) -> frozenset[str]:
        """The deadlines that stand still because their condition is on hold."""
        return frozenset(key for c in self.conditions.values() if c.held for key in c.keys)

    def pending_instants(self, key: str) -> list[tuple[datetime, str]]:
        if key in self.stopped:
            return []
        done = self.fired.get(key)
        return [(i, what) for i, what in instants(self.deadlines[key]) if done is None or i > done]

    def settled(self) -> set[Condition]:
        """The conditions that are met: all slots of each."""
        open_ = {c.condition for c in self.conditions.values() if not c.settled}
        return {c.condition for c in self.conditions.values()} - open_

    def askable(self) -> list[ConditionNow]:
        """The slots whose turn it is to be asked: waiting, and everything they depend on is settled."""
        if self.stage is not Stage.CONDITIONS or self.held:
            return []
        done = self.settled()
        waiting = [c for c in self.conditions.values() if c.state is ConditionState.WAITING and c.slot not in self.failed_asks]
        # the vacancy asks the budget authority, once per post; the hire only waits for its answer
        return [c for c in waiting if c.condition is not Condition.BUDGET and not c.held and done.issuperset(c.after)]

    @property
    def lapsed(self) -> list[str]:
        """The deadlines of the candidate's that ran out: a person confirms, or extends. Nobody else moves a contract nobody signs.

        The first day counts only while nothing else is asked about it: an absence on record, a condition that is open again.
        """
        silent = {"contract"} | (set() if self.no_show or not self.all_settled else {"entry"})
        return sorted(self.lapse_due | (self.escalated & silent))

    @property
    def all_settled(self) -> bool:
        return bool(self.conditions) and all(c.settled for c in self.conditions.values())

    def needs(self) -> list[str]:
        """The acts only a person can do now, most pressing first; the names are those of `domain.acts`."""
        if self.ended:
            untold = [f"recall_by_hand:{failed.about}" for failed in self.recall_failed.values()]
            return [*(["decide_review"] if self.review is Review.LODGED else []), *untold]
        if self.stage is None:
            return []
        found: list[str] = []
        if self.accommodation is not None and self.accommodation.needs and self.stage in DURING_THE_SELECTION:
            found.append(self.accommodation.needs)
        found += [f"{a.needs}:{n}" for n, a in sorted(self.allegations.items()) if a.needs]
        if self.no_show:
            found.append("confirm_no_show")
        found += ["confirm_lapse"] if self.lapsed else []
        found += ["decide_higher_grade"] if self.higher_grade_by else []
        found += ["claim_post"] if self.post_refused else []
        for c in self.conditions.values():
            if c.paper is not None:
                found.append(f"confirm_reply:{c.slot}")
            if c.waiver is not None:
                found.append(f"approve_waiver:{c.slot}")
            if c.after_entry is not None:
                found.append(f"note_late_reply:{c.slot}")
            if c.late_appeal:
                found.append(f"admit_appeal:{c.slot}")
            if c.state is ConditionState.CONTRADICTED or c.unclear:
                found.append(f"settle_reply:{c.slot}")
            elif self.withdrawable(c):
                found.append(f"withdraw_offer:{c.slot}")
        found += [f"confirm_paper:{about}" for about in sorted(self.papers)]
        found += [f"ask_by_hand:{about}" for about in sorted(self.failed_asks)]
        return found + self._stage_needs()

    def withdrawable(self, c: ConditionNow) -> bool:
        """May a person withdraw the offer over it now? Refused and not open to appeal, or its limit passed without an answer."""
        if c.state is ConditionState.REFUSED:
            return not self.appealable(c)
        return c.limit_passed and not c.settled and c.held is None

    def appealable(self, c: ConditionNow) -> bool:
        """Is the time to ask for a new opinion still running?"""
        return TABLE[c.condition].appeal_key in self.deadlines

    def _stage_needs(self) -> list[str]:
        match self.stage:
            case Stage.RECEIVED if self.late:
                return ["accept_as_in_time" if self.lateness == "unclear" else "confirm_late"]
            case Stage.SCREENING:
                return ["screen"]
            case Stage.SHORTLISTING:
                return ["shortlist"]
            case Stage.ASSESSMENT if self.assessment_answered:
                return ["mark_assessment"]
            case Stage.INTERVIEW if self.interview_held:
                return ["mark_interview"]
            case Stage.INTERVIEW if self.interview_at is None:
                return ["schedule_interview"]
            case Stage.OFFER if self.consent_open:
                return []  # the person's own word first
            case Stage.OFFER if not self.offer_issued:
                return ["issue_offer"]
            case Stage.CONTRACT if self.higher_grade_by:
                return []  # the grade first
            case Stage.CONTRACT if not self.terms_sha256:
                return ["propose_contract"]
            case Stage.CONTRACT if self.approved and self.wanted_entry:
                return ["keep_entry_date"]
            case Stage.CONTRACT if not self.approved:
                return ["approve_contract"]
            case Stage.PROBATION:
                return ["decide_probation"]
            case _:
                return []

    def turn(self) -> list[str]:
        """The parties who must move now (`recruitment.md` §9). While a review may be asked for, nobody must."""
        if self.over:
            return []
        if self.held:
            return [Party.NOBODY]
        running = [key for key in self.deadlines if key != "closing"]
        moving = {party for key in running if key not in self.stopped for party in self._movers(key)}
        if running and not moving:  # all of them stand still
            return [str(Party.NOBODY)]
        return sorted(moving) or ([str(Party.HR)] if self.needs() else [str(Party.NOBODY)])

    def _movers(self, key: str) -> list[str]:
        """Past its limit the candidate's turn is HR's; where a person decides about a silent party, HR move beside it (as in `turns`)."""
        deadline = self.deadlines[key]
        party = f"{deadline.party}:{deadline.who}" if deadline.who else str(deadline.party)
        if key in self.lapse_due:
            return [str(Party.HR)]
        decides = key in self.escalated and deadline.at_limit is LimitAction.PERSON_DECIDES
        return [party, str(Party.HR)] if decides else [party]

    # ---- the fold -----------------------------------------------------------------------------------------------------

    def apply(self, entry: Entry) -> None:
        """Take one journal entry into the state. Entries come dense and in order."""
        self.case, self.number, self.last_at = entry.case, entry.number, entry.at
        self.opened_at = self.opened_at or entry.at
        self.seen_steps.add(entry.step)
        fact = entry.fact
        if isinstance(fact, Correctable):
            self.typed[entry.number] = fact
        taker = _TAKERS.get(type(fact))
        if taker is not None:
            taker(self, fact, entry)


def fold(entries: list[Entry]) -> HireState:
    """The state of a hire is its journal, nothing else."""
    state = HireState()
    for entry in entries:
        state.apply(entry)
    return state


def legal_move(before: Stage | None, after: Stage) -> bool:
    return before is None or before == after or after in MOVES[before]


def adverse(ending: Ending) -> bool:
    return ending not in NOT_ADVERSE


# ---- one taker per fact that changes the state ---------------------------------------------------------------------------

Taker = TypeVar("Taker", bound=Callable[..., None])
_TAKERS: dict[type, Callable[..., None]] = {}


def _takes(fact: type) -> Callable[[Taker], Taker]:
    def register(taker: Taker) -> Taker:
        _TAKERS[fact] = taker
        return taker

    return register


@_takes(f.ApplicationReceived)
def _received(s: HireState, fact: f.ApplicationReceived, e: Entry) -> None:
    s.vacancy, s.candidate, s.application, s.policy = fact.vacancy, fact.candidate, fact.application, fact.policy
    s.channel, s.received_at, s.late, s.linked_from = fact.channel, fact.received_at, fact.late, fact.linked_from
    s.lateness = fact.lateness
    s.seconded_by, s.serving, s.nations = fact.seconded_by, fact.serving, fact.nations
    s.consent_open, s.carried = fact.consent_asked, fact.carried


@_takes(f.LatenessDecided)
def _lateness(s: HireState, fact: f.LatenessDecided, e: Entry) -> None:
    s.late, s.lateness = False, "in_time"


@_takes(f.HireImported)
def _imported(s: HireState, fact: f.HireImported, e: Entry) -> None:
    s.imported = fact


@_takes(f.ApplicationReplaced)
def _replaced(s: HireState, fact: f.ApplicationReplaced, e: Entry) -> None:
    s.application, s.received_at, s.judged = fact.application, fact.received_at, None
    s.seconded_by, s.serving, s.nations = fact.seconded_by, fact.serving, fact.nations


@_takes(f.StageEntered)
def _entered(s: HireState, fact: f.StageEntered, e: Entry) -> None:
    s.stage, s.stage_since = fact.stage, e.at
    s.papers = {}  # what nobody confirmed is moot with its stage


@_takes(f.EligibilityJudged)
def _judged(s: HireState, fact: f.EligibilityJudged, e: Entry) -> None:
    s.judged = fact.decision


@_takes(f.Screened)
def _screened(s: HireState, fact: f.Screened, e: Entry) -> None:
    s.screened = fact.eligible


@_takes(f.AssessmentInvited)
def _invited(s: HireState, fact: f.AssessmentInvited, e: Entry) -> None:
    s.assessment_ask, s.assessment_asks = fact.ask, s.assessment_asks + 1
    s.lost_asks.pop(fact.ask, None)
    s.failed_asks.pop("assessment", None)


@_takes(f.AssessmentAnswered)
def _answered(s: HireState, fact: f.AssessmentAnswered, e: Entry) -> None:
    s.assessment_answered = True


@_takes(f.AssessmentMarked)
def _marked(s: HireState, fact: f.AssessmentMarked, e: Entry) -> None:
    s.assessment_score = fact.score


@_takes(f.InterviewScheduled)
def _scheduled(s: HireState, fact: f.InterviewScheduled, e: Entry) -> None:
    s.interview_at, s.slots = fact.starts_at, None


@_takes(f.InterviewSlotsOffered)
def _slots(s: HireState, fact: f.InterviewSlotsOffered, e: Entry) -> None:
    s.slots = fact


@_takes(f.CandidateScored)
def _scored(s: HireState, fact: f.CandidateScored, e: Entry) -> None:
    s.scores.setdefault(fact.stage, {})[fact.member] = fact


@_takes(f.InterviewHeld)
def _interviewed(s: HireState, fact: f.InterviewHeld, e: Entry) -> None:
    s.interview_held = True


@_takes(f.InterviewMarked)
def _interview_marked(s: HireState, fact: f.InterviewMarked, e: Entry) -> None:
    s.interview_score = fact.score


@_takes(f.SelectionDecided)
def _selected(s: HireState, fact: f.SelectionDecided, e: Entry) -> None:
    s.selection, s.rank = fact.outcome, fact.rank


@_takes(f.ReserveListed)
def _listed(s: HireState, fact: f.ReserveListed, e: Entry) -> None:
    s.reserve_until, s.rank, s.standing = fact.until, fact.rank, fact.standing


@_takes(f.ReserveExtended)
def _list_extended(s: HireState, fact: f.ReserveExtended, e: Entry) -> None:
    s.reserve_until, s.reserve_extensions = fact.until, fact.times
    s.list_deadline = fact.deadline or s.list_deadline


@_takes(f.ReserveCalled)
def _called(s: HireState, fact: f.ReserveCalled, e: Entry) -> None:
    s.called = True


@_takes(f.PostAssigned)
def _assigned(s: HireState, fact: f.PostAssigned, e: Entry) -> None:
    s.post, s.post_kind, s.grade_low, s.grade_high = fact.post, fact.post_kind, fact.grade_low, fact.grade_high
    s.post_refused = ""
    s.division, s.post_funded = fact.division, fact.funded
    s.higher_grade_by, s.higher_grade = "", ""  # a decision on the grade is about one post
    if s.terms_sha256 and fact.post != s.post_before:  # terms name their post
        s.terms, s.terms_sha256, s.approved = {}, "", False
    s.offer_issued, s.offer_accepted, s.offer_extensions = False, None, 0


@_takes(f.PostReleased)
def _released(s: HireState, fact: f.PostReleased, e: Entry) -> None:
    s.post, s.post_before = "", s.post


@_takes(f.PostClaimed)
def _claimed(s: HireState, fact: f.PostClaimed, e: Entry) -> None:
    s.post_refused = ""


@_takes(f.PostRefused)
def _post_refused(s: HireState, fact: f.PostRefused, e: Entry) -> None:
    s.post_refused = fact.post


@_takes(f.PostFunded)
def _funded(s: HireState, fact: f.PostFunded, e: Entry) -> None:
    s.post_funded = fact.funded


@_takes(f.OfferIssued)
def _offered(s: HireState, fact: f.OfferIssued, e: Entry) -> None:
    s.offer_issued = True


@_takes(f.OfferAnswered)
def _offer_answered(s: HireState, fact: f.OfferAnswered, e: Entry) -> None:
    s.offer_accepted = fact.accepted


@_takes(f.OfferExtended)
def _offer_extended(s: HireState, fact: f.OfferExtended, e: Entry) -> None:
    s.offer_extensions += 1


@_takes(f.ConditionOpened)
def _opened(s: HireState, fact: f.ConditionOpened, e: Entry) -> None:
    s.conditions[fact.slot] = ConditionNow(
        slot=fact.slot, condition=fact.condition, authority=fact.authority, after=fact.after, waivable=fact.waivable
    )


@_takes(f.ConditionRequested)
def _requested(s: HireState, fact: f.ConditionRequested, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.state, c.ask, c.round, c.requested_at = ConditionState.REQUESTED, fact.ask, fact.round, e.at
    c.channel, c.form, c.expected = fact.channel, fact.form, fact.expected
    s.failed_asks.pop(fact.slot, None)
    s.lost_asks.pop(fact.ask, None)


@_takes(f.ConditionAcknowledged)
def _acknowledged(s: HireState, fact: f.ConditionAcknowledged, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.expected = fact.expected
    if c.state is ConditionState.REQUESTED:
        c.state = ConditionState.ACKNOWLEDGED


@_takes(f.ConditionPapersReceived)
def _papers(s: HireState, fact: f.ConditionPapersReceived, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.papers, c.limit_passed = True, False


@_takes(f.PaperReplyEntered)
def _paper_entered(s: HireState, fact: f.PaperReplyEntered, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.paper, c.paper_by = fact, e.actor


@_takes(f.ConditionReplied)
def _replied(s: HireState, fact: f.ConditionReplied, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.outcome, c.reference, c.paper = fact.outcome, fact.reference, None
    c.said[fact.outcome] = fact.valid_until
    c.level = fact.details.level or c.level
    c.waiver, c.waiver_by = None, ""  # proposed before this was known: void
    if fact.condition is Condition.SECONDMENT and fact.details.years is not None:
        s.agreed_years = fact.details.years


@_takes(f.ReplyNoted)
def _reply_noted(s: HireState, fact: f.ReplyNoted, e: Entry) -> None:
    s.conditions[fact.slot].after_entry = fact


@_takes(f.ReplySeen)
def _reply_seen(s: HireState, fact: f.ReplySeen, e: Entry) -> None:
    s.conditions[fact.slot].after_entry = None


@_takes(f.ConditionSettled)
def _settled(s: HireState, fact: f.ConditionSettled, e: Entry) -> None:
    s.conditions[fact.slot].outcome = fact.outcome


@_takes(f.ConditionSatisfied)
def _satisfied(s: HireState, fact: f.ConditionSatisfied, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.state, c.valid_until = ConditionState.SATISFIED, fact.valid_until
    s.failed_asks.pop(fact.slot, None)  # answered all the same: nobody need ask any more


@_takes(f.ConditionCarriedOver)
def _carried_over(s: HireState, fact: f.ConditionCarriedOver, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.state, c.outcome, c.reference, c.valid_until = ConditionState.SATISFIED, fact.outcome, fact.reference, fact.valid_until
    c.level, c.carried_from, c.said = fact.level, fact.from_case, {fact.outcome: fact.valid_until}


@_takes(f.ConditionRefused)
def _refused(s: HireState, fact: f.ConditionRefused, e: Entry) -> None:
    s.conditions[fact.slot].state = ConditionState.REFUSED
    s.failed_asks.pop(fact.slot, None)


@_takes(f.ConditionContradicted)
def _contradicted(s: HireState, fact: f.ConditionContradicted, e: Entry) -> None:
    s.conditions[fact.slot].state = ConditionState.CONTRADICTED


@_takes(f.WaiverProposed)
def _waiver_proposed(s: HireState, fact: f.WaiverProposed, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.waiver, c.waiver_by = fact, e.actor


@_takes(f.ConditionWaived)
def _waived(s: HireState, fact: f.ConditionWaived, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.state, c.waiver, c.waiver_by = ConditionState.WAIVED, None, ""
    s.failed_asks.pop(fact.slot, None)


@_takes(f.ConditionHeld)
def _condition_held(s: HireState, fact: f.ConditionHeld, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.held, c.held_at = fact, e.at


@_takes(f.ConditionResumed)
def _condition_resumed(s: HireState, fact: f.ConditionResumed, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.held, c.held_at = None, None


@_takes(f.AppealLodged)
def _appeal_lodged(s: HireState, fact: f.AppealLodged, e: Entry) -> None:
    s.conditions[fact.slot].late_appeal = not fact.in_time


@_takes(f.ConditionReopened)
def _reopened(s: HireState, fact: f.ConditionReopened, e: Entry) -> None:
    c = s.conditions[fact.slot]
    c.state, c.outcome, c.valid_until, c.papers, c.limit_passed = ConditionState.WAITING, None, None, False, False
    c.level, c.carried_from = "", ""
    c.said, c.paper, c.paper_by = {}, None, ""  # a reply typed in before belongs to the result that expired
    c.waiver, c.waiver_by, c.expected, c.form = None, "", None, ""
    c.because, c.appealed, c.late_appeal = fact.reason, fact.reason == APPEAL, False


@_takes(f.PaperEntered)
def _on_paper(s: HireState, fact: f.PaperEntered, e: Entry) -> None:
    s.papers[fact.about] = PaperNow(data=fact.data, by=e.actor, at=e.at)


@_takes(f.PaperConfirmed)
def _paper_confirmed(s: HireState, fact: f.PaperConfirmed, e: Entry) -> None:
    s.papers.pop(fact.about, None)


@_takes(f.AskFailed)
def _ask_failed(s: HireState, fact: f.AskFailed, e: Entry) -> None:
    if not fact.moot:
        s.failed_asks[fact.about] = fact.reason
    if fact.may_have_arrived:
        s.lost_asks[fact.ask] = fact


@_takes(f.ContractProposed)
def _proposed(s: HireState, fact: f.ContractProposed, e: Entry) -> None:
    s.terms, s.terms_sha256, s.proposed_by, s.approved = fact.terms, fact.sha256, e.actor, False
    s.wanted_entry = None


@_takes(f.ContractApproved)
def _approved(s: HireState, fact: f.ContractApproved, e: Entry) -> None:
    s.approved, s.offered_at = True, e.at


@_takes(f.ContractRejected)
@_takes(f.ContractWithdrawn)
def _terms_gone(s: HireState, fact: f.ContractRejected | f.ContractWithdrawn, e: Entry) -> None:
    s.offer_withdrawn = s.offer_withdrawn or s.approved
    s.terms, s.terms_sha256, s.proposed_by, s.approved = {}, "", "", False


@_takes(f.EntryDateAsked)
def _date_asked(s: HireState, fact: f.EntryDateAsked, e: Entry) -> None:
    s.wanted_entry = fact.wanted


@_takes(f.EntryDateKept)
def _date_kept(s: HireState, fact: f.EntryDateKept, e: Entry) -> None:
    s.wanted_entry = None


@_takes(f.EntryPostponed)
def _postponed(s: HireState, fact: f.EntryPostponed, e: Entry) -> None:
    s.postponed, s.enters_on, s.no_show = True, fact.enters_on, False
    if fact.sha256:
        s.terms, s.terms_sha256 = fact.terms, fact.sha256


@_takes(f.HigherGradeProposed)
def _higher_proposed(s: HireState, fact: f.HigherGradeProposed, e: Entry) -> None:
    s.higher_grade_by = e.actor


@_takes(f.HigherGradeDecided)
def _higher_decided(s: HireState, fact: f.HigherGradeDecided, e: Entry) -> None:
    s.higher_grade_by, s.higher_grade = "", fact.reason if fact.approved else ""


@_takes(f.ContractAnswered)
def _contract_answered(s: HireState, fact: f.ContractAnswered, e: Entry) -> None:
    s.signed, s.enters_on = fact.signed, fact.enters_on


@_takes(f.NoShowReported)
def _no_show(s: HireState, fact: f.NoShowReported, e: Entry) -> None:
    s.no_show = True


@_takes(f.DutyEntered)
def _on_duty(s: HireState, fact: f.DutyEntered, e: Entry) -> None:
    s.enters_on, s.no_show = fact.entered_on, False


@_takes(f.PolicyOverlaid)
def _overlaid(s: HireState, fact: f.PolicyOverlaid, e: Entry) -> None:
    s.overlays[fact.overlay] = fact


@_takes(f.OverlayLifted)
def _overlay_lifted(s: HireState, fact: f.OverlayLifted, e: Entry) -> None:
    s.overlays.pop(fact.overlay, None)


@_takes(f.Held)
def _held(s: HireState, fact: f.Held, e: Entry) -> None:
    s.held, s.held_at = fact, e.at


@_takes(f.Resumed)
def _resumed(s: HireState, fact: f.Resumed, e: Entry) -> None:
    s.held, s.held_at = None, None


@_takes(f.VacancySuspendedForHire)
def _vacancy_suspended(s: HireState, fact: f.VacancySuspendedForHire, e: Entry) -> None:
    s.suspended, s.held_by_vacancy = True, fact.held


@_takes(f.VacancyResumedForHire)
def _vacancy_resumed(s: HireState, fact: f.VacancyResumedForHire, e: Entry) -> None:
    s.suspended, s.held_by_vacancy = False, False


@_takes(f.IntegrityReported)
def _alleged(s: HireState, fact: f.IntegrityReported, e: Entry) -> None:
    s.allegations[fact.number] = Allegation(number=fact.number, code=fact.allegation, phase=fact.phase, evidence=fact.evidence)


@_takes(f.AllegationAnswered)
def _allegation_answered(s: HireState, fact: f.AllegationAnswered, e: Entry) -> None:
    s.allegations[fact.number].answered = True


@_takes(f.IntegrityConcluded)
def _concluded(s: HireState, fact: f.IntegrityConcluded, e: Entry) -> None:
    a = s.allegations[fact.number]
    a.upheld, a.found_by = fact.upheld, e.actor


@_takes(f.IntegrityStepsDecided)
def _steps_decided(s: HireState, fact: f.IntegrityStepsDecided, e: Entry) -> None:
    s.allegations[fact.number].steps = fact.steps


@_takes(f.AccommodationRequested)
def _accommodation_requested(s: HireState, fact: f.AccommodationRequested, e: Entry) -> None:
    s.accommodation = Accommodation(evidence=fact.reference, requested_at=e.at)


@_takes(f.MeasuresProposed)
def _measures_proposed(s: HireState, fact: f.MeasuresProposed, e: Entry) -> None:
    if s.accommodation is not None:
        s.accommodation.proposed, s.accommodation.proposed_by = tuple(Measure(one) for one in fact.measures), e.actor


@_takes(f.MeasuresGranted)
def _measures_granted(s: HireState, fact: f.MeasuresGranted, e: Entry) -> None:
    if s.accommodation is not None:
        s.accommodation.granted = tuple(Measure(one) for one in fact.measures)


@_takes(f.CandidateAvailability)
def _availability(s: HireState, fact: f.CandidateAvailability, e: Entry) -> None:
    s.available = fact.available


@_takes(f.ReuseOffered)
def _reuse(s: HireState, fact: f.ReuseOffered, e: Entry) -> None:
    s.reuse = fact


@_takes(f.ReuseAnswered)
def _reuse_answered(s: HireState, fact: f.ReuseAnswered, e: Entry) -> None:
    if s.consent_open:  # here the question was put in this very case
        s.consent_open = False
        return
    s.reuse_accepted = fact.accepted
    s.reuses += fact.accepted
    if not fact.accepted:
        s.reuse = None


@_takes(f.MessageSetAside)
def _set_aside(s: HireState, fact: f.MessageSetAside, e: Entry) -> None:
    if fact.fate == "parked":
        s.parked[fact.message] = fact
    else:
        s.parked.pop(fact.message, None)
    if fact.fate == "superseded" and fact.reason == "late":
        s.late_messages[fact.message] = fact


@_takes(f.Corrected)
def _corrected(s: HireState, fact: f.Corrected, e: Entry) -> None:
    before = s.typed[fact.supersedes]
    s.typed[fact.supersedes] = again = type(before).model_validate({**before.model_dump(), **fact.words})
    taker = _TAKERS.get(type(again))
    if taker is not None:
        taker(s, again, e)


@_takes(f.LateMessageAccepted)
def _late_accepted(s: HireState, fact: f.LateMessageAccepted, e: Entry) -> None:
    s.late_messages.pop(fact.message, None)
    s.excused.add(fact.message)


@_takes(f.UndoPlanned)
def _undo_planned(s: HireState, fact: f.UndoPlanned, e: Entry) -> None:
    s.planned = fact.steps


@_takes(f.RequestRecalled)
def _recalled(s: HireState, fact: f.RequestRecalled, e: Entry) -> None:
    """Nobody works on it any more: should a review bring the case back, it is asked anew."""
    s.recalled[fact.ask] = fact.outcome
    s.recall_failed.pop(fact.ask, None)
    s.lost_asks.pop(fact.ask, None)
    if fact.ask == s.assessment_ask:
        s.assessment_ask = ""
    for c in s.conditions.values():
        if c.ask == fact.ask and c.state is not ConditionState.WAIVED:
            c.state, c.outcome, c.valid_until, c.said = ConditionState.WAITING, None, None, {}


@_takes(f.RecallFailed)
def _recall_failed(s: HireState, fact: f.RecallFailed, e: Entry) -> None:
    s.recall_failed[fact.ask] = fact


@_takes(f.MessageTaken)
def _taken(s: HireState, fact: f.MessageTaken, e: Entry) -> None:
    s.parked.pop(fact.message, None)


@_takes(f.DeadlineSet)
def _deadline(s: HireState, fact: DeadlineSet, e: Entry) -> None:
    s.deadlines[fact.key] = fact
    if fact.key not in s.first_set or s.first_set[fact.key].started_at != fact.started_at:
        s.first_set[fact.key] = fact
    if fact.key == "reserve":
        s.list_deadline = fact
    if (fact.limit_at or fact.due_at) > e.at:  # set anew with time left: what its old limit brought is over
        s.lapse_due.discard(fact.key)
        s.escalated.discard(fact.key)


@_takes(f.DeadlineReminded)
def _reminded(s: HireState, fact: f.DeadlineReminded, e: Entry) -> None:
    s.fired[fact.key] = max(fact.instant, s.fired.get(fact.key, fact.instant))


@_takes(f.DeadlineMissed)
def _missed(s: HireState, fact: f.DeadlineMissed, e: Entry) -> None:
    s.fired[fact.key] = max(fact.instant, s.fired.get(fact.key, fact.instant))


@_takes(f.DeadlineEscalated)
def _escalated(s: HireState, fact: f.DeadlineEscalated, e: Entry) -> None:
    s.escalated.add(fact.key)
    _limit_fired(s, fact.key)
    if fact.instant is not None and fact.key in s.deadlines:  # a later step of the ladder
        s.fired[fact.key] = max(s.fired[fact.key], fact.instant)


@_takes(f.LapseDue)
def _lapse_due(s: HireState, fact: f.LapseDue, e: Entry) -> None:
    s.lapse_due.add(fact.key)
    _limit_fired(s, fact.key)


def _limit_fired(s: HireState, key: str) -> None:
    deadline = s.deadlines.get(key)
    if deadline is not None:
        s.fired[key] = deadline.limit_at or deadline.due_at
    for c in _timed_by(s, key):
        c.limit_passed = True
        silent = key == c.slot and deadline is not None and deadline.at_limit is LimitAction.PERSON_DECIDES
        if silent and not c.answered:
            c.state = ConditionState.LAPSED


def _timed_by(s: HireState, key: str) -> list[ConditionNow]:
    """The condition a deadline is about: the authority's own time, or the candidate's time for the papers it needs."""
    return [c for c in s.conditions.values() if key in (c.slot, c.papers_key)]


@_takes(f.DeadlineClosed)
def _deadline_closed(s: HireState, fact: f.DeadlineClosed, e: Entry) -> None:
    s.deadlines.pop(fact.key, None)
    s.first_set.pop(fact.key, None)
    s.fired.pop(fact.key, None)
    s.lapse_due.discard(fact.key)
    s.escalated.discard(fact.key)


@_takes(f.DeadlineExtended)
def _deadline_extended(s: HireState, fact: f.DeadlineExtended, e: Entry) -> None:
    s.deadlines[fact.key] = s.deadlines[fact.key].model_copy(update={"due_at": fact.due_at, "limit_at": fact.limit_at})
    s.fired[fact.key] = e.at  # instants already behind us do not fire again
    s.lapse_due.discard(fact.key)
    s.escalated.discard(fact.key)
    for c in _timed_by(s, fact.key):
        c.limit_passed = False
        if c.state is ConditionState.LAPSED:
            c.state = ConditionState.ACKNOWLEDGED if c.expected else ConditionState.REQUESTED if c.round else ConditionState.WAITING


@_takes(f.LetterWritten)
def _letter(s: HireState, fact: f.LetterWritten, e: Entry) -> None:
    s.letters += 1


@_takes(f.EndingReached)
def _ended(s: HireState, fact: f.EndingReached, e: Entry) -> None:
    s.ending, s.ended_by, s.ended_at, s.ending_reason = fact.ending, fact.decided_by, e.at, fact.reason
    s.ended_stage, s.review = fact.stage, Review.NONE
    s.stage, s.deadlines, s.lapse_due = None, {}, set()
    s.held, s.held_at = None, None


@_takes(f.ReviewOpened)
def _review_opened(s: HireState, fact: f.ReviewOpened, e: Entry) -> None:
    s.review = Review.OPEN


@_takes(f.ReviewLodged)
def _review_lodged(s: HireState, fact: f.ReviewLodged, e: Entry) -> None:
    if s.review is Review.OPEN:  # an appeal against a medical opinion is lodged too, while the case goes on
        s.review = Review.LODGED


@_takes(f.ReviewDecided)
def _review_decided(s: HireState, fact: f.ReviewDecided, e: Entry) -> None:
    s.review = Review.UPHELD if fact.upheld else Review.NOT_UPHELD


@_takes(f.Reopened)
def _case_reopened(s: HireState, fact: f.Reopened, e: Entry) -> None:
    """The ending is void, and with it what its stage had decided; everything before stands."""
    s.ending, s.ended_by, s.ended_at, s.ending_reason, s.ended_stage = None, "", None, "", None
    s.reopened += 1
    s.recall_failed = {}  # who could not be told that nothing is needed any more need not be told now
    match fact.stage:
        case Stage.RECEIVED:
            s.late = False
        case Stage.SELECTION:
            s.selection, s.rank = "", None
        case Stage.RESERVE:
            s.list_deadline = None
        case Stage.OFFER:
            s.offer_accepted, s.consent_open = None, False  # who asks for a review of a lapse would take the post
        case Stage.ENTRY:
            s.no_show, s.enters_on = False, None
        case _:
            pass


@_takes(f.ReviewWindowPassed)
def _review_passed(s: HireState, fact: f.ReviewWindowPassed, e: Entry) -> None:
    s.review = Review.PASSED


@_takes(f.HandedOver)
def _handed_over(s: HireState, fact: f.HandedOver, e: Entry) -> None:
    s.owner = fact.owner


@_takes(f.Recused)
def _recused(s: HireState, fact: f.Recused, e: Entry) -> None:
    s.recused.add(fact.person)
