"""Events over a message broker: the same signed envelope, the same intake, the same log of what was announced.

Nothing here knows a broker's library: what comes in is judged and answered, what goes out is handed over one by one. The door that
carries both stands in `jetstream.py`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import structlog

from config.guard import MAX_BYTES
from connectors.signatures import SigningKey, sign
from domain.errors import NotAllowed, Problem, Refusal, Trouble
from domain.events import CONTENT_TYPE, PREFIX, cloud_event
from gateway.intake import Intake
from gateway.problems import ProblemResponse, from_error, problem
from gateway.proving import Claim
from gateway.senders import claimed_name
from store.feed import EVERYTHING, START, Announced, Page, Place, Reader, Wanted
from store.names import system_now

log = structlog.get_logger(__name__)

IN, RECEIPT, OUT = "muster.in", "muster.receipt", "muster.out"
#: Who the broker is among the readers of the feed; no partner can have this name.
READER = "broker:nats"
BATCH = 100
#: A message that we could not take for reasons of our own comes again after so long, doubled each time, at most the second figure.
AGAIN_S, LATEST_S = 5.0, 300.0

_SUBJECT = re.compile(re.escape(IN) + r"\.([a-z0-9][a-z0-9-]{0,63})")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: The only headers that count: over a broker a signature alone proves a sender, no token and no certificate.
_HEADERS = ("muster-partner", "content-type", "content-encoding", "webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True)
class Message:
    """What a broker handed over. `stored_at` is when the broker took it, `delivered` how often it was handed over."""

    subject: str
    headers: Mapping[str, str]
    body: bytes
    stored_at: datetime
    delivered: int = 1


@dataclass(frozen=True)
class Outcome:
    """What to do with a message: forget it (taken, or refused for good), or bring it again. `answer` is for `partner`, if any."""

    fate: Literal["taken", "refused", "later"]
    partner: str = ""
    answer: bytes = b""
    status: int = 202
    event: str = ""
    after_s: float = 0.0


class Incoming:
    """`intake(now)` is the intake whose signatures are as old as `now` says: a signature must be fresh when the broker takes it, not
    when we come to read it, or whatever waited for us over a night would be refused."""

    def __init__(self, intake: Callable[[datetime], Intake], known: Callable[[str], bool], *, again_s: float = AGAIN_S) -> None:
        self._intake, self._known, self._again_s = intake, known, again_s

    async def take(self, message: Message) -> Outcome:
        """Judge one message. Never raises: what is our own fault is brought again, whatever it is."""
        found = _SUBJECT.fullmatch(message.subject)
        partner = found[1] if found and self._known(found[1]) else ""
        event = next((value for name, value in message.headers.items() if name.lower() == "webhook-id" and _ID.fullmatch(value)), "")
        try:
            receipt = await self._receipt(message, partner)
        except Refusal as error:
            log.info("event.refused", code=error.code, via="nats")
            refusal = _refusal(error)
            return Outcome("refused", partner, bytes(refusal.body), refusal.status_code, event)
        except Trouble as error:
            log.error("event.not_taken", code=error.code, reason=error.message, via="nats")
            return self._later(message)
        except Exception:
            log.exception("gateway.failed", via="nats")
            return self._later(message)
        return Outcome("taken", partner, receipt, 202, event)

    async def _receipt(self, message: Message, partner: str) -> bytes:
        headers = [(name.lower().encode(), value.encode()) for name, value in message.headers.items() if name.lower() in _HEADERS]
        if not partner or claimed_name(headers) != partner:
            raise NotAllowed(f"the subject must be {IN}.<partner>, of the partner that muster-partner names", code="subject_mismatch")
        if len(message.body) > MAX_BYTES:
            raise _TooLarge(f"the body must have at most {MAX_BYTES} bytes", code="too_large")
        receipt, acceptance = await self._intake(message.stored_at).take(Claim(headers), message.body)
        log.info("event.accepted" if acceptance.first else "event.repeated", inbox=acceptance.inbox_id, case=acceptance.case, via="nats")
        return receipt

    def _later(self, message: Message) -> Outcome:
        return Outcome("later", after_s=min(self._again_s * 2 ** min(message.delivered - 1, 10), LATEST_S))


class _TooLarge(Refusal):
    pass


def _refusal(error: Problem) -> ProblemResponse:
    return problem(413, error.code, error.message) if isinstance(error, _TooLarge) else from_error(error)


class Log(Protocol):
    async def page(self, after: Place, wanted: Wanted, limit: int) -> Page: ...

    async def readers(self) -> list[Reader]: ...

    async def seen(self, partner: str, at: datetime, acknowledged: Place | None = None) -> None: ...


#: Hands one message to the broker: subject, headers, body. Returns once the broker has it on disk; raises if that is not known.
Publish = Callable[[str, dict[str, str], bytes], Awaitable[None]]


class Outgoing:
    """The broker as one more reader of the feed: in the order in which it was committed, and each exactly as the feed tells it."""

    def __init__(self, log_: Log, key: SigningKey, source: str) -> None:
        self._log, self._key, self._source = log_, key, source
        self._place: Place | None = None

    async def once(self, publish: Publish) -> bool:
        """Hand over what comes next; whether there was anything. What failed is handed over again, under the same id."""
        if self._place is None:
            self._place = next((each.acknowledged for each in await self._log.readers() if each.partner == READER), START)
        page = await self._log.page(self._place, EVERYTHING, BATCH)
        for announced in page.found:
            await publish(*self._told(announced))
        if page.upto > self._place:
            await self._log.seen(READER, system_now(), page.upto)
            self._place = page.upto
        return bool(page.found) or page.more

    def _told(self, announced: Announced) -> tuple[str, dict[str, str], bytes]:
        parcel = announced.parcel
        kind = parcel.type.removeprefix(PREFIX)
        body = cloud_event(parcel.id, self._source, kind, parcel.subject, parcel.body, parcel.at)
        headers = {"content-type": CONTENT_TYPE, "muster-partner": self._source, "Nats-Msg-Id": parcel.id}
        return f"{OUT}.{kind}", headers | sign(self._key, parcel.id, body), body
