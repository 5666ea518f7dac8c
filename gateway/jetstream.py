"""`muster nats`: events in and out over NATS JetStream, where an organisation has such a broker. Off until `nats.url` is set.

A connection that fails is given up whole and made anew, and everything goes on from what the store and the broker know: an event is
acknowledged only when the inbox has it, and what goes out is remembered only when the broker has it.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC
from typing import TYPE_CHECKING, Any

import structlog

from config.partners import BadConfiguration
from config.settings import NatsSettings, Settings
from domain.errors import Trouble
from gateway.broker import IN, OUT, RECEIPT, Incoming, Message, Outcome, Outgoing

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

log = structlog.get_logger(__name__)

DURABLE = "muster"
BATCH = 50
FETCH_S, PATIENCE_S, LOOK_S = 1.0, 5.0, 0.25
SHORTEST_S, LONGEST_S = 0.5, 15.0
#: After so long without our word a message comes again: longer than a whole batch ever takes.
ACK_WAIT_S = 60.0


#: Asked for without the library's own `fetch`: that takes a sender's message whose headers begin like a status for the broker's word, and
#: one such message would stop everybody's. What really comes out of a stream is told by where its acknowledgement goes.
_ASK = json.dumps({"batch": BATCH, "expires": int(FETCH_S * 1e9)}).encode()
_FROM_A_STREAM = "$JS.ACK."


class BrokerAway(Trouble):
    """The broker cannot be reached, or does not answer."""


class Door:
    """Both ways over one connection at a time."""

    def __init__(self, settings: NatsSettings, incoming: Incoming, outgoing: Outgoing, *, ack_wait_s: float = ACK_WAIT_S) -> None:
        self._settings, self._in, self._out, self._ack_wait_s = settings, incoming, outgoing, ack_wait_s

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: connect, carry, and after any failure connect again, ever more rarely while it does not help."""
        wait = SHORTEST_S
        while not stop.is_set():
            try:
                async with self._connected() as client:
                    log.info("nats.connected")
                    wait = SHORTEST_S
                    await self._carry(client, stop)
            except BrokerAway as error:
                log.warning("nats.away", reason=error.message, again_after_s=wait)
                await _pause(stop, wait)
                wait = min(wait * 2, LONGEST_S)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["Client"]:
        client, own = _client(), self._settings
        password = own.password.get_secret_value() if own.password else None
        tls = ssl.create_default_context(cafile=own.ca_file) if own.ca_file else None
        with _as_away():
            await client.connect(
                own.url, name="muster", allow_reconnect=False, connect_timeout=5, user=own.username, password=password, tls=tls,
                error_cb=_heard,
            )  # fmt: skip
        try:
            yield client
        finally:
            with suppress(Exception):  # it is over either way
                await client.close()

    async def _carry(self, client: "Client", stop: asyncio.Event) -> None:
        """Both ways at once; when one fails the other ends too."""
        js = client.jetstream(timeout=5)
        with _as_away():
            await self._streams(js)
        ways = [asyncio.create_task(self._inward(client, js, stop)), asyncio.create_task(self._outward(js, stop))]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
            for way in done:
                way.result()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _streams(self, js: "JetStreamContext") -> None:
        """The streams, made when they are not there; those an operator made are left as they are."""
        from nats.js.errors import NotFoundError

        for name, subjects in ((self._settings.stream_in, [f"{IN}.*"]), (self._settings.stream_out, [f"{OUT}.>", f"{RECEIPT}.*"])):
            try:
                await js.stream_info(name)
            except NotFoundError:
                await js.add_stream(name=name, subjects=subjects)

    async def _inward(self, client: "Client", js: "JetStreamContext", stop: asyncio.Event) -> None:
        with _as_away():
            await self._consumer(js)
            inbox = client.new_inbox()
            subscription = await client.subscribe(inbox)
            while not stop.is_set():
                await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{self._settings.stream_in}.{DURABLE}", _ASK, reply=inbox)
                for _ in range(BATCH):
                    found = await subscription.next_msg(timeout=FETCH_S + PATIENCE_S)
                    if not found.reply.startswith(_FROM_A_STREAM):
                        break  # the broker's word that this was all for now
                    if not stop.is_set():  # what is left unsaid comes again
                        await self._settle(js, found, await self._in.take(_message(found)))

    async def _consumer(self, js: "JetStreamContext") -> None:
        from nats.js.api import AckPolicy, ConsumerConfig
        from nats.js.errors import NotFoundError

        try:
            await js.consumer_info(self._settings.stream_in, DURABLE)
        except NotFoundError:
            wanted = ConsumerConfig(durable_name=DURABLE, ack_policy=AckPolicy.EXPLICIT, ack_wait=self._ack_wait_s, max_deliver=-1)
            await js.add_consumer(self._settings.stream_in, wanted)

    async def _settle(self, js: "JetStreamContext", message: "Msg", outcome: Outcome) -> None:
        """The answer first: one that did not leave makes the message come again, and the same answer with it."""
        if outcome.partner and outcome.fate != "later":
            kind = "application/json" if outcome.fate == "taken" else "application/problem+json"
            headers = {"content-type": kind, "muster-status": str(outcome.status), "webhook-id": outcome.event}
            await js.publish(f"{RECEIPT}.{outcome.partner}", outcome.answer, headers=headers, stream=self._settings.stream_out)
        match outcome.fate:
            case "taken":
                await message.ack()
            case "refused":
                await message.term()
            case "later":
                await message.nak(delay=outcome.after_s)

    async def _outward(self, js: "JetStreamContext", stop: asyncio.Event) -> None:
        async def publish(subject: str, headers: dict[str, str], body: bytes) -> None:
            with _as_away():
                await js.publish(subject, body, headers=dict(headers), stream=self._settings.stream_out)

        while not stop.is_set():
            try:
                busy = await self._out.once(publish)
            except BrokerAway:
                raise
            except Trouble as error:  # the store's: the broker can wait
                log.error("nats.waits", code=error.code, reason=error.message)
                busy = False
            if not busy:
                await _pause(stop, LOOK_S)


