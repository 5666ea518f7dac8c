"""Deadlines: a rule, a start and a calendar become UTC instants with their explanation in words.

Computed inside a judgement, never in a workflow (calendars and time-zone data change; house.md). A day-unit deadline ends
at 23:59:59 on a wall clock in the calendar's zone; reminders go out at 09:00 there. Sums of days are sums of dates, turned
into UTC at the end, so a change of summer time moves nothing (dependencies.md §5).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.calendars import ONE_DAY, Calendar, add_working_days, period_end
from domain.facts import DeadlineSet, RungAt
from domain.rules import DeadlineRule
from domain.vacancy import Closing
from domain.words import LimitAction, Party

Instant = tuple[datetime, Literal["reminder", "due", "limit", "rung"]]
END_OF_DAY = time(23, 59, 59)
REMINDED_AT = time(9, 0)
MOST_REMINDERS = 24
ORDER = {"reminder": 0, "due": 1, "limit": 2, "rung": 3}
#: What at the limit is told up the ladder; the other actions have somebody who decides, with a deadline of their own.
CLIMBS = (LimitAction.ESCALATE, LimitAction.PERSON_DECIDES)


def set_deadline(
    key: str, rule: DeadlineRule, started_at: datetime, calendar: Calendar, who: str = "", party: Party | None = None
) -> DeadlineSet:
    """The deadline `key` running from `started_at` (aware). `who` names the nation or person asked; `party` overrides the rule's."""
    if rule.unit == "second":
        return _build(key, rule, started_at, calendar, who, party, _seconds(started_at), _words(rule, started_at, calendar))
    start = started_at.astimezone(calendar.tz).date()
    return _build(key, rule, started_at, calendar, who, party, _days(rule, start, calendar), _words(rule, started_at, calendar))


def set_deadline_until(
    key: str, rule: DeadlineRule, started_at: datetime, ends_on: date, calendar: Calendar, who: str = "", party: Party | None = None
) -> DeadlineSet:
    """A deadline whose last day is known (the agreed day of entry, the end of the list or of probation).

    The rule's figures keep their distances from its target: with target 90 and remind 76 the reminder goes out 14 days
    before `ends_on`, with limit 89 the limit takes effect one day before.
    """
    start = ends_on - timedelta(days=rule.target)
    words = f"until {_day(ends_on)}, end of day in {calendar.zone}"
    every_day = rule.model_copy(update={"working_days": False})
    return _build(key, every_day, started_at, calendar, who, party, _days(every_day, start, calendar), words)


def probation_ends_on(entered_on: date, months: int) -> date:
    """The last day of probation (recruitment.md §2; facts.md §6)."""
    return period_end(entered_on, months)


def instants(deadline: DeadlineSet) -> list[Instant]:
    """Everything this deadline makes happen, in the order it happens; at one instant: reminder, due, limit, rung."""
    found: list[Instant] = [(at, "reminder") for at in deadline.remind_at]
    found.append((deadline.due_at, "due"))
    if deadline.limit_at is not None:
        found.append((deadline.limit_at, "limit"))
    found += [(rung.at, "rung") for rung in deadline.ladder]
    return sorted(found, key=lambda instant: (instant[0], ORDER[instant[1]]))


def shift(deadline: DeadlineSet, seconds: float, held_at: datetime | None = None) -> DeadlineSet:
    """The deadline after a hold of `seconds`: stopped time is not counted (recruitment.md §7).

    Instants that had passed when the hold began (`held_at`) stay where they were, so nothing is reminded of twice.
    """
    held = timedelta(seconds=seconds)

    def later(at: datetime) -> datetime:
        return at + held if held_at is None or at > held_at else at

    return deadline.model_copy(
        update={
            "remind_at": tuple(later(at) for at in deadline.remind_at),
            "due_at": later(deadline.due_at),
            "limit_at": deadline.limit_at and later(deadline.limit_at),
            "ladder": _ladder(deadline, later),
            "rule": f"{deadline.rule}, plus {_span(held)} on hold" if held else deadline.rule,
        }
    )


def extend(
    deadline: DeadlineSet,
    days: int,
    reason: str,
    at: datetime,
    calendar: Calendar,
    *,
    working_days: bool = False,
    unit: Literal["day", "second"] = "day",
) -> DeadlineSet:
    """The deadline `days` later by the wall clock of its zone, decided at `at` (recruitment.md §7); `unit` is that of its rule.

    Counted from the old due date, or from the day of the decision when that date has passed, so that an extension always
    gives time. What happened before `at` stays on record; at least one reminder precedes the new due date, as far before
    it as the last one preceded the old.
    """
    if days < 1:
        raise ValueError(f"an extension is at least one {unit}")
    moved = _mover(deadline, days, at, calendar, working_days) if unit == "day" else _later(deadline, days, at)
    ahead = [moved(x) for x in deadline.remind_at if x > at]
    if not ahead and deadline.remind_at:
        again = moved(deadline.remind_at[-1])
        ahead = [again] if again > at else []
    counted = _count(days, "working day" if working_days else unit)
    overdue = f" from {_day(at.astimezone(ZoneInfo(deadline.zone)).date())}" if deadline.due_at < at else ""
    return deadline.model_copy(
        update={
            "remind_at": (*(x for x in deadline.remind_at if x <= at), *ahead),
            "due_at": moved(deadline.due_at),
            "limit_at": deadline.limit_at and moved(deadline.limit_at),
            "ladder": _ladder(deadline, moved),
            "rule": f"{deadline.rule}, extended by {counted}{overdue}" + (f" ({reason})" if reason else ""),
            "calendar": calendar.label,
        }
    )


