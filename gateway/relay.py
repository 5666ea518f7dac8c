"""The relay: what committed steps announce and write to people, sent until it is received or given up.

At least once, per case in order, under an id that never changes; nothing leaves that did not commit. Attempts are things of the
world, so leases and retries go by the system's clock even while a demonstration has stopped the door's.
A lease is short and renewed while its holder lives: what a killed relay had under way is taken over within seconds.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from config.settings import RelaySettings, Settings
from domain.errors import NotFound, Problem, Refusal, Trouble
from domain.messages import Letter
from gateway.announcer import Schedule
from store.outbox import Parcel

log = structlog.get_logger(__name__)

#: A lease is renewed so many times within its length.
BEATS = 3


class Outbox(Protocol):
    async def lease(self, limit: int, now: datetime, seconds: float) -> list[Parcel]: ...

    async def renew(self, ids: list[str], until: datetime) -> None: ...

    async def sent(self, id: str, at: datetime | None = None) -> None: ...  # noqa: A002 - the store's word

    async def failed(self, id: str, next_at: datetime, error: str) -> None: ...  # noqa: A002

    async def dead(self, id: str, error: str | None = None) -> None: ...  # noqa: A002


class Letters(Protocol):
    async def letter(self, letter: str) -> Letter: ...


class Papers(Protocol):
    async def of(self, letter: Letter) -> bytes | None: ...


class LetterSender(Protocol):
    async def send(self, letter: dict[str, Any], paper: bytes | None = None) -> None: ...


class Notices(Protocol):
    async def send(self, parcel: Parcel) -> None: ...


class Announcements(Protocol):
    async def lease(self, under_way: Mapping[str, int]) -> list[Parcel]: ...

    async def renew(self, ids: list[str], until: datetime) -> None: ...

    async def handle(self, parcel: Parcel) -> None: ...


def system_now() -> datetime:
    return datetime.now(UTC)


class NobodysPost:
    """For a relay that was given no way to our own people."""

    async def send(self, parcel: Parcel) -> None:
        raise NotFound("this relay writes to nobody of ours", code="no_staff_post")


class Relay:
    def __init__(
        self,
        outbox: Outbox,
        letters: Letters,
        papers: Papers,
        mail: LetterSender,
        announcer: Announcements,
        settings: RelaySettings,
        *,
        staff: Notices | None = None,
        clock: Callable[[], datetime] = system_now,
        draw: random.Random | None = None,
    ) -> None:
        self._outbox, self._letters, self._papers, self._mail, self._announcer = outbox, letters, papers, mail, announcer
        self._staff = staff or NobodysPost()
        self._settings, self._clock = settings, clock
        self._schedule = Schedule(settings.waits, draw or random.Random())
        self._held: dict[str, Parcel] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set, then finish what is on its way. While there is nothing to do it looks ever more rarely."""
        stopped: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        beating = asyncio.create_task(self._beat())
        underway: set[asyncio.Task[None]] = set()
        pause = self._settings.poll_fastest_s
        while not stop.is_set():
            try:
                underway |= (found := await self._begin())
            except Trouble as error:
                log.error("relay.waits", code=error.code, reason=error.message)
                found, pause = set(), 1.0
            # One that hangs holds up nobody else: whoever is done makes room, and frees what comes next in its case.
            done, _ = await asyncio.wait({stopped, *underway}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            finished = done - {stopped}
            underway -= finished
            _look_at(finished)
            pause = self._settings.poll_fastest_s if found or finished else min(pause * 1.5, self._settings.poll_slowest_s)
        stopped.cancel()
        _look_at((await asyncio.wait(underway))[0] if underway else ())
        beating.cancel()

    async def once(self) -> int:
        """Send what is due now; how many parcels that were."""
        begun = await self._begin()
        await asyncio.gather(*begun)
        return len(begun)

    async def _begin(self) -> set[asyncio.Task[None]]:
        under_way = Counter(parcel.partner for parcel in self._held.values())
        room = self._settings.batch - under_way[""]
        letters = await self._outbox.lease(room, self._clock(), self._settings.lease_s) if room > 0 else []
        begun = {self._start(parcel, self._handle(parcel)) for parcel in letters}
        return begun | {self._start(parcel, self._announcer.handle(parcel)) for parcel in await self._announcer.lease(under_way)}

    def _start(self, parcel: Parcel, work: Any) -> asyncio.Task[None]:
        key = parcel.delivery or parcel.id
        self._held[key] = parcel
        task: asyncio.Task[None] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._held.pop(key, None))
        return task

    async def _beat(self) -> None:
        """Say of everything under way that its holder lives."""
        while True:
            await asyncio.sleep(self._settings.lease_s / BEATS)
            until = self._clock() + timedelta(seconds=self._settings.lease_s)
            letters = [key for key, parcel in self._held.items() if not parcel.delivery]
            events = [key for key, parcel in self._held.items() if parcel.delivery]
            try:
                if letters:
                    await self._outbox.renew(letters, until)
                if events:
                    await self._announcer.renew(events, until)
            except Trouble as error:
                log.error("relay.not_renewed", code=error.code, reason=error.message)

    async def _handle(self, parcel: Parcel) -> None:
        try:
            await self._send(parcel)
        except Refusal as error:
            await self._give_up(parcel, error)
        except Problem as error:
            await self._later(parcel, error)
        else:
            await self._outbox.sent(parcel.id, self._clock())

    async def _send(self, parcel: Parcel) -> None:
        if "staff" in parcel.body:
            await self._staff.send(parcel)
        else:
            letter = await self._letters.letter(parcel.body["letter"])
            await self._mail.send(letter.model_dump(mode="json"), await self._papers.of(letter))

    async def _later(self, parcel: Parcel, error: Problem) -> None:
        wait = self._schedule.after(parcel.attempts, getattr(error, "retry_after", None))
        if wait is None:
            await self._give_up(parcel, error)
            return
        await self._outbox.failed(parcel.id, self._clock() + wait, error.code)
        about = {"parcel": parcel.id, "type": parcel.type, "attempts": parcel.attempts, "code": error.code}
        log.warning("parcel.failed", again_after_s=round(wait.total_seconds()), **about)

    async def _give_up(self, parcel: Parcel, error: Problem) -> None:
        await self._outbox.dead(parcel.id, error.code)
        log.error("parcel.given_up", parcel=parcel.id, case=parcel.case, type=parcel.type, attempts=parcel.attempts, code=error.code)


def _look_at(finished: Iterable[asyncio.Task[Any]]) -> None:
    """A store that failed under a parcel brings it back when the lease ends; anything else is a bug, and ends the relay."""
    for task in finished:
        try:
            task.result()
        except Trouble as error:
            log.error("parcel.unsettled", code=error.code, reason=error.message)


async def serve(settings: Settings) -> None:
    """Run the relay until SIGTERM or SIGINT; what is being sent is finished first."""
    from gateway.wiring import serve_relay  # the wiring knows this file; so this file may only meet it late

    await serve_relay(settings)
