"""What may be done to a case at any time (`recruitment.md` §7), and re-use (§6)."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from domain import facts as f
from domain.acts.table import ANY_STAGE, HR, Args, Nothing, Reason, Reference, act, aware, person
from domain.deadlines import extend
from domain.errors import BadInput, NotAllowed, NotNow
from domain.hire import HireState
from domain.messages import ActRequest, Message
from domain.moment import Moment
from domain.replies import take
from domain.stages import Facts, end, reserve_ending, resumed
from domain.words import Ending, MessageFate, Role, Stage
from domain.words import roles as roles_among

#: Everybody who can do anything to a case.
ACTIVE = frozenset(Role) - {Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.KEY_ADMINISTRATOR}


class Because(Args):
    reason: Reason


class Untold(Args):
    about: Reference


class Lapsed(Args):
    reason: Reason
    deadline: Reference = ""


class Late(Args):
    message: Reference
    reason: Reason


class Hold(Args):
    reason: Reason
    until: Annotated[datetime | None, AfterValidator(aware)] = None


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


class Recuse(Args):
    reason: Reason = "conflict_of_interest"
    who: Reference = ""


LAPSES = {
    "assessment_answer": Ending.ASSESSMENT_LAPSED,
    "reuse": Ending.CONDITIONAL_OFFER_LAPSED,  # the offer of a post, not answered; its letter says what was asked
    "offer": Ending.CONDITIONAL_OFFER_LAPSED,
    "reserve": Ending.RESERVE_LAPSED,
    "contract": Ending.CONDITIONAL_OFFER_LAPSED,  # not declined: nobody said no
    "entry": Ending.NO_SHOW,
}


@act("discard_message", HR, ANY_STAGE, Late, on_hold=True, after_ending=True)
def _discard_message(s: HireState, a: Late, r: ActRequest, m: Moment) -> Facts:
    """Put away an event that waits in this case for its moment, or could not be written down: it will have no effect."""
    waiting = s.parked.get(a.message)
    if waiting is None:
        raise NotNow("no such event waits in this case", code="not_waiting")
    return [waiting.model_copy(update={"fate": MessageFate.SUPERSEDED, "reason": f"discarded.{a.reason}"})]


@act("confirm_lapse", HR, ANY_STAGE, Nothing, approval=True)
def _confirm_lapse(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that a lapse-due case has lapsed (or extend its deadline instead)."""
    key = next((k for k in s.lapsed if k in LAPSES), None)
    if key is None:
        raise NotNow("no deadline of this case has lapsed", code="nothing_lapsed")
    ending = reserve_ending(s) if key == "reserve" else LAPSES[key]
    return end(s, ending, m, decided_by=person(r), reason=f"lapsed.{key}")


@act("reopen_lapse", HR, ANY_STAGE, Lapsed)
def _reopen_lapse(s: HireState, a: Lapsed, r: ActRequest, m: Moment) -> Facts:
    """Give the candidate the whole time again for something that has lapsed."""
    key = next((k for k in s.lapsed if a.deadline in ("", k)), None)
    if key is None:
        raise NotNow("no deadline of this case has lapsed", code="nothing_lapsed")
    if key == "reserve":
        raise NotNow("a reserve list is extended before it expires", code="expired")
    return [f.LapseReopened(key=key, reason=a.reason), m.deadline(key, who=s.deadlines[key].who)]


@act("accept_late", HR, ANY_STAGE, Late)
def _accept_late(s: HireState, a: Late, r: ActRequest, m: Moment) -> Facts:
    """Take a message that came after its time as if it had come in time; it was kept."""
    kept = s.late_messages.get(a.message)
    if kept is None:
        raise NotNow("no message of this id came late to this case", code="nothing_late")
    message = Message(id=kept.message, type=kept.type, sender=kept.sender, received_at=kept.received_at, data=kept.data)
    excused = s.model_copy(update={"excused": s.excused | {kept.message}})
    return [f.LateMessageAccepted(message=kept.message, reason=a.reason), *take(excused, message, m)]


@act("recall_by_hand", HR, ANY_STAGE, Untold, after_ending=True)
def _recall_by_hand(s: HireState, a: Untold, r: ActRequest, m: Moment) -> Facts:
    """Record that an authority our own recall could not reach was told another way that its answer is no longer needed."""
    failed = next((x for x in s.recall_failed.values() if a.about == x.about), None)
    if not s.ended or failed is None:
        raise NotNow(f"no recall about {a.about!r} failed", code="nothing_failed")
    return [f.RequestRecalled(about=failed.about, authority=failed.authority, ask=failed.ask, outcome="by_hand")]


