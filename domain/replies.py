"""What a delivered message does to a hire: the facts it leads to, or why it changes nothing.

A message that is too early raises `TooEarly` and is parked: it waits visibly in the case and is tried again whenever the stage or
a condition changes, so the order in which partners speak does not matter. One that is late, repeated or moot raises `Moot`.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from domain import facts as f
from domain.conditions import TABLE, level_suffices, valid_on
from domain.deadlines import extend, is_late
from domain.errors import NotNow
from domain.hire import SETTLED, HireState
from domain.messages import Message
from domain.moment import Moment
from domain.nations import eligible_first, members_on
from domain.stages import (
    Facts,
    all_settled_with,
    authority_deadline,
    close_condition_deadlines,
    end,
    enter,
    reopen_expired,
    unsettled,
)
from domain.words import Condition, ConditionState, Ending, Outcome, Stage

Taker = Callable[[HireState, Message, Moment], Facts]

#: A date further off than this is a slip of the pen, never a day of entry.
PLAUSIBLE = timedelta(days=730)

#: What a hire begins with; anything else that comes before waits.
BEGINNINGS = ("application.submitted", "hire.linked")


class TooEarly(NotNow):
    """The case is not there yet; the message is kept."""


class Moot(NotNow):
    """Late, repeated, or about something that is settled; recorded, without effect."""


def take(state: HireState, message: Message, m: Moment) -> Facts:
    """The facts `message` leads to. Raises TooEarly or Moot; unknown types are Moot with a reason, never dropped."""
    if state.closed:
        raise Moot("the case is closed", code="case_closed")
    taker = TAKERS.get(message.type)
    if taker is None:
        raise Moot(f"a hire takes no {message.type}", code="unknown_type")
    if not state.vacancy and message.type not in BEGINNINGS:
        raise TooEarly("the application is not here yet", code="before_the_application")
    return taker(state, message, m)


# ---- small questions -----------------------------------------------------------------------------------------------------

_ORDER = {stage: n for n, stage in enumerate(Stage)}


def _at(state: HireState, stage: Stage) -> None:
    """Raise TooEarly before `stage`, Moot after it."""
    now = -1 if state.stage is None else _ORDER[state.stage]
    if now < _ORDER[stage]:
        raise TooEarly(f"the case is at {state.stage}, this belongs to {stage}", code="before_its_stage")
    if now > _ORDER[stage]:
        raise Moot(f"the case is at {state.stage}, this belongs to {stage}", code="after_its_stage")


def _in_time(state: HireState, key: str, message: Message) -> None:
    """Receipt time decides: a message received after the limit of an open deadline of the candidate's is late."""
    deadline = state.deadlines.get(key)
    limit = deadline and (deadline.limit_at or deadline.due_at)
    if limit and message.received_at > limit:
        raise Moot(f"received after the limit of {key}", code="late")


def _close(state: HireState, key: str) -> Facts:
    return [f.DeadlineClosed(key=key, met=True)] if key in state.deadlines else []


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


# ---- application ---------------------------------------------------------------------------------------------------------


def _submitted(state: HireState, message: Message, m: Moment) -> Facts:
    data = message.data
    closes_at = m.published.closes_at
    late = is_late(message.received_at, closes_at)
    if state.vacancy:
        if late or state.stage is not Stage.RECEIVED or state.late:
            raise Moot("a later application replaces the earlier only before closing", code="late")
        replaced = f.ApplicationReplaced(
            received_at=message.received_at,
            application=message.payload or "",
            seconded_by=data.get("seconded_by"),
            serving=bool(data.get("serving")),
            nations=_nations(data, m),
        )
        return [replaced]
    received = f.ApplicationReceived(
        vacancy=m.published.spec.reference,
        candidate=str(data["candidate"]),
        channel=data["channel"],
        received_at=message.received_at,
        late=late,
        application=message.payload or "",
        policy=m.published.sha256,
        seconded_by=data.get("seconded_by"),
        serving=bool(data.get("serving")),
        nations=_nations(data, m),
    )
    opened = state.model_copy(update={"late": late})
    first: Facts = [received, *enter(opened, Stage.RECEIVED, m)]
    return first if closes_at is not None else [*first, *_open_screening(opened, m)]


def _nations(data: dict[str, Any], m: Moment) -> tuple[str, ...]:
    """The nationalities, the eligible ones first: a dual national is cleared by a nation that counts, not by the one named first."""
    spec = m.published.spec
    day = (m.published.closes_at or m.at).date()
    eligible = members_on(day) if spec.eligible_nationalities == "members" else frozenset(spec.eligible_nationalities)
    return tuple(eligible_first(data.get("nations", ()), eligible))


