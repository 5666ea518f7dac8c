"""A competition in memory: the real steps over the fake store, no Temporal, no waiting. What a story would do next is done at once."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from activities.asking import Ask, Asking
from activities.hire import Asked, At, Do, HireSteps, NoteAsked, NoteRecalled, Recalled, Take
from activities.records import Desk
from activities.vacancy import VacancySteps
from config.files import load_calendar, load_rules, load_vacancy
from domain.competition import report_sha256
from domain.facts import Decision, ReportLine
from domain.hire import ConditionNow, HireState, fold
from domain.messages import ActRequest, CaseMessage, Message
from domain.moment import Moment
from domain.policies.publication import freeze
from domain.undo import outstanding
from domain.vacancy import Closing, PostSpec, Published, VacancySpec, VacancyState
from domain.vacancy import fold as fold_vacancy
from domain.words import Role, Stage, Verdict
from tests.fakes import FakeStore, FakeWatch, PlainWriter

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALL_ROLES = tuple(str(r) for r in Role)
YES = {"clearance": "granted", "medical": "fit", "verification": "confirmed", "accreditation": "accepted", "secondment": "agreed"}
Value = TypeVar("Value")


def now(steps: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine that waits for nothing: the fakes answer at once, so a step is over before anybody else could speak."""
    try:
        steps.send(None)
    except StopIteration as done:
        value: Value = done.value
        return value
    raise AssertionError("a step over the fakes never waits")


def publish(
    reference: str = "250442",
    *,
    posts: int | None = None,
    posts_are: tuple[PostSpec, ...] | None = None,
    closes_in: int | None = 14,
    **changes: Any,
) -> Published:
    """A vacancy of the files that come with Muster, closing so many days after the beginning (None: ongoing)."""
    spec: VacancySpec = load_vacancy(reference)
    closing = Closing(ongoing=True) if closes_in is None else Closing(date=(BEGIN + timedelta(days=closes_in)).date())
    kept = posts_are or spec.posts[:posts]
    return freeze(spec.model_copy(update={"closing": closing, "posts": kept, **changes}), load_rules("standard"), BEGIN)


async def passes(state: HireState, m: Moment) -> Decision:
    return Decision(verdict=Verdict.PASS, policy=m.published.sha256)


