"""A year of an office as twelve months of days: worked, at the weekend, a public holiday, or closed by the office itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from console.month import DAY, first_of
from domain.calendars import WEEKDAYS, Calendar

#: What a day can be; the last three are not worked.
KINDS = ("worked", "weekend", "holiday", "closure")


@dataclass(frozen=True)
class Cell:
    """One day in the picture of its month: in which column (Monday is 0) and row, of which kind, and called what where it is closed."""

    day: date
    kind: str
    name: str
    column: int
    row: int


@dataclass(frozen=True)
class Month:
    first: date
    cells: tuple[Cell, ...]

    def count(self, kind: str) -> int:
        return sum(cell.kind == kind for cell in self.cells)

    @property
    def rows(self) -> int:
        """How many weeks it touches."""
        return self.cells[-1].row + 1

    @property
    def closed(self) -> list[Cell]:
        """The days the office is closed on beside its weekends."""
        return [cell for cell in self.cells if cell.name]


def year_of(year: int, calendar: Calendar, own: Mapping[date, object]) -> Sequence[Month]:
    """The twelve months. `own` are the closing days the office added itself; all others came with the software.

    A closing day at a weekend is told as a closing day: it has a name.
    """
    return [_month(date(year, n, 1), calendar, own) for n in range(1, 13)]


def _month(first: date, calendar: Calendar, own: Mapping[date, object]) -> Month:
    days = [first + DAY * n for n in range((first_of(first, 1) - first).days)]
    return Month(first, tuple(_cell(day, calendar, own) for day in days))


def _cell(day: date, calendar: Calendar, own: Mapping[date, object]) -> Cell:
    name = calendar.closed.get(day, "")
    kind = ("closure" if day in own else "holiday") if name else "weekend" if WEEKDAYS[day.weekday()] in calendar.weekend else "worked"
    return Cell(day, kind, name, day.weekday(), (day.day + day.replace(day=1).weekday() - 1) // 7)
