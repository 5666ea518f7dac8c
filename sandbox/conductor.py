"""The conductor: plays a demonstration through time, moment by moment, over the real doors.

It takes the earliest moment of the agenda or of any case's own deadline, sets the door clock, moves exactly the cases concerned
there, lets happen what is due, waits until doors and cases are idle, and goes on. It alone moves time; nothing else here could tell.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from acts.carrier import Carrier, unavailable
from acts.desk import Desk
from acts.dispatcher import Dispatcher
from domain.errors import Trouble
from domain.hire import IN_REVIEW
from domain.messages import ActRequest, Message, Receipt
from domain.words import Stage
from sandbox.agenda import MORNING, Agenda, Item, office
from sandbox.people import People
from sandbox.skipping import Skipping, system_now
from store.outbox import Outbox

AT_ONCE = 12
#: After entering one of these a case does something by itself: it judges, or asks somebody.
ACTIVE = {Stage.SCREENING, Stage.ASSESSMENT, Stage.CONDITIONS}
IDLE_S, PATIENCE_S = 0.01, 120.0


class Restless(Trouble):
    """The installation did not come to rest: something is stuck."""


class TimedCarrier(Carrier):
    """The way to a case in a demonstration: before a case is spoken to, it is moved to the present moment."""

    def __init__(self, client: Client, task_queue: str, now: Callable[[], datetime]) -> None:
        super().__init__(client, task_queue)
        self.skipping, self._now = Skipping(client), now
        self.over: set[str] = set()
        self._again: defaultdict[str, int] = defaultdict(int)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def reach(self, case: str) -> None:
        """Move a case to the present moment; one that is over, or not begun, is left to whoever speaks to it."""
        async with self._locks[case]:
            await self._move(case)

    async def _move(self, case: str) -> None:
        if case not in self.over and self.skipping.knows(case) and not await self.skipping.move(case, self._now()):
            self.over.add(case)

    async def start_delay(self, case: str) -> timedelta:
        return max(self._now() - system_now(), timedelta())

    async def deliver(self, case: str, message: Message) -> None:
        """A case that is not running begins at the present moment with the message waiting: started with a delay, told, moved past it."""
        async with self._locks[case]:
            await self._move(case)
            if case in self.over or not self.skipping.knows(case):
                await self._begin(case, message)
                return
        try:
            await self.client.get_workflow_handle(case).signal("deliver", message)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise unavailable(error) from error
            self.over.add(case)
            async with self._locks[case]:
                await self._begin(case, message)

    async def _begin(self, case: str, message: Message) -> None:
        # a case told something late, again, reads it after what it read before: one second apart at the same moment
        apart = timedelta(seconds=2 * self._again[case])
        self._again[case] += 1
        handle = await self.start(case, await self.start_delay(case) + apart)
        self.skipping.begun(case)
        await handle.signal("deliver", message)
        if await self.skipping.move(case, self._now() + apart + timedelta(seconds=1)):
            self.over.discard(case)
        else:
            self.over.add(case)

    async def ask(self, case: str, request: ActRequest) -> Receipt:
        receipt = await super().ask(case, request)
        if receipt.ending and receipt.over:
            self.over.add(case)
        return receipt


class Conductor:
    def __init__(self, agenda: Agenda, desk: Desk, carrier: TimedCarrier, dispatcher: Dispatcher, outbox: Outbox, people: People) -> None:
        self.agenda, self._desk, self.carrier, self._dispatcher = agenda, desk, carrier, dispatcher
        self._outbox, self._people = outbox, people
        self.due: dict[str, datetime] = {}
        self.seen: dict[str, dict[str, Any]] = {}
        self.moments = 0
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def next(self) -> datetime | None:
        """The next moment anything happens; None when the story is told."""
        return min((at for at in (self.agenda.next, min(self.due.values(), default=None)) if at is not None), default=None)

    async def opened(self, vacancies: Iterable[str], closings: Mapping[str, datetime]) -> None:
        """The vacancies just published: brought to their cases, and their closing noted."""
        for case in vacancies:
            closing = closings[case.removeprefix("vacancy/")]
            self.due[case] = office(closing + timedelta(minutes=1), MORNING)
        await self._come_to_rest(set(vacancies))

    async def play(self, after: Callable[[datetime, int], Awaitable[None]]) -> None:
        """Moment after moment until nothing is left to happen; `after` is called after each, with how much was going on in it."""
        while (moment := self.next) is not None:
            busy = await self.moment(moment)
            await after(moment, busy)

    async def moment(self, moment: datetime) -> int:
        """Everything that is due now, and all that follows from it."""
        self.moments += 1
        self.agenda.now = moment
        items = list(self.agenda.take(moment))
        moving = [case for case, at in self.due.items() if at <= moment]
        for case in moving:
            del self.due[case]
        await self._timed("clock", self._desk.clock.set(moment))
        await self._timed("doing", self._together([*self._by_case(items), *(self.carrier.reach(case) for case in moving)]))
        touched = {item.about for item in items} | set(moving)
        await self._come_to_rest(touched)
        return len(items) + len(moving)

    def _by_case(self, items: Iterable[Item]) -> list[Any]:
        lanes: defaultdict[str, list[Item]] = defaultdict(list)
        for item in items:
            lanes[item.about or item.key].append(item)

        async def one(lane: list[Item]) -> None:
            for item in lane:
                await item.do()

        return [one(lane) for lane in lanes.values()]

    async def _together(self, doings: list[Any]) -> None:
        async def placed(doing: Any) -> None:
            async with self._places:
                await doing

        results = await asyncio.gather(*(placed(d) for d in doings), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _come_to_rest(self, touched: set[str]) -> None:
        """Until every inbox row is closed, nothing of a case is under way, and every announcement has reached its subscribers."""
        vacancies = {case for case in touched if case.startswith("vacancy/") and self.carrier.skipping.knows(case)}
        while True:
            await self._timed("dispatching", self._drained())
            changed = await self._timed("looking", self._look())
            restless = [case for case, stirred in changed.items() if stirred and case not in self.carrier.over]
            await self._timed("settling", self._together([self._settle(case) for case in {*restless, *vacancies}]))
            vacancies = set()
            await self._timed("relaying", self._sent())
            if not changed and not await self._desk.inbox.pending():
                break
        await self._timed("people", self._people.watch(list(self.seen.values())))

    async def _drained(self) -> None:
        try:
            await self._dispatcher.drain(PATIENCE_S)
        except TimeoutError:
            stuck = ", ".join((await self._desk.inbox.open_cases())[:5])
            raise Restless(f"mail for {stuck} was not read within {PATIENCE_S:g} s; the worker's log may say why") from None

    async def _settle(self, case: str) -> None:
        if case not in self.carrier.over and not await self.carrier.skipping.settle(case):
            self.carrier.over.add(case)

    async def _look(self) -> dict[str, bool]:
        """The hires that have changed since the last look, and whether each may still have something of its own under way."""
        changed: dict[str, bool] = {}
        for hire in await self._desk.hires():
            case, before = str(hire["case_id"]), self.seen.get(str(hire["case_id"]))
            if before is not None and before["number"] == hire["number"]:
                continue
            self.seen[case] = hire
            changed[case] = hire["ending"] is None and hire["stage"] in ACTIVE
            self._note(case, hire)
        return changed

    def _note(self, case: str, hire: dict[str, Any]) -> None:
        if hire["ending"] is not None and hire["review"] not in IN_REVIEW:
            self.carrier.over.add(case)
            self.due.pop(case, None)
            return
        self._people.look(hire)
        if hire["next_deadline"] is None:
            self.due.pop(case, None)
        else:  # past it by a minute, never onto it; looked at with the next morning's post
            self.due[case] = max(office(hire["next_deadline"] + timedelta(minutes=1), MORNING), self.agenda.now + timedelta(seconds=1))

    async def _sent(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while await self._outbox.pending():  # noqa: ASYNC110 - it is emptied by another process
                    await asyncio.sleep(IDLE_S)
        except TimeoutError:
            raise Restless(f"the relay did not empty the outbox within {PATIENCE_S:g} s; its log may say why") from None

    async def _timed(self, what: str, doing: Any) -> Any:
        began = asyncio.get_running_loop().time()
        try:
            return await doing
        finally:
            self.spent[what] += asyncio.get_running_loop().time() - began
