"""Balance watch: hand-worked tables, and that what is not told cannot be worked out."""

from datetime import timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.balance import FOUR_FIFTHS, MANY, Cells, Rate, fisher, merged, rates, steps, told, waits
from domain.balance import LEAST as LEAST_TOLD
from domain.balance_people import Person, selection, waiting
from tests.balancing import another
from tests.proofs.prove_privacy_balance import proved

#: Small enough to look at every table there is; the rule is the same for 10.
LEAST = 2


def test_fisher_of_the_lady_tasting_tea_is_as_worked_by_hand() -> None:
    """3 of 4 and 1 of 4: (1 + 16 + 16 + 1) of 70 tables are no likelier."""
    assert fisher(Rate("milk", 4, 3), Rate("tea", 4, 1)) == pytest.approx(34 / 70)
    assert fisher(Rate("milk", 4, 4), Rate("tea", 4, 0)) == pytest.approx(2 / 70)
    assert fisher(Rate("men", 12, 1), Rate("women", 12, 9)) == pytest.approx(0.002759456)  # the example every textbook has
    assert fisher(Rate("a", 5, 2), Rate("b", 5, 2)) == 1.0


def test_rates_and_four_fifths_are_as_worked_by_hand() -> None:
    """48 of 80 men pass (0.6) and 12 of 40 women (0.3): the ratio is one half, below four fifths."""
    men, women = rates({"man": (32, 48), "woman": (28, 12)}, 1)
    assert (men.entered, men.passed, men.ratio, men.p) == (80, 48, Fraction(1), None)
    assert (women.entered, women.passed, women.ratio) == (40, 12, Fraction(1, 2))
    assert women.ratio is not None
    assert women.ratio < FOUR_FIFTHS
    assert women.p == fisher(women, men)


def test_nobody_passing_is_compared_with_nobody() -> None:
    assert [(x.ratio, x.p) for x in rates({"man": (30, 0), "woman": (20, 0)}, 1)] == [(None, None), (None, None)]


def test_a_group_with_a_small_cell_is_not_told_and_the_smallest_other_hides_it() -> None:
    groups = {"BE": (30, 20), "FR": (20, 15), "IT": (40, 9)}
    assert told(groups, (0, 0)) == {"BE": (30, 20)}
    assert told(groups | {"NL": (15, 20)}, (0, 0)) == {"BE": (30, 20)}  # as small as FR: both hide IT
    assert told(groups, (10, 10)) == {"BE": (30, 20), "FR": (20, 15)}  # those who said nothing hide it
    assert told({"BE": (30, 20), "FR": (20, 15)}, (0, 3)) == {"BE": (30, 20), "FR": (20, 15)}
    assert told({"BE": (9, 20)}, (0, 0)) == {}


def test_steps_are_told_where_enough_stopped_and_enough_went_on() -> None:
    assert steps((100, 39, 40, 0, 0)) == [0, 1]
    assert steps((100, 40, 60, 20, 50)) == [0, 1, 2, 3]
    assert steps((39, 100, 0, 0, 0)) == [0]
    assert merged((100, 39, 40, 1, 2), [0, 1]) == (100, 82)


def outputs(least: int, unsaid: Cells, *groups: Cells) -> tuple[object, ...]:
    """All a reader gets: the groups told, and the totals."""
    named = {f"g{n}": cells for n, cells in enumerate(groups) if sum(cells)}
    totals = tuple(map(sum, zip(unsaid, *groups, strict=True)))
    return tuple(sorted(told(named, unsaid, least).items())), totals


def recovered(worlds: list[tuple[Cells, ...]], least: int) -> int:
    """How many cells under `least` of groups somebody named have one value only in all the worlds that look the same."""
    seen: dict[object, list[tuple[Cells, ...]]] = {}
    for world in worlds:
        seen.setdefault(outputs(least, *world), []).append(world)
    return sum(_alone(same, least) for same in seen.values())


def _alone(same: list[tuple[Cells, ...]], least: int) -> int:
    world = same[0]
    places = [(g, c) for g in range(1, len(world)) for c in range(len(world[0])) if sum(world[g]) and world[g][c] < least]
    return sum(len({each[g][c] for each in same}) == 1 for g, c in places)


