from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.nations import ACCEDED_ON, MEMBERS, code, eligible_first, members_on


def test_there_are_thirty_two_members() -> None:
    assert len(MEMBERS) == 32
    assert members_on(date(2024, 3, 7)) == MEMBERS


@pytest.mark.parametrize(
    ("day", "how_many"),
    [
        (date(1949, 8, 23), 0),
        (date(1949, 8, 24), 12),
        (date(1952, 2, 18), 14),
        (date(1955, 5, 6), 15),
        (date(1982, 5, 30), 16),
        (date(1999, 3, 12), 19),
        (date(2004, 3, 29), 26),
        (date(2009, 4, 1), 28),
        (date(2017, 6, 5), 29),
        (date(2020, 3, 27), 30),
        (date(2023, 4, 4), 31),
        (date(2024, 3, 7), 32),
    ],
)
def test_the_organisation_grew_on_known_days(day: date, how_many: int) -> None:
    assert len(members_on(day)) == how_many


@pytest.mark.parametrize(
    ("nation", "day", "member"),
    [
        ("SE", date(2024, 5, 5), True),  # vacancy 240655
        ("SE", date(2024, 3, 6), False),
        ("FI", date(2023, 1, 8), False),
        ("SE", date(2023, 1, 8), False),
        ("FI", date(2023, 4, 4), True),
        ("MK", date(2019, 6, 1), False),
        ("CH", date(2025, 1, 1), False),
        ("IE", date(2025, 1, 1), False),
    ],
)
def test_membership_is_tested_on_the_day(nation: str, day: date, member: bool) -> None:
    assert (nation in members_on(day)) is member


@given(day=st.dates(date(1949, 1, 1), date(2040, 1, 1)))
def test_nobody_is_a_member_before_acceding(day: date) -> None:
    assert all(ACCEDED_ON[nation] <= day for nation in members_on(day))
    assert members_on(day) <= MEMBERS


@pytest.mark.parametrize(
    ("written", "iso"), [("BE", "BE"), (" be ", "BE"), ("UK", "GB"), ("EL", "GR"), ("Belgium", None), ("", None), ("É1", None)]
)
def test_a_code_is_read_as_written_by_people(written: str, iso: str | None) -> None:
    assert code(written) == iso


def test_the_eligible_nations_come_first_and_each_once() -> None:
    assert eligible_first(["BR", "NO", "BR", "DK"], {"NO", "DK"}) == ("NO", "DK", "BR")
