"""What departs from the usual course of a condition: a waiver, a hold of its own, an appeal or a reply that came late (§4, §7)."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from domain import facts as f
from domain.acts.conditions import DESKS, own_desk
from domain.acts.table import HR, Args, Reason, Slot, act, aware, known
from domain.errors import BadInput, FourEyes, NotNow
from domain.hire import APPEAL, ConditionNow, HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.replies.settling import resumed_condition, settled
from domain.stages import Facts, reopen
from domain.words import ConditionState, Role, Stage

OPEN = frozenset({Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY})


class Because(Args):
    condition: Slot
    reason: Reason


class Which(Args):
    condition: Slot


class HoldOne(Args):
    condition: Slot
    reason: Reason
    until: Annotated[datetime | None, AfterValidator(aware)] = None


@act("propose_waiver", HR, OPEN, Because)
def _propose_waiver(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Propose to do without a condition, where the policy allows it; another person approves."""
    now = _unmet(s, a.condition)
    _waivable(now)
    if now.waiver is not None:
        raise NotNow(f"a waiver of {a.condition} is proposed already", code="waiver_proposed")
    return [f.WaiverProposed(**now.about, reason=a.reason)]


@act("approve_waiver", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), OPEN, Which, approval=True)
def _approve_waiver(s: HireState, a: Which, r: ActRequest, m: Moment) -> Facts:
    """Approve a waiver another person proposed: the condition is no longer asked."""
    now = _unmet(s, a.condition)
    if now.waiver is None:
        raise NotNow(f"no waiver of {a.condition} is proposed, or a reply overtook it", code="no_waiver")
    if now.waiver_by in r.eyes:
        raise FourEyes("the person who proposed a waiver cannot approve it", code="four_eyes")
    _waivable(now)
    return settled(s, now, f.ConditionWaived(**now.about, proposed_by=now.waiver_by, reason=now.waiver.reason), m)


def _unmet(s: HireState, slot: str) -> ConditionNow:
    now = known(s, slot)
    if now.settled:
        raise NotNow(f"{slot} is met already", code="met_already")
    if now.state is ConditionState.CONTRADICTED:
        raise NotNow(f"the replies on {slot} contradict each other: settle them first", code="contradicted")
    return now


def _waivable(now: ConditionNow) -> None:
    if not now.may_be_waived:
        raise NotNow(f"the policy lets nobody waive {now.condition} now", code="not_waivable")


@act("hold_condition", HR, OPEN, HoldOne, taken_back_by="resume_condition")
def _hold_condition(s: HireState, a: HoldOne, r: ActRequest, m: Moment) -> Facts:
    """Stop the clocks of one condition, until a date or until resumed; replies are still taken."""
    now = _unmet(s, a.condition)
    if now.held is not None:
        raise NotNow(f"{a.condition} is on hold already", code="held_already")
    if a.until is not None and a.until <= m.at:
        raise BadInput("a hold ends in the future", code="bad_arguments", field="until")
    return [f.ConditionHeld(**now.about, reason=a.reason, until=a.until)]


@act("resume_condition", HR, OPEN, Which, taken_back_by="hold_condition")
def _resume_condition(s: HireState, a: Which, r: ActRequest, m: Moment) -> Facts:
    """End the hold of one condition; its open deadlines move by the time it stood still."""
    now = known(s, a.condition)
    if now.held is None:
        raise NotNow(f"{a.condition} is not on hold", code="condition_not_held")
    return resumed_condition(s, now, m)


@act("admit_appeal", frozenset({Role.HR_HEAD}), OPEN, Because)
def _admit_appeal(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Let an appeal that came after its time count all the same: a new opinion is asked for."""
    now = known(s, a.condition)
    if not now.late_appeal or now.state is not ConditionState.REFUSED:
        raise NotNow(f"no late appeal about {a.condition} waits for a person", code="no_late_appeal")
    return reopen(s, [now], APPEAL, m)


@act("note_late_reply", HR | frozenset(DESKS.values()), frozenset({Stage.PROBATION}), Because)
def _note_late_reply(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Take note of an adverse reply that came after the entry on duty; what follows is decided outside this case."""
    now = known(s, a.condition)
    own_desk(now, r)
    if now.after_entry is None:
        raise NotNow(f"no reply on {a.condition} came after the entry on duty", code="no_late_reply")
    return [f.ReplySeen(**now.about, reason=a.reason)]
