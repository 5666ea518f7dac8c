"""What we really send over HTTP is what Standard Webhooks says: its own library takes ours, and so does a plain Ed25519 check."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from acts.delivering import ping as ping_as_configured
from config.partners import Partner
from config.settings import Settings
from connectors.addresses import Bounds, guarded_client
from connectors.deliveries import Post, ping
from connectors.signatures import new_signing_key
from domain.events import PartnerKind

OURS = new_signing_key("ours")
SECRETS = tuple("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@dataclass
class Receiver:
    """A web server of a few lines that keeps what it was sent as it came."""

    answer: bytes = b"204 No Content"
    port: int = 0
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:-2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
        self.taken.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(b"HTTP/1.1 " + self.answer + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(answer: bytes = b"204 No Content") -> AsyncIterator[Receiver]:
    receiver = Receiver(answer)
    async with await asyncio.start_server(receiver.serve, "127.0.0.1", 0) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver


def subscriber(port: int, **more: object) -> Partner:
    entry = {"id": "hris", "kind": PartnerKind.HRIS, "name": "h", "base_url": f"http://127.0.0.1:{port}/in", "subscribes": ["*"], **more}
    return Partner.model_validate(entry)


async def pinged(receiver: Receiver, **more: object) -> tuple[dict[str, str], bytes]:
    bounds = Bounds((ip_network("127.0.0.0/8"),), frozenset({"127.0.0.1"}))
    async with guarded_client(bounds) as http:
        assert (await ping(subscriber(receiver.port, **more), Post(OURS, "muster", http), "ping-1")).ok
    return receiver.taken[-1]


async def test_the_reference_library_verifies_what_a_subscriber_with_secrets_of_its_own_is_sent() -> None:
    async with receiving() as receiver:
        headers, body = await pinged(receiver, deliver_with="hmac", delivery_secrets=SECRETS)
    for secret in SECRETS:  # while it changes over, each of the two is enough
        assert Webhook(secret).verify(body, headers) == json.loads(body)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"3" * 32).decode()).verify(body, headers)


async def test_everybody_else_is_sent_an_ed25519_signature_that_any_library_verifies() -> None:
    async with receiving() as receiver:
        headers, body = await pinged(receiver)
    version, _, signature = headers["webhook-signature"].partition(",")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    Ed25519PublicKey.from_public_bytes(OURS.verifying().material).verify(base64.b64decode(signature), signed)
    event = json.loads(body)
    assert (version, event["type"], event["subject"], event["data"]) == ("v1a", "int.muster.ping", "partner/hris", {})
    assert event["id"] == headers["webhook-id"] == "ping-1"


@pytest.mark.parametrize(("answer", "status"), [(b"410 Gone", 410), (b"500 X", 500), (b"302 Found\r\nLocation: http://127.0.0.1/", 302)])
async def test_a_ping_says_what_was_answered(answer: bytes, status: int) -> None:
    bounds = Bounds((ip_network("127.0.0.0/8"),), frozenset({"127.0.0.1"}))
    async with receiving(answer) as receiver, guarded_client(bounds) as http:
        found = await ping(subscriber(receiver.port), Post(OURS, "muster", http), "ping-1")
    assert (found.ok, found.status, found.code) == (False, status, f"http_{status}")


async def test_a_ping_goes_within_the_bounds_of_the_settings(tmp_path: Path) -> None:
    async with receiving() as receiver:
        found = await ping_as_configured(Settings(data_dir=tmp_path), subscriber(receiver.port))
        assert (found.ok, found.code, receiver.taken) == (False, "address_not_https", [])
        allowed = Settings(data_dir=tmp_path, allow_networks=(IPv4Network("127.0.0.0/8"),), allow_http=("127.0.0.1",))
        assert (await ping_as_configured(allowed, subscriber(receiver.port))).ok


@pytest.mark.parametrize(
    "entry", [{"deliver_with": "hmac"}, {"delivery_secrets": SECRETS}, {"deliver_with": "hmac", "delivery_secrets": ["x"]}]
)
def test_secrets_are_given_where_they_are_used_and_are_secrets(entry: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        subscriber(1, **entry)
