"""The review of an adverse decision: its window, and what may be done in it (`recruitment.md` §7). Coming back is `reentry`."""

from domain import facts as f
from domain.moment import Moment
from domain.words import NOT_ADVERSE, NOT_REVIEWED, Ending

Facts = list[f.AnyFact]


def reviewable(ending: Ending) -> bool:
    """Did a person decide against the candidate? What the candidate chose, and what concerned only the post, is not reviewed."""
    return ending not in NOT_ADVERSE | NOT_REVIEWED


def review_window(ending: Ending, m: Moment) -> Facts:
    """The window that opens with an adverse decision."""
    if not reviewable(ending):
        return []
    window = m.deadline("review")
    return [f.ReviewOpened(until=window.due_at), window]


def window_passed() -> Facts:
    """Nobody asked in time: what was decided is final, and the case is over."""
    return [f.ReviewWindowPassed(), f.DeadlineClosed(key="review", met=True)]
