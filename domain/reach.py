"""Whether a partner's door answers: the state that is shown, and when the next request may be put. Pure.

After a few troubles in a row new requests wait for one probe instead of hammering a door that is shut: one of them is let through
when the rest is over, the others stand aside until it is back. Temporal's retries do the waiting; here is only how long.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

#: So many troubles in a row, and the partner is left alone for a while.
TROUBLES = 3
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=10)
#: How long a probe may be under way before another is let through: its worker may have died.
PROBE = timedelta(seconds=45)

#: What is known of one request: surely not with the partner, perhaps, surely.
Arrived = Literal["no", "maybe", "yes"]
_SURER = ("no", "maybe", "yes")


class Door(StrEnum):
    """How a partner's door stands: it answers; it failed lately; it is left alone until `next_try`; one request tries it now."""

    ANSWERING = "answering"
    FAILING = "failing"
    RESTING = "resting"
    PROBING = "probing"


class Reach(BaseModel):
    """What our requests found at one partner's door. Everything is about the door, nothing about what was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    partner: str
    failures: int = 0
    rests: int = 0
    failing_since: datetime | None = None
    error: str = ""
    next_try: datetime | None = None
    probe_until: datetime | None = None
    tried_at: datetime | None = None
    reached_at: datetime | None = None

    def door(self, now: datetime) -> Door:
        if not self.failures:
            return Door.ANSWERING
        if self.failures < TROUBLES:
            return Door.FAILING
        return Door.PROBING if self.probe_until and now < self.probe_until else Door.RESTING


def moved(reach: Reach, by: timedelta) -> Reach:
    """The same as another clock tells it."""
    told = {name: at + by for name, at in reach if isinstance(at, datetime)}
    return reach.model_copy(update=told)


def admitted(reach: Reach, now: datetime) -> tuple[Reach, timedelta]:
    """May a request go now? The door as it then stands, and how long to stand aside; zero: it goes."""
    tried = reach.model_copy(update={"tried_at": now})
    if reach.failures < TROUBLES:
        return tried, timedelta()
    for until in (reach.next_try, reach.probe_until):
        if until and now < until:
            return reach, until - now
    return tried.model_copy(update={"probe_until": now + PROBE}), timedelta()


def reached(reach: Reach, now: datetime) -> Reach:
    """It answered, be it with a refusal: nothing of the trouble is left."""
    return Reach(partner=reach.partner, tried_at=reach.tried_at, reached_at=now)


def failed(reach: Reach, error: str, now: datetime, wanted: timedelta | None = None) -> Reach:
    """It did not answer. `wanted` is the time the partner itself named; the rest is never shorter.

    Requests that were on their way together count as one trouble once the door rests: only the failure of a probe makes the rest longer.
    """
    update: dict[str, object] = {"failures": reach.failures + 1, "error": error, "failing_since": reach.failing_since or now}
    if reach.failures + 1 >= TROUBLES and not (reach.next_try and now < reach.next_try):
        rest = min(FIRST_REST * 2 ** min(reach.rests, 10), LONGEST_REST)
        update |= {"rests": reach.rests + 1, "next_try": now + max(rest, wanted or rest), "probe_until": None}
    return reach.model_copy(update=update)


def surer(one: Arrived, other: Arrived) -> Arrived:
    """What is known of a request after two tries: a try that surely did not arrive takes nothing back of an earlier one."""
    return max(one, other, key=_SURER.index)