def closes_at(closing: Closing, zone: str, default_time: str) -> datetime | None:
    """The UTC instant of a vacancy's closing; None while it is ongoing (recruitment.md §1).

    The wall clock stands at the duty station. `default_time` ("23:59:59") serves a notice that names no time.
    """
    if closing.ongoing or closing.date is None:
        return None
    return at_wall_clock(closing.date, closing.time or time.fromisoformat(default_time), ZoneInfo(zone))


def is_late(received_at: datetime, closes: datetime | None) -> bool:
    """Late from the second after the closing second; the last second itself is in time (recruitment.md §1)."""
    return closes is not None and received_at.replace(microsecond=0) > closes


def at_wall_clock(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That wall clock in UTC. A time that occurs twice or never that night is read in favour of who must act: the later one."""
    wall = datetime.combine(day, clock, zone)
    return max(wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC))


def carried(at: datetime, was: datetime, now: datetime, tz: ZoneInfo) -> datetime:
    """`at` later by what a deadline was given since it was set: whole days by the wall clock, other times as they are."""
    if was == now:
        return at
    given = now.astimezone(tz).replace(tzinfo=None) - was.astimezone(tz).replace(tzinfo=None)
    if given % ONE_DAY:
        return at + (now - was)
    wall = at.astimezone(tz)
    return at_wall_clock(wall.date() + given, wall.time(), tz)


# ---- how the instants come about ---------------------------------------------------------------------------------------

Reckoning = Callable[[int, time], datetime]


def _days(rule: DeadlineRule, start: date, calendar: Calendar) -> Reckoning:
    def reckon(days: int, clock: time) -> datetime:
        day = add_working_days(calendar, start, days) if rule.working_days else start + timedelta(days=days)
        return at_wall_clock(day, clock, calendar.tz)

    return reckon


def _seconds(started_at: datetime) -> Reckoning:
    return lambda seconds, _clock: started_at.astimezone(UTC) + timedelta(seconds=seconds)


def _build(
    key: str, rule: DeadlineRule, started_at: datetime, calendar: Calendar, who: str, party: Party | None, reckon: Reckoning, words: str
) -> DeadlineSet:
    due_at = reckon(rule.target, END_OF_DAY)
    limit_at = None if rule.limit is None else reckon(rule.limit, END_OF_DAY)
    last = max(due_at, limit_at or due_at)
    climbs = rule.limit is not None and rule.at_limit in CLIMBS
    rungs = [(reckon((rule.limit or 0) + rung.after, END_OF_DAY), rung.to) for rung in rule.ladder[1:]] if climbs else []
    reminders = (reckon(n, REMINDED_AT) for n in _reminders(rule))
    return DeadlineSet(
        key=key,
        party=party or rule.party,
        who=who,
        started_at=started_at.astimezone(UTC),
        remind_at=tuple(at for at in reminders if started_at < at < last),
        due_at=due_at,
        limit_at=limit_at,
        at_limit=rule.at_limit,
        escalate_to=rule.ladder[0].to,
        ladder=tuple(RungAt(at=at, to=to) for at, to in rungs),
        alone_due_at=due_at,
        alone_limit_at=limit_at,
        rule=words,
        calendar=calendar.label,
        zone=calendar.zone,
    )


def _ladder(deadline: DeadlineSet, moved: Callable[[datetime], datetime]) -> tuple[RungAt, ...]:
    return tuple(rung.model_copy(update={"at": moved(rung.at)}) for rung in deadline.ladder)


def _reminders(rule: DeadlineRule) -> list[int]:
    """Days (or seconds) after the start on which to remind: once, or again and again up to the limit."""
    once = [] if rule.remind is None else [rule.remind]
    if rule.remind_every is None:
        return once
    until = rule.target if rule.limit is None else max(rule.limit, rule.target)
    repeated = range(rule.remind_every, until + 1, rule.remind_every)
    return sorted({*once, *repeated})[:MOST_REMINDERS]


def _mover(deadline: DeadlineSet, days: int, at: datetime, calendar: Calendar, working: bool) -> Callable[[datetime], datetime]:
    """Every instant moves by as many calendar days as the due date does."""
    tz = ZoneInfo(deadline.zone)
    due = deadline.due_at.astimezone(tz).date()
    start = max(due, at.astimezone(tz).date())
    end = add_working_days(calendar, start, days) if working else start + timedelta(days=days)

    def moved(instant: datetime) -> datetime:
        wall = instant.astimezone(tz)
        return at_wall_clock(wall.date() + (end - due), wall.time(), tz)

    return moved


def _later(deadline: DeadlineSet, seconds: int, at: datetime) -> Callable[[datetime], datetime]:
    by = max(deadline.due_at, at) - deadline.due_at + timedelta(seconds=seconds)
    return lambda instant: instant + by


# ---- in words ----------------------------------------------------------------------------------------------------------


def _words(rule: DeadlineRule, started_at: datetime, calendar: Calendar) -> str:
    if rule.unit == "second":
        return f"{_count(rule.target, 'second')} from {started_at.astimezone(UTC):%H:%M:%S} UTC"
    start = started_at.astimezone(calendar.tz).date()
    kind = "working day" if rule.working_days else "day"
    words = f"{_count(rule.target, kind)} from {_day(start)}, {calendar.name or calendar.id} calendar {calendar.version}"
    beyond = rule.working_days and not calendar.covers(add_working_days(calendar, start, rule.target))
    return f"{words} (which knows no closing days after {_day(calendar.last)})" if beyond else words


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _span(held: timedelta) -> str:
    hours, rest = divmod(held.seconds, 3600)
    parts = ((held.days, "day"), (hours, "hour"), (rest // 60, "minute"), (rest % 60, "second"))
    return " ".join(_count(n, thing) for n, thing in parts if n) or "less than a second"
