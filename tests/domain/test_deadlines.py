from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import Calendar
from domain.deadlines import (
    at_wall_clock,
    closes_at,
    extend,
    instants,
    is_late,
    probation_ends_on,
    set_deadline,
    set_deadline_until,
    shift,
)
from domain.facts import DeadlineSet
from domain.rules import DeadlineRule
from domain.vacancy import Closing
from domain.words import LimitAction, Party, Role

BRUSSELS = ZoneInfo("Europe/Brussels")
HQ = Calendar(
    id="hq",
    name="Brussels HQ",
    version="2025.1",
    zone="Europe/Brussels",
    first=date(2025, 1, 1),
    last=date(2025, 12, 31),
    closed={date(2025, 4, 21): "Easter Monday"},
)
SCREENING = DeadlineRule(party=Party.HR, target=14, remind=10, limit=30)
OFFER = DeadlineRule(party=Party.CANDIDATE, target=7, remind=5, limit=7, at_limit=LimitAction.LAPSE_DUE)
CLEARANCE = DeadlineRule(party=Party.NATION, target=180, remind_every=30, limit=548, at_limit=LimitAction.PERSON_DECIDES)
WORKING = DeadlineRule(party=Party.HR, target=10, remind=8, working_days=True)
SECONDS = DeadlineRule(party=Party.HR, target=3, remind=1, limit=5, unit="second")

starts = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def brussels(at: datetime | None) -> str:
    assert at is not None
    return f"{at.astimezone(BRUSSELS):%Y-%m-%d %H:%M:%S}"


def test_a_deadline_in_days_ends_with_the_local_day_and_reminds_in_the_morning() -> None:
    found = set_deadline("screening", SCREENING, utc(2025, 4, 2, 14, 0), HQ)
    assert brussels(found.due_at) == "2025-04-16 23:59:59"
    assert brussels(found.limit_at) == "2025-05-02 23:59:59"
    assert [brussels(x) for x in found.remind_at] == ["2025-04-12 09:00:00"]
    assert found.due_at == utc(2025, 4, 16, 21, 59, 59)


def test_the_start_is_the_local_date_not_the_date_in_utc() -> None:
    found = set_deadline("screening", SCREENING, utc(2025, 4, 2, 22, 30), HQ)  # half past midnight on the 3rd in Brussels
    assert brussels(found.due_at) == "2025-04-17 23:59:59"
    assert found.rule.startswith("14 days from 3 April 2025")


def test_summer_time_moves_no_wall_clock() -> None:
    found = set_deadline("offer", OFFER, utc(2025, 3, 27, 12, 0), HQ)
    assert brussels(found.due_at) == "2025-04-03 23:59:59"
    assert found.due_at == utc(2025, 4, 3, 21, 59, 59)
    winter = set_deadline("offer", OFFER, utc(2025, 10, 22, 12, 0), HQ)
    assert winter.due_at == utc(2025, 10, 29, 22, 59, 59)


def test_working_days_skip_weekends_and_closing_days() -> None:
    found = set_deadline("decision", WORKING, utc(2025, 4, 14, 8, 0), HQ)
    assert brussels(found.due_at) == "2025-04-29 23:59:59"
    assert brussels(found.remind_at[0]) == "2025-04-25 09:00:00"


def test_a_deadline_explains_itself() -> None:
    found = set_deadline("decision", WORKING, utc(2025, 4, 2, 8, 0), HQ, who="person:anna")
    assert found.rule == "10 working days from 2 April 2025, Brussels HQ calendar 2025.1"
    assert (found.calendar, found.zone, found.who, found.started_at) == (
        "hq@2025.1",
        "Europe/Brussels",
        "person:anna",
        utc(2025, 4, 2, 8, 0),
    )


def test_a_deadline_beyond_the_years_of_its_calendar_says_so() -> None:
    found = set_deadline("decision", WORKING, utc(2025, 12, 22, 8, 0), HQ)
    assert "knows no closing days after 31 December 2025" in found.rule


