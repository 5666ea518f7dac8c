"""What a delivered message does to a hire: the facts it leads to, or why it changes nothing.

A message that is too early raises `TooEarly` and is parked: it waits visibly in the case and is tried again whenever the stage or
a condition changes, so the order in which partners speak does not matter. One that is late, repeated or moot raises `Moot`.
"""

from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies import anytime, application, conditions, contract, selection
from domain.replies.conditions import conclude, replied
from domain.replies.contract import decide_probation
from domain.replies.taking import Moot, Taker, TooEarly
from domain.stages import Facts

#: What a hire begins with; anything else that comes before waits.
BEGINNINGS = ("application.submitted", "hire.linked")

TAKERS: dict[str, Taker] = {**application.TAKERS, **selection.TAKERS, **conditions.TAKERS, **contract.TAKERS, **anytime.TAKERS}

__all__ = ["BEGINNINGS", "TAKERS", "Moot", "TooEarly", "conclude", "decide_probation", "replied", "take"]


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
