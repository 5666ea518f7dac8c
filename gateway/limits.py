"""How much one sender, one stranger and everybody together may ask of this door: token buckets, all before the cryptography.

Two kinds, kept apart so that nobody can use up what is another's:

- **Proved** requests draw from their sender's bucket and from everybody's. A request that only *names* a sender takes nothing from
  either, so nobody can empty a partner's bucket by using its name; once empty, it refuses before any signature is looked at.
- **Unproved** requests draw from a bucket of the pair (address they come from, name they claim). An attack in a partner's name
  from elsewhere exhausts its own pair, not the partner's. A proof fills the pair again: a partner that rotates its keys while one of
  its machines still uses the old one is not shut out by its own mistakes.
- All **strangers** (pairs that have proved nothing in the last hour) share one more bucket, which bounds what a flood from many addresses
  costs. Pairs that did prove themselves do not draw from it, so such a flood shuts out only who comes for the first time.

Behind a proxy all share one address. Where the proxy is a trusted edge (setting `edge_addresses`) the last entry of its
`X-Forwarded-For` is the address; else the proxy itself must keep its callers apart. Each process counts for itself.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.errors import Refusal

#: How many pairs, and how many senders, are remembered; the one not heard from for longest is forgotten first.
REMEMBERED = 10_000
KNOWN_S = 3600.0

Pair = tuple[str, str]
Key = TypeVar("Key")


class TooMany(Refusal):
    """More than this sender, or everybody, may send now. `retry_after_s` says when it will be taken."""

    def __init__(self, code: str, wait_s: float) -> None:
        super().__init__("too many requests; send the same again after the time named in Retry-After", code=code)
        self.retry_after_s = max(1, math.ceil(wait_s))


@dataclass(frozen=True)
class Rate:
    """So many a minute on the long run, `burst` at once."""

    per_minute: float
    burst: float


@dataclass(frozen=True)
class Rates:
    sender: Rate
    everybody: Rate
    unproved: Rate
    strangers: Rate


class Bucket:
    """Holds `burst` tokens at most; they come back at the rate."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._tokens, self._at = rate, rate.burst, now

    def wait_s(self, now: float) -> float:
        """Seconds until there is a token; 0 if there is one."""
        self._fill(now)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) * 60 / self._rate.per_minute

    def take(self, now: float, count: float = 1) -> None:
        self._fill(now)
        self._tokens = min(self._rate.burst, self._tokens - count)

    def _fill(self, now: float) -> None:
        self._tokens = min(self._rate.burst, self._tokens + (now - self._at) * self._rate.per_minute / 60)
        self._at = now


class _Recent(Generic[Key]):
    """Buckets by key, the most recent ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[Rate, Bucket]] = OrderedDict()

    def of(self, key: Key, rate: Rate, now: float) -> Bucket:
        """The bucket of this key; a fresh one if it has none, or its rate was changed."""
        found = self._kept.get(key)
        if found is None or found[0] != rate:
            found = self._kept[key] = (rate, Bucket(rate, now))
        self._kept.move_to_end(key)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return found[1]

    def forget(self, key: Key) -> None:
        self._kept.pop(key, None)


class Limits:
    """What the door asks before it proves anybody, and tells afterwards. Nothing here waits: check and verdict are one turn."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates, self._clock = rates, clock
        now = clock()
        self._everybody, self._strangers = Bucket(rates.everybody, now), Bucket(rates.strangers, now)
        self._senders, self._unproved = _Recent[str](), _Recent[Pair]()
        self._known: OrderedDict[Pair, float] = OrderedDict()

    @property
    def usual(self) -> Rate:
        """The rate of a sender that has none of its own."""
        return self._rates.sender

    def check(self, pair: Pair, own: Rate | None = None) -> None:
        """Before the cryptography. `own` is the named sender's own rate where it has one. Raises TooMany."""
        now = self._clock()
        waits = {
            "sender_rate": self._senders.of(pair[1], own or self._rates.sender, now).wait_s(now) if pair[1] else 0.0,
            "total_rate": self._everybody.wait_s(now),
            "unproved_rate": self._unproved.of(pair, self._rates.unproved, now).wait_s(now),
            "stranger_rate": 0.0 if self._is_known(pair, now) else self._strangers.wait_s(now),
        }
        for code, wait_s in waits.items():
            if wait_s:
                raise TooMany(code, wait_s)

    def proved(self, pair: Pair, own: Rate | None = None) -> None:
        now = self._clock()
        self._senders.of(pair[1], own or self._rates.sender, now).take(now)
        self._everybody.take(now)
        self._unproved.forget(pair)
        self._known[pair] = now
        self._known.move_to_end(pair)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def failed(self, pair: Pair) -> None:
        now = self._clock()
        self._unproved.of(pair, self._rates.unproved, now).take(now)
        if not self._is_known(pair, now):
            self._strangers.take(now)

    def _is_known(self, pair: Pair, now: float) -> bool:
        return now - self._known.get(pair, -math.inf) <= KNOWN_S
