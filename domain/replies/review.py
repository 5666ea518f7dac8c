"""After an adverse decision: a review is asked for, and the vacancy gives a post to who came back (`recruitment.md` §7)."""

from domain import facts as f
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.reentry import HOLDING
from domain.replies.taking import Moot, Taker, TooEarly, closed, in_time, the_post
from domain.stages import Facts
from domain.words import Review


def _lodged(state: HireState, message: Message, m: Moment) -> Facts:
    """One review per decision, asked for within the window: receipt time decides."""
    if state.review is Review.LODGED:
        raise Moot("a review is being decided already", code="repeated")
    if state.over:
        raise Moot("the time for asking for a review is past", code="late" if state.review is Review.PASSED else "case_closed")
    if not state.ended:
        raise TooEarly("nothing has been decided against the candidate", code="before_its_question")
    in_time(state, "review", message)
    return [f.ReviewLodged(reference=str(message.data.get("reference", ""))), *closed(state, "review"), m.deadline("review_decision")]


def _post_given(state: HireState, message: Message, m: Moment) -> Facts:
    """The vacancy has a post again for a hire that came back to a stage where it held one."""
    if state.stage not in HOLDING or state.post:
        raise Moot("this hire waits for no post", code="after_its_stage")
    return [the_post(message.data)]


def _post_refused(state: HireState, message: Message, m: Moment) -> Facts:
    """The post an imported hire claimed is not to be had: a person says which one it shall have."""
    if state.stage not in HOLDING or state.post:
        raise Moot("this hire waits for no post", code="after_its_stage")
    return [f.PostRefused(post=message.data["post"], reason=message.data["reason"])]


TAKERS: dict[str, Taker] = {"review.lodged": _lodged, "post.given": _post_given, "post.refused": _post_refused}