def _open_screening(state: HireState, m: Moment) -> Facts:
    return enter(state.model_copy(update={"stage": Stage.RECEIVED}), Stage.SCREENING, m)


def _linked(state: HireState, message: Message, m: Moment) -> Facts:
    """A hire that begins from another one (re-use, `recruitment.md` §6): straight to the conditional offer of its post."""
    if state.vacancy:
        raise Moot("this case has begun already", code="repeated")
    d = message.data
    received = f.ApplicationReceived(
        vacancy=m.published.spec.reference,
        candidate=d["candidate"],
        channel="linked",
        received_at=message.received_at,
        late=False,
        application=d["application"],
        policy=m.published.sha256,
        linked_from=d["linked_from"],  # the first hire; the sender is the vacancy that reserved the post
        seconded_by=d.get("seconded_by"),
        serving=bool(d.get("serving")),
        nations=_nations(d, m),
    )
    return [received, f.StageEntered(stage=Stage.RECEIVED), *_assigned(state.model_copy(update={"stage": Stage.RECEIVED}), d, m)]


def _withdrawn(state: HireState, message: Message, m: Moment) -> Facts:
    fact = f.Withdrawn(reason=str(message.data.get("reason", "")))
    return [fact, *end(state, Ending.WITHDRAWN, m, decided_by="candidate", reason="withdrawn_by_candidate")]


# ---- assessment and interview --------------------------------------------------------------------------------------------


def _assessment_completed(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.ASSESSMENT)
    if not state.assessment_ask:
        raise TooEarly("the assessment has not been asked for yet", code="before_its_question")
    if state.assessment_answered:
        raise Moot("the assessment is answered already", code="repeated")
    _in_time(state, "assessment_answer", message)
    answered = f.AssessmentAnswered(reference=str(message.data.get("reference", "")))
    return [*_close(state, "assessment_answer"), answered, m.deadline("assessment_marking")]


def _interview_scheduled(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.INTERVIEW)
    if state.interview_held:
        raise Moot("the interview was held already", code="repeated")
    d = message.data
    starts_at = datetime.fromisoformat(d["starts_at"]) if isinstance(d["starts_at"], str) else d["starts_at"]
    return [f.InterviewScheduled(starts_at=starts_at, minutes=int(d.get("minutes", 60)), place=str(d.get("place", "")))]


def _interview_completed(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.INTERVIEW)
    if state.interview_at is None:
        raise TooEarly("no interview is scheduled yet", code="before_its_question")
    if state.interview_held:
        raise Moot("the interview is on record already", code="repeated")
    return [f.InterviewHeld(attended=bool(message.data.get("attended", True)))]


# ---- selection: the vacancy speaks ---------------------------------------------------------------------------------------


def _selection_decided(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.SELECTION)
    d = message.data
    fact = f.SelectionDecided(outcome=d["outcome"], rank=d.get("rank"), report=d.get("report", ""), decided_by=d.get("decided_by", ""))
    ranked = state.model_copy(update={"rank": d.get("rank")})
    if d["outcome"] == "not_selected":
        return [fact, *end(state, Ending.NOT_SELECTED, m, decided_by=d["decided_by"], reason="not_recommended")]
    if d["outcome"] == "reserve":
        return [fact, *enter(ranked, Stage.RESERVE, m)]
    return [fact, *_assigned(ranked, d, m)]


def _assigned(state: HireState, d: dict[str, Any], m: Moment) -> Facts:
    post = f.PostAssigned(
        post=d["post"],
        post_kind=d["post_kind"],
        grade_low=d["grade_low"],
        grade_high=d["grade_high"],
        division=d.get("division", ""),
        funded=bool(d.get("funded", True)),
    )
    return [post, *enter(state, Stage.OFFER, m)]


def _called(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.RESERVE)
    return [f.ReserveCalled(post=message.data["post"], reason=message.data.get("reason", "")), *_assigned(state, message.data, m)]


def _post_funding(state: HireState, message: Message, m: Moment) -> Facts:
    d = message.data
    if not state.post and state.stage in (Stage.SELECTION, Stage.RESERVE):
        raise TooEarly("the post is not given yet", code="before_its_question")  # the news overtook the call
    if d["post"] != state.post:
        raise Moot("this hire does not hold that post", code="other_post")
    fact = f.PostFunded(post=d["post"], funded=bool(d["funded"]), reference=d.get("reference", ""))
    if not fact.funded and not state.conditions:
        raise TooEarly("the conditions are not open yet", code="before_its_question")  # its refusal must reach the condition
    if Condition.BUDGET not in state.conditions:
        return [fact] if fact.funded else [fact, *_money_gone(fact)]
    return [fact, *_replied(state, Condition.BUDGET, Outcome.APPROVED if d["funded"] else Outcome.REFUSED, d, m)]


