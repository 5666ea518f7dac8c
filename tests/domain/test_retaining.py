"""Two simulated years of retention: the proof `privacy_retention` in small."""

import pytest

from config.files import load_retention
from tests.retaining import Judge, simulated
from tests.wrong_retention import WRONG


def test_nothing_is_kept_too_long_nothing_goes_early_no_hold_is_broken() -> None:
    tally = simulated(7, 150, 4, load_retention())
    assert (tally.overdue, tally.early, tally.held_broken) == (0, 0, 0)
    assert tally.gone
    assert tally.stopped_by_hold


@pytest.mark.parametrize("judged", WRONG.values(), ids=WRONG)
def test_a_rule_that_is_wrong_is_found(judged: Judge) -> None:
    tally = simulated(7, 150, 4, load_retention(), judged)
    assert tally.overdue + tally.early + tally.held_broken
