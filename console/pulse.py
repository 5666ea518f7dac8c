"""Live pages: one reader of the store for all of them, which wakes every open page when something was written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from domain.errors import Trouble
from store.changes import Changes

log = structlog.get_logger(__name__)


class Pulse:
    """`position` is how far the log is known to reach; None before the first look, and while nobody looks.

    `closing` is set when the console stops: a page that watches is let go at once and comes back to the next console.
    """

    def __init__(self, changes: Changes, every_s: float = 0.2) -> None:
        self.changes, self._every_s = changes, every_s
        self.position: int | None = None
        self.closing = asyncio.Event()
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Look regularly while this is open."""
        beat = asyncio.create_task(self._run())
        try:
            yield
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat

    async def moved(self, beyond: int, at_most_s: float) -> None:
        """Return once the log reaches further than `beyond`, when the console stops, or after `at_most_s` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                while (self.position or 0) <= beyond and not self.closing.is_set():
                    await self._moved.wait()

    async def _run(self) -> None:
        while not self.closing.is_set():
            try:
                position = await self.changes.position()
            except Trouble as trouble:  # the pages say that they are stale; the next look may succeed
                log.warning("console.pulse_missed", code=trouble.code)
            else:
                if position != self.position:
                    self.position = position
                    self._wake()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), self._every_s)
        self._wake()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
