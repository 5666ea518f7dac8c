"""What a person may do to a hire: per act, who may, at which stage, with which words, and the facts it leads to.

One table drives the refusals, the worklists and the documentation. Rights are checked again in the story, so a door that forgot
to ask cannot widen them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from domain import facts as f
from domain.conditions import TABLE, ending_for
from domain.contract import propose_terms, terms_sha256
from domain.deadlines import extend, shift
from domain.errors import BadInput, CaseClosed, FourEyes, NotAllowed, NotNow
from domain.hire import SETTLED, HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.replies import Moot, conclude, decide_probation, replied
from domain.stages import Facts, after_shortlisting, asked, end, enter, reopen_expired, unsettled
from domain.waiting import explained
from domain.words import Condition, ConditionState, Ending, Outcome, Role, Stage
from domain.words import roles as roles_among

HR = frozenset({Role.HR_OFFICER, Role.HR_HEAD})
BOARD = frozenset({Role.BOARD_MEMBER, Role.BOARD_CHAIR})
DESKS = {
    Condition.CLEARANCE: Role.SECURITY_OFFICE,
    Condition.MEDICAL: Role.MEDICAL_OFFICE,
    Condition.ACCREDITATION: Role.ACCREDITATION_DESK,
}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


#: A day of entry further off than this is a slip of the pen.
SOON = timedelta(days=730)

#: A reason is a short code of the catalogue, never free text about a person: it enters the history.
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")]


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without its zone is no moment."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment needs its zone, as in 2026-03-02T09:00:00+01:00")
    return moment


#: A reference or a code: too narrow a grammar to carry a sentence or a name into a history.
Reference = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/-]{0,79})?$")]


class Nothing(Args): ...


class Screen(Args):
    eligible: bool
    reason: Reason = "all_checks_passed"


class Shortlist(Args):
    shortlisted: bool
    reason: Reason = "profile_matches"


class Mark(Args):
    score: int = Field(ge=0, le=100)


class Schedule(Args):
    starts_at: Annotated[datetime, AfterValidator(_aware)]
    minutes: int = Field(default=60, ge=5, le=480)
    place: Reference = ""


class Because(Args):
    reason: Reason


class About(Args):
    condition: Condition
    reason: Reason = "person_decided"


class ReplyOnPaper(Args):
    condition: Condition
    outcome: Outcome
    reference: Reference = ""
    valid_until: date | None = None


class Unasked(Args):
    about: str


class Settle(Args):
    condition: Condition
    outcome: Outcome
    reason: Reason


class Propose(Args):
    enters_on: date | None = None


class Approve(Args):
    sha256: str = Field(min_length=64, max_length=64)


class Conclude(Args):
    upheld: bool
    reason: Reason


class Decide(Args):
    confirmed: bool
    reason: Reason = "written_decision"


class Hold(Args):
    reason: Reason
    until: Annotated[datetime | None, AfterValidator(_aware)] = None


class Extend(Args):
    deadline: str
    days: int = Field(ge=1, le=400)
    reason: Reason


class Reuse(Args):
    vacancy: Reference
    post: Reference
    grade: Reference


class HandOver(Args):
    owner: Reference


Doer = Callable[[HireState, Any, ActRequest, Moment], Facts]


@dataclass(frozen=True)
class Act:
    name: str
    roles: frozenset[Role]
    stages: frozenset[Stage]
    args: type[Args]
    do: Doer
    says: str
    on_hold: Literal[True, False] = False


ANY_STAGE = frozenset(Stage)
ACTS: dict[str, Act] = {}


def _act(name: str, roles: frozenset[Role], stages: frozenset[Stage], args: type[Args], *, on_hold: bool = False) -> Callable[[Doer], Doer]:
    def register(do: Doer) -> Doer:
        ACTS[name] = Act(name, roles, stages, args, do, (do.__doc__ or "").strip().splitlines()[0], on_hold)
        return do

    return register


def check(state: HireState, request: ActRequest) -> Act:
    """The act asked for, if this person may do it to this case now.

    Raises BadInput (unknown act, wrong words), CaseClosed, NotNow (stage, hold), NotAllowed (role). Pure: safe in a validator.
    """
    act = ACTS.get(request.act)
    if act is None:
        raise BadInput(f"there is no act {request.act!r}; known: {', '.join(sorted(ACTS))}", code="unknown_act")
    try:
        act.args.model_validate(request.args)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise BadInput(f"{act.name}: {where}: {first['msg']}", code="bad_arguments", field=where) from None
    if state.closed or state.stage is None:
        raise _why_not(CaseClosed(f"the case ended as {state.ending}", code="case_closed"), state, act, request)
    if state.held and not act.on_hold:
        raise _why_not(NotNow("the case is on hold; resume it first", code="on_hold"), state, act, request)
    if state.stage not in act.stages:
        wrong = NotNow(f"{act.name} is not possible at stage {state.stage}", code="wrong_stage", stage=str(state.stage))
        raise _why_not(wrong, state, act, request)
    if not act.roles & roles_among(request.roles):
        raise NotAllowed(f"{act.name} is for {', '.join(sorted(act.roles))}", code="wrong_role")
    return act


def do(state: HireState, request: ActRequest, m: Moment) -> Facts:
    """The facts of an act, or the refusal that says why not."""
    act = check(state, request)
    try:
        return act.do(state, act.args.model_validate(request.args), request, m)
    except NotNow as refusal:
        raise _why_not(refusal, state, act, request) from None


def _why_not(refusal: NotNow, state: HireState, act: Act, request: ActRequest) -> NotNow:
    """The refusal, telling under `waiting` what stands against the act, who can move it and since when."""
    about = next((str(request.args[word]) for word in ("condition", "about", "deadline") if request.args.get(word)), "")
    return explained(refusal, state, act, ACTS, about)


def allowed(state: HireState, roles: frozenset[Role]) -> list[str]:
    """Names of the acts a person with these roles could try now (their own conditions may still refuse)."""
    if state.closed:
        return []
    return sorted(a.name for a in ACTS.values() if a.roles & roles and state.stage in a.stages and (a.on_hold or not state.held))


def _person(request: ActRequest) -> str:
    return f"person:{request.person}"


# ---- the acts, in the order a case meets them ------------------------------------------------------------------------------


@_act("confirm_late", HR, frozenset({Stage.RECEIVED}), Nothing)
def _confirm_late(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that the application was received after closing; the candidate is told."""
    if not s.late:
        raise NotNow("this application was received in time", code="not_late")
    return end(s, Ending.LATE, m, decided_by=_person(r), reason="received_after_closing")


