"""One time-skipping server per test session, and a `Stage` on which a test plays one story."""

import asyncio
import shutil
import sysconfig
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import Worker

from activities.asking import Asking
from activities.hire import HireSteps
from activities.records import Desk
from activities.vacancy import VacancySteps
from acts.carrier import Carrier
from config.embedded import TIME_SKIPPING
from config.files import load_calendar, load_rules, load_vacancy
from domain import facts as f
from domain.competition import report_sha256
from domain.facts import Decision
from domain.hire import HireState, fold
from domain.messages import ActRequest, Message, Receipt
from domain.moment import Moment
from domain.policies.publication import freeze
from domain.vacancy import Closing, Published, VacancyState
from domain.vacancy import fold as fold_vacancy
from domain.words import Review, Role, Verdict
from tests.fakes import FakeAuthority, FakeStore, FakeWatch, PlainWriter
from worker.translate import Translate
from workflows.hire import Hire
from workflows.vacancy import Vacancy

SLICE_S = 0.01

ATTRIBUTES = {
    "HireStage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "VacancyId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "NextDeadline": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Needs": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}
ALL_ROLES = tuple(str(r) for r in Role)


def pytest_configure(config: pytest.Config) -> None:
    """A worker that stops leaves the open cases it had cached to the garbage collector, which cannot close a TaskGroup quietly."""
    config.addinivalue_line(
        "filterwarnings", "ignore:Exception ignored in. <coroutine object _WorkflowInstanceImpl:pytest.PytestUnraisableExceptionWarning"
    )


def executable() -> str:
    found = Path(sysconfig.get_path("scripts")) / "temporal"
    return str(found) if found.exists() else str(shutil.which("temporal"))


async def start_server(travels: DataConverter = pydantic_data_converter, database: Path | None = None) -> WorkflowEnvironment:
    """A server of its own, its time standing still until a test says so; in memory unless it is given a file."""
    args = [a for k, v in TIME_SKIPPING.items() for a in ("--dynamic-config-value", f"{k}={v}")]
    env = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=travels,
        dev_server_database_filename=str(database) if database else None,
        dev_server_existing_path=executable(),
        dev_server_extra_args=args,
        dev_server_log_level="error",
        ts_config=TimeSkippingConfig(enabled=False),  # stand still until a test says so
    )
    await env.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=ATTRIBUTES)
    )
    return env


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    env = await start_server()
    yield env
    await env.shutdown()


