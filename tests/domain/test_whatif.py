"""What another day of entry would mean, reckoned as the case itself does and written nowhere."""

from datetime import date, timedelta

import pytest

from config.files import load_calendar
from domain.errors import NotNow
from domain.moment import Moment
from domain.whatif import WhatIf, what_if
from domain.words import Stage
from tests.world import World, at_stage


def asked(world: World, case: str, day: date) -> WhatIf:
    calendar = load_calendar("hq-brussels")
    return what_if(world.hire(case), day, Moment(world.at, "muster", world.published[0], calendar))


def test_before_anybody_agreed_a_day_there_is_nothing_it_slips_from() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    found = asked(world, case, date(2027, 1, 4))
    assert found.agreed is None
    assert [(slip.what, slip.was, slip.now, slip.days) for slip in found.slips] == [
        ("entry", None, date(2027, 1, 4), None),
        ("probation", None, date(2027, 7, 3), None),
    ]


def test_everything_that_hangs_on_the_day_slips_with_it() -> None:
    world, case = at_stage(Stage.ENTRY)
    agreed = world.hire(case).enters_on
    assert agreed is not None
    found = asked(world, case, agreed + timedelta(days=31))
    assert found.agreed == agreed
    slips = {slip.what: slip.days for slip in found.slips}
    assert slips["entry"] == 31
    assert slips["contract"] is not None
    assert slips["contract"] >= 28
    assert slips["probation"] is not None
    assert slips["probation"] >= 28


def test_a_result_that_would_have_run_out_by_then_is_named_and_one_that_is_valid_that_day_is_not() -> None:
    world, case = at_stage(Stage.ENTRY)
    until = world.hire(case).conditions["medical"].valid_until
    assert until is not None
    assert "medical" not in dict(asked(world, case, until).expired)
    assert dict(asked(world, case, until + timedelta(days=1)).expired)["medical"] == until


def test_answers_that_are_due_after_the_day_are_named() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    state = world.hire(case)
    slot, deadline = next((key, d) for key, d in sorted(state.deadlines.items()) if key in state.conditions)
    on_the_day = deadline.due_at.date()
    assert slot not in [each.key for each in asked(world, case, on_the_day).unanswered]
    assert slot in [each.key for each in asked(world, case, on_the_day - timedelta(days=1)).unanswered]


@pytest.mark.parametrize("stage", [Stage.SCREENING, Stage.PROBATION])
def test_without_an_offer_or_once_on_duty_there_is_no_day_to_move(stage: Stage) -> None:
    world, case = at_stage(stage)
    with pytest.raises(NotNow):
        asked(world, case, date(2027, 1, 4))


def test_asking_changes_nothing() -> None:
    world, case = at_stage(Stage.ENTRY)
    before, journal = world.hire(case), len(world.store.journals[case])
    asked(world, case, date(2030, 1, 1))
    assert world.hire(case) == before
    assert len(world.store.journals[case]) == journal
