"""A case in brief: where it stands, at which version, who moved it last, and what a person could do to it now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.files import load_calendar
from domain import acts
from domain.competition import ACTS as VACANCY_ACTS
from domain.facts import Entry
from domain.hire import HireState, fold
from domain.moment import Moment
from domain.vacancy import Published, VacancyState
from domain.vacancy import fold as fold_vacancy
from domain.waiting import Why, why
from domain.words import Role


@dataclass(frozen=True)
class CaseStanding:
    case: str
    state: HireState | VacancyState
    #: Who wrote the last step, what kind of fact, and when.
    changed: dict[str, Any]

    @property
    def number(self) -> int:
        return self.state.number

    def shown(self) -> dict[str, Any]:
        """The case in brief: no personal data, nothing confidential."""
        now = self.state
        if isinstance(now, VacancyState):
            return {"case": self.case, "number": now.number, "status": str(now.status), "needs": list(now.needs())}
        stage, ending = (str(word) if word else None for word in (now.stage, now.ending))
        return {
            "case": self.case,
            "number": now.number,
            "stage": stage,
            "ending": ending,
            "held": now.held is not None,
            "needs": list(now.needs()),
        }

    def allowed(self, roles: Iterable[Role]) -> list[str]:
        """Names of the acts these roles could try now; an act's own conditions may still refuse."""
        if isinstance(self.state, HireState):
            return acts.allowed(self.state, frozenset(roles))
        if self.state.over:
            return []
        mine, suspended = frozenset(roles), self.state.suspended
        return sorted(act.name for act in VACANCY_ACTS.values() if act.roles & mine and (act.suspended or not suspended))


def moment_for(state: HireState, published: Published, now: datetime, person: str) -> Moment:
    """The moment at which an act of this person on a hire is judged beforehand: now, and never before the hire's last step."""
    at = max(now, state.last_at or now)
    return Moment(at, f"person:{person}", published, load_calendar(published.rules.calendar), office=load_calendar)


def standing(case: str, journal: list[Entry]) -> CaseStanding:
    """The standing of a case with a journal of at least one entry."""
    last = journal[-1]
    changed = {"by": last.actor, "what": last.fact.kind, "at": last.at.isoformat()}
    return CaseStanding(case, fold(journal) if case.startswith("hire/") else fold_vacancy(journal), changed)


def choices(journal: list[Entry], roles: Collection[Role]) -> list[Why]:
    """Every act these roles have at this stage of a hire: possible now, or with what stands against it; the possible ones first."""
    state = fold(journal)
    mine = (each for each in acts.ACTS.values() if each.roles & set(roles))
    here = [each.name for each in mine if (each.after_ending if state.ended else state.stage in each.stages)]
    now = set(acts.allowed(state, frozenset(roles)))
    found = [why(journal, acts.ACTS, name) for name in sorted(here) if name in now or not state.over]
    return sorted(found, key=lambda each: not each.possible)