async def when(holds: Callable[[], Any]) -> None:
    """Wait until something is so; a case that never gets there fails the test."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - a fake store announces nothing
            await asyncio.sleep(SLICE_S)


@dataclass
class Scene:
    """One vacancy, a worker of its own, and the ways a test speaks to a case."""

    env: WorkflowEnvironment
    store: FakeStore
    published: Published
    authorities: dict[str, FakeAuthority]
    queue: str
    sequence: int = 0
    verdict: Verdict = Verdict.PASS
    carried: int = 0
    others: dict[str, Published] = field(default_factory=dict)
    watch: FakeWatch = field(default_factory=FakeWatch)

    @property
    def carrier(self) -> Carrier:
        return Carrier(self.env.client, self.queue)

    def handle(self, case: str) -> WorkflowHandle[Any, Any]:
        return self.env.client.get_workflow_handle(case)

    def next_id(self) -> str:
        self.sequence += 1
        return f"m{self.sequence}"

    async def time(self, case: str) -> datetime:
        at = await self.env.get_current_time(self.handle(case))
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    async def apply(
        self, case: str | None = None, *, received_at: datetime | None = None, published: Published | None = None, **data: Any
    ) -> str:
        """An application arrives; returns the case it began."""
        case = case or f"hire/{uuid.uuid4().hex[:8]}"
        self.store.cases[case] = ((published or self.published).spec.reference, f"P{case[-4:]}")
        self.store.applications[f"A{case[-4:]}"] = {}
        words = {"channel": "public", "serving": False, "seconded_by": None, "nations": ["BE"], **data}
        at = received_at or datetime.now(UTC)
        await self.carrier.deliver(
            case,
            Message(
                id=self.next_id(),
                type="application.submitted",
                sender="partner:portal",
                received_at=at,
                data=words,
                payload=f"A{case[-4:]}",
            ),
        )
        await self.until(case, lambda s: s.stage is not None)
        return case

    async def tell(self, case: str, type_: str, *, id_: str | None = None, received_at: datetime | None = None, **data: Any) -> str:
        """A signed event (or a message between cases) reaches the case; returns its id once its inbox row is closed."""
        message = Message(
            id=id_ or self.next_id(), type=type_, sender="partner:x", received_at=received_at or await self.time(case), data=data
        )
        return await self.carry(case, message)

    async def post(self, case: str, type_: str, *, id_: str | None = None, received_at: datetime | None = None, **data: Any) -> str:
        """The same, not waiting for the case to have read it."""
        message = Message(
            id=id_ or self.next_id(), type=type_, sender="partner:x", received_at=received_at or await self.time(case), data=data
        )
        await self.carrier.deliver(case, message)
        return message.id

    async def carry(self, case: str, message: Message) -> str:
        await self.carrier.deliver(case, message)
        await self.read(message.id)
        return message.id

    async def read(self, *messages: str) -> None:
        """Wait until the inbox rows of these messages are closed."""
        await when(lambda: set(messages) <= set(self.store.closed))

    async def pump(self) -> int:
        """Carry what cases tell each other to their targets, as inbox and dispatcher do; returns how many messages that were."""
        before = self.carried
        while self.carried < len(self.store.sent):
            sender, sent = self.store.sent[self.carried]
            self.carried += 1
            if sent.type == "hire.linked":
                self.store.cases[sent.to] = (sent.data["vacancy"], sent.data["candidate"])
            await self.carry(
                sent.to,
                Message(
                    id=f"{self.queue}-c{self.carried}",
                    type=sent.type,
                    sender=f"case:{sender}",
                    received_at=await self.latest(sender, sent.to),
                    data=sent.data,
                ),
            )
        return self.carried - before

    async def latest(self, *cases: str) -> datetime:
        """Each case has its own clock here; a message is received when its sender spoke."""
        known = [e.at for case in cases for e in self.store.journals.get(case, [])[-1:]]
        return max(known, default=datetime.now(UTC))

    async def act(
        self, case: str, name: str, person: str = "hr.officer", roles: tuple[str, ...] = ALL_ROLES, request: str | None = None, **args: Any
    ) -> Receipt:
        asked = ActRequest(request=request or uuid.uuid4().hex, act=name, person=person, roles=roles, args=args)
        return await self.carrier.ask(case, asked)

    async def forward(self, case: str, **span: float) -> None:
        """Move the time of one case."""
        assert await self.env.fast_forward(self.handle(case), timedelta(**span))

    async def forward_to(self, case: str, instant: datetime) -> None:
        span = instant + timedelta(minutes=1) - await self.time(case)
        assert await self.env.fast_forward(self.handle(case), span)

    async def forward_past(self, case: str, key: str) -> None:
        """Move past everything the deadline `key` brings."""
        deadline = self.state(case).deadlines[key]
        await self.forward_to(case, deadline.limit_at or deadline.due_at)

    def state(self, case: str) -> HireState:
        return fold(self.store.journals.get(case, []))

    async def until(self, case: str, holds: Any) -> HireState:
        await when(lambda: holds(self.state(case)))
        return self.state(case)

    async def result(self, case: str) -> Any:
        """How a story ended for good: after an adverse decision, when nobody asked for a review in time."""
        if case.startswith("hire/") and self.state(case).review is Review.OPEN:
            passed = self.state(case).deadlines["review"].due_at + timedelta(minutes=1)
            await self.env.fast_forward(self.handle(case), passed - await self.time(case))
        async with asyncio.timeout(30):
            return await self.handle(case).result()

    def entries(self, case: str, kind: type[f.Fact]) -> list[Any]:
        return [e.fact for e in self.store.journals[case] if isinstance(e.fact, kind)]

    def worker(self) -> Worker:
        """A worker over the scene's store, as `worker/wiring.py` would make it."""

        async def judge(state: HireState, m: Moment) -> Decision:
            return Decision(verdict=self.verdict, reasons=(), policy=m.published.sha256)

        calendar = load_calendar(self.published.rules.calendar)
        desk = Desk(self.store, self.store, PlainWriter(), lambda _: calendar)
        hires, vacancies = HireSteps(desk, self.store, judge), VacancySteps(desk, self.store)
        asking = Asking(self.authorities, self.store, self.watch)
        return Worker(
            self.env.client,
            task_queue=self.queue,
            workflows=[Hire, Vacancy],
            activities=[
                hires.read_journal,
                hires.take_message,
                hires.do_act,
                hires.keep_deadlines,
                hires.judge_eligibility,
                hires.note_asked,
                hires.note_recalled,
                vacancies.take_vacancy_message,
                vacancies.do_vacancy_act,
                vacancies.close_vacancy,
                vacancies.note_budget_asked,
                asking.ask_authority,
                asking.recall_request,
            ],
            interceptors=[Translate()],
            max_cached_workflows=100,
        )

    # ---- the vacancy's own ------------------------------------------------------------------------------------------------

    @property
    def vacancy_case(self) -> str:
        return f"vacancy/{self.published.spec.reference}"

    async def open(self, published: Published | None = None) -> str:
        """The vacancy is published: its own case begins."""
        reference = (published or self.published).spec.reference
        if published is not None:
            self.store.vacancies[reference] = published
        message = Message(id=self.next_id(), type="vacancy.publish", sender="person:hr.head", received_at=datetime.now(UTC))
        await self.carry(f"vacancy/{reference}", message)
        return f"vacancy/{reference}"

    async def close_vacancy(self, case: str) -> None:
        closes_at = self.store.vacancies[case.removeprefix("vacancy/")].closes_at
        assert closes_at is not None
        await self.forward_to(case, closes_at)

    def vacancy(self, case: str | None = None) -> VacancyState:
        return fold_vacancy(self.store.journals[case or self.vacancy_case])

    async def report(self, *lines: tuple[str, str], case: str | None = None, person: str = "chair") -> str:
        """Submit a report in this order of rank: (hire, recommendation). Returns its hash."""
        full = [
            {"hire": hire, "score": 90 - n, "rank": None if said == "not_selected" else n, "recommendation": said}
            for n, (hire, said) in enumerate(lines, 1)
        ]
        await self.act(case or self.vacancy_case, "submit_report", person, lines=full)
        return report_sha256(self.vacancy(case).report_lines)

    async def decide(self, *lines: tuple[str, str], case: str | None = None, **how: Any) -> None:
        """The board's report, decided by another person; everybody concerned hears of it."""
        sha256 = await self.report(*lines, case=case)
        await self.act(case or self.vacancy_case, "decide_report", "authority", sha256=sha256, approved=True, **how)
        await self.pump()

    async def competition(self, *hires: dict[str, Any], said: tuple[str, ...] = (), published: Published | None = None) -> list[str]:
        """A vacancy with these applicants, decided: the first is ranked first. Without `said`, everybody is selected."""
        vacancy = await self.open(published)
        cases = await asyncio.gather(*(self.selection(published=published, **words) for words in hires))
        await self.close_vacancy(vacancy)
        await self.decide(*zip(cases, said or ("selected",) * len(cases), strict=True), case=vacancy)
        return list(cases)

    # ---- ways to a stage --------------------------------------------------------------------------------------------------

    async def screening(self, *, published: Published | None = None, **data: Any) -> str:
        case = await self.apply(published=published, **data)
        closes_at = (published or self.published).closes_at
        assert closes_at is not None
        await self.forward_to(case, closes_at)
        await self.until(case, lambda s: s.judged is not None)
        return case

    async def assessment(self, **data: Any) -> str:
        case = await self.screening(**data)
        await self.act(case, "screen", eligible=True)
        await self.act(case, "shortlist", shortlisted=True)
        await self.until(case, lambda s: bool(s.assessment_ask))
        return case

    async def selection(self, **data: Any) -> str:
        case = await self.assessment(**data)
        await self.tell(case, "assessment.completed", reference="V1")
        await self.act(case, "mark_assessment", person="board", score=80)
        at = await self.time(case)
        await self.tell(case, "interview.scheduled", starts_at=(at + timedelta(days=3)).isoformat(), minutes=45, place="HQ")
        await self.tell(case, "interview.completed", attended=True)
        await self.act(case, "mark_interview", person="board", score=70)
        return case

    async def offer(self, *, funded: bool = True, **data: Any) -> str:
        case = await self.selection(**data)
        post = self.published.spec.posts[0]
        words: dict[str, Any] = {"post": post.id, "post_kind": str(post.kind), "grade_low": post.grade_low, "grade_high": post.grade_high}
        await self.tell(
            case, "selection.decided", outcome="selected", rank=1, report="r1", decided_by="person:authority", funded=funded, **words
        )
        return case

    async def conditions(self, case: str | None = None, **data: Any) -> str:
        """With `case`, the hire stands at the offer already."""
        case = case or await self.offer(**data)
        await self.act(case, "issue_offer")
        await self.tell(case, "offer.answered", accepted=True)
        await self.until(case, lambda s: "medical" in {str(c) for c, now in s.conditions.items() if now.ask})
        return case

    async def answer(self, case: str, *conditions: str, valid_until: date | None = None) -> None:
        """Say yes for each condition named."""
        yes = {"clearance": "granted", "medical": "fit", "verification": "confirmed", "accreditation": "accepted", "secondment": "agreed"}
        until = valid_until.isoformat() if valid_until else None
        for condition in conditions:
            await self.until(case, lambda s, c=condition: s.conditions[c].ask)
            if condition in ("clearance", "medical"):
                await self.tell(case, f"{condition}.{'forms' if condition == 'clearance' else 'file'}_received")
            await self.tell(case, f"{condition}.acknowledged" if condition != "secondment" else "candidate.available")
            await self.tell(case, f"{condition}.replied", outcome=yes[condition], valid_until=until, reference="R")

    async def contract(self, case: str | None = None, **data: Any) -> str:
        case = await self.conditions(case, **data)
        seconded = ["secondment"] if data.get("seconded_by") else []
        await self.answer(case, "clearance", "medical", "verification", *seconded, "accreditation")
        return case

    async def entry(self, case: str | None = None, **data: Any) -> str:
        return await self.entry_from_contract(await self.contract(case, **data))

    async def entry_from_contract(self, case: str) -> str:
        await self.act(case, "propose_contract", person="hr.officer")
        await self.act(case, "approve_contract", person="hr.head", sha256=self.state(case).terms_sha256)
        on = ((await self.time(case)) + timedelta(days=30)).date().isoformat()
        await self.tell(case, "contract.signed", signed=True, enters_on=on)
        return case

    async def probation(self, case: str | None = None, **data: Any) -> str:
        case = await self.entry(case, **data)
        await self.forward(case, days=30)
        await self.tell(case, "duty.entered", entered_on=(await self.time(case)).date().isoformat())
        return case


