"""From the assessment to the conditional offer: the candidate, the board and the vacancy speak (`recruitment.md` §2, §6)."""

from datetime import datetime

from domain import facts as f
from domain.deadlines import extend
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies.taking import Moot, Taker, TooEarly, assigned, at_stage, closed, in_time
from domain.stages import (
    Facts,
    end,
    enter,
    reserve_ending,
    resumed,
)
from domain.words import Ending, Stage


def _assessment_completed(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.ASSESSMENT)
    if not state.assessment_ask:
        raise TooEarly("the assessment has not been asked for yet", code="before_its_question")
    if state.assessment_answered:
        raise Moot("the assessment is answered already", code="repeated")
    in_time(state, "assessment_answer", message)
    answered = f.AssessmentAnswered(reference=str(message.data.get("reference", "")))
    return [*closed(state, "assessment_answer"), answered, m.deadline("assessment_marking")]


def _interview_scheduled(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.INTERVIEW)
    if state.interview_held:
        raise Moot("the interview was held already", code="repeated")
    d = message.data
    starts_at = datetime.fromisoformat(d["starts_at"]) if isinstance(d["starts_at"], str) else d["starts_at"]
    if state.slots is not None:
        if starts_at not in state.slots.slots:
            raise Moot("other moments were offered to choose from", code="not_offered")
        return [f.InterviewScheduled(starts_at=starts_at, minutes=state.slots.minutes, place=state.slots.place)]
    return [f.InterviewScheduled(starts_at=starts_at, minutes=int(d.get("minutes", 60)), place=str(d.get("place", "")))]


def _interview_completed(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.INTERVIEW)
    if state.interview_at is None:
        raise TooEarly("no interview is scheduled yet", code="before_its_question")
    if state.interview_held:
        raise Moot("the interview is on record already", code="repeated")
    return [f.InterviewHeld(attended=bool(message.data.get("attended", True)))]


# ---- selection: the vacancy speaks ---------------------------------------------------------------------------------------


def _selection_decided(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.SELECTION)
    d = message.data
    fact = f.SelectionDecided(outcome=d["outcome"], rank=d.get("rank"), report=d.get("report", ""), decided_by=d.get("decided_by", ""))
    ranked = state.model_copy(update={"rank": d.get("rank")})
    if d["outcome"] == "not_selected":
        return [fact, *end(state, Ending.NOT_SELECTED, m, decided_by=d["decided_by"], reason="not_recommended")]
    if d["outcome"] == "reserve":
        listed = f.DeadlineSet.model_validate(d["list"]) if d.get("list") else None
        told = ranked.model_copy(update={"list_deadline": listed, "standing": d.get("standing", "listed")})
        return [fact, *enter(told, Stage.RESERVE, m)]
    return [fact, *assigned(ranked, d, m)]


def _called(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.RESERVE)
    return [f.ReserveCalled(post=message.data["post"], reason=message.data.get("reason", "")), *assigned(state, message.data, m)]


def _list_extended(state: HireState, message: Message, m: Moment) -> Facts:
    """The vacancy's list is valid for longer. Who holds an offer from it keeps the new end for the case of coming back."""
    d = message.data
    longer = f.DeadlineSet.model_validate(d["list"])
    extended = f.ReserveExtended(until=longer.due_at, times=int(d["times"]), deadline=longer)
    if state.stage is Stage.RESERVE:
        return [extended, longer]
    if not state.called:
        raise Moot("not on the list", code="not_listed")
    return [extended]


def _list_lapsed(state: HireState, message: Message, m: Moment) -> Facts:
    """A named person confirmed the end of the whole list."""
    at_stage(state, Stage.RESERVE)
    return end(state, reserve_ending(state), m, decided_by=message.data["decided_by"], reason="lapsed.reserve")


def _completed(state: HireState, message: Message, m: Moment) -> Facts:
    """Every post is taken: who was next in rank waits for nothing more, and a named person confirms it."""
    at_stage(state, Stage.RESERVE)
    if state.standing == "listed" or "reserve" in state.lapse_due:
        raise Moot("waits on a list of its own", code="repeated")
    return [f.LapseDue(key="reserve")]


def _cancelled(state: HireState, message: Message, m: Moment) -> Facts:
    if state.stage is Stage.PROBATION:
        raise Moot("who is on duty keeps the post", code="after_its_stage")
    told = f.VacancyCancelledForHire(decided_by=message.data["decided_by"], reason=message.data["reason"])
    return [told, *end(state, Ending.VACANCY_CANCELLED, m, decided_by=told.decided_by, reason=told.reason)]


