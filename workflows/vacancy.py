"""The story of one vacancy: published, closed on its wall clock, decided, filled, lapsed or cancelled.

It does not hear every application: hires are cases of their own. It hears what concerns its posts: who left, who took up duty,
what the budget authority decided, who agreed to come from another competition. Only it decides who is next.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.asking import Ask
    from activities.hire import Asked, At, Do, HireSteps, NoteAsked, Take, Written
    from activities.vacancy import VacancySteps
    from domain import competition
    from domain.messages import CaseSpec, Message, Receipt
    from domain.vacancy import VacancyState
    from domain.words import PostState
    from workflows.casework import STAGE, VACANCY, Casework, put, receipt, request_of


@workflow.defn(name="Vacancy")
class Vacancy:
    @workflow.init
    def __init__(self, spec: CaseSpec) -> None:
        self.state = VacancyState()
        self.work = Casework(spec.case, self.state, next_instant=lambda: self.state.next_deadline, held=lambda: False)
        self._shown = ""

    @workflow.run
    async def run(self, spec: CaseSpec) -> str:
        """Publish, ask for the money, close, and then serve the posts until nothing is left to decide."""
        await self.work.begin(HireSteps.read_journal)
        async with asyncio.TaskGroup() as aside:
            aside.create_task(self.work.read_mail(self.take, on_hold=()))
            aside.create_task(self.work.keep_time(self.ring))
            await workflow.wait_condition(lambda: bool(self.state.reference))
            # a review may reopen a competition that had completed: its message is read before the end
            while not self.state.over or len(self.work.mailbox):
                await self.ask_for_budgets()
                await workflow.wait_condition(lambda: (self.state.over and not len(self.work.mailbox)) or bool(self.unasked()))
            await self.work.close()
        return self.state.status

    async def ask_for_budgets(self) -> None:
        """Every post without funding is asked for once; what the answer changes, `competition` says. A failed request is a person's."""
        if pending := self.unasked():
            asked = tuple(await asyncio.gather(*(self.ask_budget(post) for post in pending)))
            await self.work.step(VacancySteps.note_budget_asked, lambda where: NoteAsked(**where, asked=asked))
            self.show()

    def unasked(self) -> list[str]:
        known = {*self.state.budget_asked, *self.state.failed_asks, *self.state.budget_decided}
        return [p.id for p in self.state.posts.values() if not p.funded and p.state is PostState.OPEN and p.id not in known]

    async def ask_budget(self, post: str) -> Asked:
        key = f"{self.work.case}/{post}/budget/1"
        answer = await put(
            Ask(key=key, authority="budget", about="budget", case=self.work.case, vacancy=self.state.reference, details={"post": post})
        )
        return answer.model_copy(update={"about": post})

    @workflow.signal(name="deliver")
    def deliver(self, message: Message) -> None:
        """From hires, the budget authority and the door that publishes: kept once by id, read in order."""
        self.work.mailbox.put(message)

    @workflow.update(dynamic=True)
    async def act(self, name: str, args: Sequence[RawValue]) -> Receipt:
        """From people: the report, its decision, a cancellation."""
        request = request_of(name, args)
        await self.work.act(request, VacancySteps.do_vacancy_act, lambda where: Do(**where, request=request))
        self.show()
        return receipt(self.work.case, self.state)

    @act.validator
    def may(self, name: str, args: Sequence[RawValue]) -> None:
        self.work.may(request_of(name, args), self.state.seen_steps, lambda request: competition.check(self.state, request))

    @workflow.query(name="state")
    def now(self) -> VacancyState:
        return self.state

    @workflow.query(name="next_instant")
    def next_instant(self) -> datetime | None:
        return self.state.next_deadline

    async def take(self, message: Message) -> None:
        await self.work.step(VacancySteps.take_vacancy_message, lambda where: Take(**where, message=message))
        self.show()

    async def ring(self) -> Written:
        written = await self.work.step(VacancySteps.close_vacancy, lambda where: At(**where))
        self.show()
        return written

    def show(self) -> None:
        if self.state.status != self._shown and self.state.reference:
            self._shown = self.state.status
            workflow.upsert_search_attributes([STAGE.value_set(self.state.status), VACANCY.value_set(self.state.reference)])
