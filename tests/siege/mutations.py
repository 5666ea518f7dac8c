"""T1: requests that are almost right, in every way somebody might try; what is taken, breaks or leaves a trace is counted."""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from connectors.signatures import SigningKey, key_text, sign
from domain.events import CONTENT_TYPE, catalogue
from gateway.intake import MEDIA_TYPE
from store.database import Database
from tests.agreeing import disagreements
from tests.domain.event_samples import event
from tests.gateway.door import OURS, door, key_of, rows, signed
from tests.gateway.proofs import EDGE, EDGES, GOOD, OVER, STRANGE, bearing, every_way, shown, token

Header = tuple[bytes, bytes]
ELSEWHERE = "192.0.2.9"
#: An event that was accepted before the mutations began: what the replays replay.
KNOWN = event("application.submitted", "known")
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Attempt:
    body: bytes
    headers: list[Header]
    peer: str = ELSEWHERE
    #: A replay of what was accepted: it gets the first receipt again, and changes nothing.
    repeats: bool = False


@dataclass
class Found:
    attempts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    #: The first requests that were taken, were a server error, or (replays) did not get the first receipt.
    faults: list[str] = field(default_factory=list)
    repeated: int = 0
    rows_before: dict[str, int] = field(default_factory=dict)
    rows_after: dict[str, int] = field(default_factory=dict)


def edited(value: bytes, draw: random.Random, at: int | None = None) -> bytes:
    """One byte replaced, put in, taken out, or the whole repeated; never what it was."""
    place, byte = draw.randrange(len(value)) if at is None else at % len(value), bytes([draw.randrange(256)])
    ways = (
        value[:place] + byte + value[place + 1 :],
        value[:place] + byte + value[place:],
        value[:place] + value[place + 1 :],
        value + value,
        value[:place],
    )
    changed = draw.choice(ways)
    return changed if changed != value else edited(value, draw, at)


