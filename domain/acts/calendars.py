"""The act that follows a change of a calendar (`recruitment.md` §7): the deadlines counted on it are counted again, case by case."""

from domain.acts.table import ANY_STAGE, Args, Reference, act
from domain.calendars import age_of
from domain.errors import NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.recount import recounts
from domain.stages import Facts
from domain.words import Role


class Recompute(Args):
    calendar: Reference
    version: Reference


@act("recompute_deadlines", frozenset({Role.HR_HEAD}), ANY_STAGE, Recompute, on_hold=True)
def _recompute(s: HireState, a: Recompute, r: ActRequest, m: Moment) -> Facts:
    """Count the open deadlines again that a calendar's new version moves; where it moves none, nothing is written."""
    in_force = m.office(a.calendar) if m.office else m.calendar
    if in_force.id == a.calendar and in_force.age < age_of(a.version):
        raise NotNow(f"calendar {a.calendar} {a.version} is not published", code="calendar_not_in_force")
    return [fact for each in recounts(s, a.calendar, m) for fact in each.facts()]
