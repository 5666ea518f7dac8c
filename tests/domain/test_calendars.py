from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars import Calendar, add_months, add_working_days, next_working_day, period_end, working_days_between

BELGIUM = holidays.country_holidays("BE", years=range(2024, 2030), language="en_US")
OFFICE = Calendar(id="office", version="1", zone="Europe/Brussels", closed=dict(BELGIUM.items()))
PLAIN = Calendar(id="plain", version="1", zone="UTC")

days_covered = st.dates(date(2024, 1, 1), date(2029, 6, 30))


@given(start=days_covered, days=st.integers(1, 60))
def test_working_days_agree_with_an_independent_library(start: date, days: int) -> None:
    assert add_working_days(OFFICE, start, days) == BELGIUM.get_nth_working_day(start, days)


@given(day=days_covered)
def test_a_day_is_a_working_day_exactly_when_the_independent_library_says_so(day: date) -> None:
    assert OFFICE.is_working(day) == BELGIUM.is_working_day(day)


@given(start=days_covered, days=st.integers(0, 60))
def test_counting_back_gives_the_days_that_were_added(start: date, days: int) -> None:
    assert working_days_between(OFFICE, start, add_working_days(OFFICE, start, days)) == days


@given(start=days_covered, days=st.integers(1, 60))
def test_a_counted_day_is_always_a_working_day_after_the_start(start: date, days: int) -> None:
    end = add_working_days(OFFICE, start, days)
    assert end > start
    assert OFFICE.is_working(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 4, 2), 1, date(2025, 4, 3)),  # Wednesday: the day after counts 1
        (date(2025, 4, 4), 1, date(2025, 4, 7)),  # Friday: over the weekend
        (date(2025, 4, 5), 1, date(2025, 4, 7)),  # a Saturday start
        (date(2025, 4, 2), 0, date(2025, 4, 2)),
        (date(2025, 4, 17), 1, date(2025, 4, 18)),  # Good Friday is no Belgian public holiday
        (date(2025, 4, 18), 1, date(2025, 4, 22)),  # Easter Monday is
        (date(2025, 12, 31), 1, date(2026, 1, 2)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, days: int, end: date) -> None:
    assert add_working_days(OFFICE, start, days) == end


def test_working_days_are_never_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(PLAIN, date(2025, 1, 1), -1)


def test_the_next_working_day_may_be_the_day_itself() -> None:
    assert next_working_day(PLAIN, date(2025, 4, 4)) == date(2025, 4, 4)
    assert next_working_day(PLAIN, date(2025, 4, 5)) == date(2025, 4, 7)


def test_a_calendar_with_another_weekend_counts_by_it() -> None:
    friday_off = Calendar(id="x", version="1", zone="Asia/Kuwait", weekend=("friday", "saturday"))
    assert add_working_days(friday_off, date(2025, 4, 3), 1) == date(2025, 4, 6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Atlantis"},
        {"weekend": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")},
        {"weekend": ("lundi",)},
        {"id": "With Space"},
        {"first": date(2025, 1, 1), "closed": {date(2024, 12, 25): "Christmas"}},
        {"unknown": 1},
    ],
)
def test_a_calendar_that_cannot_be_right_is_refused(wrong: dict[str, object]) -> None:
    given_fields: dict[str, object] = {"id": "x", "version": "1", "zone": "UTC", **wrong}
    with pytest.raises((ValidationError, KeyError, ValueError)):
        Calendar.model_validate(given_fields)


def test_the_content_hash_follows_the_content_and_not_its_order() -> None:
    days = {date(2025, 1, 1): "New Year's Day", date(2025, 5, 1): "Labour Day"}
    one = PLAIN.model_copy(update={"closed": days})
    other = PLAIN.model_copy(update={"closed": dict(reversed(days.items()))})
    assert one.sha256 == other.sha256
    assert one.sha256 != PLAIN.sha256
    assert one.label == "plain@1"


def test_a_calendar_survives_json() -> None:
    assert Calendar.model_validate_json(OFFICE.model_dump_json()) == OFFICE


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2025, 1, 15), 6, date(2025, 7, 15)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2025, 6, 30), 6, date(2025, 12, 30)),
        (date(2025, 3, 3), 0, date(2025, 3, 3)),
        (date(2025, 7, 31), 36, date(2028, 7, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_there_is(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2025, 9, 1), 6, date(2026, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2028, 2, 29), 36, date(2031, 2, 28)),
        (date(2025, 1, 15), 6, date(2025, 7, 14)),
    ],
)
def test_a_period_ends_the_day_before_the_same_date(start: date, months: int, last: date) -> None:
    assert period_end(start, months) == last


@given(day=days_covered, months=st.integers(0, 80))
def test_months_never_run_into_the_month_after(day: date, months: int) -> None:
    then = add_months(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert day - timedelta(days=1) < then or months
