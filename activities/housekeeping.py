"""Periodic work, taken once a morning whatever the cases do."""

from collections.abc import Sized
from typing import Protocol

from temporalio import activity


class Digests(Protocol):
    """Puts today's digests into the outbox; those that were put before are not put again."""

    async def send(self) -> Sized: ...


class Chores:
    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    @activity.defn(name="send_digests")
    async def send_digests(self) -> int:
        """Today's digest for everybody who has something to read; how many were new. Doing it twice sends nothing twice."""
        return len(await self._digests.send())
