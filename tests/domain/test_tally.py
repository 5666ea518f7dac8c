"""Turns added up over many cases: nothing is lost between party, stage and age."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.tally import Share, tally
from domain.turns import age
from domain.words import Stage
from tests.domain.test_model_check import play, step
from tests.world import BEGIN, at_stage

NONE = timedelta(0)


def total(shares: dict[str, Share]) -> timedelta:
    return sum((share.time for share in shares.values()), NONE)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.tuples(st.sampled_from(Stage), st.lists(step, max_size=12)), min_size=1, max_size=3), st.integers(0, 10**9))
def test_parties_and_stages_each_add_up_to_the_age_exactly(walks: list[tuple[Stage, list[tuple[Any, ...]]]], later_us: int) -> None:
    journals, last = [], BEGIN
    for stage, walk in walks:
        world, case = at_stage(stage)
        for what in walk:
            play(world, case, what)
        journals.append(world.store.journals[case])
        last = max(last, world.at)
    now = last + timedelta(microseconds=later_us)
    found = tally(journals, now)
    assert found.age == sum((age(journal, now) for journal in journals), NONE) == total(found.parties) == total(found.stages)
    assert total(found.nations) == found.parties.get("nation", Share()).time
    assert found.cases == len(journals)


def test_the_time_to_hire_is_from_receipt_to_the_entry_on_duty() -> None:
    world, case = at_stage(Stage.PROBATION)
    found = tally([world.store.journals[case]], world.at)
    assert found.hires == [world.at - world.store.journals[case][0].at]
    assert found.time_to_hire == found.hires[0]
    assert tally([], world.at).time_to_hire is None


def test_a_nation_s_time_is_told_under_its_code() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.forms_received")
    world.forward(days=10)
    found = tally([world.store.journals[case]], world.at)
    assert found.nations["BE"].cases == 1
    assert found.nations["BE"].time > NONE
