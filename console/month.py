"""A month as a grid: its days by weeks, which of them are worked, which are closed and why, and what is due on each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendars import Calendar

DAY, WEEK = timedelta(days=1), timedelta(days=7)
#: How many deadlines a day shows before it counts the rest.
IN_CELL = 3


@dataclass
class Day:
    """One cell. `closed` names the closing day; `working` is False for weekends and closing days, also where the calendar knows no more."""

    day: date
    here: bool
    working: bool
    closed: str
    rows: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def shown(self) -> list[Mapping[str, Any]]:
        return self.rows[:IN_CELL]

    @property
    def more(self) -> int:
        return len(self.rows) - len(self.shown)


def first_of(day: date, months: int = 0) -> date:
    """The first day of the month of that day, or of one so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def weeks_of(month: date) -> list[list[date]]:
    """The weeks that hold a day of the month, each from Monday on."""
    start = month - DAY * month.weekday()
    last = first_of(month, 1) - DAY
    return [[start + WEEK * n + DAY * k for k in range(7)] for n in range(((last - start).days // 7) + 1)]


def grid(month: date, rows: Iterable[Mapping[str, Any]], calendar: Calendar, zone: str) -> list[list[Day]]:
    """The month with the rows under the day they are due, as the clocks of the zone say it."""
    weeks = [[_day(day, month, calendar) for day in week] for week in weeks_of(month)]
    cells = {cell.day: cell for week in weeks for cell in week}
    for row in rows:
        cell = cells.get(row["due_at"].astimezone(ZoneInfo(zone)).date())
        if cell is not None:
            cell.rows.append(row)
    return weeks


def span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the beginning of one day to the beginning of another, there."""
    there = ZoneInfo(zone)
    return tuple(datetime.combine(day, time(), there).astimezone(UTC) for day in (first, last))  # type: ignore[return-value]


def _day(day: date, month: date, calendar: Calendar) -> Day:
    return Day(day, day.month == month.month, calendar.is_working(day), calendar.closed.get(day, ""))
