"""Working-day calendars: which days an office is closed, as versioned data, and the arithmetic on them.

A calendar is a TOML file (`config/calendars/`): drafted from public holidays, completed by HR, versioned and hashed
(dependencies.md §5). Adding a day makes a new version; a deadline always says which version it was counted on.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY = timedelta(days=1)


class Calendar(BaseModel):
    """The closing days of one office, between `first` and `last` (both inclusive); weekends need no entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str = Field(pattern="^[a-z0-9-]+$")
    version: str = Field(pattern=r"^\d+(\.\d+)*$")
    zone: str
    name: str = ""
    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    first: date = date.min
    last: date = date.max
    closed: dict[date, str] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def zone_exists(cls, zone: str) -> str:
        if not known_zone(zone):
            raise ValueError(f"is {zone!r}; a zone is named like Europe/Brussels")
        return zone

    @model_validator(mode="after")
    def is_of_use(self) -> "Calendar":
        if set(self.weekend) == set(WEEKDAYS):
            raise ValueError("the weekend leaves no working day")
        outside = [day for day in self.closed if not self.covers(day)]
        if outside:
            raise ValueError(f"closed day {min(outside)} lies outside the years the calendar covers ({self.first} to {self.last})")
        return self

    @property
    def label(self) -> str:
        """The name under which a deadline quotes it: id and version."""
        return f"{self.id}@{self.version}"

    @property
    def age(self) -> tuple[int, ...]:
        """The version as numbers: 2026.10 comes after 2026.9."""
        return age_of(self.version)

    @property
    def sha256(self) -> str:
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def is_working(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] not in self.weekend and day not in self.closed


def age_of(version: str) -> tuple[int, ...]:
    """A version as numbers, so that it can be compared."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def newest(*versions: "Calendar | None") -> Calendar:
    """The version in force among those there are: the highest. Raises ValueError for none."""
    return max((each for each in versions if each is not None), key=lambda each: each.age)


def closed_since(versions: Sequence[Calendar]) -> dict[date, Calendar]:
    """Of each closing day of the last version: the version since which it is one without a break. `versions` from the oldest on."""
    found: dict[date, Calendar] = {}
    for version in versions:
        found = {day: found.get(day, version) for day in version.closed}
    return found


def changed_days(was: Calendar, will: Calendar) -> list[tuple[date, str | None, str | None]]:
    """The days on which two versions differ, in order: (day, its name before, its name after); None where the office is open."""
    days = sorted({*was.closed, *will.closed})
    found = [(day, was.closed.get(day), will.closed.get(day)) for day in days]
    return [each for each in found if each[1] != each[2]]


def known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def working_days(calendar: Calendar, after: date) -> Iterator[date]:
    """The working days after `after`, in order, without end."""
    day = after
    while True:
        day += ONE_DAY
        if calendar.is_working(day):
            yield day


def next_working_day(calendar: Calendar, day: date) -> date:
    """`day` itself when it is a working day, else the first one after it."""
    return day if calendar.is_working(day) else next(working_days(calendar, day))


def add_working_days(calendar: Calendar, start: date, days: int) -> date:
    """The `days`-th working day after `start`: the first working day after it counts as 1; 0 is `start` itself."""
    if days < 0:
        raise ValueError("working days are counted forward only")
    return next(islice(working_days(calendar, start), days - 1, None)) if days else start


def working_days_between(calendar: Calendar, start: date, end: date) -> int:
    """How many working days lie after `start` up to and including `end`; the inverse of `add_working_days`."""
    days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
    return sum(calendar.is_working(day) for day in days)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the month's last day where it has no such day (31 August + 6 → 28 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + ONE_DAY * (day.day - 1), following - ONE_DAY)


def period_end(start: date, months: int) -> date:
    """The last day of `months` months that begin on `start`: the day before the same date, or the last day of a month without it."""
    same = add_months(start, months)
    return same - ONE_DAY if same.day == start.day else same
