"""Carries inbox rows to their cases, and again until the step that wrote the resulting facts has closed the row.

Rows are leased, so a second dispatcher doubles nothing; a row whose lease ran out is sent again, and the case's mailbox knows it.
A crash, a lost Temporal database or an engine that is away loses nothing: the row is on disk until it is closed.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from domain.errors import Refusal, Trouble
from domain.messages import Message

log = structlog.get_logger(__name__)

LEASE_S = 15
BATCH = 50
IDLE_S = 0.1
MOST_IDLE_S = 1.0


class Row(Protocol):
    """One leased inbox row."""

    @property
    def case(self) -> str: ...
    @property
    def message(self) -> Message: ...


class Rows(Protocol):
    async def lease(self, limit: int, now: datetime, seconds: float) -> Sequence[Row]: ...
    async def release(self, ids: Sequence[str]) -> None: ...
    async def pending(self) -> int: ...


class Carries(Protocol):
    async def deliver(self, case: str, message: Message) -> None: ...


class Clock(Protocol):
    def __call__(self) -> datetime: ...


class Dispatcher:
    """`clock` is the system's: leases are about processes, not about cases."""

    def __init__(self, rows: Rows, carrier: Carries, clock: Clock, *, lease_s: float = LEASE_S) -> None:
        self._rows, self._carrier, self._clock, self._lease_s = rows, carrier, clock, lease_s

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; looks away longer while there is nothing to do."""
        idle = IDLE_S
        while not stop.is_set():
            try:
                sent = await self.once()
            except Trouble as trouble:
                log.warning("dispatch.delayed", code=trouble.code)
                sent = 0
            idle = IDLE_S if sent else min(idle * 2, MOST_IDLE_S)
            if not sent:
                await _wait(stop, idle)

    async def once(self) -> int:
        """Lease what is open and send it, in order per case, cases side by side. Returns how many rows were sent."""
        rows = await self._rows.lease(BATCH, self._clock(), self._lease_s)
        by_case: dict[str, list[Row]] = {}
        for row in rows:
            by_case.setdefault(row.case, []).append(row)
        results = await asyncio.gather(*(self._send(case, mail) for case, mail in by_case.items()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, Trouble):
                raise result
        return sum(result for result in results if isinstance(result, int))

    async def drain(self, patience_s: float = 60.0) -> int:
        """Deliver everything open and wait until each row is closed. Returns how many rows were sent; raises TimeoutError."""
        sent = 0
        async with asyncio.timeout(patience_s):
            while True:
                sent += await self.once()
                if not await self._rows.pending():
                    return sent
                await asyncio.sleep(0.01)

    async def _send(self, case: str, mail: list[Row]) -> int:
        for n, row in enumerate(mail):
            try:
                await self._carrier.deliver(case, row.message)
            except Refusal as refusal:  # cannot be carried at all: its lease runs out, the others go on, an operator sees this line
                log.error("dispatch.refused", case=case, message=row.message.id, code=refusal.code)
            except Trouble:
                await self._rows.release([left.message.id for left in mail[n:]])
                raise
        return len(mail)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