@_act("screen", HR, frozenset({Stage.SCREENING}), Screen)
def _screen(s: HireState, a: Screen, r: ActRequest, m: Moment) -> Facts:
    """Decide eligibility, with the automatic checks as a proposal; nothing adverse before closing."""
    if s.judged is None:
        raise NotNow("the eligibility checks have not run yet", code="not_judged")
    screened = f.Screened(eligible=a.eligible, reason=a.reason)
    if a.eligible:
        return [screened, *enter(s, Stage.SHORTLISTING, m)]
    return [screened, *end(s, Ending.NOT_ELIGIBLE, m, decided_by=_person(r), reason=a.reason)]


@_act("shortlist", HR | {Role.HIRING_MANAGER}, frozenset({Stage.SHORTLISTING}), Shortlist)
def _shortlist(s: HireState, a: Shortlist, r: ActRequest, m: Moment) -> Facts:
    """Put on the short list, or not."""
    decided = f.ShortlistingDecided(shortlisted=a.shortlisted, reason=a.reason)
    if a.shortlisted:
        return [decided, *enter(s, after_shortlisting(m), m)]
    return [decided, *end(s, Ending.NOT_SHORTLISTED, m, decided_by=_person(r), reason=a.reason)]


@_act("mark_assessment", BOARD, frozenset({Stage.ASSESSMENT}), Mark)
def _mark_assessment(s: HireState, a: Mark, r: ActRequest, m: Moment) -> Facts:
    """Mark the assessment (0-100); the case goes on to the interview."""
    if not s.assessment_answered:
        raise NotNow("the candidate has not answered the assessment", code="not_answered")
    return [f.AssessmentMarked(score=a.score), *enter(s, Stage.INTERVIEW, m)]


@_act("schedule_interview", HR | BOARD, frozenset({Stage.INTERVIEW}), Schedule)
def _schedule(s: HireState, a: Schedule, r: ActRequest, m: Moment) -> Facts:
    """Set the interview; the candidate gets the invitation with a calendar entry."""
    if s.interview_held:
        raise NotNow("the interview was held already", code="already_held")
    return [f.InterviewScheduled(starts_at=a.starts_at, minutes=a.minutes, place=a.place)]


@_act("mark_interview", BOARD, frozenset({Stage.INTERVIEW}), Mark)
def _mark_interview(s: HireState, a: Mark, r: ActRequest, m: Moment) -> Facts:
    """Mark the interview (0-100); the case waits for the board's report."""
    if not s.interview_held:
        raise NotNow("the interview is not on record yet", code="not_held")
    return [f.InterviewMarked(score=a.score), *enter(s, Stage.SELECTION, m)]


