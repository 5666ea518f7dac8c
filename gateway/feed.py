"""The feed: what a partner subscribes to, fetched by the partner, which then needs no address of its own.

The same events under the same ids as are sent to others, in the order in which they were committed, each with a signature of its own
that can be kept as evidence. Asking with a cursor says that everything up to it has arrived, and nothing is ever skipped.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

from config.partners import Partner
from connectors.signatures import SigningKey, sign
from domain.events import PREFIX, cloud_event
from gateway.cursors import cursor_text, read_cursor
from gateway.limits import TooMany
from store.feed import Announced, Page, Place, Wanted
from store.names import system_now

#: Reading connections a partner may hold open at once at one gateway.
AT_ONCE = 4
#: When one that was too many may try again.
AGAIN_S = 5.0
#: How often waiting readers look whether anything was committed: all of them share one look.
LOOK_S = 0.25
#: A reader that asks from the same place again and again is written down this often.
SEEN_S = 60.0
BEAT_S = 15.0
#: After so long a stream ends, and its reader comes again and proves itself anew.
STREAM_S = 600.0


class Log(Protocol):
    async def size(self) -> int: ...

    async def leaf(self, position: int) -> str | None: ...

    async def page(self, after: Place, wanted: Wanted, limit: int) -> Page: ...

    async def seen(self, partner: str, at: datetime, acknowledged: Place | None = None) -> None: ...


@dataclass(frozen=True)
class Question:
    """What a reader asks for: from where, how much at most, and how long it would wait for something."""

    after: str
    limit: int
    wait_s: float


def wanted_by(partner: Partner) -> Wanted:
    """What a partner subscribes to, as the log is asked for it."""
    return Wanted.of(partner.subscribes, partner.vacancies)


class Feed:
    """`closing` ends whatever waits: set it before the door closes."""

    def __init__(
        self,
        log: Log,
        partners: Mapping[str, Partner],
        key: SigningKey,
        source: str,
        *,
        beat_s: float = BEAT_S,
        stream_s: float = STREAM_S,
        clock: Callable[[], datetime] = system_now,
    ) -> None:
        self._log, self._partners, self._key, self._source, self._clock = log, partners, key, source, clock
        self._beat_s, self._stream_s = beat_s, stream_s
        self._tide = Tide(log.size)
        self._reading: Counter[str] = Counter()
        self._said: dict[str, tuple[Place, float]] = {}
        self.closing = asyncio.Event()

    async def answer(self, partner: str, question: Question) -> dict[str, Any]:
        """One page; with nothing to tell it waits as long as was asked, and ends early when something comes.

        Raises BadInput for an unknown cursor, TooMany.
        """
        place = await read_cursor(self._log, partner, question.after)
        await self._acknowledge(partner, place)
        until = monotonic() + question.wait_s
        with self._one_more(partner):
            page = await self._page(partner, place, question.limit)
            while not page.found and not page.more and (left := until - monotonic()) > 0 and not self.closing.is_set():
                await self._tide.higher(page.upto.position + 1, left, self.closing)
                page = await self._page(partner, page.upto, question.limit)
        events = [self._item(partner, each) for each in page.found]
        return {"events": events, "next": cursor_text(partner, page.upto, page.leaf), "more": page.more}

    async def begin(self, partner: str, after: str) -> tuple[Place, Partner]:
        """What must hold before a stream begins. Raises BadInput, TooMany."""
        place = await read_cursor(self._log, partner, after)
        await self._acknowledge(partner, place)
        self._check_room(partner)
        return place, self._partners[partner]

    async def stream(self, entry: Partner, place: Place) -> AsyncIterator[tuple[str, dict[str, Any] | None]]:
        """Cursor and event, one after the other without end; cursor and None as a sign of life.

        It ends after a while, when the door closes, and when the partner's entry changes: then the reader comes again.
        """
        until, beat = monotonic() + self._stream_s, monotonic() + self._beat_s
        with self._one_more(entry.id):
            while monotonic() < until and not self.closing.is_set() and self._partners.get(entry.id) == entry:
                page = await self._page(entry.id, place, 100)
                for each in page.found:
                    item = self._item(entry.id, each)
                    yield item["cursor"], item
                place = page.upto
                if monotonic() >= beat:
                    await self._log.seen(entry.id, self._clock())
                    yield cursor_text(entry.id, place, page.leaf), None
                    beat = monotonic() + self._beat_s
                if not page.found and not page.more:
                    await self._tide.higher(place.position + 1, min(beat, until) - monotonic(), self.closing)

    # ---- the parts --------------------------------------------------------------------------------------------------------

    async def _page(self, partner: str, after: Place, limit: int) -> Page:
        """What the partner subscribes to as of now, and nothing else."""
        entry = self._partners.get(partner)
        return await self._log.page(after, wanted_by(entry) if entry else Wanted(frozenset()), limit)

    def _item(self, partner: str, announced: Announced) -> dict[str, Any]:
        """An event as text, because the signature is over its bytes."""
        parcel = announced.parcel
        kind = parcel.type.removeprefix(PREFIX)
        body = cloud_event(parcel.id, self._source, kind, parcel.subject, parcel.body, parcel.at)
        cursor = cursor_text(partner, announced.place, announced.leaf)
        return {"cursor": cursor, "type": PREFIX + kind, **sign(self._key, parcel.id, body), "body": body.decode()}

    async def _acknowledge(self, partner: str, place: Place) -> None:
        """Written down when it says something new, and once a minute that it is still there."""
        said, now = self._said.get(partner), monotonic()
        if said is None or said[0] < place or now - said[1] >= SEEN_S:
            await self._log.seen(partner, self._clock(), place)
            self._said[partner] = (place, now)

    def _check_room(self, partner: str) -> None:
        if self._reading[partner] >= AT_ONCE:
            raise TooMany("too_many_readers", AGAIN_S)

    @contextmanager
    def _one_more(self, partner: str) -> Iterator[None]:
        self._check_room(partner)
        self._reading[partner] += 1
        try:
            yield
        finally:
            self._reading[partner] -= 1


class Tide:
    """Whether the log has grown, asked of the store once for all who wait."""

    def __init__(self, size: Callable[[], Awaitable[int]], look_s: float = LOOK_S) -> None:
        self._size, self._look_s = size, look_s
        self._known, self._at, self._one = 0, 0.0, asyncio.Lock()

    async def higher(self, than: int, seconds: float, closing: asyncio.Event) -> None:
        """Return once the log has more than `than` leaves, after `seconds`, or when the door closes."""
        until = monotonic() + seconds
        while await self._now() <= than and (left := until - monotonic()) > 0 and not closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), min(left, self._look_s))

    async def _now(self) -> int:
        async with self._one:
            if monotonic() - self._at >= self._look_s:
                self._known, self._at = await self._size(), monotonic()
            return self._known
