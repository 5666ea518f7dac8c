"""T2: a sender changes its key under load, at two gateways: nothing valid is refused before the old one is revoked, nothing taken after."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.gateway.door import key_of, signed
from tests.siege.gateways import Gateways, gateways, write_portal
from tests.siege.races import application
from tests.siege.wire import Line


@dataclass
class Found:
    taken: int = 0
    #: Refused although their key was live the whole time they were under way.
    refused_wrongly: int = 0
    #: Taken although they were sent after their key had been revoked.
    taken_wrongly: int = 0
    refused_rightly: int = 0
    other: list[int] = field(default_factory=list)


class Rotation:
    """Who signs with what, and since when: before the quarter mark old, then both in turn, from the half new, the old one on trial."""

    def __init__(self, place: Gateways, events: int) -> None:
        self.place, self.events = place, events
        self.found = Found()
        self.revoked_at = float("inf")

    async def run(self, senders: int) -> None:
        numbers = iter(range(self.events))
        await asyncio.gather(*(self._sender(self.place.ports[n % 2], numbers) for n in range(senders)))

    async def _sender(self, port: int, numbers: Iterator[int]) -> None:
        async with Line.open(port) as line:
            for number in numbers:
                self._turn(number)
                await self._send(line, number, self._generation(number))

    def _turn(self, number: int) -> None:
        if number == self.events // 4:
            write_portal(self.place.partners, {"old": "live", "new": "live"})
        if number == self.events * 3 // 4:
            write_portal(self.place.partners, {"old": "revoked", "new": "live"})
            self.revoked_at = time.perf_counter()

    def _generation(self, number: int) -> str:
        return "old" if number <= self.events // 4 or number % 2 else "new"

    async def _send(self, line: Line, number: int, generation: str) -> None:
        name, body = application(number)
        began = time.perf_counter()
        status = (await line.post(body, signed(body, name, key=key_of("portal", generation)))).status
        late = generation == "old" and began > self.revoked_at
        live = generation == "new" or time.perf_counter() < self.revoked_at
        if status not in (202, 401):
            self.found.other.append(status)
        self.found.taken += status == 202
        self.found.taken_wrongly += late and status == 202
        self.found.refused_rightly += late and status == 401
        self.found.refused_wrongly += live and status == 401


async def rotate(folder: Path, events: int, senders: int = 16) -> Found:
    async with gateways(folder, keys=("old",)) as place:
        rotation = Rotation(place, events)
        await rotation.run(senders)
    return rotation.found