def test_the_singular_is_singular() -> None:
    assert set_deadline("x", WORKING.model_copy(update={"target": 1}), utc(2025, 4, 2), HQ).rule.startswith("1 working day from")


def test_the_rule_says_what_happens_at_the_limit_and_who_is_told() -> None:
    found = set_deadline("screening", SCREENING, utc(2025, 4, 2), HQ)
    assert (found.at_limit, found.escalate_to, found.party) == (LimitAction.ESCALATE, Role.HR_HEAD, Party.HR)
    assert set_deadline("screening", SCREENING, utc(2025, 4, 2), HQ, party=Party.BOARD).party is Party.BOARD


def test_chasers_repeat_up_to_the_limit() -> None:
    found = set_deadline("clearance", CLEARANCE, utc(2025, 1, 1), HQ, who="NO")
    assert len(found.remind_at) == 18
    assert brussels(found.remind_at[0]) == "2025-01-31 09:00:00"
    assert found.limit_at is not None
    assert max(found.remind_at) < found.limit_at


def test_chasers_are_capped() -> None:
    daily = CLEARANCE.model_copy(update={"remind_every": 1})
    assert len(set_deadline("clearance", daily, utc(2025, 1, 1), HQ).remind_at) == 24


def test_chasers_without_a_limit_stop_at_the_target() -> None:
    open_ended = CLEARANCE.model_copy(update={"limit": None, "target": 65})
    assert len(set_deadline("clearance", open_ended, utc(2025, 1, 1), HQ).remind_at) == 2


def test_no_reminder_lies_before_the_start() -> None:
    at_once = SCREENING.model_copy(update={"remind": 0})
    assert set_deadline("screening", at_once, utc(2025, 4, 2, 14, 0), HQ).remind_at == ()


def test_seconds_are_plain_seconds() -> None:
    found = set_deadline("screening", SECONDS, utc(2025, 3, 30, 0, 59, 58), HQ)
    assert [(at - found.started_at, kind) for at, kind in instants(found)] == [
        (timedelta(seconds=1), "reminder"),
        (timedelta(seconds=3), "due"),
        (timedelta(seconds=5), "limit"),
    ]
    assert found.rule == "3 seconds from 00:59:58 UTC"


def test_at_one_instant_the_target_comes_before_the_limit() -> None:
    found = set_deadline("offer", OFFER, utc(2025, 4, 2), HQ)
    assert [kind for _, kind in instants(found)] == ["reminder", "due", "limit"]
    assert found.due_at == found.limit_at


@given(started_at=starts, target=st.integers(0, 400), limit=st.integers(0, 600), remind=st.integers(0, 400), working=st.booleans())
def test_instants_are_in_order_and_never_before_the_start(
    started_at: datetime, target: int, limit: int, remind: int, working: bool
) -> None:
    rule = DeadlineRule(party=Party.HR, target=target, remind=remind, limit=target + limit, working_days=working)
    found = [at for at, _ in instants(set_deadline("x", rule, started_at, HQ))]
    assert found == sorted(found)
    assert started_at <= found[0]


@given(started_at=starts, days=st.integers(1, 700))
def test_a_day_unit_deadline_always_ends_at_the_last_second_of_a_local_day(started_at: datetime, days: int) -> None:
    rule = DeadlineRule(party=Party.HR, target=days)
    local = set_deadline("x", rule, started_at, HQ).due_at.astimezone(BRUSSELS)
    assert local.time() == time(23, 59, 59)
    assert local.date() == started_at.astimezone(BRUSSELS).date() + timedelta(days=days)


@given(started_at=starts, seconds=st.integers(0, 10_000_000))
def test_a_hold_moves_everything_by_as_long_as_it_lasted(started_at: datetime, seconds: int) -> None:
    before = set_deadline("screening", SCREENING, started_at, HQ)
    after = shift(before, seconds)
    assert [b[0] - a[0] for a, b in zip(instants(before), instants(after), strict=True)] == [timedelta(seconds=seconds)] * len(
        instants(before)
    )


