"""Planned maintenance of a system: a person says from when until when it is away, and nothing is alarmed in it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import BadInput

#: Longer than this nobody plans to be away: whoever is, has left, and silence has to be seen.
LONGEST = timedelta(days=14)
#: So far ahead may be planned.
AHEAD = timedelta(days=400)


@dataclass(frozen=True)
class Window:
    """From `begins` until `until` it is away, as `person` says."""

    plan: str
    begins: datetime
    until: datetime
    person: str

    def holds(self, now: datetime) -> bool:
        return self.begins <= now < self.until


def planned(begins: datetime, until: datetime, now: datetime) -> None:
    """Raises BadInput for what is no plan: ended, backwards, too long, too far ahead."""
    if until <= begins or until <= now:
        raise BadInput("maintenance ends after it begins, and not in the past", code="bad_window", field="until")
    if until - begins > LONGEST:
        raise BadInput(f"maintenance lasts at most {LONGEST.days} days", code="window_too_long", field="until")
    if begins - now > AHEAD:
        raise BadInput(f"maintenance is planned at most {AHEAD.days} days ahead", code="window_too_far", field="begins")


def holding(windows: Iterable[Window], now: datetime) -> Window | None:
    """The maintenance that is under way, the longest where several are."""
    return max((each for each in windows if each.holds(now)), key=lambda each: each.until, default=None)
