"""Posting one signed event to one subscriber, as Standard Webhooks says: what the relay and `ping` both do.

Only 2xx is success; a redirect is a failure. Signed with our Ed25519 key (`v1a`), or, where a subscriber wants it so, with secrets of
its own (`v1`); of two secrets both sign, so that a receiver may change over when it likes.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

from connectors.addresses import AddressRefused
from connectors.signatures import SigningKey, sign, signing_key
from domain.events import CONTENT_TYPE, PING, cloud_event

#: A subscriber's Retry-After is held to a day.
LONGEST_WAIT_S = 86_400.0


class Subscriber(Protocol):
    """What of a configured partner matters here."""

    @property
    def id(self) -> str: ...
    @property
    def base_url(self) -> str | None: ...
    @property
    def timeout_s(self) -> float: ...
    @property
    def delivery_texts(self) -> Sequence[str]:
        """The secrets (`whsec_…`) that sign in place of our own key; empty for our own key."""
        ...


@dataclass(frozen=True)
class Answered:
    """What came of one attempt: `code` is empty when it was taken, else a word for the operator. `status` is None without an answer."""

    status: int | None
    code: str = ""
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        return self.code == ""

    @property
    def gone(self) -> bool:
        """410: it asks never to be told again."""
        return self.status == 410


@dataclass(frozen=True)
class Ping:
    """What came of a ping: the event's id, the answer, and how long it took."""

    id: str
    ok: bool
    status: int | None
    code: str
    seconds: float


class Post:
    """Our side of every delivery. Give it a client within bounds (`connectors.addresses.guarded_client`)."""

    def __init__(self, key: SigningKey, source: str, http: httpx.AsyncClient) -> None:
        self._key, self._source, self._http = key, source, http

    def event(self, event_id: str, kind: str, subject: str, data: dict[str, object], at: datetime) -> bytes:
        """The exact bytes of an event of ours; `kind` is the type without prefix."""
        return cloud_event(event_id, self._source, kind, subject, data, at)

    async def send(self, to: Subscriber, event_id: str, body: bytes) -> Answered:
        """Try once. Never raises for what the other side does or is."""
        headers = {"content-type": CONTENT_TYPE, "muster-partner": self._source, **self._signed(to, event_id, body)}
        try:
            # Over all: the client's own timeout begins anew with every byte a slow partner sends. The body of an answer is not read.
            async with (
                asyncio.timeout(to.timeout_s),
                self._http.stream("POST", f"{to.base_url}/events", content=body, headers=headers, timeout=to.timeout_s) as answer,
            ):
                status, wait = answer.status_code, _retry_after(answer)
        except AddressRefused as error:
            return Answered(None, error.code)
        except (httpx.TimeoutException, TimeoutError):
            return Answered(None, "timeout")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return Answered(None, "unreachable")
        return Answered(status) if 200 <= status < 300 else Answered(status, f"http_{status}", wait)

    def _signed(self, to: Subscriber, event_id: str, body: bytes) -> dict[str, str]:
        keys = [signing_key(to.id, text) for text in to.delivery_texts] or [self._key]
        now = datetime.now(UTC)
        each = [sign(key, event_id, body, at=now) for key in keys]
        return {**each[0], "webhook-signature": " ".join(one["webhook-signature"] for one in each)}


async def ping(to: Subscriber, post: Post, event_id: str) -> Ping:
    """Tell one subscriber `int.muster.ping`, now, and say what came of it. Nothing is kept and nothing is tried again."""
    body = post.event(event_id, PING, f"partner/{to.id}", {}, datetime.now(UTC))
    began = time.monotonic()
    answer = await post.send(to, event_id, body)
    return Ping(event_id, answer.taken, answer.status, answer.code, round(time.monotonic() - began, 3))


def _retry_after(answer: httpx.Response) -> float | None:
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT_S)
    try:
        then = parsedate_to_datetime(said)
    except ValueError:
        return None
    return min(max((then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT_S)
