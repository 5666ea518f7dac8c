"""The relay: what committed steps announce and write to people, sent until it is received or given up.

At least once, per case in order, under an id that never changes; nothing leaves that did not commit. Attempts are things of the
world, so leases and retries go by the system's clock even while a demonstration has stopped the door's.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx
import structlog

from config.partners import Partner
from config.settings import RelaySettings, Settings
from connectors.signatures import SigningKey, sign
from domain.errors import NotFound, PartnerUnavailable, Problem, Refusal, Trouble
from domain.events import CONTENT_TYPE, PREFIX, cloud_event
from domain.messages import Letter
from store.outbox import Parcel

log = structlog.get_logger(__name__)

#: Standard Webhooks' schedule: seconds to wait after attempt 1, 2 …; ten attempts in some 75 hours.
WAITS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
JITTER = 0.1


class Outbox(Protocol):
    async def lease(self, limit: int, now: datetime, seconds: float) -> list[Parcel]: ...

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
    async def announce(self, parcel: Parcel) -> None: ...

    def forget(self, parcel_id: str) -> None: ...


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
        self._settings, self._clock, self._draw = settings, clock, draw or random.Random()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set, then finish what is on its way. While there is nothing to do it looks ever more rarely."""
        stopped: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        underway: set[asyncio.Task[None]] = set()
        pause = self._settings.poll_fastest_s
        while not stop.is_set():
            try:
                underway |= (found := await self._begin(self._settings.batch - len(underway)))
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

    async def once(self) -> int:
        """Send what is due now; how many parcels that were."""
        begun = await self._begin(self._settings.batch)
        await asyncio.gather(*begun)
        return len(begun)

    async def _begin(self, room: int) -> set[asyncio.Task[None]]:
        parcels = await self._outbox.lease(room, self._clock(), self._settings.lease_s) if room > 0 else []
        return {asyncio.create_task(self._handle(parcel)) for parcel in parcels}

    async def _handle(self, parcel: Parcel) -> None:
        try:
            await self._send(parcel)
        except Refusal as error:
            await self._give_up(parcel, error)
        except Problem as error:
            await self._later(parcel, error)
        else:
            await self._outbox.sent(parcel.id, self._clock())
            self._announcer.forget(parcel.id)

    async def _send(self, parcel: Parcel) -> None:
        if parcel.kind == "letter" and "staff" in parcel.body:
            await self._staff.send(parcel)
        elif parcel.kind == "letter":
            letter = await self._letters.letter(parcel.body["letter"])
            await self._mail.send(letter.model_dump(mode="json"), await self._papers.of(letter))
        else:
            await self._announcer.announce(parcel)

    async def _later(self, parcel: Parcel, error: Problem) -> None:
        if parcel.attempts > len(WAITS):
            await self._give_up(parcel, error)
            return
        wait = WAITS[parcel.attempts - 1] * self._draw.uniform(1 - JITTER, 1 + JITTER)
        wait = max(wait, getattr(error, "retry_after", None) or 0)
        await self._outbox.failed(parcel.id, self._clock() + timedelta(seconds=wait), error.code)
        log.warning(
            "parcel.failed", parcel=parcel.id, type=parcel.type, attempts=parcel.attempts, code=error.code, again_after_s=round(wait)
        )

    async def _give_up(self, parcel: Parcel, error: Problem) -> None:
        await self._outbox.dead(parcel.id, error.code)
        self._announcer.forget(parcel.id)
        log.error("parcel.given_up", parcel=parcel.id, case=parcel.case, type=parcel.type, attempts=parcel.attempts, code=error.code)


def _look_at(finished: Iterable[asyncio.Task[Any]]) -> None:
    """A store that failed under a parcel brings it back when the lease ends; anything else is a bug, and ends the relay."""
    for task in finished:
        try:
            task.result()
        except Trouble as error:
            log.error("parcel.unsettled", code=error.code, reason=error.message)


class Announcer:
    """Events to their subscribers, signed. Remembers who has a parcel already, so that a retry for one is no repeat for the others;
    after a restart it is one, which the unchanging id makes harmless."""

    def __init__(self, partners: Mapping[str, Partner], key: SigningKey, source: str, http: httpx.AsyncClient) -> None:
        self._partners, self._key, self._source, self._http = partners, key, source, http
        self._reached: dict[str, set[str]] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, partners: Mapping[str, Partner], key: SigningKey, source: str) -> AsyncIterator["Announcer"]:
        # Redirects are failures (a signed event goes where we were told, nowhere else), and no proxy is taken from the environment.
        async with httpx.AsyncClient(follow_redirects=False, trust_env=False) as http:
            yield cls(partners, key, source, http)

    async def announce(self, parcel: Parcel) -> None:
        """Tell every subscriber that has not heard it yet. Raises PartnerUnavailable when one did not take it."""
        kind = parcel.type.removeprefix(PREFIX)
        reached = self._reached.setdefault(parcel.id, set())
        waiting = [each for each in self._partners.values() if each.hears(kind) and each.id not in reached]
        if not waiting:
            return
        body = cloud_event(parcel.id, self._source, kind, parcel.subject, parcel.body, parcel.at)
        failures = [error for error in await asyncio.gather(*(self._post(each, parcel.id, body) for each in waiting)) if error]
        if failures:
            raise _worst(failures)

    def forget(self, parcel_id: str) -> None:
        self._reached.pop(parcel_id, None)

    async def _post(self, partner: Partner, parcel_id: str, body: bytes) -> PartnerUnavailable | None:
        headers = {"content-type": CONTENT_TYPE, "muster-partner": self._source, **sign(self._key, parcel_id, body)}
        try:
            # Over all: httpx's own timeout begins anew with every byte a slow partner sends.
            async with asyncio.timeout(partner.timeout_s):
                answer = await self._http.post(f"{partner.base_url}/events", content=body, headers=headers, timeout=partner.timeout_s)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return PartnerUnavailable(f"{partner.id} did not answer ({type(error).__name__})", code=f"{partner.id}:unreachable")
        if answer.status_code == 410:
            log.warning("subscriber.gone", partner=partner.id, parcel=parcel_id)  # it asks not to be told again; configuration decides
        elif not answer.is_success:
            code = f"{partner.id}:{answer.status_code}"
            return PartnerUnavailable(f"{partner.id} answered {answer.status_code}", retry_after=_seconds(answer), code=code)
        self._reached[parcel_id].add(partner.id)
        return None


def _seconds(answer: httpx.Response) -> float | None:
    """A `Retry-After` in seconds, held to a day; its date form is rare and the schedule does as well."""
    value = answer.headers.get("retry-after", "")
    return float(min(int(value), 86_400)) if value.isascii() and value.isdigit() and len(value) < 9 else None


def _worst(failures: Sequence[PartnerUnavailable]) -> PartnerUnavailable:
    return max(failures, key=lambda error: error.retry_after or 0)


async def serve(settings: Settings) -> None:
    """Run the relay until SIGTERM or SIGINT; what is being sent is finished first."""
    from gateway.wiring import serve_relay  # the wiring knows this file; so this file may only meet it late

    await serve_relay(settings)
