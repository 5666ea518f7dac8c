"""The story of one hire, from the application to the end of probation.

    An application arrives and waits until the competition closes.
    It is screened: the checks propose, a named person decides.
    A short list is drawn up; who is on it answers an assessment, which the board marks.
    The board interviews and marks; then the case waits for the board's report on the whole competition.
    Whoever is selected holds a post and gets a conditional offer; the others wait on the list, or are told.
    Four authorities are asked, in parallel unless the policy orders them; each answers in its own time.
    When every condition is met, one person proposes the contract and another approves exactly these terms.
    The candidate signs, enters on duty, and the vacancy learns that the post is filled.
    A line manager decides at the end of probation.
    After an adverse decision a review may be asked for; one that is upheld takes the case back to where it was excluded.
    At any moment: withdrawal, hold, extension, an allegation; and at the end one of the endings, with who decided it.

The story waits, asks and records. It never judges and never touches the world: `activities/` does, one local activity per step.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.asking import Ask
    from activities.hire import Asked, At, Do, HireSteps, NoteAsked, NoteRecalled, Recalled, Take, Written
    from domain import acts
    from domain.hire import HireState
    from domain.messages import CaseSpec, Message, Receipt
    from domain.words import Stage
    from workflows.casework import NEEDS, NEXT_DEADLINE, STAGE, VACANCY, Casework, put, receipt, request_of
    from workflows.recalling import take_back


#: What is read although the case is on hold, because it ends the case or the hold.
ENDS_A_HOLD = ("application.withdrawn", "vacancy.cancelled", "vacancy.suspended", "vacancy.resumed")


@workflow.defn(name="Hire")
class Hire:
    @workflow.init
    def __init__(self, spec: CaseSpec) -> None:
        self.state = HireState()
        self.work = Casework(spec.case, self.state, next_instant=lambda: self.state.next_instant, held=lambda: self.state.held is not None)
        self._shown: tuple[str, list[str], datetime | None] = ("", [], None)

    @workflow.run
    async def run(self, spec: CaseSpec) -> str:
        """Chapter after chapter until an ending that stands; begun again from its journal, the story goes on where it stood."""
        await self.work.begin(HireSteps.read_journal)
        async with asyncio.TaskGroup() as aside:
            aside.create_task(self.work.read_mail(self.take, on_hold=ENDS_A_HOLD))
            aside.create_task(self.work.keep_time(self.ring))
            await self.until(lambda: self.state.stage is not None)
            while not self.state.over:
                if stage := self.state.stage:
                    await self.play(stage)
                else:
                    await self.undo()
                    await self.review()
            await self.undo()
            await self.work.close()
        return str(self.state.ending)

    # ---- the chapters, in the order they happen ---------------------------------------------------------------------------

    async def play(self, stage: Stage) -> None:
        """One chapter: it does what its stage asks of us, and returns when the stage is left."""
        chapters = {
            Stage.RECEIVED: self.wait_for_closing,
            Stage.SCREENING: self.screen,
            Stage.SHORTLISTING: self.shortlist,
            Stage.ASSESSMENT: self.assess,
            Stage.INTERVIEW: self.interview,
            Stage.SELECTION: self.select,
            Stage.RESERVE: self.wait_on_the_list,
            Stage.OFFER: self.offer,
            Stage.CONDITIONS: self.satisfy_conditions,
            Stage.CONTRACT: self.contract,
            Stage.ENTRY: self.enter_on_duty,
            Stage.PROBATION: self.prove,
        }
        await chapters[stage]()

    async def wait_for_closing(self) -> None:
        """The clock opens the screening the second after closing; a late application waits for HR to confirm that it is late."""
        await self.leaving(Stage.RECEIVED)

    async def screen(self) -> None:
        if self.state.judged is None:
            await self.work.step(HireSteps.judge_eligibility, lambda where: At(**where))
            self.show()
        await self.leaving(Stage.SCREENING)

    async def shortlist(self) -> None:
        await self.leaving(Stage.SHORTLISTING)

    async def assess(self) -> None:
        if not self.state.assessment_ask:
            await self.note([await self.ask("assessment", "assessment", self.state.assessment_asks + 1)])
        await self.leaving(Stage.ASSESSMENT)

    async def interview(self) -> None:
        await self.leaving(Stage.INTERVIEW)

    async def select(self) -> None:
        """The vacancy speaks next: the board's report is about the whole competition."""
        await self.leaving(Stage.SELECTION)

    async def wait_on_the_list(self) -> None:
        await self.leaving(Stage.RESERVE)

    async def offer(self) -> None:
        await self.leaving(Stage.OFFER)

    async def satisfy_conditions(self) -> None:
        """Ask whoever can be asked, together; each answer may open the next question."""
        while self.state.stage is Stage.CONDITIONS:
            now = self.state.askable()
            if now:
                asks = [self.ask(c.slot, c.authority, c.round + 1, because=c.because) for c in now]
                await self.note(list(await asyncio.gather(*asks)))
            await self.until(lambda: bool(self.state.askable()) or self.state.stage is not Stage.CONDITIONS)

    async def contract(self) -> None:
        await self.leaving(Stage.CONTRACT)

    async def enter_on_duty(self) -> None:
        await self.leaving(Stage.ENTRY)

    async def prove(self) -> None:
        await self.leaving(Stage.PROBATION)

    async def undo(self) -> None:
        """What was asked of others and is not needed any more is taken back; the ending stands meanwhile."""
        await take_back(self.state, self.note_recalled)

    async def review(self) -> None:
        """The ending stands and is told; for a time a review may be asked for, which closes the case or sends it back to a stage."""
        await workflow.wait_condition(lambda: self.state.over or self.state.stage is not None)

    # ---- messages ---------------------------------------------------------------------------------------------------------

    @workflow.signal(name="deliver")
    def deliver(self, message: Message) -> None:
        """From machines and from other cases: kept once by id, read in order."""
        self.work.mailbox.put(message)

    @workflow.update(dynamic=True)
    async def act(self, name: str, args: Sequence[RawValue]) -> Receipt:
        """From people: the update is named after the act. The receipt means it is written."""
        request = request_of(name, args)
        await self.work.act(request, HireSteps.do_act, lambda where: Do(**where, request=request))
        self.show()
        return receipt(self.work.case, self.state)

    @act.validator
    def may(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse before anything is written: unknown act, wrong words, wrong stage, wrong role."""
        self.work.may(request_of(name, args), self.state.seen_steps, lambda request: acts.check(self.state, request))

    @workflow.query(name="state")
    def now(self) -> HireState:
        return self.state

    @workflow.query(name="next_instant")
    def next_instant(self) -> datetime | None:
        """The next moment this case will act on by itself; for whoever moves its time in a demonstration."""
        return self.state.next_instant

    # ---- asides -----------------------------------------------------------------------------------------------------------

    async def take(self, message: Message) -> None:
        await self.work.step(HireSteps.take_message, lambda where: Take(**where, message=message))
        self.show()

    async def ring(self) -> Written:
        written = await self.work.step(HireSteps.keep_deadlines, lambda where: At(**where))
        self.show()
        return written

    async def ask(self, about: str, authority: str, nth: int, because: str = "") -> Asked:
        """Put a request to an authority; one that cannot be put is noted, for a person. `because` says why it is put anew."""
        key = f"{self.work.case}/{about}/request/{nth}"
        ask = Ask(
            key=key,
            authority=authority,
            about=about,
            case=self.work.case,
            vacancy=self.state.vacancy,
            round=nth,
            application=self.state.application,
            candidate=self.state.candidate,
            details={name: value for name, value in (("post", self.state.post), ("because", because)) if value},
        )
        return await put(ask)

    async def note(self, asked: list[Asked]) -> None:
        await self.work.step(HireSteps.note_asked, lambda where: NoteAsked(**where, asked=tuple(asked)))
        self.show()

    async def note_recalled(self, recalled: Recalled) -> None:
        await self.work.step(HireSteps.note_recalled, lambda where: NoteRecalled(**where, recalled=recalled))
        self.show()

    async def leaving(self, stage: Stage) -> None:
        await self.until(lambda: self.state.stage is not stage)

    async def until(self, holds: Any) -> None:
        """Wait for something of the state, or for an ending."""
        await workflow.wait_condition(lambda: self.state.ended or holds())

    def show(self) -> None:
        """Keep the few search attributes true: one upsert, and only when something changed.

        A deadline met early stays shown until its date or the next change of stage: never later than the truth, and a third
        fewer upserts. The read model has the exact date.
        """
        due, needs = self.state.next_deadline, sorted({n.split(":")[0] for n in self.state.needs()})
        stage = str(self.state.stage or "ended")
        shown_stage, shown_needs, shown_due = self._shown
        passed = shown_due is None or shown_due <= workflow.now()
        earlier = due is not None and (shown_due is None or due < shown_due)
        changed = (stage, needs) != (shown_stage, shown_needs) or (due != shown_due and (passed or earlier))
        if not changed or not self.state.vacancy:
            return
        self._shown = (stage, needs, due)
        workflow.upsert_search_attributes(
            [
                STAGE.value_set(stage),
                VACANCY.value_set(self.state.vacancy),
                NEXT_DEADLINE.value_set(due) if due else NEXT_DEADLINE.value_unset(),
                NEEDS.value_set(needs),
            ]
        )
