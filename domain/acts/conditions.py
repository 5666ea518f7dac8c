"""Acts on the conditions of appointment (`recruitment.md` §4)."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain import facts as f
from domain.acts.table import HR, Args, Reason, Reference, Slot, act, known, person
from domain.conditions import TABLE, TOO_LOW, ending_for
from domain.errors import BadInput, FourEyes, NotAllowed, NotNow
from domain.hire import ConditionNow, HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.replies import Moot, conclude, replied
from domain.stages import Facts, asked, end
from domain.words import Condition, ConditionState, Level, Outcome, Role, Stage
from domain.words import roles as roles_among

DESKS = {
    Condition.CLEARANCE: Role.SECURITY_OFFICE,
    Condition.MEDICAL: Role.MEDICAL_OFFICE,
    Condition.ACCREDITATION: Role.ACCREDITATION_DESK,
}


def own_desk(now: ConditionNow, r: ActRequest) -> None:
    """An office deals with its own condition alone (need to know); HR with all of them. Raises NotAllowed."""
    mine, desk = roles_among((*r.roles, *r.stands_in.get(r.acting_for, ()))), DESKS.get(now.condition)
    if not mine & HR and desk not in mine:
        raise NotAllowed(f"replies on {now.condition} are for {desk or 'HR'}", code="wrong_role")


class About(Args):
    condition: Slot
    reason: Reason = "person_decided"


class ReplyOnPaper(Args):
    condition: Slot
    outcome: Outcome
    reference: Reference = ""
    valid_until: date | None = None
    level: Level | None = None
    years: int | None = Field(default=None, ge=1, le=10)


class Unasked(Args):
    about: str


class Settle(Args):
    condition: Slot
    outcome: Outcome
    reason: Reason


@act("ask_by_hand", HR, frozenset({Stage.ASSESSMENT, Stage.CONDITIONS}), Unasked)
def _ask_by_hand(s: HireState, a: Unasked, r: ActRequest, m: Moment) -> Facts:
    """Record that an authority our own request could not reach was asked another way; its time begins now."""
    if a.about not in s.failed_asks:
        raise NotNow(f"no request about {a.about!r} failed", code="nothing_failed")
    if a.about == "assessment":
        ask = f"{s.case}/assessment/request/{s.assessment_asks + 1}"
        return [f.AssessmentInvited(assessment=m.published.rules.assessment, ask=ask), m.deadline("assessment_answer")]
    now = known(s, a.about)
    on_file = now.condition is Condition.CLEARANCE and m.published.spec.fast_track and now.because != TOO_LOW
    if now.state is not ConditionState.WAITING:
        raise NotNow(f"{a.about} was answered meanwhile", code="nothing_failed")
    nth = now.round + 1
    ask = f"{s.case}/{now.slot}/request/{nth}"
    form: Literal["confirmation", ""] = "confirmation" if on_file else ""
    return [
        f.ConditionRequested(**now.about, authority=now.authority, ask=ask, round=nth, channel="paper", form=form),
        *asked(now, m, form),
    ]


@act("enter_reply", HR | frozenset(DESKS.values()), frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), ReplyOnPaper)
def _enter_reply(s: HireState, a: ReplyOnPaper, r: ActRequest, m: Moment) -> Facts:
    """Type in an authority's reply received on paper; a second person confirms it."""
    now = known(s, a.condition)
    desk = DESKS.get(now.condition)
    if desk is not None and desk not in r.roles:
        raise NotAllowed(f"replies on {now.condition} are entered by {desk}", code="wrong_role")
    if a.outcome not in TABLE[now.condition].outcomes:
        raise BadInput(f"{a.outcome} is no answer to {a.condition}", code="not_an_answer", field="outcome")
    said = f.Said(level=a.level, years=a.years, channel="paper")
    return [f.PaperReplyEntered(**now.about, outcome=a.outcome, reference=a.reference, valid_until=a.valid_until, details=said)]


@act("confirm_reply", HR | frozenset(DESKS.values()), frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), About, approval=True)
def _confirm_reply(s: HireState, a: About, r: ActRequest, m: Moment) -> Facts:
    """Confirm a reply another person typed in from paper."""
    now = known(s, a.condition)
    own_desk(now, r)
    if now.paper is None:
        raise NotNow(f"no reply on {a.condition} waits for a second person", code="nothing_to_confirm")
    if now.paper_by in r.eyes:
        raise FourEyes("the person who typed the reply in cannot confirm it", code="four_eyes")
    p = now.paper
    fact = f.ConditionReplied(**now.about, outcome=p.outcome, reference=p.reference, valid_until=p.valid_until, details=p.details)
    try:
        return replied(s, fact, m)
    except Moot:  # the same answer is on record: the paper only confirms it
        return [fact]


@act("settle_reply", HR, frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), Settle, approval=True)
def _settle(s: HireState, a: Settle, r: ActRequest, m: Moment) -> Facts:
    """Decide between contradicting replies, or on one that settles nothing (partly, interim); all stay on record."""
    now = known(s, a.condition)
    undecided = not now.answered and now.outcome in TABLE[now.condition].undecided
    if now.state is not ConditionState.CONTRADICTED and not undecided:
        raise NotNow(f"the replies on {a.condition} do not contradict each other", code="no_contradiction")
    rule = TABLE[now.condition]
    if a.outcome not in rule.satisfied_by | rule.refused_by:
        raise BadInput(f"{a.outcome} settles nothing about {a.condition}", code="not_an_answer", field="outcome")
    settled = f.ConditionSettled(**now.about, outcome=a.outcome, reason=a.reason)
    until = now.said.get(a.outcome)
    if undecided and now.outcome is not None and a.outcome not in now.said:
        until = now.said.get(now.outcome)  # what was said holds as long as it said; never another answer's end
    return [settled, *conclude(s, now, a.outcome, until, m)]


@act("withdraw_offer", HR, frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY}), About)
def _withdraw_offer(s: HireState, a: About, r: ActRequest, m: Moment) -> Facts:
    """Withdraw the offer because a condition was refused, or its limit passed without a reply."""
    now = known(s, a.condition)
    refused = now.state in (ConditionState.REFUSED, ConditionState.CONTRADICTED)
    if s.appealable(now):
        until = s.deadlines["medical_appeal"].due_at
        raise NotNow("the candidate may still ask for a new opinion", code="appeal_window", until=until.isoformat())
    if not refused and not s.withdrawable(now):
        raise NotNow(f"{a.condition} is neither refused nor past its limit", code="not_refused")
    return end(s, ending_for(now.condition, refused=refused), m, decided_by=person(r), reason=a.reason)
