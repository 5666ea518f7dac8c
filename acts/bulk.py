"""One act on many cases: previewed, carried out case by case, each with a receipt of its own, and gone on with after a crash.

Nothing is done to a case that its own act would not do: every item is the ordinary act, under a request id made of the operation
and the case, so that trying again changes nothing. The operation is kept before the first item is done.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from acts.standing import moment_for
from domain.acts import ACTS
from domain.errors import BadInput, NotAllowed, NotFound, Problem, Refusal, Trouble
from domain.foresight import Foreseen, foresee
from domain.hire import HireState, fold
from domain.messages import ActRequest, Receipt
from domain.operation import BULK, OPEN, Item, Operation, most
from domain.vacancy import Published
from store.clock import DoorClock
from store.database import Database
from store.operations import Operations
from store.queries import Queries
from store.vacancies import Vacancies

log = structlog.get_logger(__name__)
#: How many cases are spoken to at a time, and how often one is tried before it is left for `resume`.
SIDE_BY_SIDE = 8
TRIES = 3
PAUSE_S = 0.5
#: Operations somebody did not wait for: held on to, or they would be swept away half-way.
_UNDER_WAY: set[asyncio.Task[None]] = set()


@dataclass(frozen=True)
class Filter:
    """Which open hires: all that match everything given; `cases` names them one by one."""

    vacancy: str | None = None
    stage: str | None = None
    nation: str | None = None
    cases: tuple[str, ...] = ()


class Acts(Protocol):
    """What of the desk is needed: an act on one case, and the request it is made of."""

    async def act(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt: ...
    async def asked(self, person: str, act: str, args: dict[str, Any], request: str | None = None) -> ActRequest: ...


class Bulk:
    def __init__(self, db: Database, acts: Acts, queries: Queries, vacancies: Vacancies, clock: DoorClock) -> None:
        self._kept, self._acts, self._queries, self._vacancies, self._clock = Operations(db), acts, queries, vacancies, clock

    async def preview(self, person: str, act: str, args: dict[str, Any], which: Filter) -> list[Foreseen]:
        """Per case: possible, or why not (as the refusal would say); who is written to; which deadline moves. Nothing is written.

        Raises NotFound (person, a case named), BadInput for an act that is not done to many at once.
        """
        _in_bulk(act)
        request, now = await self._acts.asked(person, act, args, "preview"), await self._clock.now()
        published: dict[str, Published] = {}
        found = []
        for state in await self.select(which):
            if state.vacancy not in published:
                published[state.vacancy] = await self._vacancies.get(state.vacancy)
            frozen = published[state.vacancy]
            found.append(foresee(state, request, moment_for(state, frozen, now, person)))
        return found

    async def select(self, which: Filter) -> list[HireState]:
        """The open hires meant, in the order named or by id. Raises NotFound for a case named that does not exist."""
        journals = await self._queries.journals(which.vacancy, which.cases)
        if missing := [case for case in which.cases if case not in journals]:
            raise NotFound(f"there is no such hire: {', '.join(missing)}", code="unknown_case")
        states = [fold(journals[case]) for case in which.cases or sorted(journals)]
        return [state for state in states if _meant(state, which)]

    async def begin(self, person: str, act: str, args: dict[str, Any], which: Filter) -> Operation:
        """Keep the operation over the cases meant now, none of it done yet. Raises as `preview`, and BadInput when no case is meant."""
        _in_bulk(act)
        request = await self._acts.asked(person, act, args)
        cases = [state.case for state in await self.select(which)]
        if not cases:
            raise BadInput("no open hire matches", code="nobody_meant")
        lent = [role for given in request.stands_in.values() for role in given]
        if len(cases) > (limit := most([*request.roles, *lent])):
            raise BadInput(f"{len(cases)} hires are meant; at once you may do it to {limit}: narrow the filter", code="too_many")
        items = tuple(Item(case=case) for case in dict.fromkeys(cases))
        name = f"op-{secrets.token_hex(4)}"
        operation = Operation(operation=name, act=act, args=args, person=person, at=await self._clock.now(), items=items)
        await self._kept.begin(operation)
        return operation

    async def carry_out(self, name: str) -> Operation:
        """Do what is not done yet of an operation, and say what became of each. Doing it again changes nothing. Raises NotFound."""
        operation, gate = await self._kept.get(name), asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(case: str) -> None:
            async with gate:
                await self._item(operation, case)

        await asyncio.gather(*(one(item.case) for item in operation.items if item.state in OPEN))
        return await self._kept.get(name)

    async def own(self, person: str, name: str) -> Operation:
        """An operation somebody may go on with: their own, for its items are done in the name of who began it.

        Raises NotFound; NotAllowed (`not_yours`).
        """
        operation = await self._kept.get(name)
        if operation.person != person:
            raise NotAllowed("who began an operation goes on with it; others may cancel what is left", code="not_yours")
        return operation

    def set_off(self, name: str) -> None:
        """Carry an operation out without anybody waiting. What a restart cuts short is left open, for who began it to go on with."""

        async def work() -> None:
            try:
                await self.carry_out(name)
            except Problem as problem:
                log.warning("operation.interrupted", operation=name, code=problem.code)

        task = asyncio.create_task(work())
        _UNDER_WAY.add(task)
        task.add_done_callback(_UNDER_WAY.discard)

    async def _item(self, operation: Operation, case: str) -> None:
        for attempt in range(1, TRIES + 1):
            if not await self._kept.is_open(operation.operation, case):
                return  # cancelled meanwhile
            try:
                receipt = await self._acts.act(operation.person, case, operation.act, operation.args, operation.request(case))
            except Refusal as refusal:
                await self._kept.mark(operation.operation, Item(case=case, state="refused", code=refusal.code, why=refusal.message))
                return
            except Trouble as trouble:
                await self._kept.mark(operation.operation, Item(case=case, state="failed", code=trouble.code, why=trouble.message))
                await asyncio.sleep(PAUSE_S * attempt)
            else:
                await self._kept.mark(operation.operation, Item(case=case, state="done", number=receipt.number))
                return

    async def list(self) -> Sequence[Operation]:
        """All operations, the newest first."""
        return await self._kept.list()

    async def get(self, name: str) -> Operation:
        """One operation, item by item. Raises NotFound."""
        return await self._kept.get(name)

    async def cancel(self, name: str) -> Operation:
        """Cancel what is not done yet. Raises NotFound."""
        await self._kept.cancel(name)
        return await self._kept.get(name)


def _in_bulk(act: str) -> None:
    if act not in BULK or act not in ACTS:
        raise BadInput(f"{act} is done one by one; to many at once: {', '.join(BULK)}", code="not_in_bulk")


def _meant(state: HireState, which: Filter) -> bool:
    return (
        not state.ended
        and which.vacancy in (None, state.vacancy)
        and which.stage in (None, state.stage)
        and (which.nation is None or which.nation in state.nations)
    )
