"""Accommodation in the selection: evidence, proposal, grant, and what alone reaches the board (S2; `recruitment.md` §7)."""

import pytest

from domain.accommodation import measures_for_board
from domain.errors import BadInput, NotAllowed, NotNow
from domain.words import Stage
from tests.world import World, at_stage


def asked(stage: Stage = Stage.ASSESSMENT, evidence: str = "med-1") -> tuple[World, str]:
    world, case = at_stage(stage)
    world.tell(case, "accommodation.requested", reference=evidence)
    return world, case


def test_the_office_proposes_hr_grants_and_the_measures_alone_reach_the_board() -> None:
    world, case = asked()
    assert world.hire(case).needs() == ["propose_measures"]
    with pytest.raises(NotAllowed):
        world.act(case, "propose_measures", "ann", roles=("hr_officer",), measures=["breaks"])
    world.act(case, "propose_measures", "doc", roles=("medical_advisers_office",), measures=["breaks", "extra_time_25"])
    assert measures_for_board(world.hire(case)) == (), "a proposal is not for the board"
    with pytest.raises(NotAllowed):
        world.act(case, "grant_measures", "doc", roles=("medical_advisers_office",), measures=["breaks", "extra_time_25"])
    world.act(case, "grant_measures", "ann", measures=["breaks", "extra_time_25"])
    assert measures_for_board(world.hire(case)) == ("breaks", "extra_time_25")
    assert world.store.letters[-1].template == "accommodation_decided"


def test_less_than_proposed_needs_a_reason_and_more_is_not_granted() -> None:
    world, case = asked()
    world.act(case, "propose_measures", "doc", measures=["breaks", "extra_time_25"])
    with pytest.raises(BadInput, match="not proposed"):
        world.act(case, "grant_measures", "ann", measures=["breaks", "extra_time_25", "remote"])
    with pytest.raises(BadInput, match="needs its reason"):
        world.act(case, "grant_measures", "ann", measures=["breaks"])
    world.act(case, "grant_measures", "ann", measures=["breaks"], reason="format_has_no_time_limit")
    assert measures_for_board(world.hire(case)) == ("breaks",)


def test_the_candidates_clock_stands_still_while_we_decide() -> None:
    world, case = asked()
    assert "assessment_answer" not in world.hire(case).deadlines
    world.forward(days=30)
    assert world.hire(case).lapse_due == set()
    world.act(case, "propose_measures", "doc", measures=["breaks"])
    world.act(case, "grant_measures", "ann", measures=["breaks"])
    assert world.hire(case).deadlines["assessment_answer"].started_at == world.at


def test_nothing_is_marked_while_a_request_made_in_time_is_undecided() -> None:
    world, case = asked()
    world.tell(case, "assessment.completed", reference="V1")
    with pytest.raises(NotNow, match="accommodation is undecided") as refused:
        world.act(case, "mark_assessment", "bob", score=70)
    assert refused.value.details["waiting"][0]["code"] == "accommodation_undecided"
    assert refused.value.details["waiting"][0]["who"] == ["medical_advisers_office"]
    world.act(case, "propose_measures", "doc")
    world.act(case, "grant_measures", "ann")
    world.act(case, "mark_assessment", "bob", score=70)
    assert world.hire(case).stage is Stage.INTERVIEW


def test_no_interview_is_set_before_the_decision() -> None:
    world, case = asked(Stage.INTERVIEW)
    with pytest.raises(NotNow, match="accommodation is undecided"):
        world.act(case, "schedule_interview", starts_at="2027-05-01T10:00:00+00:00")


def test_without_medical_evidence_the_candidate_is_asked_for_it_and_nothing_waits() -> None:
    world, case = asked(evidence="")
    assert world.store.letters[-1].template == "accommodation_evidence"
    state = world.hire(case)
    assert (state.needs(), "assessment_answer" in state.deadlines) == ([], True)
    world.tell(case, "accommodation.requested", reference="med-1")
    assert world.hire(case).needs() == ["propose_measures"]


def test_after_the_selection_a_request_is_moot() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    late = world.tell(case, "accommodation.requested", reference="med-1")
    assert world.store.closed[late] == ("superseded", "after_its_stage")