@_act("issue_offer", HR, frozenset({Stage.OFFER}), Nothing)
def _issue_offer(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Issue the conditional offer for the post reserved."""
    if s.offer_issued:
        raise NotNow("the conditional offer is issued already", code="already_issued")
    return [f.OfferIssued(post=s.post), m.deadline("offer")]


@_act("ask_by_hand", HR, frozenset({Stage.ASSESSMENT, Stage.CONDITIONS}), Unasked)
def _ask_by_hand(s: HireState, a: Unasked, r: ActRequest, m: Moment) -> Facts:
    """Record that an authority our own request could not reach was asked another way; its time begins now."""
    if a.about not in s.failed_asks:
        raise NotNow(f"no request about {a.about!r} failed", code="nothing_failed")
    if a.about == "assessment":
        ask = f"{s.case}/assessment/request/1"
        return [f.AssessmentInvited(assessment=m.published.rules.assessment, ask=ask), m.deadline("assessment_answer")]
    now = _known(s, Condition(a.about))
    if now.state is not ConditionState.WAITING:
        raise NotNow(f"{a.about} was answered meanwhile", code="nothing_failed")
    nth = now.round + 1
    requested = f.ConditionRequested(
        condition=now.condition, authority=now.authority, ask=f"{s.case}/{a.about}/request/{nth}", round=nth, channel="paper"
    )
    return [requested, *asked(s, now.condition, m)]


@_act("enter_reply", HR | frozenset(DESKS.values()), frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), ReplyOnPaper)
def _enter_reply(s: HireState, a: ReplyOnPaper, r: ActRequest, m: Moment) -> Facts:
    """Type in an authority's reply received on paper; a second person confirms it."""
    _known(s, a.condition)
    desk = DESKS.get(a.condition)
    if desk is not None and desk not in r.roles:
        raise NotAllowed(f"replies on {a.condition} are entered by {desk}", code="wrong_role")
    if a.outcome not in TABLE[a.condition].outcomes:
        raise BadInput(f"{a.outcome} is no answer to {a.condition}", code="not_an_answer", field="outcome")
    return [f.PaperReplyEntered(condition=a.condition, outcome=a.outcome, reference=a.reference, valid_until=a.valid_until)]


@_act("confirm_reply", HR | frozenset(DESKS.values()), frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), About)
def _confirm_reply(s: HireState, a: About, r: ActRequest, m: Moment) -> Facts:
    """Confirm a reply another person typed in from paper."""
    now = _known(s, a.condition)
    if now.paper is None:
        raise NotNow(f"no reply on {a.condition} waits for a second person", code="nothing_to_confirm")
    if now.paper_by == _person(r):
        raise FourEyes("the person who typed the reply in cannot confirm it", code="four_eyes")
    p = now.paper
    fact = f.ConditionReplied(
        condition=a.condition, outcome=p.outcome, reference=p.reference, valid_until=p.valid_until, details={"channel": "paper"}
    )
    try:
        return replied(s, fact, m)
    except Moot:  # the same answer is on record: the paper only confirms it
        return [fact]


@_act("settle_reply", HR, frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), Settle)
def _settle(s: HireState, a: Settle, r: ActRequest, m: Moment) -> Facts:
    """Decide between contradicting replies; both stay on record."""
    now = _known(s, a.condition)
    if now.state is not ConditionState.CONTRADICTED:
        raise NotNow(f"the replies on {a.condition} do not contradict each other", code="no_contradiction")
    rule = TABLE[a.condition]
    if a.outcome not in rule.satisfied_by | rule.refused_by:
        raise BadInput(f"{a.outcome} settles nothing about {a.condition}", code="not_an_answer", field="outcome")
    settled = f.ConditionSettled(condition=a.condition, outcome=a.outcome, reason=a.reason)
    return [settled, *conclude(s, a.condition, a.outcome, now.said.get(a.outcome), m)]


@_act("withdraw_offer", HR, frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), About)
def _withdraw_offer(s: HireState, a: About, r: ActRequest, m: Moment) -> Facts:
    """Withdraw the offer because a condition was refused, or its limit passed without a reply."""
    now = _known(s, a.condition)
    refused = now.state in (ConditionState.REFUSED, ConditionState.CONTRADICTED)
    if not refused and (not now.limit_passed or now.state in SETTLED):
        raise NotNow(f"{a.condition} is neither refused nor past its limit", code="not_refused")
    return end(s, ending_for(a.condition, refused=refused), m, decided_by=_person(r), reason=a.reason)


