"""A desk written by hand: it knows one hire and one vacancy, remembers what it was asked, and refuses what it is told to refuse."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from acts.histories import Event, Told
from acts.overlays import Affected, Item
from config.files import load_rules, names
from config.settings import Settings
from domain.agenda import AgendaItem, agenda
from domain.calendars import Calendar
from domain.editions import Edition, shipped
from domain.errors import NotFound, Problem
from domain.facts import UndoStep
from domain.forecast import Accuracy, Assumption, Forecast
from domain.messages import Receipt
from domain.overlays import Overlay, Standing, brief
from domain.rehearsal import Rehearsal
from domain.rules import Rules
from domain.status import Status, ToDo
from domain.tally import Share, Tally
from domain.undo import Tracked
from domain.vacancy import VacancySpec
from domain.vacancy_waiting import VacancyWhy
from domain.waiting import Wait, Why
from domain.words import Ending

AT = datetime(2027, 3, 2, 14, 30, tzinfo=UTC)
CASE = "hire/7q2k9fxm"
HIRE: dict[str, Any] = {
    "case_id": CASE,
    "vacancy": "250442",
    "stage": "conditions",
    "ending": None,
    "held": False,
    "needs": ["settle_reply:medical"],
    "turn": ["hr"],
    "next_deadline": AT,
}
DETAIL = {
    "conditions": [
        {"condition": "medical", "authority": "medical_adviser", "state": "contradicted"},
        {"condition": "clearance", "authority": "nsa-be", "state": "satisfied"},
    ],
    "deadlines": [
        {
            "key": "clearance",
            "due_at": AT,
            "state": "open",
            "rule": "45 working days from 1 February 2027, HQ calendar 2027.1",
            "zone": "Europe/Brussels",
        },
        {"key": "medical_file", "due_at": AT, "state": "met", "rule": "30 days", "missed": False},
    ],
}
#: As the read model has them: one overdue, one in three days, one in ten weeks.
OPEN_DEADLINES: list[dict[str, Any]] = [
    {
        "case_id": CASE,
        "key": key,
        "party": party,
        "who": who,
        "started_at": AT - timedelta(days=10),
        "due_at": AT + timedelta(days=days),
        "limit_at": AT + timedelta(days=days + 10),
        "state": "open",
        "rule": "14 days from 20 February 2027, HQ calendar 2027.1",
        "calendar": "hq@2027.1",
        "zone": "Europe/Brussels",
    }
    for key, party, who, days in (
        ("clearance", "nation", "NO", 70),
        ("decision:issue_offer", "hr", "", 3),
        ("screening", "hr", "", -2),
    )
]
VACANCY: dict[str, Any] = {
    "reference": "250442",
    "status": "closed",
    "closes_at": AT,
    "title_en": "Assistants \x1b[31m[red]",
    "posts": {"open": 1},
    "counts": {"selection": 3, "withdrawn": 1, "probation": 1},
    "spec": {"reference": "250442"},
    "rules": {"name": "standard"},
}
ENTRY = {
    "number": 1,
    "at": AT,
    "actor": "portal",
    "kind": "application_received",
    "body": {"kind": "application_received", "late": False, "post": ""},
}
PDF = b"%PDF-1.7 a letter"
LETTER = {
    "letter": "L1",
    "template": "selected",
    "language": "fr",
    "at": AT,
    "sent_at": None,
    "sha256": "a" * 64,
    "pdf_sha256": hashlib.sha256(PDF).hexdigest(),
    "pdf_made_with": "typst 0.15.2, template 0123456789abcdef",
}


@dataclass
class FakeHistories:
    """One closed run, kept in the store."""

    desk: "FakeDesk"

    async def of(self, case: str) -> list[Told]:
        self.desk._took("history", case)
        return [Told("store", "run-1", 1, "b1", (Event(1, AT, "workflow_execution_started"),), "a" * 64, AT, AT, intact=True)]


@dataclass
class FakeOverlays:
    """Knows no hire but the one, and remembers what it was asked."""

    desk: "FakeDesk"

    async def preview(self, overlay: Overlay) -> list[Any]:
        self.desk._took("preview", overlay.overlay)
        return [Affected(CASE, "250442", "conditions", False, "", ()), Affected("hire/x", "250442", "conditions", False, "exempt", ())]

    async def propose(self, person: str, overlay: Overlay) -> Standing:
        self.desk._took("propose_overlay", person, overlay.overlay)
        return Standing(overlay=overlay, proposed_by=person, proposed_at=AT)

    async def approve(self, person: str, overlay: str, sha256: str) -> Standing:
        self.desk._took("approve_overlay", person, overlay, sha256)
        return FREEZE

    async def lift(self, person: str, overlay: str) -> Standing:
        self.desk._took("lift_overlay", person, overlay)
        return FREEZE

    async def apply(self, person: str, overlay: str) -> list[Any]:
        self.desk._took("apply_overlay", person, overlay)
        return [Item(CASE, True), Item("hire/x", False, "on_hold", "the case is on hold")]

    async def show(self, overlay: str) -> dict[str, Any]:
        return brief(FREEZE) | {"laid_on": [CASE]}

    async def list(self) -> list[dict[str, Any]]:
        return [brief(FREEZE)]


FREEZE = Standing(overlay=Overlay(overlay="freeze-1", kind="freeze", reason="staff_shortage"), proposed_by="helga", proposed_at=AT)


@dataclass
class FakePolicies:
    """The policies that come with Muster, and whatever is proposed."""

    desk: "FakeDesk"
    proposed: list[Edition] = field(default_factory=list)

    async def propose(self, person: str, rules: Rules, effective: date | None = None) -> Edition:
        self.desk._took("propose", person, rules.version, effective)
        self.proposed.append(Edition(rules=rules, proposed_by=person, proposed_at=AT))
        return self.proposed[-1]

    async def approve(self, person: str, name: str, version: str, sha256: str) -> Edition:
        self.desk._took("approve", person, name, version, sha256)
        return shipped(load_rules(name), AT)

    async def list(self) -> list[dict[str, Any]]:
        return [{"name": name, "version": load_rules(name).version, "state": "in_force"} for name in names("policies")]

    async def get(self, name: str, version: str) -> Edition:
        return shipped(load_rules(name), AT)

    async def in_force(self, name: str, at: datetime | None = None) -> Edition:
        return shipped(load_rules(name), AT)


@dataclass
class FakeDesk:
    refuses: Problem | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    read_only: list[bool] = field(default_factory=list)
    audit: Any = None
    personnel: Any = None
    tokens: Any = None
    auditing: Any = None
    away: Problem | None = None
    keys: Any = None
    privacy: Any = None
    sessions: Any = None
    balance: Any = None
    signals: Any = None
    bulk: Any = None
    importing: Any = None
    digests: Any = None
    housekeeping: Any = None
    boardroom: Any = None
    partners: Any = None
    deliveries: Any = None
    undelivered: Any = None
    maintenance: Any = None

    async def status(self, case: str) -> tuple[Status, str]:
        self._took("status", case)
        return Status(vacancy="250442", code="offered", since=AT, to_do=(ToDo(task="offer", due_at=AT),)), "Europe/Brussels"

    async def find(self, words: str) -> list[dict[str, Any]]:
        self._took("find", words)
        case = {"case_id": CASE, "vacancy": "250442", "linked": False, "stage": "conditions", "ending": None, "owner": "ines"}
        return [{"candidate": "c1", "name": "Zoë Example", "email": "zoe@example.org", "language": "en", "cases": [case]}]

    async def agenda(self, **how: Any) -> list[AgendaItem]:
        self._took("agenda", how)
        return agenda(OPEN_DEADLINES, AT, **how)

    @property
    def calendars(self) -> Any:
        raise AssertionError("no test asks this desk about calendars")

    @property
    def carrier(self) -> Any:
        raise AssertionError("this desk reaches no case")

    @property
    def histories(self) -> Any:
        return FakeHistories(self)

    @property
    def overlays(self) -> FakeOverlays:
        return FakeOverlays(self)

    @property
    def policies(self) -> FakePolicies:
        return FakePolicies(self)

    @asynccontextmanager
    async def open(self, settings: Settings, *, reading: bool) -> AsyncIterator["FakeDesk"]:
        if self.away is not None and not reading:
            raise self.away
        self.read_only.append(reading)
        yield self

    def _took(self, *what: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append(what)

    async def act(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt:
        self._took("act", person, case, act, args, request)
        return Receipt(case=case, number=12, stage="shortlisting")

    async def vacancy_act(self, person: str, reference: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt:
        self._took("vacancy_act", person, reference, act, args, request)
        return Receipt(case=f"vacancy/{reference}", number=3, stage="closed")

    async def publish(self, person: str, spec: VacancySpec, rules: Rules, request: str | None = None) -> None:
        self._took("publish", person, spec.reference, rules.name)

    async def hires(
        self,
        vacancy: str | None = None,
        stage: str | None = None,
        ending: str | None = None,
        needs: str | None = None,
        owner: str | None = None,
    ) -> list[dict[str, Any]]:
        self._took("hires", vacancy, stage, ending, needs, owner)
        return [HIRE, HIRE | {"case_id": "hire/2b3c4d5e"}] if vacancy != "none" else []

    async def hire(self, case: str) -> dict[str, Any]:
        self._took("hire", case)
        if case != CASE:
            raise NotFound(f"there is no hire {case}", code="unknown")
        return HIRE | DETAIL

    async def undo(self, case: str, ending: Ending = Ending.WITHDRAWN) -> list[Tracked]:
        self._took("undo", case, ending)
        return [Tracked(UndoStep(what="recall_request", about="medical", authority="medical", ask=f"{case}/medical/request/1"), "planned")]

    async def why(self, case: str, act: str = "", about: str = "") -> Why:
        self._took("why", case, act, about)
        waits = (Wait("reply", "clearance", ("nation:NO",), AT, until=AT),) if act != "hold" else ()
        return Why(case=case, stage="conditions", ending="", waits=waits, act=act, about=about, who=("hr_head",))

    async def vacancy_why(self, reference: str) -> tuple[VacancyWhy, str]:
        self._took("vacancy_why", reference)
        return VacancyWhy(reference, "closed", (Wait("vacancy.call", "p1", ("hr_officer",), AT),)), "Europe/Brussels"

    async def forecast(self, case: str) -> tuple[Forecast, Accuracy]:
        self._took("forecast", case)
        steps = (Assumption("stage:contract_offer", "policy", 6, 28, 41), Assumption("clearance:nation-no", "observed", 40, 60, 90, 7))
        day = AT.date()
        return Forecast(case, AT, day, day + timedelta(days=30), day + timedelta(days=60), steps), Accuracy(12, 2, 8.5, 0.75)

    async def turns(self, vacancy: str | None = None, since: date | None = None) -> Tally:
        self._took("turns", vacancy, since)
        day = timedelta(days=1)
        parties = {"hr": Share(6 * day, 2), "nation": Share(4 * day, 1)}
        stages = {"conditions": Share(10 * day, 2)}
        if vacancy == "none":
            return Tally()
        return Tally(2, 10 * day, parties, {"NO": Share(4 * day, 1)}, stages, [8 * day])

    async def rehearse(self, rules: Rules, calendar: Calendar, vacancy: str | None = None) -> Rehearsal:
        self._took("rehearse", rules.version, calendar.id, vacancy)
        return Rehearsal("standard@2027.1", calendar.label, AT, 0, {}, {}, ())

    async def vacancies(self) -> list[dict[str, Any]]:
        self._took("vacancies")
        return [VACANCY | {"hires": VACANCY["counts"]}]

    async def vacancy(self, reference: str) -> dict[str, Any]:
        if reference != VACANCY["reference"]:
            raise NotFound(f"there is no vacancy {reference}", code="unknown")
        return VACANCY

    async def timeline(self, case: str) -> list[dict[str, Any]]:
        self._took("timeline", case)
        return [ENTRY]

    async def who_looked(self, case: str) -> list[dict[str, Any]]:
        self._took("who_looked", case)
        return [{"id": "r1", "at": AT, "reader": "person:helga", "what": ["medical"], "about": "hire", "purpose": "", "stream": case}]

    async def letters(self, case: str) -> list[dict[str, Any]]:
        self._took("letters", case)
        return [LETTER]

    async def letter(self, letter: str) -> dict[str, Any]:
        self._took("letter", letter)
        if letter != LETTER["letter"]:
            raise NotFound(f"there is no letter {letter}", code="unknown")
        return LETTER | {"subject": "Your result", "body": "Dear Zoé,\n", "calendar": None, "intact": True, "pdf": PDF} | self.kept

    async def event(self, partner: str, event_id: str) -> dict[str, Any]:
        self._took("event", partner, event_id)
        return {"source": partner, "event_id": event_id, "state": "applied", "receipt": None}

    async def put_staff(self, person: str, name: str, email: str, roles: Iterable[str], language: str = "") -> None:
        self._took("put_staff", person, name, email, tuple(roles))

    async def staff(self) -> list[dict[str, Any]]:
        self._took("staff")
        return [{"person": "helga", "name": "Helga Brandt", "email": "helga@muster.example", "roles": ("hr_head",)}]

    async def recover(self) -> list[str]:
        self._took("recover")
        return [CASE]