def _money_gone(fact: f.PostFunded) -> Facts:
    """The post was funded and is not any more: from now on it is a condition, refused; a person withdraws the offer or settles it."""
    refused, authority = Outcome.REFUSED, TABLE[Condition.BUDGET].authority
    return [
        f.ConditionOpened(condition=Condition.BUDGET, authority=authority),
        f.ConditionReplied(condition=Condition.BUDGET, outcome=refused, reference=fact.reference),
        f.ConditionRefused(condition=Condition.BUDGET, outcome=refused),
    ]


def _cancelled(state: HireState, message: Message, m: Moment) -> Facts:
    if state.stage is Stage.PROBATION:
        raise Moot("who is on duty keeps the post", code="after_its_stage")
    told = f.VacancyCancelledForHire(decided_by=message.data["decided_by"], reason=message.data["reason"])
    return [told, *end(state, Ending.VACANCY_CANCELLED, m, decided_by=told.decided_by, reason=told.reason)]


def _placed(state: HireState, message: Message, m: Moment) -> Facts:
    """The other vacancy has reserved the post and begun the linked case: this one ends there."""
    if state.reuse is None:
        raise Moot("no re-use was offered", code="unasked")
    return end(state, Ending.PLACED_ELSEWHERE, m, decided_by="candidate", reason=f"linked:{message.data['case']}")


def _not_placed(state: HireState, message: Message, m: Moment) -> Facts:
    if state.reuse is None:
        raise Moot("no re-use was offered", code="unasked")
    return [f.ReuseAnswered(accepted=False)]


# ---- offer ---------------------------------------------------------------------------------------------------------------


def _offer_answered(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.OFFER)
    if not state.offer_issued:
        raise TooEarly("the offer has not been issued yet", code="before_its_question")
    _in_time(state, "offer", message)
    fact = f.OfferAnswered(accepted=bool(message.data["accepted"]))
    if not fact.accepted:
        return [fact, *end(state, Ending.CONDITIONAL_OFFER_DECLINED, m, decided_by="candidate", reason="declined_by_candidate")]
    return [fact, *enter(state, Stage.CONDITIONS, m)]


def _extension_requested(state: HireState, message: Message, m: Moment) -> Facts:
    """One extension of the answering time is the candidate's for the asking (`recruitment.md` §2)."""
    _at(state, Stage.OFFER)
    if "offer" not in state.deadlines:
        raise TooEarly("the offer has not been issued yet", code="before_its_question")
    if state.offer_extensions:
        raise Moot("the one extension was given already", code="repeated")
    _in_time(state, "offer", message)
    rule = m.published.rules.deadlines["offer"]  # the whole time again, from the day it would have ended
    again = extend(state.deadlines["offer"], rule.target, "", m.at, m.calendar, working_days=rule.working_days, unit=rule.unit)
    return [f.OfferExtended(until=again.due_at), again]


# ---- conditions ----------------------------------------------------------------------------------------------------------


def _condition(state: HireState, message: Message) -> Condition:
    condition = Condition(message.type.split(".")[0])
    if state.stage is not None and _ORDER[state.stage] < _ORDER[Stage.CONDITIONS]:
        raise TooEarly("the conditions are not open yet", code="before_its_question")
    if condition not in state.conditions:
        raise Moot(f"this hire has no {condition} condition", code="not_required")
    if state.conditions[condition].state is ConditionState.WAITING:
        raise TooEarly(f"{condition} has not been asked for yet", code="before_its_question")
    return condition


def _acknowledged(state: HireState, message: Message, m: Moment) -> Facts:
    condition = _condition(state, message)
    if state.conditions[condition].state is not ConditionState.REQUESTED:
        raise Moot("acknowledged or answered already", code="repeated")
    return [f.ConditionAcknowledged(condition=condition, expected=_day(message.data.get("expected")))]


def _papers(state: HireState, message: Message, m: Moment) -> Facts:
    condition = _condition(state, message)
    now = state.conditions[condition]
    if now.papers or now.state in ANSWERED:
        raise Moot("the papers are here already", code="repeated")
    key = TABLE[condition].papers_key
    received = f.ConditionPapersReceived(condition=condition)
    return [*(_close(state, key) if key else []), received, authority_deadline(state, condition, m)]


