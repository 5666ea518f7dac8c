"""When our own door was shut: what was sent while it was, and reached us only after it, is neither in time nor late (recruitment.md §2)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

#: How long after the door is up again a sender may need to try once more.
GRACE = timedelta(hours=1)


class Run(NamedTuple):
    """One run of a door: it was surely up from the first moment to the last."""

    began_at: datetime
    alive_at: datetime


class Outage(NamedTuple):
    """From the last moment a door was surely up to the first at which it was up again."""

    since: datetime
    until: datetime


def outages(runs: Iterable[Run]) -> list[Outage]:
    """The gaps between the runs of one door, several of which may overlap. Before the first and after the last nothing is known."""
    joined: list[Run] = []
    for run in sorted(runs):
        if joined and run.began_at <= joined[-1].alive_at:
            joined[-1] = Run(joined[-1].began_at, max(joined[-1].alive_at, run.alive_at))
        else:
            joined.append(run)
    return [Outage(before.alive_at, after.began_at) for before, after in pairwise(joined)]


def unclear(limit: datetime, received_at: datetime, shut: Iterable[Outage]) -> bool:
    """Was the door shut at `limit`, and the message here soon after it was up again? What the sender claims plays no part."""
    return any(each.since <= limit <= each.until and limit < received_at <= each.until + GRACE for each in shut)
