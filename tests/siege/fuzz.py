"""Bytes at random into everything that reads what a stranger sent. Seeded, not guided by coverage: what comes out may only be a refusal."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.errors import Refusal
from domain.events import catalogue, parse
from domain.strict_json import loads
from gateway.limits import Limits
from gateway.proving import Claim, system_now
from gateway.senders import Senders
from gateway.tokens import TokenDesk, TokenRefused
from tests.domain.event_samples import event
from tests.gateway.door import TOKENS, WIDE, prover, signed
from tests.gateway.proofs import EDGE, EDGES, SECRET, bearing, every_way, shown, token
from tests.siege.mutations import raw

#: What parsers stumble over, strewn between random bytes.
CRUMBS = (
    *(b'"', b"\\u0000", b"\\ud800", b"{", b"}", b"[", b"]", b":", b",", b"1e400", b"-0", b"NaN", b"Infinity", b"null"),
    *(b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x00", b"=", b"==", b"v1a,", b"v1,", b" ", b"\t", b"\r\n", b";", b"&"),
    *(b"%", b"%00", b"%zz", b"+", b".", b"..", b"A" * 300, "\u0661\u0662".encode(), "\u00b2".encode(), b"9" * 40),
    *(b'"id":"x","id":"y"', b"[" * 200),
)


@dataclass
class Found:
    tried: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def mangled(value: bytes, draw: random.Random) -> bytes:
    """A few edits at random places: bytes, crumbs, cuts, repeats."""
    for _ in range(draw.randrange(1, 5)):
        at, to = sorted((draw.randrange(len(value) + 1), draw.randrange(len(value) + 1)))
        new = draw.choice((draw.choice(CRUMBS), draw.randbytes(draw.randrange(1, 6)), value[at:to], b""))
        value = value[:at] + new + value[draw.choice((at, at, to)) :]
    return value[:60_000]


def fuzz(seconds: float, seed: int) -> Found:
    """Raises nothing: a foreign error is a fault, with the bytes that brought it about."""
    draw, found = random.Random(seed), Found()
    proving, known = prover(every_way(), EDGES), Senders(every_way())
    desk = TokenDesk(known, TOKENS, Limits(WIDE), EDGES, system_now)
    kinds = sorted(catalogue())
    form = f"grant_type=client_credentials&client_id=portal&client_secret={SECRET}".encode()

    def body() -> bytes:
        return mangled(event(draw.choice(kinds), "evt-1"), draw)

    def headers(peer: str) -> bytes:
        good = raw(draw.choice((signed(b"x", "evt-1"), bearing("evt-1", token()), shown("evt-1"))))
        place = draw.randrange(len(good))
        good[place] = (good[place][0], mangled(good[place][1], draw))
        said = repr(good).encode()
        proving.prove(Claim(good, peer), b"x")
        return said

    def asked() -> None:
        basic = [(b"authorization", mangled(b"Basic cG9ydGFsOng=", draw))] if draw.random() < 0.3 else []
        content = (b"content-type", b"application/x-www-form-urlencoded")
        desk.give([content, *basic], mangled(form, draw), "192.0.2.1")

    ways: dict[str, Callable[[], object]] = {
        "strict JSON": lambda: loads(body()),
        "events": lambda: parse(body()),
        "headers": lambda: headers(draw.choice((EDGE, "192.0.2.1", "::1", ""))),
        "token requests": asked,
    }
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, way in ways.items():
            found.tried[name] += 1
            try:
                way()
            except (Refusal, TokenRefused):
                continue
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                found.faults.append(f"{name}: {type(error).__name__} {error} (at {found.tried[name]})"[:300])
                if len(found.faults) >= 10:
                    return found
    return found
