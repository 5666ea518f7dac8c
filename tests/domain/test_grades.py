import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.grades import CATEGORY, LADDERS, GradePair, category, grade, neighbours, old_name, pair, same_or_lower, step

ALL = [f"G{n}" for n in sorted(CATEGORY)]


def test_there_are_twenty_four_grades_each_on_one_ladder() -> None:
    assert sorted(CATEGORY) == list(range(1, 25))
    assert sum(len(ladder) for ladder in LADDERS.values()) == 24


@pytest.mark.parametrize(
    ("written", "new"),
    [
        ("G8", "G8"),
        ("g 15", "G15"),
        ("B3", "G8"),
        ("B.4", "G10"),
        ("A.2", "G15"),
        ("A1", "G11"),
        ("A.7", "G24"),
        ("L.1", "G13"),
        ("L.5", "G21"),
        ("C.1", "G1"),
        ("C.6", "G9"),
        ("B.1", "G2"),
        ("B.6", "G14"),
    ],
)
def test_the_old_scale_maps_to_the_new(written: str, new: str) -> None:
    assert grade(written) == new


@pytest.mark.parametrize("written", ["G0", "G25", "B7", "L6", "A8", "P3", "G-6", "U", "", "8", "GA3"])
def test_grades_of_others_are_refused(written: str) -> None:
    with pytest.raises(BadInput):
        grade(written)


@pytest.mark.parametrize("new", ALL)
def test_both_scales_name_the_same_grade(new: str) -> None:
    assert grade(old_name(new)) == new


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("G8", "G8", True),
        ("G5", "G8", True),
        ("G10", "G8", False),
        ("G10", "G11", False),  # B and A are different careers
        ("G11", "G10", False),
        ("G2", "G14", True),
        ("B.3", "G10", True),
        ("G9", "G10", False),  # C and B
    ],
)
def test_the_same_or_a_lower_grade(a: str, b: str, expected: bool) -> None:
    assert same_or_lower(a, b) is expected


@given(a=st.sampled_from(ALL), b=st.sampled_from(ALL))
def test_on_one_ladder_any_two_grades_compare_and_across_ladders_none(a: str, b: str) -> None:
    compared = [same_or_lower(a, b), same_or_lower(b, a)]
    assert any(compared) == (category(a) == category(b))
    assert all(compared) == (a == b)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("G8-G10", "G8", "G10"),
        ("G8/G10", "G8", "G10"),
        ("G5 / G8", "G5", "G8"),
        ("5/8", "G5", "G8"),
        ("8/10", "G8", "G10"),
        ("G15/G17", "G15", "G17"),
        ("G17–G20", "G17", "G20"),
        ("10", "G10", "G10"),
        ("G8", "G8", "G8"),
    ],
)
def test_a_post_has_one_grade_or_twins(written: str, low: str, high: str) -> None:
    assert pair(written) == GradePair(low, high)
    assert pair(written).twin == (low != high)


@pytest.mark.parametrize("written", ["G8-G12", "G10-G8", "G10-G11", "G8/G10/G12", "", "-", "P3/P4"])
def test_twins_are_neighbours_on_one_ladder(written: str) -> None:
    with pytest.raises(BadInput):
        pair(written)


def test_steps_are_the_numbers_of_the_old_scale() -> None:
    assert [step(f"G{n}") for n in LADDERS["B"]] == [1, 2, 3, 4, 5, 6]
    assert neighbours("G14", "G14") is False