class Mutations:
    """A seeded source of attempts: `next()` gives the kind's name and the request."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.number = 0
        self._kinds: list[Callable[[], Attempt | None]] = [
            self.header_byte,
            self.header_byte,
            self.header_byte,
            self.body_byte,
            self.broken_but_signed,
            self.header_swapped,
            self.other_sender,
            self.other_key,
            self.lenient_reading,
            self.clock,
            self.replay,
            self.stolen_parts,
            self.bearer,
            self.certificate,
        ]
        self.first_headers: list[Header] = raw(signed(KNOWN, "known"))

    def next(self) -> tuple[str, Attempt]:
        while True:
            self.number += 1
            kind = self._kinds[self.number % len(self._kinds)]
            attempt = kind()
            if attempt is not None:
                return kind.__name__, attempt

    def fresh(self) -> tuple[str, bytes]:
        """A good event of a kind the portal may send, or of one it may not."""
        name = f"evt-{self.number}"
        return name, event(self.draw.choice(sorted(catalogue())), name)

    # ---- one byte of what was signed -------------------------------------------------------------------------------------

    def header_byte(self) -> Attempt | None:
        """Position by position through every header of a request, in each way of proving."""
        name, body = self.fresh()
        body = event("application.submitted", name)
        way = self.draw.randrange(3)
        headers = raw((signed(body, name), bearing(name, token()), shown(name))[way])
        lengths = [len(value) for _, value in headers]
        at = self.number % sum(lengths)
        place = next(n for n in range(len(headers)) if at < sum(lengths[: n + 1]))
        header, value = headers[place]
        changed = edited(value, self.draw, at - sum(lengths[:place]))
        if header == b"content-type" and MEDIA_TYPE.fullmatch(changed.strip()):
            return None  # another case of the same media type is the same media type
        headers[place] = (header, changed)
        return Attempt(body, headers, EDGE if way == 2 else ELSEWHERE)

    def body_byte(self) -> Attempt:
        name, body = self.fresh()
        return Attempt(edited(body, self.draw), raw(signed(body, name)))

    def broken_but_signed(self) -> Attempt | None:
        """Signed rightly, but what is signed is broken: the parsers behind the signature."""
        name, body = self.fresh()
        body = edited(body, self.draw)
        try:
            if json.loads(body)["id"] == name:
                return None  # an edit inside a free text is no error of form
        except (ValueError, KeyError, TypeError):
            pass
        return Attempt(body, raw(signed(body, name)))

    def header_swapped(self) -> Attempt | None:
        """One header lost, another doubled."""
        name, body = self.fresh()
        headers = raw(signed(body, name))
        headers[self.draw.randrange(len(headers))] = self.draw.choice(headers[1:])
        return Attempt(body, headers) if len({header for header, _ in headers}) < len(headers) else None

    # ---- somebody else ---------------------------------------------------------------------------------------------------

    def other_sender(self) -> Attempt:
        name, body = self.fresh()
        claimed = self.draw.choice(("medical", "hris", "nobody", "Portal", "portal ", "portal,portal", ""))
        return Attempt(body, raw(signed(body, name) | {"muster-partner": claimed}))

    def other_key(self) -> Attempt:
        """Another sender's, nobody's, the revoked one, ours, and the public key taken for a shared secret."""
        name, body = self.fresh()
        public = SigningKey("x", "hmac-sha256", key_of("portal").verifying().material)
        as_text = SigningKey("x", "hmac-sha256", key_text(key_of("portal").verifying()).encode()[:64])
        keys = (key_of("medical"), key_of("hris"), key_of("nobody"), key_of("portal", "0"), OURS, public, as_text)
        return Attempt(body, raw(signed(body, name, key=self.draw.choice(keys))))

    def stolen_parts(self) -> Attempt:
        """A good signature, but of something else: another event's, a question's, another time's, one among many."""
        name, body = self.fresh()
        good = signed(body, name)
        other = self.draw.choice(
            (
                signed(KNOWN, "known"),
                signed(f"GET /events/portal/{name}".encode(), name),
                signed(body, name, at=datetime.now(UTC) - timedelta(seconds=2)),
                signed(b"", name),
            )
        )["webhook-signature"]
        many = self.draw.choice((other, f"{other} {other}", " ".join([other] * 9), f"{good['webhook-signature']} {other} junk"))
        return Attempt(body, raw(good | {"webhook-signature": many}))

    # ---- readers that are too kind ---------------------------------------------------------------------------------------

    def lenient_reading(self) -> Attempt:
        """What the reference library takes (trust.md F1): odd numbers, base64 with something left over, other versions."""
        name, body = self.fresh()
        good = signed(body, name)
        at, token_ = good["webhook-timestamp"], good["webhook-signature"]
        arabic = "".join(chr(0x0660 + int(digit)) for digit in at)
        times = (f"{at}.0", f"{at}.9", f"+{at}", f" {at}", f"{at} ", f"{at[:5]}_{at[5:]}", f"0{at}", f"{int(at) / 1e9}e9", arabic, f"-{at}")
        flipped = bytes([ALPHABET[ALPHABET.index(token_[-3].encode()) ^ self.draw.randrange(1, 16)]]).decode()
        tokens = (
            token_[:-3] + flipped + "==",  # the bits behind the last byte
            token_ + "=",
            token_[:-1],
            token_[:-2],
            token_ + "A",
            token_[:9] + "\n" + token_[9:],
            token_[:9] + "!" + token_[9:],
            token_.replace("v1a,", "v1,"),
            token_.replace("v1a,", "v2,"),
            token_.replace("v1a,", "V1A,"),
            token_ + ",",
            " " + token_,
            "," + token_,
            token_ + "\t",
        )
        if self.draw.random() < 0.5:
            return Attempt(body, raw(good | {"webhook-timestamp": self.draw.choice(times)}))
        return Attempt(body, raw(good | {"webhook-signature": self.draw.choice(tokens)}))

    def clock(self) -> Attempt:
        name, body = self.fresh()
        off = self.draw.choice((-1, 1)) * self.draw.choice((301, 302, 400, 3600, 86_400, 10**8))
        late = 0 if off < 0 else 2  # the future comes nearer while the request is under way
        return Attempt(body, raw(signed(body, name, at=datetime.now(UTC) + timedelta(seconds=off + late))))

    def replay(self) -> Attempt:
        """An accepted event again: as it was, under another id, with other bytes, by another way, too late."""
        bare = {"content-type": CONTENT_TYPE, "muster-partner": "portal"}
        which = self.draw.randrange(6)
        if which == 0:
            return Attempt(KNOWN, self.first_headers, repeats=True)
        if which == 1:
            return Attempt(KNOWN, raw(signed(KNOWN, "known")), repeats=True)
        if which == 2:
            return Attempt(KNOWN, [(n, b"other" if n == b"webhook-id" else v) for n, v in self.first_headers])
        if which == 3:
            other = event("application.submitted", "known", role_profiles=["Other"])
            return Attempt(other, raw(signed(other, "known")))
        if which == 4:
            late = sign(key_of("portal"), "known", KNOWN, at=datetime.now(UTC) - timedelta(seconds=301))
            return Attempt(KNOWN, raw(bare | late))
        return Attempt(KNOWN, raw(bearing("known", token())), repeats=True)

    # ---- the other ways --------------------------------------------------------------------------------------------------

    def bearer(self) -> Attempt:
        name, body = self.fresh()
        good = token()
        head, claims, signature = good.split(".")
        last = ALPHABET.replace(b"+", b"-").replace(b"/", b"_")
        respelt = good[:-1] + chr(last[last.index(good[-1].encode()) ^ self.draw.randrange(1, 16)])
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
        forged = (
            token(at=datetime.now(UTC) - timedelta(seconds=601)),
            token("medical"),
            token(secret="revoked"),
            respelt,
            f"{none}.{claims}.",
            f"{none}.{claims}.{signature}",
            f"{head}.{token('hris').split('.')[1]}.{signature}",
            f"{signature}.{claims}.{head}",
            good + "=",
            good + "." + signature,
            edited(good.encode(), self.draw).decode("latin-1"),
        )
        headers = bearing(name, self.draw.choice(forged))
        spelt = (f"bearer {good}", f"Bearer  {good}", f"Bearer {good},", f"Token {good}", f"Basic {good}", f"Bearer {good} ")
        if self.draw.random() < 0.2:
            headers["authorization"] = self.draw.choice(spelt)
        partner = self.draw.choice(("portal", "portal", "medical", "nobody"))
        if partner != "portal":
            headers = bearing(name, good, partner)
        return Attempt(body, raw(headers))

    def certificate(self) -> Attempt:
        """From elsewhere every certificate is a forgery; from the edge whatever is not a live one of the sender's."""
        name, body = self.fresh()
        if self.draw.random() < 0.4:
            also = self.draw.choice(({}, signed(body, name), bearing(name, token()), {"x-forwarded-for": EDGE}))
            return Attempt(body, raw(shown(name) | also))
        der = self.draw.choice((STRANGE, OVER, GOOD + b"\0", GOOD[:-1], edited(GOOD, self.draw)))
        headers = raw(shown(name, der))
        if self.draw.random() < 0.2:
            headers = raw(shown(name, GOOD, self.draw.choice(("medical", "hris", "nobody"))))
        if self.draw.random() < 0.2:
            headers = [*raw(shown(name)), (b"client-cert", raw(shown(name))[-1][1])]
        return Attempt(body, headers, EDGE)


