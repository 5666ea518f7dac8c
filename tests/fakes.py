"""Hand-written stand-ins for the store and the authorities: the same promises, in memory, ten lines each."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain import facts as f
from domain.calendars import Calendar
from domain.competition import Rival
from domain.editions import Edition, in_force
from domain.errors import JournalConflict, NotFound, NotNow, PartnerUnavailable, PostTaken, Refusal
from domain.facts import Entry
from domain.hire import fold
from domain.letters import LetterDue
from domain.messages import CaseMessage, Letter, Message, Notice, Step
from domain.outage import Outage
from domain.overlays import Standing
from domain.reach import Arrived, Reach, admitted, failed, reached, surer
from domain.rules import Rules
from domain.vacancy import Published, VacancySpec
from tests.announced import hold


@dataclass
class FakeStore:
    """Journal, library, post and field in one; facts in a list per case, the ledger as a dict."""

    vacancies: dict[str, Published] = field(default_factory=dict)
    editions: list[Edition] = field(default_factory=list)
    overlays: dict[str, Standing] = field(default_factory=dict)
    journals: dict[str, list[Entry]] = field(default_factory=dict)
    cases: dict[str, tuple[str, str]] = field(default_factory=dict)
    applications: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: dict[str, tuple[str, str]] = field(default_factory=dict)
    sent: list[tuple[str, CaseMessage]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    undelivered: dict[str, list[datetime]] = field(default_factory=dict)
    calendars_published: list[Calendar] = field(default_factory=list)
    shut: list[Outage] = field(default_factory=list)
    staff: dict[str, tuple[str, ...]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: Who was in a competition when an act was done on it, by case and step.
    seen: dict[tuple[str, str], tuple[Rival, ...]] = field(default_factory=dict)

    async def append(self, step: Step) -> tuple[Entry, ...]:
        async with self.lock:
            journal = self.journals.setdefault(step.case, [])
            done = [e for e in journal if e.step == step.step]
            if done:
                return tuple(done)
            if len(journal) != step.after:
                raise JournalConflict(f"{step.case} stands at {len(journal)}, the step continues {step.after}")
            if step.case.startswith("vacancy/"):
                self.seen[step.case, step.step] = tuple(await self.rivals(step.case.removeprefix("vacancy/")))
            for announcement in step.announcements:
                hold(announcement)
            for fact in step.facts:
                if isinstance(fact, f.PostReserved):
                    if self.held.setdefault(fact.post, fact.hire) != fact.hire:
                        raise PostTaken(f"{fact.post} is taken")
                elif isinstance(fact, f.PostFreed):
                    self.held.pop(fact.post, None)
            new = [
                Entry(case=step.case, number=step.after + n + 1, at=step.at, actor=step.actor, step=step.step, fact=fact)
                for n, fact in enumerate(step.facts)
            ]
            journal += new
            self.steps.append(f"{step.case} {step.step}")
            self.closed.update({c.message: (str(c.fate), c.reason) for c in step.closes})
            self.sent += [(step.case, m) for m in step.messages]
            self.letters += step.letters
            self.notices += step.notices
            return tuple(new)

    async def journal(self, case: str) -> list[Entry]:
        return list(self.journals.get(case, []))

    async def published(self, reference: str) -> Published:
        if reference not in self.vacancies:
            raise NotFound(f"there is no vacancy {reference}")
        return self.vacancies[reference]

    async def overlay(self, overlay: str) -> Standing:
        if overlay not in self.overlays:
            raise NotFound(f"there is no overlay {overlay}", code="unknown_overlay")
        return self.overlays[overlay]

    async def in_force(self, policy: str, at: datetime) -> Rules | None:
        edition = in_force(self.editions, policy, at)
        return edition.rules if edition else None

    async def application(self, application: str) -> dict[str, Any]:
        return self.applications[application]

    async def contact(self, candidate: str) -> dict[str, Any]:
        return {"candidate": candidate, "name": "Ada Example", "email": "ada@example.org", "language": "en"}

    async def calendars(self) -> dict[str, Calendar]:
        return {each.id: each for each in sorted(self.calendars_published, key=lambda each: each.age)}

    async def outages(self, now: datetime) -> list[Outage]:
        return self.shut

    async def holders(self, role: str) -> list[str]:
        return sorted(person for person, roles in self.staff.items() if role in roles)

    async def about(self, case: str) -> tuple[str, str]:
        return self.cases[case]

    async def open_before(self, case: str, instant: datetime) -> int:
        return sum(1 for at in self.undelivered.get(case, []) if at < instant)

    async def rivals(self, vacancy: str) -> list[Rival]:
        states = [fold(j) for case, j in self.journals.items() if case.startswith("hire/")]
        return [
            Rival(case=s.case, stage=s.stage, score=s.score, late=s.late, candidate=s.candidate) for s in states if s.vacancy == vacancy
        ]

    def facts(self, case: str, kind: str | None = None) -> list[f.AnyFact]:
        return [e.fact for e in self.journals.get(case, []) if kind is None or e.fact.kind == kind]


class PlainWriter:
    """Letters without a catalogue: the template's name is the text."""

    def compose(
        self, due: LetterDue, contact: dict[str, Any], vacancy: VacancySpec, case: str, values: dict[str, Any], letter_id: str
    ) -> Letter:
        body = due.template
        return Letter(
            letter=letter_id,
            case=case,
            candidate=contact["candidate"],
            template=due.template,
            language=contact["language"],
            to=contact["email"],
            subject=due.template,
            body=body,
            sha256=hashlib.sha256(body.encode()).hexdigest(),
            at=values["at"],
        )