def publish(name: str = "250442", **changes: Any) -> Published:
    """A vacancy of the files, under a reference of its own (cases of all tests share one server), closing in two weeks."""
    spec = load_vacancy(name)
    closing = Closing(date=(datetime.now(UTC) + timedelta(days=14)).date())
    reference = f"{name}-{uuid.uuid4().hex[:8]}"
    return freeze(
        spec.model_copy(update={"reference": reference, "closing": closing, **changes}), load_rules("standard"), datetime.now(UTC)
    )


def make_scene(server: WorkflowEnvironment, published: Published | None = None) -> Scene:
    """Every authority ready, nobody applied yet, and no worker."""
    published = published or publish()
    names = ["assessment", "nation-be", "medical", "verification", "host-nation", "administration-be", "budget"]
    store = FakeStore(vacancies={published.spec.reference: published})
    return Scene(server, store, published, {n: FakeAuthority() for n in names}, f"q-{uuid.uuid4().hex[:8]}")


@pytest_asyncio.fixture(loop_scope="session")
async def one_post(server: WorkflowEnvironment) -> AsyncIterator[Scene]:
    """The same with a single post: whoever ranks second waits for it."""
    made = make_scene(server, publish(posts=load_vacancy("250442").posts[:1]))
    async with made.worker():
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def scene(server: WorkflowEnvironment) -> AsyncIterator[Scene]:
    """A pool vacancy of six posts, a worker, and all the rest of a scene."""
    made = make_scene(server)
    async with made.worker():
        yield made