@dataclass
class World:
    published: list[Published] = field(default_factory=lambda: [publish(posts=2)])
    at: datetime = BEGIN
    store: FakeStore = field(default_factory=FakeStore)
    delivered: int = 0
    made: int = 0
    recall_fails: dict[str, str] = field(default_factory=dict)  # ask -> why the recall does not get through
    loses: set[str] = field(default_factory=set)  # requests about these are put, and never answered

    def __post_init__(self) -> None:
        self.store.vacancies = {p.spec.reference: p for p in self.published}
        self.set_up()
        for p in self.published:
            self.tell(f"vacancy/{p.spec.reference}", "vacancy.publish", sender="person:hr.head")

    def set_up(self) -> None:
        """The real steps over the store."""
        calendar = load_calendar("hq-brussels")
        desk = Desk(self.store, self.store, PlainWriter(), lambda _: calendar)
        self.hires, self.vacancies = HireSteps(desk, self.store, passes), VacancySteps(desk, self.store)

    # ---- what happens from outside ----------------------------------------------------------------------------------------

    def apply(self, *, vacancy: str | None = None, received_at: datetime | None = None, **data: Any) -> str:
        self.made += 1
        case = f"hire/h{self.made:03}"
        self.store.cases[case] = (vacancy or self.published[0].spec.reference, f"P{self.made:03}")
        self.store.applications[f"A{self.made}"] = {}
        words = {"channel": "public", "serving": False, "nations": ["BE"], **data}
        self.tell(case, "application.submitted", received_at=received_at, payload=f"A{self.made}", **words)
        return case

    def tell(
        self,
        case: str,
        kind: str,
        /,
        *,
        id_: str | None = None,
        received_at: datetime | None = None,
        sender: str = "partner:portal",
        payload: str | None = None,
        **data: Any,
    ) -> str:
        """One message; returns its id. Its inbox row must have been closed."""
        self.made += 1
        message = Message(
            id=id_ or f"m{self.made}", type=kind, sender=sender, received_at=received_at or self.at, data=data, payload=payload
        )
        self.deliver(case, message)
        assert message.id in self.store.closed, (case, kind)
        self.go_on(case)
        return message.id

    def deliver(self, case: str, message: Message) -> None:
        take = Take(**self.where(case), message=message)
        now(self.vacancies.take_vacancy_message(take) if case.startswith("vacancy/") else self.hires.take_message(take))

    def act(
        self, case: str, name: str, person: str = "hr.officer", *, roles: tuple[str, ...] = ALL_ROLES, request: str = "", **args: Any
    ) -> None:
        """What a person asks; raises the refusal."""
        self.made += 1
        self.do(case, ActRequest(request=request or f"r{self.made}", act=name, person=person, roles=roles, args=args))

    def do(self, case: str, asked: ActRequest) -> None:
        self.ask(case, asked)
        self.go_on(case)

    def ask(self, case: str, request: ActRequest) -> None:
        do = Do(**self.where(case), request=request)
        now(self.vacancies.do_vacancy_act(do) if case.startswith("vacancy/") else self.hires.do_act(do))

    def forward(self, **span: float) -> None:
        """Let time pass for every case, deadline after deadline."""
        target = self.at + timedelta(**span)
        while True:
            pending = [(instant, case) for case in self.store.journals if (instant := self.next_instant(case)) and instant <= target]
            if not pending:
                break
            instant, case = min(pending)
            self.at = max(self.at, instant)
            self.ring(case)
        self.at = max(self.at, target)  # a competition closed already needs no time

    def ring(self, case: str) -> None:
        before = len(self.store.journals[case])
        self.strike(case)
        assert len(self.store.journals[case]) > before, f"the clock of {case} would ring for ever"
        self.go_on(case)

    def strike(self, case: str) -> None:
        at = At(**self.where(case))
        now(self.vacancies.close_vacancy(at) if case.startswith("vacancy/") else self.hires.keep_deadlines(at))

    def pump(self, most: int | None = None) -> None:
        """Carry what cases tell each other, in order."""
        while self.delivered < len(self.store.sent) and most != 0:
            sender, message = self.store.sent[self.delivered]
            self.delivered += 1
            self.carry(sender, message)
            most = None if most is None else most - 1

    def carry(self, sender: str, message: CaseMessage) -> None:
        if message.type == "hire.linked":
            self.store.cases[message.to] = (message.data["vacancy"], message.data["candidate"])
        self.tell(message.to, message.type, id_=f"case-{self.delivered}", sender=f"case:{sender}", **message.data)

    # ---- what the story does by itself ------------------------------------------------------------------------------------

    def go_on(self, case: str) -> None:
        if case.startswith("vacancy/"):
            return
        for step in outstanding(self.hire(case)):
            failed = self.recall_fails.get(step.ask, "")
            done = Recalled(about=step.about, authority=step.authority, key=step.ask, failed=failed)
            now(self.hires.note_recalled(NoteRecalled(**self.where(case), recalled=done)))
        state = self.hire(case)
        if state.stage is Stage.SCREENING and state.judged is None:
            self.judge(case)
        if state.stage is Stage.ASSESSMENT and not state.assessment_ask and not state.failed_asks:
            self.note(case, Asked(about="assessment", authority="assessment", key=f"{case}/assessment/request/1"))
        while asks := self.hire(case).askable():
            self.note(
                case,
                *(
                    Asked(
                        about=c.slot,
                        authority=c.authority,
                        key=f"{case}/{c.slot}/request/{c.round + 1}",
                        round=c.round + 1,
                        form=self.form(case, c),
                        failed="unreachable" if c.slot in self.loses else "",
                        may_have_arrived=c.slot in self.loses,
                    )
                    for c in asks
                ),
            )

    def judge(self, case: str) -> None:
        now(self.hires.judge_eligibility(At(**self.where(case))))

    def form(self, case: str, c: ConditionNow) -> Any:
        """Which clearance request it is, as the asking itself finds it."""
        state = self.hire(case)
        details = {"because": c.because}
        ask = Ask(
            key="k", authority=c.authority, about=c.slot, case=case, vacancy=state.vacancy, application=state.application, details=details
        )
        return now(Asking({}, self.store, FakeWatch()).form_of(ask))

    def note(self, case: str, *asked: Asked) -> None:
        note = NoteAsked(**self.where(case), asked=asked)
        now(self.vacancies.note_budget_asked(note) if case.startswith("vacancy/") else self.hires.note_asked(note))

    # ---- looking ----------------------------------------------------------------------------------------------------------

    def where(self, case: str) -> dict[str, Any]:
        return {"case": case, "after": len(self.store.journals.get(case, [])), "at": self.at}

    def hire(self, case: str) -> HireState:
        return fold(self.store.journals.get(case, []))

    def vacancy(self, reference: str = "250442") -> VacancyState:
        return fold_vacancy(self.store.journals[f"vacancy/{reference}"])

    def next_instant(self, case: str) -> datetime | None:
        journal = self.store.journals[case]
        return fold_vacancy(journal).next_deadline if case.startswith("vacancy/") else fold(journal).next_instant

    def fate(self, message: str) -> str:
        return self.store.closed[message][0]

    # ---- ways to a stage --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        closes = [p.closes_at for p in self.published if p.closes_at]
        self.forward(seconds=(max(closes) - self.at).total_seconds() + 2)

    def to_selection(self, case: str) -> None:
        self.act(case, "screen", eligible=True)
        self.act(case, "shortlist", shortlisted=True)
        self.tell(case, "assessment.completed", reference="V1")
        self.act(case, "mark_assessment", score=80)
        self.tell(case, "interview.scheduled", starts_at=(self.at + timedelta(days=3)).isoformat(), minutes=45, place="HQ")
        self.tell(case, "interview.completed", attended=True)
        self.act(case, "mark_interview", score=70)

    def report(self, *lines: tuple[str, str], reference: str = "250442", person: str = "chair") -> str:
        """Submit a report in this order of rank: (hire, recommendation). Returns its hash."""
        full = [
            ReportLine(hire=hire, score=90 - n, rank=None if said == "not_selected" else n, recommendation=said)  # type: ignore[arg-type]
            for n, (hire, said) in enumerate(lines, 1)
        ]
        self.act(f"vacancy/{reference}", "submit_report", person, lines=[x.model_dump(mode="json") for x in full])
        return report_sha256(full)

    def decide(self, sha256: str, *, reference: str = "250442", person: str = "authority", approved: bool = True) -> None:
        self.act(f"vacancy/{reference}", "decide_report", person, sha256=sha256, approved=approved)
        self.pump()

    def selected(self, case: str) -> None:
        """Alone at the selection, and chosen."""
        self.decide(self.report((case, "selected")))

    def to_conditions(self, case: str) -> None:
        self.act(case, "issue_offer")
        self.tell(case, "offer.answered", accepted=True)

    def answer(self, case: str, *conditions: str, valid_until: date | None = None) -> None:
        until = valid_until.isoformat() if valid_until else None
        for condition in conditions:
            self.tell(case, f"{condition}.replied", outcome=YES[condition], valid_until=until, reference="R")

    def to_contract(self, case: str) -> None:
        self.to_conditions(case)
        self.answer(case, "clearance", "medical", "verification", "accreditation")

    def to_entry(self, case: str) -> None:
        self.to_contract(case)
        self.act(case, "propose_contract")
        self.act(case, "approve_contract", "hr.head", sha256=self.hire(case).terms_sha256)
        self.tell(case, "contract.signed", signed=True, enters_on=(self.at + timedelta(days=30)).date().isoformat())

    def to_probation(self, case: str) -> None:
        self.to_entry(case)
        self.forward(days=30)
        self.tell(case, "duty.entered", entered_on=self.at.date().isoformat())
        self.pump()