@_act("propose_contract", HR, frozenset({Stage.CONTRACT}), Propose)
def _propose(s: HireState, a: Propose, r: ActRequest, m: Moment) -> Facts:
    """Propose the contract; its terms are computed by rule, each line with its clause."""
    if s.approved:
        raise NotNow("the contract is approved and offered already", code="already_offered")
    if not s.post_funded and Condition.BUDGET not in s.settled():
        raise NotNow("the post is not funded: no contract offer can be issued", code="not_funded")
    _all_settled(s)
    rules, spec = m.published.rules, m.published.spec
    post = next((p for p in spec.posts if p.id == s.post), None)
    if post is None:
        raise NotNow(f"the vacancy has no post {s.post}", code="no_post")
    on = a.enters_on or (m.at + timedelta(days=30)).date()
    if not m.at.date() <= on <= (m.at + SOON).date():
        raise BadInput("the day of entry lies within the next two years", code="bad_arguments", field="enters_on")
    if reopened := reopen_expired(s, on, m):  # a contract is offered on results that still hold on the day of entry
        return reopened
    terms = propose_terms(post, seconded=s.seconded_by is not None, serving=s.serving, enters_on=on, rules=rules.contract, spec=spec)
    return [f.ContractProposed(terms=terms.model_dump(mode="json"), sha256=terms_sha256(terms))]


@_act("approve_contract", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), frozenset({Stage.CONTRACT}), Approve)
def _approve(s: HireState, a: Approve, r: ActRequest, m: Moment) -> Facts:
    """Approve exactly these terms (by hash); the proposer cannot."""
    if not s.terms_sha256 or s.approved:
        raise NotNow("no contract waits for approval", code="nothing_to_approve")
    if s.proposed_by == _person(r):
        raise FourEyes("the proposer of a contract cannot approve it", code="four_eyes")
    if a.sha256 != s.terms_sha256:
        raise NotNow("the terms changed since you read them", code="other_terms", sha256=s.terms_sha256)
    _all_settled(s)
    return [f.ContractApproved(sha256=a.sha256, proposed_by=s.proposed_by), m.deadline("contract")]


