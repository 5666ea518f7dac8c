"""What is going to happen, and when: everything partners, candidates and people have made up their minds to do.

Offices work on Tuesdays and Fridays here: partners send in the morning, people act in the afternoon. Real offices are less regular,
but moments that coincide are what lets a year be played in a minute, and no rule of Muster's looks at the weekday.
"""

import heapq
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

OFFICE_DAYS = (1, 4)
MORNING, AFTERNOON = 8, 13

Do = Callable[[], Awaitable[None]]


@dataclass(order=True)
class Item:
    """One thing to do. `key` orders what happens at one moment, the same in every run; `about` is a case id, or empty."""

    at: datetime
    key: str
    about: str = field(compare=False)
    do: Do = field(compare=False)


class Agenda:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self._items: list[Item] = []

    def plan(self, at: datetime, key: str, about: str, do: Do) -> None:
        """Something at exactly this moment; what is past already happens as soon as it can."""
        heapq.heappush(self._items, Item(max(at, self.now + timedelta(seconds=1)), key, about, do))

    def morning(self, days: float, key: str, about: str, do: Do) -> None:
        """A partner's doing, on the first office morning at least `days` from now."""
        self.plan(office(self.now + timedelta(days=days), MORNING), key, about, do)

    def afternoon(self, days: float, key: str, about: str, do: Do) -> None:
        """A person's doing, on the first office afternoon at least `days` from now."""
        self.plan(office(self.now + timedelta(days=days), AFTERNOON), key, about, do)

    @property
    def next(self) -> datetime | None:
        return self._items[0].at if self._items else None

    def take(self, moment: datetime) -> Iterator[Item]:
        """Everything planned up to `moment`, in order."""
        while self._items and self._items[0].at <= moment:
            yield heapq.heappop(self._items)

    def __len__(self) -> int:
        return len(self._items)


def office(at: datetime, hour: int) -> datetime:
    """The first office moment at or after `at`."""
    day = at.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    while day < at or day.weekday() not in OFFICE_DAYS:
        day += timedelta(days=1)
    return day
