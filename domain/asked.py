"""Everything we asked of others, read off the journals: of whom, when, and how each request stands with us. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from domain import facts as f
from domain.facts import DeadlineSet, Entry
from domain.hire import ConditionNow, HireState
from domain.slots import nation_of, without_nation
from domain.vacancy import VacancyState
from domain.words import ConditionState

#: Open: we wait for an answer. Answered: one is on record, or the question is settled. Recalled: we took it back. Unrecalled: it should
#: be, and could not. Lost: it could not be put, and may have arrived all the same.
Standing = Literal["open", "answered", "recalled", "unrecalled", "lost"]

OPEN = frozenset({ConditionState.REQUESTED, ConditionState.ACKNOWLEDGED, ConditionState.LAPSED})


@dataclass(frozen=True)
class OurAsk:
    """One request. `about` is the slot, the assessment or the post; `kind` what is asked for; references only, nothing of a person.

    `clock` is the deadline that runs for the one asked; without one, somebody else moves first. `heard_at` is their last word on it.
    """

    key: str
    case: str
    partner: str
    about: str
    kind: str
    asked_at: datetime
    standing: Standing = "open"
    by_hand: bool = False
    nation: str = ""
    expected: date | None = None
    clock: DeadlineSet | None = None
    held: bool = False
    heard_at: datetime | None = None

    @property
    def begun_at(self) -> datetime | None:
        """Since when it is theirs to move; None while it is not: on hold, or before the candidate's papers."""
        if self.standing != "open" or self.held:
            return None
        return self.clock.started_at if self.clock else self.asked_at if self.of_a_post else None

    @property
    def of_a_post(self) -> bool:
        """Asked by a vacancy, about its money: no deadline of a hire runs for it."""
        return self.case.startswith("vacancy/")


def asked_by_hire(journal: Sequence[Entry]) -> list[OurAsk]:
    """Every request of one hire, the oldest first."""
    state, found = HireState(), dict[str, OurAsk]()
    for entry in journal:
        state.apply(entry)
        fact = entry.fact
        if ask := _put(entry, state):
            found[ask.key] = ask
        elif key := _heard_on(fact, state):
            found[key] = replace(found[key], heard_at=entry.at) if key in found else found[key]
    return [_as_it_stands(state, ask) for ask in found.values()]


def _put(entry: Entry, state: HireState) -> OurAsk | None:
    match entry.fact:
        case f.ConditionRequested() as x:
            by_hand, nation = x.channel == "paper", nation_of(x.slot) or state.conditions[x.slot].nation
            kind = without_nation(x.slot)
            return OurAsk(x.ask, entry.case, x.authority, x.slot, kind, entry.at, by_hand=by_hand, nation=nation)
        case f.AssessmentInvited(ask=ask):
            return OurAsk(ask, entry.case, "assessment", "assessment", "assessment", entry.at)
        case f.AskFailed(may_have_arrived=True) as x:
            return OurAsk(x.ask, entry.case, x.authority, x.about, without_nation(x.about), entry.at, standing="lost")
        case _:
            return None


def _heard_on(fact: f.AnyFact, state: HireState) -> str:
    """The request a word of theirs is about."""
    match fact:
        case f.ConditionReplied(slot=slot) | f.ConditionAcknowledged(slot=slot) if slot in state.conditions:
            return state.conditions[slot].ask
        case f.AssessmentAnswered():
            return state.assessment_ask
        case _:
            return ""


def _as_it_stands(state: HireState, ask: OurAsk) -> OurAsk:
    if ask.key in state.recalled:
        return replace(ask, standing="recalled")
    if ask.key in state.recall_failed:
        return replace(ask, standing="unrecalled")
    if ask.standing == "lost":
        return ask
    now = state.conditions.get(ask.about)
    if now is not None and now.ask == ask.key:
        return _of_condition(state, ask, now)
    waits = ask.key == state.assessment_ask and not state.assessment_answered and not state.ended
    return ask if waits else replace(ask, standing="answered")


def _of_condition(state: HireState, ask: OurAsk, now: ConditionNow) -> OurAsk:
    if now.state not in OPEN or state.over:
        return replace(ask, standing="answered")
    clock, held = state.deadlines.get(now.slot), state.held is not None or now.held is not None
    return replace(ask, expected=now.expected, clock=clock, held=held)


def asked_by_vacancy(journal: Sequence[Entry]) -> list[OurAsk]:
    """The money of the posts: nobody's clock but the hires' own runs for it."""
    state, found = VacancyState(), list[OurAsk]()
    for entry in journal:
        state.apply(entry)
        if isinstance(entry.fact, f.BudgetAsked):
            found.append(OurAsk(entry.fact.ask, entry.case, "budget", entry.fact.post, "budget", entry.at))
    return [replace(ask, standing="answered") if ask.about in state.budget_decided or state.over else ask for ask in found]


def asks(hires: Iterable[Sequence[Entry]], vacancies: Iterable[Sequence[Entry]]) -> list[OurAsk]:
    """All requests of an installation."""
    return [
        *(ask for journal in hires for ask in asked_by_hire(journal)),
        *(ask for journal in vacancies for ask in asked_by_vacancy(journal)),
    ]
