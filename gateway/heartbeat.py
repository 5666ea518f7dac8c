"""A door that says it is up, so that afterwards we know when it was not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from time import monotonic
from typing import Protocol

import structlog

from domain.errors import Trouble

log = structlog.get_logger(__name__)

BEAT_S = 2.0
#: A run that was silent for longer stood still (a machine asleep, a store away): it was no open door, and a new run begins.
SILENT_S = 10.0


class Log(Protocol):
    async def begin(self, door: str, at: datetime) -> str: ...
    async def alive(self, run: str, at: datetime) -> None: ...


class Clock(Protocol):
    async def now(self) -> datetime: ...
    async def played(self) -> bool: ...


class Heartbeat:
    """Beats by the door's clock. Where a demonstration plays the time nothing is written: its days pass in no time at all."""

    def __init__(self, door: str, kept: Log, clock: Clock, *, beat_s: float = BEAT_S, silent_s: float = SILENT_S) -> None:
        self._door, self._log, self._clock = door, kept, clock
        self._beat_s, self._silent_s = beat_s, silent_s
        self._run, self._last = "", 0.0

    async def beat(self) -> None:
        """Say that the door is up now."""
        if await self._clock.played():
            self._run = ""
            return
        now, tick = await self._clock.now(), monotonic()
        if self._run and tick - self._last <= self._silent_s:
            await self._log.alive(self._run, now)
        else:
            self._run = await self._log.begin(self._door, now)
        self._last = tick

    async def keep(self) -> None:
        """Beat until cancelled; a store that is away for a moment is not the end."""
        while True:
            try:
                await self.beat()
            except Trouble as trouble:
                log.warning("heartbeat.missed", door=self._door, code=trouble.code)
            await asyncio.sleep(self._beat_s)


@asynccontextmanager
async def beating(heart: Heartbeat) -> AsyncIterator[None]:
    """Beat beside whatever the door does."""
    beats = asyncio.create_task(heart.keep())
    try:
        yield
    finally:
        beats.cancel()
        with suppress(asyncio.CancelledError):
            await beats
