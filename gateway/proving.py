"""Who speaks, proved one way of three; what every part of the door asks before it does anything for anybody.

The header `muster-partner` names the partner whose proofs are tried; which ways it may use stands in its own entry (`auth`):

- **signature** (the default): Standard Webhooks over id, time and body (connectors/signatures.py);
- **oauth**: `Authorization: Bearer` with a token of ours (gateway/tokens.py);
- **mtls**: `Client-Cert` from our edge (gateway/certificates.py).

A request carries the headers of exactly one way. Entries are read live, so whatever is revoked in the partners file is refused at the
next request, by all three. Each header may be sent once. The rate limits (gateway/limits.py) stand before the cryptography.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request

from config.partners import Way
from connectors.signatures import BadSignature, verify
from gateway.certificates import Edges, proved_certificate
from gateway.limits import Limits
from gateway.senders import Sender, Senders, claimed_name
from gateway.tokens import Tokens

_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
#: The headers that tell the ways apart.
_MARKS: dict[bytes, Way] = {
    b"webhook-signature": "signature",
    b"webhook-timestamp": "signature",
    b"authorization": "oauth",
    b"client-cert": "mtls",
}


def system_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Claim:
    """What a request says of who sends it: its headers as they came, and the address at the other end of the connection."""

    headers: list[tuple[bytes, bytes]]
    peer: str = ""

    @classmethod
    def of(cls, request: Request) -> "Claim":
        return cls(list(request.headers.raw), request.client.host if request.client else "")


@dataclass(frozen=True)
class Proved:
    """A sender that proved itself. `message_id` is `webhook-id`, empty where none was sent; `key_id` names what was proved with:
    a key, `oauth:` and a client secret, or `mtls:` and a fingerprint. `signature` is `<timestamp> <token>`, empty for the other ways:
    only a signature holds the sender to its own message."""

    sender: Sender
    how: Way
    key_id: str
    message_id: str
    signature: str = ""


class Prover:
    def __init__(
        self,
        senders: Senders,
        tokens: Tokens,
        limits: Limits,
        edges: Edges | None = None,
        system_clock: Callable[[], datetime] = system_now,
    ) -> None:
        self._senders, self._tokens, self._limits = senders, tokens, limits
        self._edges, self._now = edges or Edges(), system_clock

    def prove(self, claim: Claim, signed: bytes) -> Proved:
        """Who sent this. `signed` is what a signature covers: the body, or `GET <path>` where there is none.

        Raises BadSignature, which says which test failed and nothing of the request, and TooMany.
        """
        pair = (self._edges.caller(claim.headers, claim.peer), claimed_name(claim.headers) or "")
        named = self._senders.get(pair[1])
        pair = pair if named else (pair[0], "")  # names nobody has are one stranger, not as many as somebody can think of
        own = named.rate(self._limits.usual) if named else None
        self._limits.check(pair, own)
        try:
            proved = self._prove(claim, signed)
        except BadSignature:
            self._limits.failed(pair)
            raise
        self._limits.proved(pair, own)
        return proved

    def _prove(self, claim: Claim, signed: bytes) -> Proved:
        self._edges.check(claim.headers, claim.peer)
        sender = self._senders.named(claim.headers)
        way = _way(claim)
        if way not in sender.ways:
            raise BadSignature("this sender may not prove itself in this way", code="way_not_allowed")
        if way == "signature":
            verified = verify(claim.headers, signed, sender.keys, now=self._now())
            return Proved(sender, way, verified.key_id, verified.message_id, f"{verified.timestamp} {verified.signature}")
        message_id = _message_id(claim)
        if way == "oauth":
            return Proved(sender, way, f"oauth:{self._tokens.proved(claim.headers, sender, self._now())}", message_id)
        return Proved(sender, way, f"mtls:{proved_certificate(claim.headers, sender.certificates, self._now())}", message_id)


def _way(claim: Claim) -> Way:
    """The one way this request goes. With no mark at all it is an unsigned one, and is told what is missing."""
    ways = {_MARKS[name] for name, _ in claim.headers if name in _MARKS}
    if len(ways) > 1:
        raise BadSignature("a request proves its sender in one way only", code="several_proofs")
    return next(iter(ways), "signature")


def _message_id(claim: Claim) -> str:
    """The idempotency key of a request that signs nothing; empty when there is none."""
    values = [value for name, value in claim.headers if name == b"webhook-id"]
    if len(values) > 1:
        raise BadSignature("webhook-id must be sent once", code="header_repeated")
    if values and not _ID.fullmatch(values[0]):
        raise BadSignature("webhook-id is not of the right form", code="header_malformed")
    return values[0].decode() if values else ""
