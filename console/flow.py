"""The flow of an overview: where open hires stand, how long they have stood there, and how long they may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendars import Calendar, working_days_between
from domain.rules import DeadlineRule, Rules
from domain.words import Stage

#: The clock of a stage where it is not called like the stage. The conditions have a clock each, so the stage has none.
CLOCKS = {Stage.ASSESSMENT: "assessment_answer", Stage.OFFER: "offer", Stage.CONTRACT: "contract", Stage.ENTRY: "entry"}


@dataclass(frozen=True)
class Flow:
    """One stage. `median`, `oldest` and `target` are days, all of them working days or none; None where nobody knows or nothing is set."""

    stage: str
    n: int
    overdue: int
    soon: int
    median: int | None
    oldest: int | None
    target: int | None
    unit: str

    @property
    def parts(self) -> list[tuple[str, int]]:
        """For a stacked bar."""
        return [("overdue", self.overdue), ("soon", self.soon), ("well", self.n - self.overdue - self.soon)]

    @property
    def slow(self) -> bool:
        return self.median is not None and self.target is not None and self.median > self.target


def flow(rows: Iterable[Mapping[str, Any]], rules: Rules, calendar: Calendar, now: datetime) -> list[Flow]:
    """The rows of `Overviews.flow` with the targets of a policy, each in the days its target counts in."""
    return [_flow(row, _clock(rules, Stage(row["stage"])), calendar, now) for row in rows]


def _clock(rules: Rules, stage: Stage) -> DeadlineRule | None:
    clock = rules.deadlines.get(CLOCKS.get(stage, str(stage)))
    return clock if clock and clock.unit == "day" else None


def _flow(row: Mapping[str, Any], clock: DeadlineRule | None, calendar: Calendar, now: datetime) -> Flow:
    working = clock is not None and clock.working_days

    def days(since: datetime | None) -> int | None:
        if since is None:
            return None
        return _working(calendar, since, now) if working else max((now - since).days, 0)

    return Flow(
        stage=row["stage"],
        n=row["n"],
        overdue=row["overdue"],
        soon=row["soon"],
        median=days(row["median"]),
        oldest=days(row["oldest"]),
        target=clock.target if clock else None,
        unit="working_day" if working else "day",
    )


def _working(calendar: Calendar, since: datetime, now: datetime) -> int | None:
    """None beyond what the calendar knows."""
    first, last = (moment.astimezone(ZoneInfo(calendar.zone)).date() for moment in (since, now))
    return working_days_between(calendar, first, last) if calendar.covers(first) and calendar.covers(last) else None
