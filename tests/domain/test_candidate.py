from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.candidate import EDUCATION, PERSONAL, STATUSES, Application, Candidate, Worked, days_worked, education_rank, years_worked
from domain.events import ApplicationSubmitted, CandidateStatus


def worked(start: date | None, end: date | None = None) -> Worked:
    return Worked(from_=start, to=end, related=True)


TODAY = date(2024, 5, 5)


@pytest.mark.parametrize(
    ("periods", "days"),
    [
        ([], 0),
        ([worked(date(2024, 5, 5))], 1),
        ([worked(date(2024, 5, 1), date(2024, 5, 3))], 3),
        ([worked(date(2024, 5, 1), date(2024, 5, 3)), worked(date(2024, 5, 2), date(2024, 5, 4))], 4),
        ([worked(date(2024, 5, 1), date(2024, 5, 4)), worked(date(2024, 5, 2), date(2024, 5, 3))], 4),
        ([worked(date(2024, 5, 1), date(2025, 5, 1))], 5),
        ([worked(date(2024, 6, 1))], 0),
        ([worked(None, date(2024, 5, 1))], 0),
    ],
)
def test_days_of_work_count_once_and_only_until_the_day_that_counts(periods: list[Worked], days: int) -> None:
    assert days_worked(periods, TODAY) == days


spans = st.tuples(st.dates(date(2000, 1, 1), date(2026, 1, 1)), st.integers(0, 3000)).map(
    lambda span: worked(span[0], span[0] + timedelta(days=span[1]))
)


@given(periods=st.lists(spans, max_size=6))
def test_days_of_work_are_the_days_somebody_worked(periods: list[Worked]) -> None:
    days: set[int] = set()
    for period in periods:
        assert period.from_
        assert period.to
        days |= set(range(period.from_.toordinal(), min(period.to, TODAY).toordinal() + 1))
    assert days_worked(periods, TODAY) == len(days)
    assert days_worked(list(reversed(periods)), TODAY) == len(days)


@pytest.mark.parametrize(
    ("start", "years"), [(date(2020, 5, 6), 4), (date(2022, 5, 6), 2), (date(2023, 5, 7), 1), (date(2023, 5, 8), 0), (date(2021, 5, 6), 3)]
)
def test_nobody_misses_a_year_for_a_leap_day(start: date, years: int) -> None:
    assert years_worked([worked(start)], TODAY) == years


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("higher_secondary", "higher_secondary"),
        ("Higher secondary education", "higher_secondary"),
        ("enseignement secondaire supérieur", "higher_secondary"),
        ("upper vocational training / post-secondary degree", "post_secondary"),
        ("formation professionnelle supérieure", "post_secondary"),
        ("post_secondary", "post_secondary"),
        ("university degree", "bachelor"),
        ("Master of Science", "master"),
        ("Maîtrise", "master"),
        ("PhD", "doctorate"),
        ("primary", "primary"),
        ("lower-secondary", "lower_secondary"),
        ("school of life", None),
        ("", None),
    ],
)
def test_a_level_of_education_is_known_by_its_words(words: str, level: str | None) -> None:
    rank = education_rank(words)
    assert (None if rank is None else EDUCATION[rank]) == level


@pytest.mark.parametrize("level", EDUCATION)
def test_every_level_knows_its_own_name(level: str) -> None:
    assert education_rank(level) == EDUCATION.index(level)


def test_what_the_event_lets_in_the_view_can_read_and_each_field_is_personal_or_routes_the_case() -> None:
    assert set(Application.model_fields) == set(ApplicationSubmitted.model_fields)
    assert set(ApplicationSubmitted.model_fields) - PERSONAL == {"channel", "vacancy"}
    assert set(CandidateStatus.__args__) == {*STATUSES, "external"}  # type: ignore[attr-defined]


def test_an_application_with_nothing_and_with_too_much_can_be_read() -> None:
    assert Application.model_validate({}) == Application()
    assert Application.model_validate({"colour": "blue", "candidate": {"id": "x", "shoe": 42}}).candidate.id == "x"


def test_serving_staff_are_the_civilian_staff() -> None:
    assert Candidate(status="civilian_staff").serving
    assert not Candidate(status="contractor").serving
