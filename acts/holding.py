"""A moment to take an act back (`console.md` §2): what somebody confirmed in the console takes effect a little later, from the store.

Nothing of it reaches the case, its history or the log before it takes effect; then it is the ordinary act, under the request it was
confirmed with and at the version it was decided on, with the rights its person has by then. A killed process loses none of it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from domain.errors import NotFound, NotNow, Problem, Refusal
from domain.held import HeldAct
from domain.messages import Receipt
from store.database import Database
from store.held import HeldActs
from store.names import system_now

log = structlog.get_logger(__name__)
#: Whoever began an act and was not heard of for so long is taken for dead: the act is done again, which does nothing twice. A case that
#: does not answer is waited for less long than that.
ABANDONED, PATIENCE = timedelta(seconds=60), timedelta(seconds=40)
#: How long what was done stays in sight, and when what got no answer is asked again.
IN_SIGHT, AGAIN = timedelta(seconds=60), timedelta(seconds=3)
#: How long it is known here what became of an act; the journal knows for ever.
KEPT = timedelta(days=30)
EVERY_S = 0.5


class Acts(Protocol):
    """What of the desk is needed: judging an act without doing it, and doing it."""

    async def judged(self, person: str, case: str, act: str, args: dict[str, Any], version: int) -> timedelta | None: ...
    async def do(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None, version: int | None) -> Receipt: ...


class Holding:
    """A desk's own part: `Desk.holding`. `length` is how long an act can be taken back; none at all: every act takes effect at once."""

    def __init__(self, db: Database, acts: Acts, length: timedelta = timedelta(0), now: Callable[[], datetime] = system_now) -> None:
        self._kept, self._acts, self.length, self._now = HeldActs(db), acts, length, now

    async def accept(self, person: str, case: str, act: str, args: dict[str, Any], request: str, version: int) -> HeldAct | None:
        """Keep an act for its moment, if the case would take it now; None where it has to be done at once.

        That is so where nothing is held here, and where a deadline of the case would pass meanwhile: somebody who is in time stays in
        time. Raises what the case refuses as far as one can tell before, and Stale; NotNow (`not_done`) for a form that is sent again
        after it was taken back or refused: it would be lost without a word.
        """
        if self.length <= timedelta(0):
            return None
        if (known := await self._kept.find(request)) is not None:
            if known.state in ("taken_back", "refused"):
                raise NotNow("this was taken back or refused, and was not done: confirm it anew if it is meant", code="not_done")
            return known
        left = await self._acts.judged(person, case, act, args, version)
        if left is not None and left <= self.length:
            return None
        now = self._now()
        held = HeldAct(held=request, person=person, case=case, act=act, args=args, version=version, given_at=now, due_at=now + self.length)
        await self._kept.keep(held)
        return held

    async def of(self, person: str) -> list[HeldAct]:
        """What this person is told of on every page."""
        return await self._kept.of(person, self._now() - IN_SIGHT) if self.length else []

    async def before(self, person: str, case: str) -> str:
        """Their act on this case that can still be taken back; empty where there is none."""
        found = await self._kept.on(case, person) if self.length else None
        return found.held if found else ""

    async def others(self, person: str, case: str) -> list[HeldAct]:
        """What other people are about to do to a case: whoever acts on it meanwhile may come second."""
        return [each for each in await self._kept.under_way(case) if each.person != person] if self.length else []

    async def typed(self, person: str, held: str, case: str, act: str) -> dict[str, Any]:
        """What this act of theirs on this case asked for, if it was refused and not yet put away; else nothing."""
        found = await self._kept.find(held)
        same = found is not None and (found.person, found.case, found.act, found.state) == (person, case, act, "refused")
        return found.args if found and same else {}

    async def take_back(self, person: str, held: str) -> HeldAct:
        """It is not done. Raises NotFound for one that is not theirs, NotNow (`held_over`) once it is under way or over."""
        found = await self._own(person, held)
        if not await self._kept.settle(held, "taken_back", self._now(), among=("held",)) and found.state != "taken_back":
            raise NotNow("this took effect already, or is just doing so", code="held_over")
        return found

    async def at_once(self, person: str, held: str) -> HeldAct:
        """Do not wait longer. Raises NotFound."""
        await self._own(person, held)
        await self._carry(held)
        return await self._own(person, held)

    async def seen(self, person: str, held: str) -> None:
        """They know what became of it. Raises NotFound."""
        await self._own(person, held)
        await self._kept.seen(held, person, self._now())

    async def _own(self, person: str, held: str) -> HeldAct:
        found = await self._kept.find(held)
        if found is None or found.person != person:
            raise NotFound("there is no such act of yours", code="unknown_held_act")
        return found

    # ---- doing them ---------------------------------------------------------------------------------------------------------

    async def any_due(self) -> bool:
        return bool(await self._kept.due(self._now()))

    async def carry_due(self) -> None:
        """Do everything whose moment is over: on one case in the order they were given, and no case waits for another one's answer."""
        cases: dict[str, list[str]] = {}
        for held, case in await self._kept.due(self._now()):
            cases.setdefault(case, []).append(held)
        await asyncio.gather(*map(self._in_turn, cases.values()))
        await self._kept.forget(self._now() - KEPT)

    async def _in_turn(self, acts: Iterable[str]) -> None:
        for held in acts:
            await self._carry(held)

    async def _carry(self, held: str) -> None:
        act = await self._kept.begin(held, self._now(), self._now() + ABANDONED)
        if act is None:
            return
        about = log.bind(case=act.case, act=act.act)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                receipt = await self._acts.do(act.person, act.case, act.act, act.args, act.held, act.version)
        except Refusal as refusal:
            about.info("held_act.refused", code=refusal.code)
            await self._kept.settle(held, "refused", self._now(), code=refusal.code, why=refusal.message)
        except (Problem, TimeoutError) as trouble:
            about.warning("held_act.waits", code=getattr(trouble, "code", "no_answer"))
            await self._kept.again(held, self._now() + AGAIN)
        else:
            await self._kept.settle(held, "done", self._now(), number=receipt.number)


@asynccontextmanager
async def carrying(reach: Callable[[], Awaitable[Any]], waiting: Holding) -> AsyncIterator[None]:
    """Have held acts done while this is open. `reach` gives the desk that acts, or raises Trouble; `waiting` is asked what is due."""

    async def safely(step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Problem as trouble:
            log.warning("held_acts.missed", code=trouble.code)
        except Exception:  # whatever it is, the acts after it are not held for ever
            log.exception("held_acts.broken")

    async def run() -> None:
        async with asyncio.TaskGroup() as rounds:

            async def look() -> None:
                if await waiting.any_due():
                    holding = (await reach()).holding
                    rounds.create_task(safely(holding.carry_due))  # not waited for: a case that does not answer holds up no other

            while True:
                await safely(look)
                await asyncio.sleep(EVERY_S)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
