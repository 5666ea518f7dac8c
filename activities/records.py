"""The one write path of a case: judge, then record, in one local activity per step.

A step reads the case's journal, lets the domain say which facts follow, and hands facts, letters, messages, announcements and the
closing of the inbox row to the store as one `Step`, which writes them in one transaction. Doing a step twice changes nothing.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from domain import facts as f
from domain.calendars import Calendar, newest
from domain.errors import JournalConflict
from domain.facts import Entry
from domain.hire import HireState
from domain.letters import LetterDue, letters_of
from domain.messages import Closing, Letter, Step
from domain.moment import Moment
from domain.outage import Outage
from domain.overlays import Standing
from domain.rules import DeadlineRule, Rules
from domain.vacancy import Published, VacancySpec, VacancyState

State = TypeVar("State", HireState, VacancyState)
Result = TypeVar("Result")


class Journal(Protocol):
    """Where facts are kept; `append` is all or nothing and idempotent by (case, number)."""

    async def append(self, step: Step) -> tuple[Entry, ...]: ...
    async def journal(self, case: str) -> list[Entry]: ...


class Library(Protocol):
    """What a judgement may look up: frozen vacancies, and the personal tables."""

    async def published(self, reference: str) -> Published: ...
    async def overlay(self, overlay: str) -> Standing:
        """A policy overlay as it stands. Raises NotFound."""
        ...

    async def in_force(self, policy: str, at: datetime) -> Rules | None:
        """The edition of a policy in force at that moment; None where none was published yet."""
        ...

    async def application(self, application: str) -> dict[str, Any]: ...
    async def contact(self, candidate: str) -> dict[str, Any]: ...
    async def calendars(self) -> dict[str, Calendar]:
        """The calendars published here, by id; one with a higher version than the file of that id counts instead of it."""
        ...

    async def outages(self, now: datetime) -> list[Outage]:
        """When the door events come in by was shut, as far as it matters now."""
        ...

    async def holders(self, role: str) -> list[str]:
        """The persons who hold a role now."""
        ...

    async def about(self, case: str) -> tuple[str, str]:
        """The (vacancy, candidate) a hire is about, known from the moment its first event was accepted."""
        ...


class Writer(Protocol):
    """Turns a letter that is due into the text that will be sent."""

    def compose(
        self, due: LetterDue, contact: dict[str, Any], vacancy: VacancySpec, case: str, values: dict[str, Any], letter_id: str
    ) -> Letter: ...


@dataclass
class Outcome:
    """What the domain said: the facts, who said so, and what becomes of the message that brought them."""

    facts: Sequence[f.AnyFact]
    actor: str
    closes: Sequence[Closing] = ()


class Shelf(Generic[State]):
    """The states of the cases this worker last wrote, so that a step need not read a whole journal again.

    Safe because a journal never changes behind a number: a kept state is used only when it stands exactly at the number asked for.
    """

    def __init__(self, journal: Journal, empty: Callable[[], State], size: int = 500) -> None:
        self._journal, self._size = journal, size
        self._empty: Callable[[], State] = empty
        self._kept: OrderedDict[str, State] = OrderedDict()

    async def at(self, case: str, number: int) -> tuple[State, list[Entry]]:
        """The state of `case` as it stands, and the entries its story does not know yet: those after `number`.

        There are some when a step was written and its answer lost (a worker died in between). The story may then come back with
        another step first, so the state is always taken to the journal's end.
        """
        kept = self._kept.pop(case, None)
        if kept is not None and kept.number == number:
            return kept, []
        entries = await self._journal.journal(case)
        state = self._empty()
        for entry in entries:
            state.apply(entry)
        return state, entries[number:]

    def keep(self, case: str, state: State) -> None:
        self._kept[case] = state
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


class Desk:
    """What every step needs: the journal, the library, the calendars, the writer of letters."""

    def __init__(self, journal: Journal, library: Library, writer: Writer, calendar: Callable[[str], Calendar]) -> None:
        self.journal, self.library, self.writer, self.calendar = journal, library, writer, calendar
        self.hires: Shelf[HireState] = Shelf(journal, HireState)
        self.vacancies: Shelf[VacancyState] = Shelf(journal, VacancyState)
        self._published: dict[str, Published] = {}

    async def moment(self, reference: str, at: datetime, actor: str, figures: Mapping[str, DeadlineRule] | None = None) -> Moment:
        published = self._published.get(reference)
        if published is None:
            published = self._published[reference] = await self.library.published(reference)
        today = await self.library.in_force(published.rules.name, at)
        here = await self.library.calendars()

        def office(name: str) -> Calendar:
            return newest(self.calendar(name), here.get(name))

        own = office(published.rules.calendar)
        return Moment(at=at, actor=actor, published=published, calendar=own, office=office, today=today, figures=figures or {})

    async def letters(self, before: HireState, after: HireState, facts: Sequence[f.AnyFact], m: Moment) -> list[Letter]:
        """The letters these facts are told by, written in the candidate's language, each with an id of its own."""
        known, due = letters_of(before, after, facts, m.at)
        if not due:
            return []
        contact = await self.library.contact(after.candidate)
        return [
            self.writer.compose(letter, contact, m.published.spec, after.case, known, letter_id(after.case, after.number, n))
            for n, letter in enumerate(due)
        ]


def letter_id(case: str, number: int, nth: int) -> str:
    """The same letter has the same id however often its step is tried: a step done twice must be the same step."""
    return f"L{hashlib.blake2b(f'{case}/{number}/{nth}'.encode(), digest_size=8).hexdigest()}"


async def again_if_behind(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Once more when the journal had moved on behind a kept state (another worker wrote); a second conflict is an alarm."""
    try:
        return await attempt()
    except JournalConflict:
        return await attempt()


def numbered(case: str, after: int, step: str, at: datetime, actor: str, facts: Sequence[f.AnyFact]) -> list[Entry]:
    """The entries these facts will become: dense numbers after `after`."""
    return [Entry(case=case, number=after + n + 1, at=at, actor=actor, step=step, fact=fact) for n, fact in enumerate(facts)]


def written(letters: Sequence[Letter]) -> list[f.AnyFact]:
    return [
        f.LetterWritten(letter=x.letter, template=x.template, language="fr" if x.language == "fr" else "en", sha256=x.sha256)
        for x in letters
    ]
