"""What may be said to a case at any time (`recruitment.md` §7)."""

from collections.abc import Callable
from typing import Any

from domain import facts as f
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies.taking import Moot, Taker, TooEarly, closed, in_time
from domain.stages import (
    Facts,
    end,
)
from domain.words import Ending, Stage


def _reuse_answered(state: HireState, message: Message, m: Moment) -> Facts:
    if state.consent_open:
        return _agreed(state, message, m)
    if state.linked_from and state.stage is not Stage.RESERVE:
        raise Moot("the question is answered already", code="repeated")
    if state.reuse is None:
        raise TooEarly("no re-use was offered yet", code="before_its_question")
    if state.reuse_accepted:
        raise Moot("the re-use is agreed to already", code="repeated")
    if state.stage is not Stage.RESERVE:
        raise Moot("called to a post of this vacancy meanwhile", code="after_its_stage")
    return [f.ReuseAnswered(accepted=bool(message.data["accepted"]))]


def _agreed(state: HireState, message: Message, m: Moment) -> Facts:
    """The answer in the linked case itself: it goes on to the conditional offer, or ends by the candidate's word."""
    in_time(state, "reuse", message)
    if message.data["accepted"]:
        return [f.ReuseAnswered(accepted=True), *closed(state, "reuse")]
    declined = end(state, Ending.CONDITIONAL_OFFER_DECLINED, m, decided_by="candidate", reason="reuse_declined")
    return [f.ReuseAnswered(accepted=False), *declined]


def _board_recused(state: HireState, message: Message, m: Moment) -> Facts:
    """The vacancy heard of a conflict of interest with this candidate."""
    who = str(message.data["person"])
    if who in state.recused:
        raise Moot(f"{who} stepped back already", code="repeated")
    return [f.Recused(person=who, reason=str(message.data.get("reason", "conflict_of_interest")))]


def _noted(fact: Callable[[dict[str, Any]], f.AnyFact]) -> Taker:
    return lambda state, message, m: [fact(message.data)]


TAKERS: dict[str, Taker] = {
    "board.recused": _board_recused,
    "reuse.answered": _reuse_answered,
    "candidate.unavailable": _noted(lambda d: f.CandidateAvailability(available=False)),
    "candidate.available": _noted(lambda d: f.CandidateAvailability(available=True)),
    "candidate.told": _noted(lambda d: f.CandidateTold(about=str(d.get("about", "")))),
}
