"""What is due to be erased, counted at most every few minutes: it means looking at everything that is kept, and changes by the day."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from acts.privacy import PrivacyDesk
from domain.retention import Schedule
from domain.retention_report import Month, Report
from store.names import system_now

ANEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Outlook:
    """`at` is when it was counted, by the system's clock."""

    told: Report
    months: tuple[Month, ...]
    at: datetime


class Outlooks:
    """The last count is kept until it is old, another day begins, a hold is placed or lifted, or the schedule is another."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._last: tuple[Hashable, Outlook] | None = None

    async def of(self, desk: PrivacyDesk, schedule: Schedule, today: date) -> Outlook:
        key = (schedule.model_dump_json(), today, tuple(each["hold"] for each in await desk.holds()))
        async with self._turn:
            if self._last is None or self._last[0] != key or system_now() - self._last[1].at >= ANEW:
                at = system_now()
                told, months = await desk.outlook(schedule)
                self._last = (key, Outlook(told, tuple(months), at))
            return self._last[1]
