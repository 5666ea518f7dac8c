"""The candidate asks for accommodation, during the selection; medical evidence is obligatory (S2; `recruitment.md` §7)."""

from domain import facts as f
from domain.accommodation import DURING_THE_SELECTION
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies.taking import Moot, Taker
from domain.stages import Facts


def _requested(state: HireState, message: Message, m: Moment) -> Facts:
    """Kept by its reference; without one the candidate is asked for it. While we decide, their own clock stands still."""
    if state.stage not in DURING_THE_SELECTION:
        raise Moot("the selection is over", code="after_its_stage")
    if state.accommodation is not None and state.accommodation.undecided:
        raise Moot("a request is being decided already", code="repeated")
    evidence = str(message.data.get("reference") or "")
    asked: Facts = [f.AccommodationRequested(reference=evidence)]
    stands = evidence and "assessment_answer" in state.deadlines
    return [*asked, f.DeadlineClosed(key="assessment_answer", met=True)] if stands else asked


TAKERS: dict[str, Taker] = {"accommodation.requested": _requested}
