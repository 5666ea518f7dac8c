"""A calendar that changed: the open deadlines counted on it are counted again, visibly (recruitment.md §7).

Every moment that has passed stays. What a hold or an extension gave stays given. A candidate is never left less time than they were
told; the authorities' deadlines and ours may move either way, but never into the past. Only working days depend on a calendar:
a deadline in calendar days stays as it is.
"""

from dataclasses import dataclass
from datetime import datetime

from domain import facts as f
from domain.calendars import Calendar, next_working_day
from domain.deadlines import at_wall_clock, carried, set_deadline
from domain.explanation import changes
from domain.facts import DeadlineSet, RungAt
from domain.hire import HireState
from domain.moment import Moment
from domain.words import Party


@dataclass(frozen=True)
class Recount:
    """One open deadline as it stands and as it will stand."""

    key: str
    was: DeadlineSet
    will: DeadlineSet

    def facts(self) -> list[f.AnyFact]:
        said = f.DeadlineRecomputed(
            key=self.key,
            was_due_at=self.was.due_at,
            due_at=self.will.due_at,
            was_limit_at=self.was.limit_at,
            limit_at=self.will.limit_at,
            calendar=self.will.calendar,
            before=self.was.calendar,
        )
        return [said, self.will]


def recounts(state: HireState, calendar_id: str, m: Moment) -> list[Recount]:
    """The open deadlines that the version of `calendar_id` in force at `m` moves; none where all stay."""
    at = state.held_at or m.at  # a held clock stands still: what was ahead when the hold began is ahead
    found = [_recount(each, calendar_id, m, at) for _, each in sorted(state.deadlines.items())]
    return [each for each in found if each is not None]


def _recount(now: DeadlineSet, calendar_id: str, m: Moment, at: datetime) -> Recount | None:
    figures = m.set_by(now.key)
    if figures is None or figures.unit != "day" or not figures.working_days or now.alone_due_at is None:
        return None
    calendar = m.calendar_of(now.party, now.who)
    if calendar.id != calendar_id or now.calendar == calendar.label:
        return None
    fresh = set_deadline(now.key, figures, now.started_at, calendar, who=now.who)
    will = _carry(now, fresh, calendar, at)
    return None if (will.due_at, will.limit_at) == (now.due_at, now.limit_at) else Recount(now.key, now, will)


def _carry(now: DeadlineSet, fresh: DeadlineSet, calendar: Calendar, at: datetime) -> DeadlineSet:
    assert now.alone_due_at is not None
    due_at = _moved(now, now.due_at, now.alone_due_at, fresh.due_at, calendar, at)
    limit_at = now.limit_at
    if limit_at and now.alone_limit_at and fresh.limit_at:
        limit_at = _moved(now, limit_at, now.alone_limit_at, fresh.limit_at, calendar, at)
    reminders = [carried(each, now.alone_due_at, now.due_at, calendar.tz) for each in fresh.remind_at]
    return now.model_copy(
        update={
            "due_at": due_at,
            "limit_at": limit_at,
            "remind_at": (*(x for x in now.remind_at if x <= at), *(x for x in reminders if x > at)),
            "ladder": _ladder(now, fresh, limit_at, calendar, at),
            "alone_due_at": fresh.due_at,
            "alone_limit_at": fresh.limit_at,
            "rule": f"{fresh.rule}{changes(now.rule)}, recomputed from calendar {now.calendar.partition('@')[2]}",
            "calendar": fresh.calendar,
        }
    )


def _moved(now: DeadlineSet, old: datetime, alone: datetime, fresh: datetime, calendar: Calendar, at: datetime) -> datetime:
    """Where one end of a deadline comes to lie: the rule counted afresh, later by what was given since, on a working day."""
    if old <= at:
        return old
    new = fresh if alone == old else _on_working_day(carried(fresh, alone, old, calendar.tz), calendar)
    if new <= at or (now.party is Party.CANDIDATE and new < old):
        return old
    return new


def _on_working_day(at: datetime, calendar: Calendar) -> datetime:
    wall = at.astimezone(calendar.tz)
    day = next_working_day(calendar, wall.date())
    return at if day == wall.date() else at_wall_clock(day, wall.time(), calendar.tz)


def _ladder(now: DeadlineSet, fresh: DeadlineSet, limit_at: datetime | None, calendar: Calendar, at: datetime) -> tuple[RungAt, ...]:
    if limit_at is None or fresh.limit_at is None or len(now.ladder) != len(fresh.ladder):
        return now.ladder
    moved = [each.model_copy(update={"at": carried(each.at, fresh.limit_at, limit_at, calendar.tz)}) for each in fresh.ladder]
    return tuple(old if old.at <= at or new.at <= at else new for old, new in zip(now.ladder, moved, strict=True))
