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

#: What two thousand walks may miss.
RARE_ENDINGS = frozenset(
    {
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
)
RARE_ACTS = frozenset(
    {"apply_overlay", "lift_overlay", "confirm_no_show", "decide_review", "conclude_integrity", "keep_entry_date", "postpone_entry"}
    | {"decide_higher_grade", "propose_higher_grade", "offer_reuse", "confirm_reply", "ask_by_hand", "reject_contract"}
    | {"claim_post"}  # no walk imports a hire
)
#: Everything that may be said must be said; these rarely find their moment.
RARE_MESSAGES = frozenset(
    {"accreditation.acknowledged", "allegation.answered", "duty.no_show", "interview.scheduled", "offer.extension_requested"}
    | {"probation.decided", "reuse.answered", "review.lodged", "medical.appealed", "secondment.replied"}
)


def test_no_walk_breaks_a_law_and_together_they_reach_every_stage_ending_act_and_message() -> None:
    tally = Tally()

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET)
    @given(starts, walks, rescued)
    def any_walk(how_far: str, moves: list[Move], luck: int) -> None:
        walk(how_far, moves, luck == 0, tally, note)

    any_walk()
    print(tally.line())
    if EXAMPLES >= FULL:
        assert set(Stage) - set(tally.stages) == set()
        assert set(Ending) - set(tally.endings) <= RARE_ENDINGS
        assert set(ACTS) - set(tally.acts) <= RARE_ACTS
        assert set(SPOKEN) - set(tally.messages) <= RARE_MESSAGES
