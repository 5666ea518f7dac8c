"""What a deadline does when its moments come. No limit ends a case (`recruitment.md` §2)."""

from datetime import datetime

from domain import facts as f
from domain.hire import HireState
from domain.moment import Moment
from domain.replies.settling import resumed_condition
from domain.review import window_passed
from domain.stages import Facts, enter, reopen_expired, resumed
from domain.words import LimitAction, Stage


def due(state: HireState, m: Moment) -> Facts:
    """Everything the clock brings by `m.at`: reminders, missed targets, limits; or the end of a hold. Empty when nothing is due."""
    if state.over:
        return []
    if state.held:
        return resumed(state, m) if not state.suspended and state.held.until and state.held.until <= m.at else []
    facts: Facts = []
    for key in sorted(state.deadlines):
        for instant, what in state.pending_instants(key):
            if instant <= m.at:
                facts += _moment(state, key, what, instant, m)
    return facts or _shelf_life(state, m)


def _shelf_life(state: HireState, m: Moment) -> Facts:
    """What the conditions' own dates bring: the end of a hold of one of them, then the end of a result's validity."""
    ended = [c for c in state.conditions.values() if c.held and c.held.until and c.held.until <= m.at]
    if ended:
        return [fact for c in ended for fact in resumed_condition(state, c, m)]
    return reopen_expired(state, m.at.date(), m) if any(at <= m.at for at in state.expiries) else []


def _moment(state: HireState, key: str, what: str, instant: datetime, m: Moment) -> Facts:
    deadline = state.deadlines[key]
    if what == "reminder":
        return [f.DeadlineReminded(key=key, instant=instant)]
    if what == "due" and deadline.at_limit in (LimitAction.OPENS, LimitAction.CLOSES):
        return []  # a competition that closes, a window that passes: nobody missed anything
    if what == "due":
        return [f.DeadlineMissed(key=key, instant=instant)]
    if what == "rung":
        return [f.DeadlineEscalated(key=key, to=rung.to, instant=instant) for rung in deadline.ladder if rung.at == instant]
    match deadline.at_limit:
        case LimitAction.OPENS:
            return enter(state, Stage.SCREENING, m)
        case LimitAction.CLOSES:
            return window_passed() if key == "review" else [f.DeadlineClosed(key=key, met=False)]
        case LimitAction.LAPSE_DUE:
            return [f.LapseDue(key=key)]
        case LimitAction.NONE:
            return [f.DeadlineMissed(key=key, instant=instant)]
        case _:
            return [f.DeadlineEscalated(key=key, to=deadline.escalate_to, instant=instant)]
