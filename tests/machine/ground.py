"""The ground the machine walks on: a `World` that remembers where each case stands, can be copied, and keeps the post as a story does.

As in the story, mail is not read while a case is on hold, and a deadline waits for mail that was sent before it was due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from activities.hire import Asked
from domain.competition import Rival
from domain.errors import Refusal
from domain.facts import Entry
from domain.hire import HireState
from domain.messages import ActRequest, Announcement, CaseMessage, Message, Step
from domain.vacancy import VacancyState
from store.readmodel import Reading
from tests.fakes import FakeStore
from tests.world import World
from workflows.hire import ENDS_A_HOLD

#: A sentence about a person, as the personal tables hold it: nothing of it may ever stand in a journal.
MARKER = "Zoe Markerson is seriously ill"


@dataclass
class GroundStore(FakeStore):
    """The same store, which also remembers each case's reading, every closing of a row, and when a message was sent."""

    readings: dict[str, Reading] = field(default_factory=dict)
    closings: list[tuple[str, str, str]] = field(default_factory=list)
    sent_at: list[datetime] = field(default_factory=list)
    announced: list[Announcement] = field(default_factory=list)
    delivered: int = 0

    async def append(self, step: Step) -> tuple[Entry, ...]:
        before = len(self.steps)
        entries = await super().append(step)
        if len(self.steps) > before:
            self.closings += [(step.case, c.message, str(c.fate)) for c in step.closes]
            self.sent_at += [step.at] * len(step.messages)
            self.announced += step.announcements
            self.letters.clear()
        return entries

    async def contact(self, candidate: str) -> dict[str, Any]:
        return {"candidate": candidate, "name": MARKER, "email": "zoe.markerson@people.example", "language": "en"}

    async def application(self, application: str) -> dict[str, Any]:
        return {"candidate": {"name": MARKER}, "answers": [{"question": "motivation", "text": MARKER}]}

    async def open_before(self, case: str, instant: datetime) -> int:
        on_its_way = zip(self.sent[self.delivered :], self.sent_at[self.delivered :], strict=True)
        return sum(1 for (_, message), at in on_its_way if message.to == case and at < instant)

    async def rivals(self, vacancy: str) -> list[Rival]:
        states = [self.hire(case) for case in self.journals if case.startswith("hire/")]
        return [
            Rival(case=s.case, stage=s.stage, score=s.score, late=s.late, candidate=s.candidate) for s in states if s.vacancy == vacancy
        ]

    def reading(self, case: str) -> Reading:
        """Where the case stands, each entry read once."""
        found = self.readings.get(case)
        if found is None:
            found = self.readings[case] = Reading(case, case.partition("/")[0])
        return found.take(self.journals.get(case, [])[found.state.number :])

    def hire(self, case: str) -> HireState:
        state = self.reading(case).state
        assert isinstance(state, HireState)
        return state


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a case: an act, a message, the clock, or a step of the story itself."""

    case: str
    kind: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)
    person: str = ""
    roles: tuple[str, ...] = ()
    id: str = ""
    received_at: datetime | None = None


class Watcher:
    """Sees each happening before and after; `entries` are those it left in the case's own journal, `refusal` why it was refused."""

    def before(self, ground: "Ground", what: Happening) -> None: ...

    def after(self, ground: "Ground", what: Happening, entries: list[Entry], refusal: Refusal | None) -> None: ...


