"""Events on their way to their subscribers: one delivery each, in order per case and subscriber, and nobody waits for another.

A subscriber that is slow or down holds back only its own later events of the same case, and has so many places of its own: however many
of its deliveries hang, others have theirs.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from config.partners import Partner
from config.settings import RelaySettings
from connectors.deliveries import Answered, Post
from store.outbox import Parcel

log = structlog.get_logger(__name__)

JITTER = 0.1


class Deliveries(Protocol):
    """What of the store's deliveries is needed; each as in `store.deliveries`."""

    async def spread(self, among: list[Partner], now: datetime) -> int: ...
    async def due(self, now: datetime) -> list[str]: ...
    async def lease(self, partner: str, limit: int, now: datetime, seconds: float) -> list[Parcel]: ...
    async def renew(self, ids: list[str], until: datetime) -> None: ...
    async def sent(self, parcel: Parcel, at: datetime, status: int | None) -> None: ...
    async def failed(self, parcel: Parcel, at: datetime, next_at: datetime, error: str, status: int | None) -> None: ...
    async def dead(self, parcel: Parcel, at: datetime, error: str, status: int | None) -> None: ...
    async def skip(self, parcel: Parcel, at: datetime, error: str) -> None: ...
    async def switch_off(self, partner: str, at: datetime) -> None: ...


class Schedule:
    """When to try again: the setting's waits, each drawn a little longer or shorter, never before a Retry-After has passed."""

    def __init__(self, waits: tuple[float, ...], draw: random.Random) -> None:
        self._waits, self._draw = waits, draw

    def after(self, attempts: int, asked_for: float | None) -> timedelta | None:
        """How long to wait after so many attempts; None when that was the last one."""
        if attempts > len(self._waits):
            return None
        wait = self._waits[attempts - 1] * self._draw.uniform(1 - JITTER, 1 + JITTER)
        return timedelta(seconds=max(wait, asked_for or 0))


class Announcer:
    def __init__(
        self,
        deliveries: Deliveries,
        partners: Mapping[str, Partner],
        post: Post,
        settings: RelaySettings,
        clock: Callable[[], datetime],
        draw: random.Random | None = None,
    ) -> None:
        self._deliveries, self._partners, self._post, self._settings, self._clock = deliveries, partners, post, settings, clock
        self._schedule = Schedule(settings.waits, draw or random.Random())

    async def lease(self, under_way: Mapping[str, int]) -> list[Parcel]:
        """What may leave now, of each subscriber as much as it has room for beside what is under way to it."""
        now, found = self._clock(), list[Parcel]()
        await self._deliveries.spread(list(self._partners.values()), now)
        for partner in await self._deliveries.due(now):
            room = self._settings.per_subscriber - under_way.get(partner, 0)
            if room > 0:
                found += await self._deliveries.lease(partner, room, now, self._settings.lease_s)
        return found

    async def renew(self, ids: list[str], until: datetime) -> None:
        await self._deliveries.renew(ids, until)

    async def handle(self, parcel: Parcel) -> None:
        """Try one delivery once, and note what came of it."""
        partner = self._partners.get(parcel.partner)
        if partner is None or partner.channel != "http":
            await self._deliveries.skip(parcel, self._clock(), "no_such_subscriber")
            return
        body = self._post.event(parcel.id, parcel.type, parcel.subject, parcel.body, parcel.at)
        answer = await self._post.send(partner, parcel.id, body)
        if answer.taken:
            await self._deliveries.sent(parcel, self._clock(), answer.status)
        elif answer.gone:
            await self._deliveries.switch_off(partner.id, self._clock())
            log.error("subscriber.off", partner=partner.id, parcel=parcel.id)
        else:
            await self._not_taken(parcel, answer)

    async def _not_taken(self, parcel: Parcel, answer: Answered) -> None:
        now, wait = self._clock(), self._schedule.after(parcel.attempts, answer.retry_after)
        about = {"parcel": parcel.id, "partner": parcel.partner, "type": parcel.type, "attempts": parcel.attempts, "code": answer.code}
        if wait is None:
            await self._deliveries.dead(parcel, now, answer.code, answer.status)
            log.error("delivery.given_up", case=parcel.case, **about)
        else:
            await self._deliveries.failed(parcel, now, now + wait, answer.code, answer.status)
            log.warning("delivery.failed", again_after_s=round(wait.total_seconds()), **about)