def shared(total: int, parts: int) -> list[Cells]:
    """Every way to share out so many among so many."""
    return [cells for cells in product(range(total + 1), repeat=parts) if sum(cells) == total]


def tables(totals: Cells, groups: int) -> list[tuple[Cells, ...]]:
    """Every table with these totals: first those who said nothing, then the groups."""
    return [tuple(zip(*columns, strict=True)) for columns in product(*(shared(total, groups + 1) for total in totals))]


@pytest.mark.parametrize(("totals", "groups"), [((8,), 3), ((9,), 4), ((12,), 3), ((8, 8), 2), ((9, 8), 2), ((8, 8), 3)])
def test_of_every_table_there_is_no_small_cell_can_be_recovered(totals: Cells, groups: int) -> None:
    assert recovered(tables(totals, groups), LEAST) == 0


def test_without_something_else_hidden_the_totals_give_a_small_cell_away() -> None:
    """The control: the same search finds what is told without a second group hidden."""
    groups: dict[str, Cells] = {"BE": (30,), "FR": (20,), "IT": (3,)}
    naive = {name: cells for name, cells in groups.items() if min(cells) >= 10}
    assert sum(map(sum, groups.values())) - sum(map(sum, naive.values())) == 3
    assert 53 - sum(map(sum, told(groups, (0,)).values())) == 23


#: Many near the bound, where the rule turns.
CELLS = st.tuples(*[st.one_of(st.integers(0, 12), st.integers(0, 60))] * 2)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["BE", "CA", "DE", "FR", "IT", "NL"]), CELLS.filter(any), max_size=6), CELLS)
def test_for_every_small_cell_there_is_another_table_that_looks_the_same(groups: dict[str, Cells], unsaid: Cells) -> None:
    """Two groups change places, or one person says something else. Only where `steps` lets a table be made at all."""
    assume(min(map(sum, zip(unsaid, *groups.values(), strict=True))) >= MANY)
    for name, cells in groups.items():
        for place, value in enumerate(cells):
            assert value >= LEAST_TOLD or another(groups, unsaid, name, place) is not None


def test_what_is_told_counts_each_candidate_once_and_as_far_as_they_came() -> None:
    candidates = {f"c{n}": Person(furthest=1 if n % 2 else 0, counts=n < 200) for n in range(210)}
    said = {f"c{n}": "woman" if n % 3 else "man" for n in range(200)}
    found = selection(candidates, said)
    assert found["people"] == 200
    (step,) = found["steps"]
    assert (step["from"], step["to"], step["entered"], step["passed"]) == ("received", "shortlisted", 200, 100)
    assert [(x["group"], x["entered"], x["passed"]) for x in step["groups"]] == [("man", 67, 33), ("woman", 133, 67)]
    assert selection({}, {}) == {"people": 0, "steps": []}


def test_waiting_times_are_told_in_whole_days_of_nations_with_ten_answers_and_more() -> None:
    day = timedelta(days=1)
    times = {"BE": [n * day for n in range(1, 31)], "FR": [day] * 12, "IT": [day] * 9}
    (belgium,) = waits(times)
    assert (belgium.nation, belgium.answers, belgium.median_days, belgium.p90_days) == ("BE", 30, 15, 27)
    assert [x.nation for x in waits({"BE": times["BE"], "FR": [day * 1.5] * 12})] == ["BE", "FR"]
    people = {f"c{n}": Person(waits={("clearance", "BE"): n * day}) for n in range(1, 31)}
    found = waiting(people)["conditions"]
    assert found["clearance"] == {"answers": 30, "nations": [vars(belgium)]}
    assert found["medical"] == {"answers": 0, "nations": []}


def test_drawn_populations_reported_slice_by_slice_give_no_small_figure_away() -> None:
    """A small count of the proof `privacy_balance`."""
    found = proved(60, seed=7)
    assert found.recovered == 0
    assert found.small > 100
    assert found.control > 0
