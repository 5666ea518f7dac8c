"""Complete hires per second through everything, beside bare Temporal workflows with the same asks and replies, in the same run.

A hire here goes from the signed application to entry on duty: 5 asks, 16 signed events in, 10 acts of people, letters, journal,
read model, outbox and leaves. The bare workflow has the same number of activities, signals and updates and does nothing else.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks._bare import ACTS, ASKS, REPLIES, Bare, bare_ask
from domain.messages import Receipt
from tests.hiring import CONDITIONS, Hiring, vacancy
from tests.installation import Installation, installation

T = TypeVar("T")
HIRES = int(os.environ.get("BENCH_HIRES", "24"))
SIDE_BY_SIDE = 8
PATIENCE_S = 30


async def bare(client: Client, count: int) -> float:
    """Bare cases per second."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(n: int) -> None:
        async with gate:
            handle = await client.start_workflow(Bare.run, id=f"bare/{n}", task_queue="bare")
            for k in range(REPLIES):
                await handle.signal(Bare.reply, k)
                if k < ACTS:
                    await handle.execute_update(Bare.act, k)
            await handle.result()

    async with Worker(client, task_queue="bare", workflows=[Bare], activities=[bare_ask]):
        started = time.perf_counter()
        await asyncio.gather(*(one(n) for n in range(count)))
        return count / (time.perf_counter() - started)


class Hires(Hiring):
    """Plays hires side by side, timing each kind of step."""

    def __init__(self, place: Installation) -> None:
        super().__init__(place, PATIENCE_S)
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.cases: list[str] = []

    async def timed(self, what: str, doing: Awaitable[T]) -> T:
        started = time.perf_counter()
        try:
            return await doing
        finally:
            self.spent[what] += time.perf_counter() - started

    async def event(self, partner: str, type_: str, case: str, **data: Any) -> dict[str, Any]:
        return await self.timed("events in", super().event(partner, type_, case, **data))

    async def act(self, case: str, act: str, person: str = "chief", **args: Any) -> Receipt:
        return await self.timed("acts", super().act(case, act, person, **args))

    async def until(self, case: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        return await self.timed("waiting for the case", super().until(case, holds))

    async def first_half(self) -> str:
        case = await self.apply("bench")
        await self.to_assessment(case)
        await self.to_selection(case)
        return case

    async def second_half(self, case: str) -> None:
        await self.to_conditions(case)
        await self.satisfy(case, *CONDITIONS)
        await self.to_duty(case)

    async def play(self, count: int) -> float:
        """Complete hires per second."""
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def limited(doing: Awaitable[T]) -> T:
            async with gate:
                return await doing

        started = time.perf_counter()
        self.cases = list(await asyncio.gather(*(limited(self.first_half()) for _ in range(count))))
        await self.select("bench", self.cases)
        await asyncio.gather(*(limited(self.second_half(c)) for c in self.cases))
        return count / (time.perf_counter() - started)


async def events_per_hire(client: Client, case: str) -> int:
    return len((await client.get_workflow_handle(case).fetch_history()).events)


async def main() -> None:
    async with installation() as place:
        client = place.desk.carrier.client
        alone = await bare(client, HIRES)
        hires = Hires(place)
        await hires.publish(vacancy("bench", HIRES))
        ours = await hires.play(HIRES)
        events = sorted([await events_per_hire(client, c) for c in hires.cases])
        bare_events = await events_per_hire(client, "bare/0")
        print(f"hires: {HIRES}, {SIDE_BY_SIDE} side by side, each {ASKS} asks, {REPLIES} replies, {ACTS} acts")
        print(f"history events per hire: {events[0]}..{events[-1]} (bare: {bare_events})")
        for what, seconds in sorted(hires.spent.items(), key=lambda item: -item[1]):
            print(f"  {what:<24}{seconds / HIRES * 1000:8.0f} ms per hire, of {SIDE_BY_SIDE} overlapping")
        print(f"complete hires per second: {ours:.2f}")
        print(f"bare cases per second:     {alone:.2f}")
        print(f"ratio bare : ours = {alone / ours:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