@act("withdraw", HR, ANY_STAGE, Because, on_hold=True)
def _withdraw(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Record a withdrawal the candidate declared to us outside the portal."""
    return [f.Withdrawn(reason=a.reason), *end(s, Ending.WITHDRAWN, m, decided_by="candidate", reason=a.reason)]


@act("hold", HR, ANY_STAGE, Hold, taken_back_by="resume")
def _hold(s: HireState, a: Hold, r: ActRequest, m: Moment) -> Facts:
    """Stop the clocks of the case, until a date or until resumed."""
    if a.until is not None and a.until <= m.at:
        raise BadInput("a hold ends in the future", code="bad_arguments", field="until")
    return [f.Held(reason=a.reason, until=a.until)]


@act("resume", HR, ANY_STAGE, Nothing, on_hold=True, taken_back_by="hold")
def _resume(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """End a hold; every open deadline moves by the time the case stood still."""
    if s.held is None:
        raise NotNow("the case is not on hold", code="not_held")
    if s.held.overlay:
        raise NotNow(f"the case is frozen by overlay {s.held.overlay}; lifting that ends the hold", code="frozen")
    if s.suspended:
        raise NotNow("the whole vacancy is suspended: it is resumed there", code="suspended")
    return resumed(s, m)


@act("extend", HR, ANY_STAGE, Extend)
def _extend(s: HireState, a: Extend, r: ActRequest, m: Moment) -> Facts:
    """Give an open deadline more days, with a reason."""
    if a.deadline == "closing" or a.deadline not in s.deadlines:
        known = ", ".join(sorted(k for k in s.deadlines if k != "closing")) or "none"
        raise BadInput(f"no open deadline {a.deadline!r}; open: {known}", code="no_such_deadline", field="deadline")
    if a.deadline == "reserve":
        raise NotNow("the list is the vacancy's: it is extended there, for everybody on it", code="list_of_vacancy")
    return _longer(s, a, m)


def _longer(s: HireState, a: Extend, m: Moment) -> Facts:
    rule = m.published.rules.figures(a.deadline)
    now = s.deadlines[a.deadline]
    longer = extend(now, a.days, a.reason, m.at, m.calendar_of(now.party, now.who), working_days=rule.working_days, unit=rule.unit)
    return [longer, f.DeadlineExtended(key=a.deadline, due_at=longer.due_at, limit_at=longer.limit_at, reason=a.reason)]


@act("offer_reuse", HR, frozenset({Stage.RESERVE}), Reuse)
def _offer_reuse(s: HireState, a: Reuse, r: ActRequest, m: Moment) -> Facts:
    """Ask the person whether they would take a similar post of another vacancy."""
    if s.reuse is not None:
        raise NotNow("a re-use is offered already", code="already_offered")
    if a.vacancy == s.vacancy:
        raise BadInput("a post of the same vacancy is called, not re-used", code="same_vacancy", field="vacancy")
    return [f.ReuseOffered(vacancy=a.vacancy, post=a.post, grade=a.grade)]


@act("recuse", ACTIVE, ANY_STAGE, Recuse, on_hold=True)
def _recuse(s: HireState, a: Recuse, r: ActRequest, m: Moment) -> Facts:
    """Step back from the case because of a conflict of interest; the head of HR or the board's chair may say so for another person."""
    who = a.who or r.person
    if who != r.person and not {Role.HR_HEAD, Role.BOARD_CHAIR} & roles_among(r.roles):
        raise NotAllowed("a conflict of interest is declared by the person, the head of HR or the board's chair", code="wrong_role")
    if who in s.recused:
        raise BadInput(f"{who} stepped back from this case already", code="already_recused", field="person")
    return [f.Recused(person=who, reason=a.reason)]


@act("hand_over", HR, ANY_STAGE, HandOver, on_hold=True, taken_back_by="hand_over")
def _hand_over(s: HireState, a: HandOver, r: ActRequest, m: Moment) -> Facts:
    """Give the case another owner."""
    return [f.HandedOver(owner=a.owner)]
