"""The forecast of a start: what it supposes, that it is the same every time, and that it learns from what happened."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotNow
from domain.facts import Entry
from domain.forecast import DAY, ENOUGH, Observation, Spread, accuracy, forecast, forecast_among, observations, tried
from domain.hire import HireState, fold
from domain.words import Stage
from tests.world import World, at_stage

OPEN = [stage for stage in Stage if stage not in (Stage.OFFER, Stage.PROBATION)]


def played(case: str, clearance: int = 60, start: int = 0, *, until: Stage | None = None) -> tuple[World, list[Entry]]:
    """A hire that went well, each step at its pace, under a case of its own."""
    world = World()
    world.forward(days=start)
    own = world.apply(received_at=world.published[0].published_at)
    world.close()
    world.forward(days=6)
    world.to_selection(own)
    world.forward(days=9)
    world.selected(own)
    world.to_conditions(own)
    if until is not Stage.CONDITIONS:
        world.tell(own, "medical.file_received")
        world.forward(days=10)
        world.answer(own, "medical", "verification")
        world.forward(days=clearance - 10)
        world.answer(own, "clearance")
        world.forward(days=12)
        world.answer(own, "accreditation")
        world.act(own, "propose_contract", enters_on=(world.at + timedelta(days=30)).date().isoformat())
        world.act(own, "approve_contract", "hr.head", sha256=world.hire(own).terms_sha256)
        world.tell(own, "contract.signed", signed=True, enters_on=(world.at + timedelta(days=30)).date().isoformat())
        world.forward(days=30)
        world.tell(own, "duty.entered", entered_on=world.at.date().isoformat())
    return world, [entry.model_copy(update={"case": case}) for entry in world.store.journals[own]]


@cache
def finished() -> dict[str, tuple[Entry, ...]]:
    """Eight hires, one a week, whose clearances took from 50 to 85 days."""
    return {f"hire/f{n}": tuple(played(f"hire/f{n}", clearance=50 + 5 * n)[1]) for n in range(8)}


def steps(world: World, state: HireState, observed: list[Observation]) -> dict[str, str]:
    return {each.step: each.source for each in forecast(state, world.published[0], observed, world.at).assumptions}


@pytest.mark.parametrize("stage", OPEN)
def test_an_open_case_has_a_start_with_a_range_and_it_is_the_same_every_time(stage: Stage) -> None:
    world, case = at_stage(stage)
    state = world.hire(case)
    found = forecast(state, world.published[0], [], world.at)
    assert found == forecast(state, world.published[0], [], world.at)
    assert world.at.date() <= found.earliest <= found.likely <= found.latest
    for each in found.assumptions:
        assert 0 <= each.earliest <= each.likely <= each.latest
    assert state == world.hire(case), "a forecast changes nothing"


@pytest.mark.parametrize("stage", OPEN)
def test_the_further_a_case_is_the_sooner_the_start(stage: Stage) -> None:
    world, case = at_stage(stage)
    first, first_case = at_stage(Stage.RECEIVED)
    sooner = forecast(world.hire(case), world.published[0], [], world.at)
    later = forecast(first.hire(first_case), first.published[0], [], first.at)
    if stage not in (Stage.RECEIVED, Stage.RESERVE):
        assert sooner.likely - world.at.date() <= later.likely - first.at.date()


def test_without_experience_the_policy_is_supposed() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    found = forecast(world.hire(case), world.published[0], [], world.at)
    by_step = {each.step: each for each in found.assumptions}
    assert set(by_step) == {"stage:contract_offer", "stage:entry_on_duty", "clearance", "medical", "verification", "accreditation"}
    assert {each.source for each in by_step.values()} == {"policy"}
    assert by_step["clearance"].likely == 14 + 180  # the forms, then the authority


def test_from_five_observations_on_experience_counts_and_an_authority_of_its_own_first() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    now = world.at

    def seen(step: str, number: int) -> list[Observation]:
        return [Observation(step, 40.0 + n, now, f"hire/f{n}") for n in range(number)]

    state = world.hire(case)
    assert "clearance" in steps(world, state, seen("clearance", ENOUGH - 1))
    assert steps(world, state, seen("clearance", ENOUGH))["clearance"] == "observed"
    both = [*seen("clearance", ENOUGH), *seen("clearance:nation-be", ENOUGH)]
    assert steps(world, state, both)["clearance:nation-be"] == "observed"
    later = [Observation(each.step, each.days, now + DAY, each.case) for each in both]
    assert steps(world, state, later)["clearance"] == "policy", "what is not over yet teaches nothing"
    own = [Observation(each.step, each.days, each.over_at, state.case) for each in both]
    assert steps(world, state, own)["clearance"] == "policy", "no case is its own experience"


def test_a_date_the_authority_announced_is_supposed() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.acknowledged", expected=(world.at + timedelta(days=50)).date().isoformat())
    found = {each.step: each for each in forecast(world.hire(case), world.published[0], [], world.at).assumptions}
    assert found["clearance"].source == "announced"
    assert abs(found["clearance"].likely - 50) < 1


def test_a_step_past_its_limit_is_told_as_overdue() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.forward(days=61)
    assert steps(world, world.hire(case), [])["verification"] == "overdue"


def test_the_agreed_day_is_the_forecast_once_there_is_one() -> None:
    world, case = at_stage(Stage.ENTRY)
    found = forecast(world.hire(case), world.published[0], [], world.at)
    assert found.earliest == found.likely == found.latest == world.hire(case).enters_on


def test_a_hold_with_an_end_moves_the_start() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    before = forecast(world.hire(case), world.published[0], [], world.at)
    world.act(case, "hold", reason="a_reason", until=(world.at + timedelta(days=40)).isoformat())
    held = forecast(world.hire(case), world.published[0], [], world.at)
    assert (held.likely - before.likely).days == 40
    assert held.assumptions[0].step == "hold"


@pytest.mark.parametrize("stage", [Stage.PROBATION, Stage.SCREENING])
def test_there_is_no_start_to_forecast_once_somebody_is_on_duty_or_gone(stage: Stage) -> None:
    world, case = at_stage(stage)
    if stage is Stage.SCREENING:
        world.act(case, "withdraw", reason="a_reason")
    with pytest.raises(NotNow, match="no start"):
        forecast(world.hire(case), world.published[0], [], world.at)


def test_what_was_observed_is_every_step_that_is_over() -> None:
    _, journal = played("hire/x", clearance=60)
    found = {each.step: each.days for each in observations(journal)}
    assert {name: round(days) for name, days in found.items() if not name.startswith("stage")} == {
        "clearance": 60,
        "clearance:nation-be": 60,
        "medical": 10,
        "medical:medical": 10,
        "verification": 10,
        "verification:verification": 10,
        "accreditation": 12,
        "accreditation:host-nation": 12,
    }
    assert round(found["stage:conditions"]) == 72
    assert round(found["stage:selection"]) == 9


def test_time_on_hold_is_no_experience() -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    world.forward(days=2)
    world.act(case, "hold", reason="a_reason")
    world.forward(days=30)
    world.act(case, "resume")
    world.forward(days=1)
    world.act(case, "shortlist", shortlisted=True)
    (found,) = (each for each in observations(world.store.journals[case]) if each.step == "stage:shortlisting")
    assert abs(found.days - 3) < 0.01


def test_finished_cases_are_forecast_again_at_every_stage_with_what_was_known_then() -> None:
    journals = finished()
    world = World()
    observed = [each for journal in journals.values() for each in observations(journal)]
    alone = tried(journals["hire/f4"], world.published[0], [])
    assert [each.stage for each in alone][:2] == [Stage.RECEIVED, Stage.SCREENING]
    assert alone[-1].stage is Stage.ENTRY
    assert (alone[-1].off, alone[-1].inside) == (0, True)
    late = [each.__class__(each.step, each.days, datetime.min.replace(tzinfo=UTC), each.case) for each in observed]
    taught = tried(journals["hire/f4"], world.published[0], late)
    before, after = accuracy(alone), accuracy(taught)
    assert before.median_error_days is not None
    assert after.median_error_days is not None
    assert after.median_error_days <= 5 < before.median_error_days
    assert after.inside is not None
    assert after.inside >= 0.9
    assert accuracy([]).median_error_days is None


def test_the_accuracy_stands_beside_the_forecast() -> None:
    world, journal = played("hire/now", until=Stage.CONDITIONS)
    journals = {**finished(), "hire/now": journal}
    found, good = forecast_among("hire/now", journals, {"250442": world.published[0]}, world.at + 400 * DAY)
    assert (good.cases, found.case) == (8, "hire/now")
    assert good.forecasts == 8 * len(tried(journals["hire/f0"], world.published[0], []))
    assert good.inside is not None
    assert fold(list(journal)).stage is Stage.CONDITIONS


days = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=30)
share = st.floats(0, 1)


@given(days, share, share)
def test_a_spread_rises_and_stays_within_what_was_seen(seen: list[float], one: float, two: float) -> None:
    spread = Spread.observed(seen)
    low, high = sorted((one, two))
    assert min(seen) <= spread.at(low) <= spread.at(high) <= max(seen)


@given(st.floats(0, 500), st.floats(0, 500), share, st.floats(0, 1500))
def test_what_is_left_is_never_negative_and_never_beyond_the_limit(target: float, limit: float, one: float, elapsed: float) -> None:
    spread = Spread.planned(target, limit)
    left = spread.left(one, elapsed)
    assert left >= 0
    assert left <= max(target, limit) + 1e-6
    assert spread.left(0.5, 0.0) == pytest.approx(target)
