"""Contract, entry on duty, probation (`recruitment.md` §5)."""

from domain import facts as f
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies.taking import PLAUSIBLE, Moot, Taker, TooEarly, at_stage, closed, day
from domain.stages import (
    Facts,
    end,
    enter,
    reopen_expired,
    unsettled,
)
from domain.words import Ending, Stage


def _contract_signed(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.CONTRACT)
    if state.offer_withdrawn and (not state.approved or (state.offered_at and message.received_at < state.offered_at)):
        raise Moot("the contract that was signed had been withdrawn", code="terms_withdrawn")
    if not state.approved:
        raise TooEarly("no contract has been offered yet", code="before_its_question")
    if not state.post:
        raise TooEarly("no post is reserved for this hire", code="no_post")
    d = message.data
    fact = f.ContractAnswered(signed=bool(d.get("signed", True)), enters_on=day(d.get("enters_on")))
    if fact.enters_on is not None and abs(fact.enters_on - m.at.date()) > PLAUSIBLE:
        raise Moot(f"{fact.enters_on} cannot be the day of entry", code="implausible_date")
    if not fact.signed:
        return [fact, *end(state, Ending.CONTRACT_DECLINED, m, decided_by="candidate", reason="declined_by_candidate")]
    approved = day(state.terms.get("enters_on"))
    on = fact.enters_on or approved
    if approved is not None and on is not None and on != approved:  # signed for other terms than the approved: a request, no signature
        if state.wanted_entry == on:
            raise Moot(f"{on} was asked for already", code="repeated")
        return [f.EntryDateAsked(approved=approved, wanted=on), *closed(state, "contract"), m.deadline("decision")]
    if unsettled(state):  # contradicted or refused since it was offered: a contract is final only with every condition met (§4)
        raise TooEarly("not every condition is met", code="conditions_open")
    answered = fact.model_copy(update={"enters_on": on})
    if on is not None and (reopened := reopen_expired(state, on, m)):
        return [answered, *reopened]  # signed all the same: once the results hold on that day, only the entry is still to come
    return [answered, *enter(state.model_copy(update={"enters_on": on}), Stage.ENTRY, m)]


def _duty_entered(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.ENTRY)
    entered_on = day(message.data["entered_on"])
    assert entered_on is not None
    if abs(entered_on - m.at.date()) > PLAUSIBLE:
        raise Moot(f"{entered_on} cannot be the day of entry", code="implausible_date")
    if not state.post:
        raise TooEarly("no post is reserved for this hire", code="no_post")
    if unsettled(state):  # contradicted or refused since: a person settles it before anybody enters on duty
        raise TooEarly("not every condition is met", code="conditions_open")
    if reopened := reopen_expired(state, entered_on, m):
        return reopened
    return [f.DutyEntered(entered_on=entered_on), *enter(state.model_copy(update={"enters_on": entered_on}), Stage.PROBATION, m)]


def _no_show(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.ENTRY)
    if state.no_show:
        raise Moot("the absence is on record already", code="repeated")
    return [f.NoShowReported(expected_on=day(message.data.get("expected_on")))]


def _probation_decided(state: HireState, message: Message, m: Moment) -> Facts:
    at_stage(state, Stage.PROBATION)
    d = message.data
    return decide_probation(state, bool(d["confirmed"]), str(d.get("reason_code", "written_decision")), f"person:{d['decided_by']}", m)


def decide_probation(state: HireState, confirmed: bool, reason: str, decided_by: str, m: Moment) -> Facts:
    ending = Ending.APPOINTED_AND_CONFIRMED if confirmed else Ending.PROBATION_NOT_CONFIRMED
    return [f.ProbationDecided(confirmed=confirmed, reason=reason), *end(state, ending, m, decided_by=decided_by, reason=reason)]


TAKERS: dict[str, Taker] = {
    "contract.signed": _contract_signed,
    "duty.entered": _duty_entered,
    "duty.no_show": _no_show,
    "probation.decided": _probation_decided,
}