def _reply(state: HireState, message: Message, m: Moment) -> Facts:
    condition = _condition(state, message)
    outcome = Outcome(message.data.get("outcome", "withdrawn"))
    return _replied(state, condition, outcome, message.data, m)


#: An answer that counts is on record; another one can only confirm or contradict it.
ANSWERED = SETTLED | {ConditionState.REFUSED, ConditionState.CONTRADICTED}


def _replied(state: HireState, condition: Condition, outcome: Outcome, data: dict[str, Any], m: Moment) -> Facts:
    """A reply, on record whatever it says; a second and different one never overwrites the first (§4)."""
    if outcome not in TABLE[condition].outcomes:
        raise Moot(f"{outcome} is no answer to {condition}", code="not_an_answer")
    fact = f.ConditionReplied(
        condition=condition,
        outcome=outcome,
        reference=str(data.get("reference", "")),
        valid_until=_day(data.get("valid_until")),
        details={k: data[k] for k in ("level", "issuer", "valid_from", "years") if data.get(k) is not None},
    )
    return replied(state, fact, m)


def replied(state: HireState, fact: f.ConditionReplied, m: Moment) -> Facts:
    """What a reply leads to, whichever way it came: the first answer that counts concludes, another one never overwrites it."""
    now = state.conditions[fact.condition]
    answered = now.state in ANSWERED
    if answered and fact.outcome is now.outcome:
        raise Moot("the same answer is on record already", code="repeated")
    if answered and now.outcome is not None:
        return [fact, f.ConditionContradicted(condition=fact.condition, was=now.outcome, now=fact.outcome)]
    level = fact.details.get("level")
    if level and fact.outcome is Outcome.GRANTED and not level_suffices(level, m.published.spec.clearance):
        return [fact]  # on record, and not what was asked for: the request stays open
    return [fact, *conclude(state, fact.condition, fact.outcome, fact.valid_until, m)]


def conclude(state: HireState, condition: Condition, outcome: Outcome, valid_until: date | None, m: Moment) -> Facts:
    """What an answer settles: satisfied, refused (a person decides), or neither (interim, partly, or expired before it came)."""
    rule = TABLE[condition]
    until = valid_until or default_validity(condition, m)
    if outcome in rule.satisfied_by and valid_on(until, m.at.date()):
        done: Facts = [f.ConditionSatisfied(condition=condition, valid_until=until), *close_condition_deadlines(state, condition)]
        if state.stage is Stage.CONDITIONS and all_settled_with(state, condition):
            done += _conditions_done(state, m, closed={fact.key for fact in done if isinstance(fact, f.DeadlineClosed)})
        return done
    if outcome in rule.refused_by:
        return [f.ConditionRefused(condition=condition, outcome=outcome), *close_condition_deadlines(state, condition)]
    return []


def default_validity(condition: Condition, m: Moment) -> date | None:
    days = m.published.rules.conditions[condition].valid_days
    return None if days is None else m.at.date() + timedelta(days=days)


def _conditions_done(state: HireState, m: Moment, closed: set[str]) -> Facts:
    remaining = state.model_copy(update={"deadlines": {k: d for k, d in state.deadlines.items() if k not in closed}})
    return enter(remaining, Stage.ENTRY if state.signed else Stage.CONTRACT, m)


# ---- contract, entry, probation ------------------------------------------------------------------------------------------


def _contract_signed(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.CONTRACT)
    if not state.approved:
        raise TooEarly("no contract has been offered yet", code="before_its_question")
    d = message.data
    fact = f.ContractAnswered(signed=bool(d.get("signed", True)), enters_on=_day(d.get("enters_on")))
    if fact.enters_on is not None and abs(fact.enters_on - m.at.date()) > PLAUSIBLE:
        raise Moot(f"{fact.enters_on} cannot be the day of entry", code="implausible_date")
    if not fact.signed:
        return [fact, *end(state, Ending.CONTRACT_DECLINED, m, decided_by="candidate", reason="declined_by_candidate")]
    return [fact, *enter(state.model_copy(update={"enters_on": fact.enters_on}), Stage.ENTRY, m)]


def _duty_entered(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.ENTRY)
    entered_on = _day(message.data["entered_on"])
    assert entered_on is not None
    if abs(entered_on - m.at.date()) > PLAUSIBLE:
        raise Moot(f"{entered_on} cannot be the day of entry", code="implausible_date")
    if unsettled(state):  # contradicted or refused since: a person settles it before anybody enters on duty
        raise TooEarly("not every condition is met", code="conditions_open")
    if reopened := reopen_expired(state, entered_on, m):
        return reopened
    return [f.DutyEntered(entered_on=entered_on), *enter(state.model_copy(update={"enters_on": entered_on}), Stage.PROBATION, m)]