def test_a_hold_repeats_no_reminder_already_given() -> None:
    before = set_deadline("screening", SCREENING, utc(2025, 4, 2), HQ)
    after = shift(before, 86400, held_at=utc(2025, 4, 13))
    assert after.remind_at == before.remind_at
    assert after.due_at == before.due_at + timedelta(days=1)
    assert after.rule.endswith("plus 1 day on hold")


@pytest.mark.parametrize(
    ("seconds", "words"), [(93784, "1 day 2 hours 3 minutes 4 seconds"), (7200, "2 hours"), (0.4, "less than a second")]
)
def test_a_hold_is_told_in_words(seconds: float, words: str) -> None:
    assert shift(set_deadline("x", SCREENING, utc(2025, 4, 2), HQ), seconds).rule.endswith(f"plus {words} on hold")


def test_an_empty_hold_changes_nothing() -> None:
    before = set_deadline("x", SCREENING, utc(2025, 4, 2), HQ)
    assert shift(before, 0) == before


def test_an_extension_moves_the_end_by_the_wall_clock() -> None:
    before = set_deadline("offer", OFFER, utc(2025, 3, 20, 12, 0), HQ)  # due 27 March, before summer time
    after = extend(before, 7, "abroad", utc(2025, 3, 26), HQ)
    assert brussels(after.due_at) == "2025-04-03 23:59:59"
    assert brussels(after.limit_at) == "2025-04-03 23:59:59"
    assert after.rule.endswith("extended by 7 days (abroad)")


def test_an_extension_brings_a_new_reminder() -> None:
    before = set_deadline("offer", OFFER, utc(2025, 3, 20, 12, 0), HQ)
    after = extend(before, 7, "", utc(2025, 3, 26), HQ)
    assert [brussels(x) for x in after.remind_at] == ["2025-03-25 09:00:00", "2025-04-01 09:00:00"]


def test_an_extension_moves_a_reminder_that_is_still_ahead() -> None:
    before = set_deadline("offer", OFFER, utc(2025, 3, 20, 12, 0), HQ)
    assert [brussels(x) for x in extend(before, 7, "", utc(2025, 3, 21), HQ).remind_at] == ["2025-04-01 09:00:00"]


def test_an_extension_in_seconds_is_plain_seconds() -> None:
    before = set_deadline("x", SECONDS, utc(2025, 4, 2), HQ)
    assert extend(before, 5, "", utc(2025, 4, 2), HQ, unit="second").due_at == before.due_at + timedelta(seconds=5)


def test_an_extension_decided_after_the_end_gives_time_from_that_day() -> None:
    before = set_deadline("offer", OFFER, utc(2025, 4, 2, 12, 0), HQ)  # due on the 9th
    after = extend(before, 7, "was ill", utc(2025, 4, 14, 9, 0), HQ)
    assert brussels(after.due_at) == brussels(after.limit_at) == "2025-04-21 23:59:59"
    assert after.rule.endswith("extended by 7 days from 14 April 2025 (was ill)")


def test_an_extension_in_working_days_skips_closing_days() -> None:
    before = set_deadline("offer", OFFER, utc(2025, 4, 9, 12, 0), HQ)  # due on Wednesday the 16th
    assert brussels(extend(before, 3, "", utc(2025, 4, 10), HQ, working_days=True).due_at) == "2025-04-22 23:59:59"


@given(started_at=starts, days=st.integers(1, 60), elapsed=st.integers(0, 40))
def test_an_extension_always_leaves_time(started_at: datetime, days: int, elapsed: int) -> None:
    at = started_at + timedelta(days=elapsed)
    before = set_deadline("screening", SCREENING, started_at, HQ)
    after = extend(before, days, "", at, HQ)
    assert after.due_at >= max(before.due_at, at) + timedelta(days=days - 1, hours=-2)
    assert after.due_at.astimezone(BRUSSELS).time() == time(23, 59, 59)


def test_an_extension_is_at_least_a_day() -> None:
    with pytest.raises(ValueError, match="at least"):
        extend(set_deadline("offer", OFFER, utc(2025, 4, 2), HQ), 0, "", utc(2025, 4, 3), HQ)


