"""How a vacancy begins and closes (`recruitment.md` §1)."""

from domain import facts as f
from domain.competition.keeping import bounds, given_up
from domain.competition.turnout import Turnout
from domain.moment import Moment
from domain.vacancy import VacancyState


def publish(m: Moment) -> Turnout:
    """The first facts of a vacancy. Its own closing is a deadline; posts without funding wait for the budget authority."""
    spec = m.published.spec
    published = f.VacancyPublished(
        reference=spec.reference,
        closes_at=m.published.closes_at,
        policy=m.published.sha256,
        spec=m.published.sha256,
        posts=tuple(p.id for p in spec.posts),
        pending_posts=tuple(p.id for p in spec.posts if not p.funded),
        reserve_list=spec.reserve_list,
        specs=spec.posts,
    )
    closing = m.closing()
    return Turnout([published, *([closing] if closing else [])])


def due(state: VacancyState, m: Moment) -> Turnout:
    """What the clock brings: the closing on its wall clock, whatever was down at that moment, and the end of the list."""
    out = Turnout()
    closing, listed = state.deadlines.get("closing"), state.list_deadline
    if closing is not None and closing.due_at <= m.at:
        out.facts += [f.VacancyClosed(), f.DeadlineClosed(key="closing", met=True)]
    if listed is not None and not (state.list_expired or state.suspended) and (listed.limit_at or listed.due_at) <= m.at:
        out.facts.append(f.LapseDue(key="reserve"))
    for hire in bounds(state, m):
        return given_up(state, hire, "bound", m) if not out.facts else out
    return out
