"""The read model as pure functions of a journal: what `records` writes, and what anyone may derive again to compare."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from domain import facts as f
from domain import hire, vacancy
from domain.facts import Entry

Row = dict[str, Any]


@dataclass
class View:
    """The rows derived from one journal: exactly what stands in the tables of the same names."""

    hire: Row | None = None
    vacancy: Row | None = None
    posts: dict[str, Row] = field(default_factory=dict)
    conditions: dict[str, Row] = field(default_factory=dict)
    deadlines: dict[str, Row] = field(default_factory=dict)


class Reading:
    """A journal being read: take its entries in order, ask for the view at any point."""

    def __init__(self, case: str, kind: str) -> None:
        self.case = case
        self.state: hire.HireState | vacancy.VacancyState = hire.HireState() if kind == "hire" else vacancy.VacancyState()
        self._last: Entry | None = None
        self._deadlines: dict[str, Row] = {}

    def take(self, entries: Iterable[Entry]) -> "Reading":
        for entry in entries:
            self.state.apply(entry)
            _take_deadline(self._deadlines, entry)
            self._last = entry
        return self

    def view(self) -> View:
        """The rows as they stand now. The dicts are copies: a later `take` leaves them alone."""
        if self._last is None:
            return View()
        deadlines = {key: {"case_id": self.case, "key": key, **row} for key, row in self._deadlines.items()}
        if isinstance(self.state, vacancy.VacancyState):
            return View(vacancy=_vacancy_row(self.state), posts=_post_rows(self.state), deadlines=deadlines)
        row = _hire_row(self.case, self.state) | {"updated_at": self._last.at}
        return View(hire=row, conditions=_condition_rows(self.case, self.state), deadlines=deadlines)


def derive(case: str, kind: str, entries: Iterable[Entry]) -> View:
    """The read model of a whole journal; `kind` is "hire" or "vacancy"."""
    return Reading(case, kind).take(entries).view()


def _hire_row(case: str, s: hire.HireState) -> Row:
    scored = s.assessment_score is not None or s.interview_score is not None
    return {
        "case_id": case,
        "vacancy": s.vacancy,
        "candidate": s.candidate,
        "stage": s.stage and str(s.stage),
        "ending": s.ending and str(s.ending),
        "ended_by": s.ended_by or None,
        "review": str(s.review),
        "number": s.number,
        "held": s.held is not None,
        "needs": [str(need) for need in s.needs()],
        "turn": [str(party) for party in s.turn()],
        "next_deadline": s.next_deadline,
        "post": s.post or None,
        "rank": s.rank,
        "score": s.score if scored else None,
        "received_at": s.received_at,
        "late": s.late,
        "owner": s.owner or None,
        "since": s.ended_at or s.stage_since,
    }


def _condition_rows(case: str, s: hire.HireState) -> dict[str, Row]:
    return {
        c.slot: {
            "case_id": case,
            "condition": c.slot,
            "authority": c.authority,
            "state": str(c.state),
            "outcome": c.outcome and str(c.outcome),
            "expected": c.expected,
            "valid_until": c.valid_until,
            "requested_at": c.requested_at,
            "round": c.round,
            "reference": c.reference or None,
            "reopened_for": c.because or None,
            "waiver": c.waiver.reason if c.waiver else None,
            "held": c.held is not None,
            "held_until": c.held.until if c.held else None,
        }
        for c in s.conditions.values()
    }


def _vacancy_row(s: vacancy.VacancyState) -> Row:
    return {"reference": s.reference, "status": s.status, "number": s.number, "closes_at": s.closes_at}


def _post_rows(s: vacancy.VacancyState) -> dict[str, Row]:
    """The ledger as the journal has it; the table itself is changed by conditional updates only."""
    return {p.id: {"id": f"{s.reference}/{p.id}", "state": str(p.state), "hire": p.hire, "funded": p.funded} for p in s.posts.values()}


def _take_deadline(rows: dict[str, Row], entry: Entry) -> None:
    """A deadline keeps its row after it closed; the same key set again while open (a hold shifted it) keeps what was counted."""
    match entry.fact:
        case f.DeadlineSet() as fact:
            _set(rows, fact)
        case f.DeadlineReminded(key=key) if key in rows:
            rows[key] = rows[key] | {"reminded": rows[key]["reminded"] + 1}
        case f.DeadlineMissed(key=key) if key in rows:
            rows[key] = rows[key] | {"missed": True}
        case f.DeadlineEscalated(key=key) if key in rows:
            rows[key] = rows[key] | {"escalated": True}
        case f.LapseDue(key=key) if key in rows:
            rows[key] = rows[key] | {"state": "lapse_due"}
        case f.DeadlineExtended() as fact if fact.key in rows:
            rows[fact.key] = rows[fact.key] | {"state": "open", "due_at": fact.due_at, "limit_at": fact.limit_at}
        case f.DeadlineClosed(key=key, met=met) if key in rows:
            rows[key] = rows[key] | {"state": "met" if met else "dropped"}
        case f.EndingReached() | f.VacancyCancelled() | f.VacancyCompleted():
            for key, row in rows.items():
                rows[key] = row | {"state": "dropped"} if row["state"] in ("open", "lapse_due") else row
        case _:
            pass


def _set(rows: dict[str, Row], fact: f.DeadlineSet) -> None:
    fresh: Row = {
        "party": str(fact.party),
        "who": fact.who,
        "started_at": fact.started_at,
        "due_at": fact.due_at,
        "limit_at": fact.limit_at,
        "state": "open",
        "reminded": 0,
        "escalated": False,
        "missed": False,
        "rule": fact.rule,
        "calendar": fact.calendar,
        "zone": fact.zone,
    }
    before = rows.get(fact.key)
    if before is not None and before["state"] in ("open", "lapse_due"):
        fresh |= {name: before[name] for name in ("reminded", "escalated", "missed")}
    rows[fact.key] = fresh
