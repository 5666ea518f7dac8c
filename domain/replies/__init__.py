"""What a delivered message does to a hire: the facts it leads to, or why it changes nothing.

A message that is too early raises `TooEarly` and is parked: it waits visibly in the case and is tried again whenever the stage or
a condition changes, so the order in which partners speak does not matter. One that is late, repeated or moot raises `Moot`.
"""

from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies import accommodation, anytime, application, conditions, contract, integrity, review, selection
from domain.replies.contract import decide_probation
from domain.replies.settling import conclude, replied
from domain.replies.taking import Moot, Taker, TooEarly
from domain.stages import Facts

#: What a hire begins with; anything else that comes before waits.
BEGINNINGS = ("application.submitted", "hire.linked")

THEMES = (application, selection, conditions, contract, anytime, accommodation, integrity, review)
TAKERS: dict[str, Taker] = {type_: taker for theme in THEMES for type_, taker in theme.TAKERS.items()}

__all__ = ["BEGINNINGS", "TAKERS", "Moot", "TooEarly", "conclude", "decide_probation", "replied", "take"]


def take(state: HireState, message: Message, m: Moment) -> Facts:
    """The facts `message` leads to. Raises TooEarly or Moot; unknown types are Moot with a reason, never dropped."""
    if state.ended and message.type != "review.lodged":
        _after_the_ending(state, message)
    _of_this_life(state, message)
    taker = TAKERS.get(message.type)
    if taker is None:
        raise Moot(f"a hire takes no {message.type}", code="unknown_type")
    if not state.vacancy and message.type not in BEGINNINGS:
        raise TooEarly("the application is not here yet", code="before_the_application")
    return taker(state, message, m)


def _after_the_ending(state: HireState, message: Message) -> None:
    """What a partner says while a review may still reopen the case is kept for that; what the vacancy said about its posts is past.

    A cancelled vacancy is news all the same: a case that comes back must hear of it.
    """
    past = message.actor.startswith("case:") and message.type != "vacancy.cancelled"
    if state.over or past:
        raise Moot("the case is closed", code="case_closed")
    raise TooEarly("the case has ended; a review may still reopen it", code="in_review")


def _of_this_life(state: HireState, message: Message) -> None:
    """Raise Moot for what the vacancy said before it knew that the case had come back: it was about what the ending had settled."""
    if message.actor != f"case:vacancy/{state.vacancy}" or message.type == "vacancy.cancelled":
        return
    if message.data.get("life", 0) != state.reopened:
        raise Moot("said before this case came back", code="before_its_return")
