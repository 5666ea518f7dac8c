"""How a vacancy begins and closes (`recruitment.md` §1)."""

from domain import facts as f
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
    )
    closing = m.closing()
    return Turnout([published, *([closing] if closing else [])])


def close(state: VacancyState, m: Moment) -> Turnout:
    """The competition closes: on its wall clock, whatever was down at that moment."""
    closing = state.deadlines.get("closing")
    if closing is None or closing.due_at > m.at:
        return Turnout()
    return Turnout([f.VacancyClosed(), f.DeadlineClosed(key="closing", met=True)])
