"""Any order of replies, acts, timers and duplicates: no rule breaks, and nothing is out of reach (`recruitment.md`, all of it)."""

import os

from hypothesis import HealthCheck, given, note, settings

from domain.acts import ACTS
from domain.words import Ending, Stage
from tests.machine.moves import SPOKEN, Move
from tests.machine.walk import Tally, rescued, starts, walk, walks

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "2000"))
FULL = 2000
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

#: What two thousand walks must reach, however many more acts and messages there come to be: all stages, all acts on the way, these endings.
ENDINGS = set(Ending) - {
    Ending.ACCREDITATION_REFUSED,
    Ending.CLEARANCE_NOT_RECEIVED,
    Ending.BUDGET_REFUSED,
    Ending.INTEGRITY,
    Ending.MEDICALLY_UNFIT,
    Ending.NO_SHOW,
    Ending.PLACED_ELSEWHERE,
    Ending.RESERVE_LAPSED,
    Ending.SECONDMENT_REFUSED,
    Ending.VACANCY_CANCELLED,
}
ON_THE_WAY = {
    *("confirm_late", "screen", "shortlist", "mark_assessment", "schedule_interview", "mark_interview", "issue_offer"),
    *("propose_contract", "approve_contract", "decide_probation", "confirm_lapse", "withdraw_offer", "settle_reply", "enter_reply"),
    *("withdraw", "hold", "resume", "extend", "recuse", "hand_over", "report_integrity"),
}
#: And this share of everything that can be done or said.
MOST = 0.65


def test_no_walk_breaks_a_law_and_together_they_reach_every_stage_ending_act_and_message() -> None:
    tally = Tally()

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET)
    @given(starts, walks, rescued)
    def any_walk(how_far: str, moves: list[Move], luck: int) -> None:
        walk(how_far, moves, luck == 0, tally, note)

    any_walk()
    missed = sorted({*(set(Ending) - set(tally.endings)), *(set(ACTS) - set(tally.acts)), *(set(SPOKEN) - set(tally.messages))})
    print(f"{tally.line()}; not reached: {', '.join(missed) or 'nothing'}")
    if EXAMPLES >= FULL:
        assert set(Stage) <= set(tally.stages)
        assert set(tally.endings) >= ENDINGS
        assert set(tally.acts) >= ON_THE_WAY & set(ACTS)
        assert len(set(ACTS) & set(tally.acts)) >= MOST * len(ACTS)
        assert len(set(SPOKEN) & set(tally.messages)) >= MOST * len(SPOKEN)
