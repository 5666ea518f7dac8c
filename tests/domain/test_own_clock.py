"""The candidate's own clock never runs while somebody else is the one to move (recruitment.md §2): whatever comes, in whatever order."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.hire import HireState
from domain.words import ConditionState, Party, Stage
from tests.world import World, at_stage

#: What authorities, the candidate and people here may do around the conditions, in any order.
SAID = {
    "forms": ("clearance.forms_received", {}),
    "file": ("medical.file_received", {}),
    "clearance acknowledged": ("clearance.acknowledged", {}),
    "granted": ("clearance.replied", {"outcome": "granted", "reference": "R"}),
    "interim": ("clearance.replied", {"outcome": "interim", "reference": "R"}),
    "refused": ("clearance.replied", {"outcome": "refused", "reference": "R"}),
    "fit": ("medical.replied", {"outcome": "fit", "reference": "R"}),
    "unfit": ("medical.replied", {"outcome": "unfit", "reference": "R"}),
    "verified": ("verification.replied", {"outcome": "confirmed", "reference": "R"}),
    "accredited": ("accreditation.replied", {"outcome": "accepted", "reference": "R"}),
}
DONE = ("propose", "approve", "sign", "enter", "hold", "resume")
walks = st.lists(st.sampled_from([*SAID, *DONE]) | st.integers(1, 40), max_size=14)
PAPERS = {"clearance_forms": "clearance", "medical_file": "medical"}


def step(world: World, case: str, what: str | int) -> None:
    if isinstance(what, int):
        world.forward(days=what)
    elif what in SAID:
        kind, data = SAID[what]
        world.tell(case, kind, **data)  # type: ignore[arg-type]
    elif what == "sign":
        world.tell(case, "contract.signed", signed=True, enters_on=world.at.date().isoformat())
    elif what == "enter":
        world.tell(case, "duty.entered", entered_on=world.at.date().isoformat())
    elif what == "propose":
        world.act(case, "propose_contract")
    elif what == "approve":
        world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256 or "0" * 64)
    else:
        words: dict[str, Any] = {"reason": "a_reason"} if what == "hold" else {}
        world.act(case, what, **words)


def waits_for_the_candidate(state: HireState, key: str) -> bool:
    """Is what this clock measures still the candidate's to give?"""
    if key in PAPERS:
        c = state.conditions[PAPERS[key]]
        return not c.papers and c.state in (ConditionState.REQUESTED, ConditionState.ACKNOWLEDGED)
    return {
        "assessment_answer": lambda: bool(state.assessment_ask) and not state.assessment_answered,
        "offer": lambda: state.offer_issued and state.offer_accepted is None,
        # An appeal lodged while a second opinion waits to be settled is kept, and counts by its receipt.
        "medical_appeal": lambda: state.conditions["medical"].state in (ConditionState.REFUSED, ConditionState.CONTRADICTED),
        "contract": lambda: state.approved and state.signed is None,
        "entry": lambda: state.stage is Stage.ENTRY,
        "allegation": lambda: bool(state.allegations),
    }[key]()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(walks)
def test_a_clock_of_the_candidates_is_open_only_while_the_candidate_is_awaited(walk: list[str | int]) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    for what in walk:
        try:
            step(world, case, what)
        except Refusal:
            continue
        state = world.hire(case)
        for key, deadline in state.deadlines.items():
            if deadline.party is Party.CANDIDATE:
                assert waits_for_the_candidate(state, key), (key, walk)


def test_before_the_conditions_too_each_answer_hands_the_turn_on() -> None:
    for stage in (Stage.ASSESSMENT, Stage.OFFER):
        world, case = at_stage(stage)
        if stage is Stage.OFFER:
            assert "offer" not in world.hire(case).deadlines, "nothing is asked of the candidate before the offer is issued"
            world.act(case, "issue_offer")
            world.tell(case, "offer.answered", accepted=True)
        else:
            world.tell(case, "assessment.completed", reference="V1")
        state = world.hire(case)
        mine = [key for key, d in state.deadlines.items() if d.party is Party.CANDIDATE]
        assert all(waits_for_the_candidate(state, key) for key in mine)
        assert not {"offer", "assessment_answer"} & set(mine)
