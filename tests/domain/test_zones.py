"""Wall clocks in zones with odd transitions: half hours, a change at midnight, one in the middle of Ramadan, none at all."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars import Calendar
from domain.deadlines import at_wall_clock, closes_at, extend, instants, set_deadline, set_deadline_until, shift
from domain.facts import DeadlineSet
from domain.rules import DeadlineRule, Rung
from domain.vacancy import Closing
from domain.words import Party, Role

ZONES = ["Europe/Brussels", "Europe/Lisbon", "Atlantic/Reykjavik", "Pacific/Chatham", "Africa/Casablanca", "America/Havana", "Asia/Beirut"]
LAST = time(23, 59, 59)
LADDER = (Rung(after=0, to=Role.HR_HEAD), Rung(after=7, to=Role.APPOINTING_AUTHORITY))

#: A busy machine is not a failure.
SLOW = settings(deadline=None)

zones = st.sampled_from(ZONES)
starts = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
rules = st.builds(
    DeadlineRule,
    party=st.just(Party.HR),
    target=st.integers(0, 400),
    limit=st.integers(0, 400),
    remind=st.integers(0, 400),
    working_days=st.booleans(),
    escalation=st.sampled_from([(), LADDER]),
)


def office(zone: str) -> Calendar:
    return Calendar(id="office", version="1", zone=zone)


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def ends(deadline: DeadlineSet) -> list[datetime]:
    return [at for at, what in instants(deadline) if what != "reminder"]


@SLOW
@given(rule=rules, started_at=starts, zone=zones)
def test_every_end_is_the_last_second_of_a_local_day_and_every_reminder_its_nine_o_clock(
    rule: DeadlineRule, started_at: datetime, zone: str
) -> None:
    found = set_deadline("x", rule, started_at, office(zone))
    assert {wall(at, zone).time() for at in ends(found)} == {LAST}
    assert {wall(at, zone).time() for at in found.remind_at} <= {time(9)}


@SLOW
@given(days=st.integers(0, 700), started_at=starts, zone=zones)
def test_so_many_days_are_so_many_local_dates_never_an_hour_more_or_less(days: int, started_at: datetime, zone: str) -> None:
    found = set_deadline("x", DeadlineRule(party=Party.HR, target=days), started_at, office(zone))
    assert wall(found.due_at, zone).date() == wall(started_at, zone).date() + timedelta(days=days)


@SLOW
@given(rule=rules, started_at=starts, zone=zones, days=st.integers(1, 200), elapsed=st.integers(0, 500))
def test_an_extension_ends_a_local_day_too(rule: DeadlineRule, started_at: datetime, zone: str, days: int, elapsed: int) -> None:
    calendar = office(zone)
    longer = extend(set_deadline("x", rule, started_at, calendar), days, "", started_at + timedelta(days=elapsed), calendar)
    assert {wall(at, zone).time() for at in ends(longer)} == {LAST}


@SLOW
@given(ends_on=st.dates(date(2024, 6, 1), date(2029, 1, 1)), started_at=starts, zone=zones)
def test_a_known_last_day_ends_that_very_day(ends_on: date, started_at: datetime, zone: str) -> None:
    found = set_deadline_until("x", DeadlineRule(party=Party.HR, target=90), started_at, ends_on, office(zone))
    assert wall(found.due_at, zone) == datetime.combine(ends_on, LAST)


@SLOW
@given(rule=rules, started_at=starts, zone=zones, seconds=st.integers(1, 40_000_000))
def test_a_hold_gives_exactly_the_time_it_stopped_whatever_the_clocks_did_meanwhile(
    rule: DeadlineRule, started_at: datetime, zone: str, seconds: int
) -> None:
    before = set_deadline("x", rule, started_at, office(zone))
    after = shift(before, seconds, held_at=started_at - timedelta(seconds=1))
    moved = [b[0].astimezone(UTC) - a[0].astimezone(UTC) for a, b in zip(instants(before), instants(after), strict=True)]
    assert set(moved) == {timedelta(seconds=seconds)}


@SLOW
@given(day=st.dates(date(2024, 1, 1), date(2030, 1, 1)), clock=st.times(), zone=zones)
def test_a_wall_clock_that_exists_once_shows_itself(day: date, clock: time, zone: str) -> None:
    at, tz = at_wall_clock(day, clock, ZoneInfo(zone)), ZoneInfo(zone)
    naive = datetime.combine(day, clock)
    readings = {naive.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = wall(at, zone) - naive
    if len(readings) == 1:
        assert shown == timedelta(0)
    else:
        assert at == max(readings), "in favour of who must act"
        assert timedelta(0) <= shown <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        ("Europe/Lisbon", date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # missing: 02:30 summer time
        ("Europe/Lisbon", date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # twice: the second
        ("Atlantic/Reykjavik", date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # never changes
        ("Pacific/Chatham", date(2026, 9, 27), time(3, 0), datetime(2026, 9, 26, 14, 15, tzinfo=UTC)),  # missing: 04:00 summer time
        ("Pacific/Chatham", date(2026, 4, 5), time(3, 0), datetime(2026, 4, 4, 14, 15, tzinfo=UTC)),  # twice: the second
        ("America/Havana", date(2026, 3, 8), time(0, 30), datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),  # the day begins at one
    ],
)
def test_a_competition_that_closes_in_a_missing_or_a_doubled_hour_closes_at_the_later_reading(
    zone: str, day: date, clock: time, instant: datetime
) -> None:
    assert closes_at(Closing(date=day, time=clock), zone, "23:59:59") == instant
