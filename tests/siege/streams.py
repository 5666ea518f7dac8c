"""T5: callers that never finish, bodies without end, nesting without bottom: the memory of the gateway, and who is served meanwhile."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.gateway.door import signed
from tests.siege.gateways import Gateways, gateways
from tests.siege.races import application
from tests.siege.wire import Line, head

CHUNK = 64 * 1024
PIECE = b"%x\r\n" % CHUNK + b"x" * CHUNK + b"\r\n"


@dataclass
class Found:
    #: Bytes the gateway's memory grew to at most, over what it had after its first events.
    grown: int = 0
    #: Of the endless bodies: bytes our side could get rid of before it was cut off, and what was answered.
    poured: list[int] = field(default_factory=list)
    endless: Counter[str] = field(default_factory=Counter)
    deep: Counter[int] = field(default_factory=Counter)
    #: Slow connections the gateway closed by itself.
    let_go: int = 0
    healthy: Counter[int] = field(default_factory=Counter)
    #: Seconds each healthy event took, sorted.
    spent: list[float] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        return 1000 * self.spent[min(len(self.spent) - 1, int(len(self.spent) * 0.99))]


async def flood(folder: Path, *, slow: int, body_bytes: int, bodies: int, deep: int, healthy: int, patience_s: float = 14) -> Found:
    """Everything hostile at once against one gateway, while a healthy sender hands in `healthy` events."""
    found = Found()
    async with gateways(folder, count=1) as place, AsyncExitStack() as stack:
        port = place.ports[0]
        await _healthy(port, range(20), Found())
        before = place.memory()
        slow_ones = [asyncio.create_task(_slow(port, n, patience_s)) for n in range(slow)]
        stack.callback(lambda: [task.cancel() for task in slow_ones])
        hostile = [asyncio.create_task(_endless(port, body_bytes, found)) for _ in range(bodies)]
        hostile.append(asyncio.create_task(_deep(port, deep, found)))
        watching = asyncio.create_task(_watch(place, before, found))
        await _healthy(port, range(1000, 1000 + healthy), found)
        await asyncio.gather(*hostile)
        found.let_go = sum(await asyncio.gather(*slow_ones))
        watching.cancel()
        found.grown = max(found.grown, place.memory("VmHWM") - before)
    found.spent.sort()
    return found


async def _slow(port: int, number: int, patience_s: float) -> bool:
    """A byte now and then: half of them never end their headers, half their body. True when the gateway closed the connection."""
    async with Line.open(port) as line:
        name, body = application(number)
        whole = head("POST", "/events", {**signed(body, name), "content-length": "60000"})
        said = whole[: -len(whole) // 2] if number % 2 else whole
        line.writer.write(said)
        try:
            async with asyncio.timeout(patience_s):
                dripping = asyncio.create_task(_drip(line))
                try:
                    await line.hung_up()
                    return True
                finally:
                    dripping.cancel()
        except TimeoutError:
            return False


async def _drip(line: Line) -> None:
    while not line.writer.is_closing():
        line.writer.write(b"a")
        await asyncio.sleep(1)


async def _endless(port: int, size: int, found: Found) -> None:
    """A chunked body of `size` bytes, pushed for as long as anybody takes it."""
    poured = 0
    async with Line.open(port) as line:
        line.writer.write(head("POST", "/events", {**signed(b"", "endless"), "transfer-encoding": "chunked"}))
        try:
            while poured < size:
                line.writer.write(PIECE)
                poured += CHUNK
                await line.writer.drain()
            line.writer.write(b"0\r\n\r\n")
        except ConnectionError:
            pass
        try:
            found.endless[str((await line.answer()).status)] += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            found.endless["cut off"] += 1
    found.poured.append(poured)


async def _deep(port: int, depth: int, found: Found) -> None:
    """JSON nested `depth` deep, and as deep as a body may be large, each signed by its sender."""
    for levels in (depth, 60_000, 17):
        for opening in (b"[", b'{"a":'):
            body = opening * min(levels, 60_000 // len(opening) if levels <= 60_000 else levels)
            async with Line.open(port) as line:
                try:
                    found.deep[(await line.post(body, signed(body, "deep"))).status] += 1
                except (ConnectionError, asyncio.IncompleteReadError):
                    found.deep[0] += 1


async def _watch(place: Gateways, before: int, found: Found) -> None:
    while True:
        found.grown = max(found.grown, place.memory() - before)
        await asyncio.sleep(0.1)


async def _healthy(port: int, numbers: range, found: Found) -> None:
    async with Line.open(port) as line:
        for number in numbers:
            name, body = application(10_000 + number)
            began = time.perf_counter()
            found.healthy[(await line.post(body, signed(body, name))).status] += 1
            found.spent.append(time.perf_counter() - began)