def _no_show(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.ENTRY)
    if state.no_show:
        raise Moot("the absence is on record already", code="repeated")
    return [f.NoShowReported(expected_on=_day(message.data.get("expected_on")))]


def _probation_decided(state: HireState, message: Message, m: Moment) -> Facts:
    _at(state, Stage.PROBATION)
    d = message.data
    return decide_probation(state, bool(d["confirmed"]), str(d.get("reason_code", "written_decision")), f"person:{d['decided_by']}", m)


def decide_probation(state: HireState, confirmed: bool, reason: str, decided_by: str, m: Moment) -> Facts:
    ending = Ending.APPOINTED_AND_CONFIRMED if confirmed else Ending.PROBATION_NOT_CONFIRMED
    return [f.ProbationDecided(confirmed=confirmed, reason=reason), *end(state, ending, m, decided_by=decided_by, reason=reason)]


# ---- at any time ---------------------------------------------------------------------------------------------------------


def _reuse_answered(state: HireState, message: Message, m: Moment) -> Facts:
    if state.reuse is None:
        raise TooEarly("no re-use was offered yet", code="before_its_question")
    if state.reuse_accepted:
        raise Moot("the re-use is agreed to already", code="repeated")
    if state.stage is not Stage.RESERVE:
        raise Moot("called to a post of this vacancy meanwhile", code="after_its_stage")
    return [f.ReuseAnswered(accepted=bool(message.data["accepted"]))]


def _integrity(state: HireState, message: Message, m: Moment) -> Facts:
    if state.allegation:
        raise Moot("an allegation is open already", code="repeated")
    reported = f.IntegrityReported(allegation=str(message.data["allegation"]), evidence=str(message.data.get("evidence", "")))
    return [reported, m.deadline("allegation")]


def _allegation_answered(state: HireState, message: Message, m: Moment) -> Facts:
    if not state.allegation:
        raise TooEarly("there is no allegation", code="before_its_question")
    return [f.AllegationAnswered(reference=str(message.data.get("reference", ""))), *_close(state, "allegation")]


def _noted(fact: Callable[[dict[str, Any]], f.AnyFact]) -> Taker:
    return lambda state, message, m: [fact(message.data)]


TAKERS: dict[str, Taker] = {
    "application.submitted": _submitted,
    "application.withdrawn": _withdrawn,
    "hire.linked": _linked,
    "assessment.completed": _assessment_completed,
    "interview.scheduled": _interview_scheduled,
    "interview.completed": _interview_completed,
    "selection.decided": _selection_decided,
    "reserve.called": _called,
    "post.funding": _post_funding,
    "vacancy.cancelled": _cancelled,
    "placement.made": _placed,
    "placement.refused": _not_placed,
    "offer.answered": _offer_answered,
    "offer.extension_requested": _extension_requested,
    "clearance.forms_received": _papers,
    "medical.file_received": _papers,
    "clearance.acknowledged": _acknowledged,
    "medical.acknowledged": _acknowledged,
    "verification.acknowledged": _acknowledged,
    "accreditation.acknowledged": _acknowledged,
    "clearance.replied": _reply,
    "clearance.withdrawn": _reply,
    "medical.replied": _reply,
    "verification.replied": _reply,
    "accreditation.replied": _reply,
    "secondment.replied": _reply,
    "contract.signed": _contract_signed,
    "duty.entered": _duty_entered,
    "duty.no_show": _no_show,
    "probation.decided": _probation_decided,
    "reuse.answered": _reuse_answered,
    "integrity.reported": _integrity,
    "allegation.answered": _allegation_answered,
    "review.lodged": _noted(lambda d: f.ReviewLodged(reference=str(d.get("reference", "")))),
    "accommodation.requested": _noted(lambda d: f.AccommodationRequested(reference=str(d.get("reference", "")))),
    "candidate.unavailable": _noted(lambda d: f.CandidateAvailability(available=False)),
    "candidate.available": _noted(lambda d: f.CandidateAvailability(available=True)),
    "candidate.told": _noted(lambda d: f.CandidateTold(about=str(d.get("about", "")))),
    "medical.appealed": _noted(lambda d: f.ReviewLodged(reference=f"medical:{d.get('reference', '')}")),
}
