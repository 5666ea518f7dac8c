"""T3: every event delivered many times at once, to two gateways over one store: one effect, one receipt."""

import asyncio
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.agreeing import disagreements_at
from tests.domain.event_samples import APPLICATION, event
from tests.gateway.door import signed
from tests.siege.gateways import gateways
from tests.siege.wire import Line


@dataclass
class Found:
    statuses: Counter[int] = field(default_factory=Counter)
    #: By event: the distinct receipts its deliveries were answered with.
    receipts: dict[str, set[bytes]] = field(default_factory=dict)
    #: Rows of inbox, people, hires' cases and payloads.
    effects: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    disagreements: list[str] = field(default_factory=list)

    def faults(self, events: int, deliveries: int) -> list[str]:
        found = list(self.disagreements)
        if self.statuses != {202: events * deliveries}:
            found.append(f"answers: {dict(self.statuses)}, not {events * deliveries} of 202")
        if many := [name for name, receipts in self.receipts.items() if len(receipts) != 1]:
            found.append(f"{len(many)} events have not exactly one receipt, {many[0]} for one")
        if len({receipt for each in self.receipts.values() for receipt in each}) != events:
            found.append("two events share a receipt")
        return found + [f"{table}: {rows} rows, not {events}" for table, rows in self.effects.items() if rows != events]


def application(number: int) -> tuple[str, bytes]:
    """The n-th of many applications, each somebody else's."""
    name = f"race-{number}"
    return name, event("application.submitted", name, candidate={**APPLICATION["candidate"], "id": f"cand-{number}"})


async def race(folder: Path, events: int, deliveries: int, at_once: int = 4) -> Found:
    """`deliveries` connections, half to either gateway, send each event at the same moment; `at_once` events are under way together."""
    found = Found()
    async with gateways(folder) as place:
        began = time.perf_counter()
        numbers = iter(range(events))

        async def lane() -> None:
            lines = [Line.open(place.ports[n % len(place.ports)]) for n in range(deliveries)]
            opened = [await each.__aenter__() for each in lines]
            for number in numbers:
                name, body = application(number)
                answers = await asyncio.gather(*(line.post(body, signed(body, name)) for line in opened))
                found.statuses.update(answer.status for answer in answers)
                found.receipts[name] = {answer.body for answer in answers}
            for each in lines:
                await each.__aexit__(None, None, None)

        await asyncio.gather(*(lane() for _ in range(at_once)))
        found.seconds = time.perf_counter() - began
        found.effects = _effects(place.store)
    found.disagreements = await disagreements_at(f"sqlite+aiosqlite:///{place.store}")
    return found


def _effects(store: Path) -> dict[str, int]:
    asked = {"inbox": "inbox", "people": "people", "payloads": "payloads", "cases of hires": "cases WHERE kind = 'hire'"}
    db = sqlite3.connect(store)
    try:
        return {name: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in asked.items()}
    finally:
        db.close()
