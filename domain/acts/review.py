"""Deciding a review: another person looks at an adverse decision the candidate did not accept (`recruitment.md` §7)."""

from domain import facts as f
from domain.acts.table import ANY_STAGE, Args, Reason, act
from domain.errors import FourEyes, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.reentry import reenter
from domain.stages import Facts, close_deadlines
from domain.words import Review, Role


class DecideReview(Args):
    upheld: bool
    reason: Reason


@act("decide_review", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), ANY_STAGE, DecideReview, after_ending=True, approval=True)
def _decide_review(s: HireState, a: DecideReview, r: ActRequest, m: Moment) -> Facts:
    """Decide a review: upheld, the case goes on where it was excluded; not upheld, the ending is final."""
    if s.review is not Review.LODGED:
        raise NotNow("no review waits for a decision", code="no_review")
    if s.ended_by in r.eyes:
        raise FourEyes("who took the decision cannot decide its review", code="four_eyes")
    decided = f.ReviewDecided(upheld=a.upheld, reason=a.reason)
    return [decided, *(reenter(s, m) if a.upheld else close_deadlines(s, met=True))]