@dataclass
class Ground(World):
    store: GroundStore = field(default_factory=GroundStore)
    waiting: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    watchers: tuple[Watcher, ...] = ()
    said: list[Happening] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    begun: dict[str, int] = field(default_factory=dict)
    unreachable: frozenset[str] = frozenset()

    def copy(self) -> "Ground":
        """The same ground once more: facts are never changed, so the journals are shared entry by entry."""
        twin = Ground.__new__(Ground)
        twin.__dict__ |= self.__dict__
        twin.waiting = {case: list(line) for case, line in self.waiting.items()}
        twin.said, twin.watchers, twin.touched = [], (), set()
        old, s = self.store, GroundStore()
        s.vacancies, s.journals = dict(old.vacancies), {case: list(j) for case, j in old.journals.items()}
        s.cases, s.applications, s.closed = dict(old.cases), dict(old.applications), dict(old.closed)
        s.sent, s.sent_at, s.held, s.delivered = list(old.sent), list(old.sent_at), dict(old.held), old.delivered
        s.closings = list(old.closings)
        twin.begun = {case: len(journal) for case, journal in s.journals.items()}
        twin.store = s
        twin.set_up()
        return twin

    # ---- what happens -----------------------------------------------------------------------------------------------------

    @contextmanager
    def happening(self, what: Happening) -> Iterator[None]:
        """Everything written meanwhile is this happening's; the watchers see it before and after."""
        for watcher in self.watchers:
            watcher.before(self, what)
        self.said.append(what)
        self.touched.add(what.case)
        start = len(self.store.journals.get(what.case, []))
        refusal: Refusal | None = None
        try:
            yield
        except Refusal as error:
            refusal = error
            raise
        finally:
            for watcher in self.watchers:
                watcher.after(self, what, self.store.journals.get(what.case, [])[start:], refusal)

    def tell(self, case: str, kind: str, /, **words: Any) -> str:
        """As in the world; on hold a message is kept, unread, until the case goes on."""
        if case.startswith("hire/") and self.hire(case).held and kind not in ENDS_A_HOLD:
            self.made += 1
            words.setdefault("id_", f"m{self.made}")
            words.setdefault("received_at", self.at)
            self.waiting.setdefault(case, []).append((kind, words))
            return str(words["id_"])
        return super().tell(case, kind, **words)

    def deliver(self, case: str, message: Message) -> None:
        what = Happening(case, "message", message.type, message.data, message.actor, id=message.id, received_at=message.received_at)
        with self.happening(what):
            super().deliver(case, message)

    def ask(self, case: str, request: ActRequest) -> None:
        with self.happening(Happening(case, "act", request.act, request.args, request.person, request.roles, id=request.request)):
            super().ask(case, request)

    def strike(self, case: str) -> None:
        with self.happening(Happening(case, "clock", "strikes")):
            super().strike(case)

    def judge(self, case: str) -> None:
        with self.happening(Happening(case, "own", "judge")):
            super().judge(case)

    def note(self, case: str, *asked: Asked) -> None:
        """What was asked, or could not be: an authority that cannot be reached is for a person to ask another way."""
        found = [a.model_copy(update={"failed": "unreachable"}) if a.about in self.unreachable else a for a in asked]
        with self.happening(Happening(case, "own", "note", {"about": [a.about + a.failed for a in found]})):
            super().note(case, *found)

    def go_on(self, case: str) -> None:
        super().go_on(case)
        while self.waiting.get(case) and not self.hire(case).held:
            kind, words = self.waiting[case].pop(0)
            super().tell(case, kind, **words)

    def ring(self, case: str) -> None:
        """The clock; mail sent before it rings is read first, which may take away what it would have rung for."""
        if any(message.to == case for _, message in self.store.sent[self.delivered :]):
            self.pump()
            instant = self.next_instant(case)
            if instant is None or instant > self.at:
                return
        super().ring(case)

    def carry(self, sender: str, message: CaseMessage) -> None:
        """Received when it was sent, however late it is read."""
        self.store.delivered = self.delivered
        if message.type == "hire.linked":
            self.store.cases[message.to] = (message.data["vacancy"], message.data["candidate"])
        at = self.store.sent_at[self.delivered - 1]
        self.tell(message.to, message.type, id_=f"case-{self.delivered}", sender=f"case:{sender}", received_at=at, **message.data)

    # ---- looking ----------------------------------------------------------------------------------------------------------

    def hire(self, case: str) -> HireState:
        return self.store.hire(case)

    def vacancy(self, reference: str = "250442") -> VacancyState:
        state = self.store.reading(f"vacancy/{reference}").state
        assert isinstance(state, VacancyState)
        return state

    def next_instant(self, case: str) -> datetime | None:
        state = self.store.reading(case).state
        return state.next_deadline if isinstance(state, VacancyState) else state.next_instant

    def cases(self) -> list[str]:
        return sorted(case for case in self.store.journals if case.startswith("hire/"))

    def kept(self, case: str) -> Any:
        """The state the worker keeps on its shelf for the next step, if it still keeps one."""
        shelf = self.hires._desk.vacancies if case.startswith("vacancy/") else self.hires._desk.hires
        return shelf._kept.get(case)