def raw(headers: dict[str, str]) -> list[Header]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


async def mutate(db: Database, store: Path, count: int, seed: int) -> Found:
    """Send `count` attempts to a door over `db` whose portal may prove itself in all three ways."""
    found, source = Found(), Mutations(seed)
    app = door(db, every_way(), EDGES)
    lines = {
        peer: httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 1)), base_url="http://g")
        for peer in (EDGE, ELSEWHERE)
    }
    first = (await lines[ELSEWHERE].post("/events", content=KNOWN, headers=httpx.Headers(source.first_headers))).content
    found.rows_before = rows(store)
    for _ in range(count):
        kind, attempt = source.next()
        request = httpx.Request("POST", "http://g/events", content=attempt.body, headers=httpx.Headers(attempt.headers))
        answer = await lines[attempt.peer].send(request)
        found.attempts[kind] += 1
        found.statuses[answer.status_code] += 1
        again = attempt.repeats and answer.status_code == 202 and answer.content == first
        found.repeated += again
        if not again and (attempt.repeats or not 400 <= answer.status_code < 500):
            found.faults.append(f"{kind} {source.number}: {answer.status_code} {answer.text[:200]}")
    found.rows_after = rows(store)
    found.faults += await disagreements(db)
    for line in lines.values():
        await line.aclose()
    return found