@_act("confirm_no_show", HR, frozenset({Stage.ENTRY}), Nothing)
def _confirm_no_show(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that the person did not come on the day."""
    if not s.no_show:
        raise NotNow("no absence was reported", code="no_show_not_reported")
    return end(s, Ending.NO_SHOW, m, decided_by=_person(r), reason="did_not_enter_on_duty")


@_act("decide_probation", frozenset({Role.LINE_MANAGER}), frozenset({Stage.PROBATION}), Decide)
def _probation(s: HireState, a: Decide, r: ActRequest, m: Moment) -> Facts:
    """Confirm the appointment after probation, or not, in writing."""
    return decide_probation(s, a.confirmed, a.reason, _person(r), m)


# ---- at any time -----------------------------------------------------------------------------------------------------------

LAPSES = {
    "assessment_answer": Ending.ASSESSMENT_LAPSED,
    "offer": Ending.CONDITIONAL_OFFER_LAPSED,
    "reserve": Ending.RESERVE_LAPSED,
    "contract": Ending.CONDITIONAL_OFFER_LAPSED,  # not declined: nobody said no
    "entry": Ending.NO_SHOW,
}


@_act("confirm_lapse", HR, ANY_STAGE, Nothing)
def _confirm_lapse(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that a lapse-due case has lapsed (or extend its deadline instead)."""
    key = next((k for k in s.lapsed if k in LAPSES), None)
    if key is None:
        raise NotNow("no deadline of this case has lapsed", code="nothing_lapsed")
    return end(s, LAPSES[key], m, decided_by=_person(r), reason=f"lapsed.{key}")


@_act("withdraw", HR, ANY_STAGE, Because, on_hold=True)
def _withdraw(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Record a withdrawal the candidate declared to us outside the portal."""
    return [f.Withdrawn(reason=a.reason), *end(s, Ending.WITHDRAWN, m, decided_by="candidate", reason=a.reason)]


@_act("report_integrity", HR | BOARD, ANY_STAGE, Because)
def _report(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Open an allegation (AI use, false statement); it never ends a case by itself."""
    if s.allegation:
        raise NotNow("an allegation is open already", code="allegation_open")
    return [f.IntegrityReported(allegation=a.reason, evidence=""), m.deadline("allegation")]


@_act("conclude_integrity", frozenset({Role.HR_HEAD}), ANY_STAGE, Conclude)
def _conclude_integrity(s: HireState, a: Conclude, r: ActRequest, m: Moment) -> Facts:
    """Decide an allegation, after the candidate's answer or when its time has passed."""
    if not s.allegation:
        raise NotNow("there is no allegation to decide", code="no_allegation")
    if "allegation" in s.deadlines and "allegation" not in s.lapse_due | s.escalated:
        raise NotNow("the candidate may still answer", code="candidate_may_answer")
    concluded = f.IntegrityConcluded(upheld=a.upheld, reason=a.reason)
    if a.upheld:
        return [concluded, *end(s, Ending.INTEGRITY, m, decided_by=_person(r), reason=a.reason)]
    closed: Facts = [f.DeadlineClosed(key="allegation", met=False)] if "allegation" in s.deadlines else []
    return [concluded, *closed]


@_act("hold", HR, ANY_STAGE, Hold)
def _hold(s: HireState, a: Hold, r: ActRequest, m: Moment) -> Facts:
    """Stop the clocks of the case, until a date or until resumed."""
    if a.until is not None and a.until <= m.at:
        raise BadInput("a hold ends in the future", code="bad_arguments", field="until")
    return [f.Held(reason=a.reason, until=a.until)]


@_act("resume", HR, ANY_STAGE, Nothing, on_hold=True)
def _resume(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """End a hold; every open deadline moves by the time the case stood still."""
    if s.held is None:
        raise NotNow("the case is not on hold", code="not_held")
    return resumed(s, m)


def resumed(s: HireState, m: Moment) -> Facts:
    """The facts of a hold's end, by a person or by its date. The competition's closing never moves for one case."""
    held_at = s.held_at or m.at

    def since(start: datetime) -> int:
        return int((m.at - start).total_seconds())

    moved = [shift(d, since(max(held_at, d.started_at)), held_at) for key, d in sorted(s.deadlines.items()) if key != "closing"]
    return [f.Resumed(seconds=since(held_at)), *moved]


@_act("extend", HR, ANY_STAGE, Extend)
def _extend(s: HireState, a: Extend, r: ActRequest, m: Moment) -> Facts:
    """Give an open deadline more days, with a reason."""
    if a.deadline == "closing" or a.deadline not in s.deadlines:
        known = ", ".join(sorted(k for k in s.deadlines if k != "closing")) or "none"
        raise BadInput(f"no open deadline {a.deadline!r}; open: {known}", code="no_such_deadline", field="deadline")
    if a.deadline != "reserve":
        return _longer(s, a, m)
    if s.reserve_extensions >= m.published.rules.reserve.extensions:
        raise NotNow("a reserve list is extended at most twice", code="extended_twice")
    if s.lapse_due:
        raise NotNow("a reserve list is extended before it expires", code="expired")
    longer = _longer(s, a, m)
    until = next(fact.due_at for fact in longer if isinstance(fact, f.DeadlineSet))
    return [*longer, f.ReserveExtended(until=until, times=s.reserve_extensions + 1)]


def _longer(s: HireState, a: Extend, m: Moment) -> Facts:
    rule = m.published.rules.deadlines.get(a.deadline)
    unit, working = (rule.unit, rule.working_days) if rule else ("day", False)
    longer = extend(s.deadlines[a.deadline], a.days, a.reason, m.at, m.calendar, working_days=working, unit=unit)
    return [longer, f.DeadlineExtended(key=a.deadline, due_at=longer.due_at, limit_at=longer.limit_at, reason=a.reason)]


@_act("offer_reuse", HR, frozenset({Stage.RESERVE}), Reuse)
def _offer_reuse(s: HireState, a: Reuse, r: ActRequest, m: Moment) -> Facts:
    """Ask the person whether they would take a similar post of another vacancy."""
    if s.reuse is not None:
        raise NotNow("a re-use is offered already", code="already_offered")
    if a.vacancy == s.vacancy:
        raise BadInput("a post of the same vacancy is called, not re-used", code="same_vacancy", field="vacancy")
    return [f.ReuseOffered(vacancy=a.vacancy, post=a.post, grade=a.grade)]


@_act("hand_over", HR, ANY_STAGE, HandOver, on_hold=True)
def _hand_over(s: HireState, a: HandOver, r: ActRequest, m: Moment) -> Facts:
    """Give the case another owner."""
    return [f.HandedOver(owner=a.owner)]


def _all_settled(s: HireState) -> None:
    open_ = unsettled(s)
    if open_:
        raise NotNow(f"not every condition is met: {', '.join(open_)}", code="conditions_open", conditions=[str(c) for c in open_])


def _known(s: HireState, condition: Condition) -> Any:
    now = s.conditions.get(condition)
    if now is None:
        raise NotNow(f"this hire has no {condition} condition", code="not_required")
    return now