def _suspended(state: HireState, message: Message, m: Moment) -> Facts:
    """The whole vacancy stands still: the clocks stop, unless somebody had stopped them before."""
    if state.stage is Stage.PROBATION or state.suspended:
        raise Moot("on duty already, or told before", code="repeated")
    free = state.held is None
    told = f.VacancySuspendedForHire(reason=message.data["reason"], held=free)
    return [told, f.Held(reason="vacancy_suspended")] if free else [told]


def _resumed(state: HireState, message: Message, m: Moment) -> Facts:
    """The vacancy goes on: exactly what its suspension stopped goes on with it, and the list's end is the vacancy's."""
    if not state.suspended:
        raise Moot("the vacancy was not suspended", code="repeated")
    facts: Facts = [f.VacancyResumedForHire(), *(resumed(state, m) if state.held_by_vacancy else [])]
    listed = message.data.get("list")
    return [*facts, f.DeadlineSet.model_validate(listed)] if listed and "reserve" in state.deadlines else facts


def _placed(state: HireState, message: Message, m: Moment) -> Facts:
    """The other vacancy has reserved the post and begun the linked case: this one ends there."""
    if state.reuse is None:
        raise Moot("no re-use was offered", code="unasked")
    return end(state, Ending.PLACED_ELSEWHERE, m, decided_by="candidate", reason=f"linked:{message.data['case']}")


def _unplaced(state: HireState, message: Message, m: Moment) -> Facts:
    """The person withdrew from the first case before this one had begun: the two messages crossed."""
    if state.stage is Stage.PROBATION:
        raise Moot("who is on duty keeps the post", code="after_its_stage")
    return [f.Withdrawn(reason=""), *end(state, Ending.WITHDRAWN, m, decided_by="candidate", reason="withdrawn_by_candidate")]


def _not_placed(state: HireState, message: Message, m: Moment) -> Facts:
    if state.reuse is None:
        raise Moot("no re-use was offered", code="unasked")
    return [f.ReuseAnswered(accepted=False)]


# ---- offer ---------------------------------------------------------------------------------------------------------------


def _offer_answered(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.OFFER)
    if not state.offer_issued:
        raise TooEarly("the offer has not been issued yet", code="before_its_question")
    in_time(state, "offer", message)
    fact = f.OfferAnswered(accepted=bool(message.data["accepted"]))
    if not fact.accepted and message.data.get("stay_listed", True) and _can_wait_on(state, m):
        released = f.PostReleased(post=state.post, reason="declined_by_candidate")
        return [fact.model_copy(update={"stay_listed": True}), released, *enter(state, Stage.RESERVE, m)]
    if not fact.accepted:
        return [fact, *end(state, Ending.CONDITIONAL_OFFER_DECLINED, m, decided_by="candidate", reason="declined_by_candidate")]
    return [fact, *enter(state, Stage.CONDITIONS, m)]


def _can_wait_on(state: HireState, m: Moment) -> bool:
    """Was this a call from the list, and is the list still valid? Who is selected at once and declines leaves."""
    ends = state.list_deadline
    return state.called and ends is not None and m.at < (ends.limit_at or ends.due_at)


def _extension_requested(state: HireState, message: Message, m: Moment) -> Facts:
    """One extension of the answering time is the candidate's for the asking (`recruitment.md` §2)."""
    at_stage(state, Stage.OFFER)
    if "offer" not in state.deadlines:
        raise TooEarly("the offer has not been issued yet", code="before_its_question")
    if state.offer_extensions:
        raise Moot("the one extension was given already", code="repeated")
    in_time(state, "offer", message)
    rule = m.published.rules.deadlines["offer"]  # the whole time again, from the day it would have ended
    calendar = m.calendar_of(rule.party)
    again = extend(state.deadlines["offer"], rule.target, "", m.at, calendar, working_days=rule.working_days, unit=rule.unit)
    return [f.OfferExtended(until=again.due_at), again]


TAKERS: dict[str, Taker] = {
    "assessment.completed": _assessment_completed,
    "interview.scheduled": _interview_scheduled,
    "interview.completed": _interview_completed,
    "selection.decided": _selection_decided,
    "reserve.called": _called,
    "reserve.extended": _list_extended,
    "reserve.lapsed": _list_lapsed,
    "vacancy.completed": _completed,
    "vacancy.cancelled": _cancelled,
    "vacancy.suspended": _suspended,
    "vacancy.resumed": _resumed,
    "placement.made": _placed,
    "placement.refused": _not_placed,
    "placement.withdrawn": _unplaced,
    "offer.answered": _offer_answered,
    "offer.extension_requested": _extension_requested,
}