def at_stage(stage: Stage, **data: Any) -> tuple[World, str]:
    """A world with one hire standing at `stage`."""
    world = World()
    case = world.apply(**data)
    if stage is Stage.RECEIVED:
        return world, case
    world.close()
    ways = {
        Stage.SHORTLISTING: lambda: world.act(case, "screen", eligible=True),
        Stage.ASSESSMENT: lambda: world.act(case, "shortlist", shortlisted=True),
    }
    if stage in (Stage.SCREENING, *ways, Stage.INTERVIEW):
        steps: list[Callable[[], None]] = list(ways.values()) if stage is not Stage.SCREENING else []
        for step in steps:
            step()
            if world.hire(case).stage is stage:
                return world, case
        if stage is Stage.INTERVIEW:
            world.tell(case, "assessment.completed", reference="V1")
            world.act(case, "mark_assessment", score=80)
        return world, case
    world.to_selection(case)
    if stage is Stage.SELECTION:
        return world, case
    if stage is Stage.RESERVE:
        world.decide(world.report((case, "reserve")))
        return world, case
    world.selected(case)
    further = {
        Stage.CONDITIONS: world.to_conditions,
        Stage.CONTRACT: world.to_contract,
        Stage.ENTRY: world.to_entry,
        Stage.PROBATION: world.to_probation,
    }
    if stage in further:
        go: Callable[[str], None] = further[stage]
        go(case)
    assert world.hire(case).stage is stage
    return world, case