@dataclass
class FakeAuthority:
    """Counts what it is asked; fails as often as it is told to, or refuses."""

    channel: str = "http"
    asks: list[str] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # kind and details of each ask
    recalls: list[str] = field(default_factory=list)
    failures: int = 0
    refuses: bool = False
    repeatable: bool = True
    looked_up: bool = True
    loses: int = 0  # so many answers to asks that were taken

    async def find(self, key: str) -> dict[str, Any] | None:
        if not self.looked_up:
            raise NotNow("it cannot say what it has", code="no_look_up")
        return {"reference": f"R-{self.asks.index(key) + 1}", "expected": None} if key in self.asks else None

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]:
        if self.refuses:
            raise Refusal("the authority takes no such request", code="partner_refused")
        if self.failures:
            self.failures -= 1
            raise PartnerUnavailable("away")
        self.asks.append(key)
        self.told.append((kind, details))
        if self.loses:
            self.loses -= 1
            raise PartnerUnavailable("the answer was lost", code="timeout")
        return {"reference": f"R-{len(self.asks)}"}

    async def recall(self, key: str) -> None:
        if self.refuses:
            raise Refusal("the authority takes no such request", code="partner_refused")
        if self.failures:
            self.failures -= 1
            raise PartnerUnavailable("away")
        self.recalls.append(key)


@dataclass(frozen=True)
class FakeTried:
    arrived: Arrived = "no"
    reference: str = ""
    expected: date | None = None


@dataclass
class FakeWatch:
    """Keeps how the doors stand, in memory. Every look at its clock is an hour later, so that nobody rests unless a test stops it."""

    now: datetime = datetime(2027, 1, 4, 9, tzinfo=UTC)
    stopped: bool = False
    reaches: dict[str, Reach] = field(default_factory=dict)
    tries: dict[str, FakeTried] = field(default_factory=dict)

    def clock(self) -> datetime:
        self.now += timedelta(hours=not self.stopped)
        return self.now

    def of(self, partner: str) -> Reach:
        return self.reaches.get(partner, Reach(partner=partner))

    async def tried(self, key: str) -> FakeTried:
        return self.tries.get(key, FakeTried())

    async def begin(self, partner: str, key: str = "") -> FakeTried:
        found, wait = admitted(self.of(partner), self.clock())
        if wait:
            raise PartnerUnavailable(f"{partner} rests", code="resting", retry_after=wait.total_seconds(), arrived="no")
        before = await self.tried(key)
        self.reaches[partner] = found
        self.tries[key] = replace(before, arrived=surer(before.arrived, "maybe"))
        return before

    async def answered(
        self, partner: str, key: str = "", arrived: Arrived = "yes", reference: str = "", expected: date | None = None
    ) -> None:
        self.reaches[partner] = reached(self.of(partner), self.clock())
        self.tries[key] = FakeTried(arrived, reference, expected)

    async def failed(self, partner: str, error: str, key: str = "", arrived: Arrived = "maybe", retry_after: float | None = None) -> None:
        self.reaches[partner] = failed(self.of(partner), error, self.clock())
        self.tries[key] = FakeTried(arrived)


def message(
    inbox_id: str, kind: str, at: datetime, data: dict[str, Any] | None = None, sender: str = "partner:portal", payload: str | None = None
) -> Message:
    return Message(id=inbox_id, type=kind, sender=sender, received_at=at, data=data or {}, payload=payload)


def kinds(entries: Sequence[Entry]) -> list[str]:
    return [e.fact.kind for e in entries]