def _client() -> "Client":
    from nats.aio.client import Client

    class Forgiving(Client):
        async def _process_headers(self, headers: Any) -> dict[str, str] | None:
            """Headers that cannot be read are none: the library would give up the connection, and again each time they come."""
            try:
                found: dict[str, str] | None = await super()._process_headers(headers)
            except (ValueError, IndexError):
                return None
            return found

    return Forgiving()


def _message(message: "Msg") -> Message:
    told = message.metadata
    return Message(message.subject, message.headers or {}, message.data, told.timestamp.astimezone(UTC), told.num_delivered)


class _as_away:
    """Whatever the library complains of is a broker that is away, or refuses us; both may pass."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        from nats.errors import Error

        if isinstance(error, (Error, OSError, TimeoutError)):
            raise BrokerAway(f"{type(error).__name__}: the broker cannot be used now") from error


async def _heard(error: Exception) -> None:
    """The library tells of trouble here too; it comes to us where it matters."""
    log.debug("nats.trouble", kind=type(error).__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def serve(settings: Settings) -> None:
    """Run the broker's door until SIGTERM or SIGINT. Raises BadConfiguration when no broker is configured or its library is missing."""
    if not settings.nats.url:
        raise BadConfiguration("no broker is configured: set nats.url (MUSTER_NATS__URL), such as nats://127.0.0.1:4222", code="no_broker")
    try:
        import nats  # noqa: F401 - is it there at all?
    except ModuleNotFoundError:
        raise BadConfiguration('the broker\'s library is not installed: pip install ".[nats]"', code="no_nats") from None
    from gateway.wiring import serve_nats  # the wiring knows this file; so this file may only meet it late

    await serve_nats(settings)