def test_a_known_last_day_keeps_the_distances_of_the_rule() -> None:
    entry = DeadlineRule(party=Party.CANDIDATE, target=90, remind=76, limit=90, at_limit=LimitAction.PERSON_DECIDES)
    found = set_deadline_until("entry", entry, utc(2025, 4, 2), date(2025, 6, 30), HQ)
    assert brussels(found.due_at) == "2025-06-30 23:59:59"
    assert brussels(found.remind_at[0]) == "2025-06-16 09:00:00"
    assert found.rule == "until 30 June 2025, end of day in Europe/Brussels"


def test_probation_escalates_before_its_last_day() -> None:
    probation = DeadlineRule(party=Party.LINE_MANAGER, target=181, remind=151, limit=180)
    last = probation_ends_on(date(2025, 9, 1), 6)
    found = set_deadline_until("probation", probation, utc(2025, 9, 1), last, HQ)
    assert last == date(2026, 2, 28)
    assert brussels(found.limit_at) == "2026-02-27 23:59:59"
    assert [kind for _, kind in instants(found)] == ["reminder", "limit", "due"]
    assert brussels(found.remind_at[0]) == "2026-01-29 09:00:00"


def test_a_deadline_is_the_fact_it_becomes() -> None:
    found = set_deadline("clearance", CLEARANCE, utc(2025, 4, 2), HQ, who="TR")
    assert DeadlineSet.model_validate_json(found.model_dump_json()) == found


# ---- the closing of a vacancy ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closing", "zone", "instant"),
    [
        (Closing(date=date(2024, 5, 5)), "Europe/Brussels", utc(2024, 5, 5, 21, 59, 59)),  # 240655: no time in the notice
        (Closing(date=date(2025, 4, 13), time=time(23, 59)), "Europe/Brussels", utc(2025, 4, 13, 21, 59)),  # 250442
        (Closing(date=date(2025, 1, 13), time=time(23, 59)), "Europe/Brussels", utc(2025, 1, 13, 22, 59)),
        (Closing(date=date(2025, 4, 13), time=time(23, 59)), "America/New_York", utc(2025, 4, 14, 3, 59)),
        (Closing(date=date(2025, 3, 30), time=time(2, 30)), "Europe/Brussels", utc(2025, 3, 30, 1, 30)),  # never occurs: 03:30 summer time
        (Closing(date=date(2025, 10, 26), time=time(2, 30)), "Europe/Brussels", utc(2025, 10, 26, 1, 30)),  # occurs twice: the second
    ],
)
def test_a_vacancy_closes_on_the_wall_clock_of_its_duty_station(closing: Closing, zone: str, instant: datetime) -> None:
    assert closes_at(closing, zone, "23:59:59") == instant


def test_an_ongoing_vacancy_has_no_closing() -> None:
    assert closes_at(Closing(ongoing=True), "Europe/Brussels", "23:59:59") is None
    assert closes_at(Closing(), "Europe/Brussels", "23:59:59") is None


@pytest.mark.parametrize(
    ("received_at", "late"),
    [
        (utc(2024, 5, 5, 21, 59, 59), False),
        (utc(2024, 5, 5, 21, 59, 59, 999_999), False),  # still the closing second
        (utc(2024, 5, 5, 22, 0, 0), True),
        (utc(2024, 5, 5, 10, 0, 0), False),
    ],
)
def test_the_second_after_closing_is_late(received_at: datetime, late: bool) -> None:
    assert is_late(received_at, utc(2024, 5, 5, 21, 59, 59)) is late


def test_nothing_is_late_for_an_ongoing_vacancy() -> None:
    assert not is_late(utc(2030, 1, 1), None)


@given(day=st.dates(date(2024, 1, 1), date(2030, 1, 1)), clock=st.times())
def test_a_wall_clock_shows_its_own_time_unless_it_never_occurs(day: date, clock: time) -> None:
    local = at_wall_clock(day, clock, BRUSSELS).astimezone(BRUSSELS)
    shown = local.replace(tzinfo=None)
    assert shown - datetime.combine(day, clock) in (timedelta(0), timedelta(hours=1))
