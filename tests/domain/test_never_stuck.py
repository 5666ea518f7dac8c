"""Ways a case could have waited for ever, or a person been told the wrong thing: each was found by reading, each stays closed."""

from datetime import timedelta

import pytest

from activities.hire import Asked
from domain import facts as f
from domain.errors import NotFound, NotNow
from domain.words import Condition, ConditionState, Ending, Stage
from tests.world import World, at_stage


def kinds(world: World, case: str) -> list[str]:
    return [e.fact.kind for e in world.store.journals[case]]


def test_a_contract_nobody_signs_is_for_a_person_to_end() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract", "ann")
    world.act(case, "approve_contract", "bob", sha256=world.hire(case).terms_sha256)
    with pytest.raises(NotNow):
        world.act(case, "confirm_lapse")
    world.forward(days=20)
    assert "confirm_lapse" in world.hire(case).needs()
    assert world.hire(case).turn() == ["candidate", "hr"]
    world.act(case, "confirm_lapse", "ann")
    assert (world.hire(case).ending, world.hire(case).ended_by) == (Ending.CONDITIONAL_OFFER_LAPSED, "person:ann")


def test_a_first_day_nobody_reports_on_is_for_a_person_to_end() -> None:
    world, case = at_stage(Stage.ENTRY)
    world.forward(days=120)
    world.act(case, "confirm_lapse", "ann")
    assert world.hire(case).ending is Ending.NO_SHOW


def test_after_a_lapse_it_is_the_turn_of_hr() -> None:
    world, case = at_stage(Stage.OFFER)
    world.act(case, "issue_offer")
    assert world.hire(case).turn() == ["candidate"]
    world.forward(days=9)
    assert world.hire(case).turn() == ["hr"]
    world.act(case, "extend", deadline="offer", days=5, reason="asked_for")
    assert world.hire(case).turn() == ["candidate"]


def test_the_one_extension_is_the_whole_time_again() -> None:
    world, case = at_stage(Stage.OFFER)
    world.act(case, "issue_offer")
    before = world.hire(case).deadlines["offer"].due_at
    world.forward(days=2)
    world.tell(case, "offer.extension_requested")
    assert world.hire(case).deadlines["offer"].due_at.date() - before.date() == timedelta(days=7)


def test_a_request_that_comes_through_after_the_answer_on_paper_undoes_nothing() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "medical.file_received")
    state = world.hire(case)
    assert state.conditions[Condition.MEDICAL].state is ConditionState.REQUESTED
    world.tell(case, "medical.replied", outcome="fit", reference="R")
    before = kinds(world, case)
    world.note(case, Asked(about="medical", authority="medical", key=f"{case}/medical/request/9", round=9))
    world.note(case, Asked(about="medical", authority="medical", key=f"{case}/medical/request/9", round=9, failed="unreachable"))
    assert kinds(world, case) == before
    assert not world.hire(case).failed_asks


def test_an_ended_case_gets_no_deadline_from_a_request_still_on_its_way() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "application.withdrawn")
    world.note(case, Asked(about="accreditation", authority="host-nation", key=f"{case}/accreditation/request/1"))
    assert kinds(world, case)[-1] == "condition_requested"  # it was asked, so it can be recalled
    assert not world.hire(case).deadlines


def test_a_clearance_below_the_level_asked_for_satisfies_nothing() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.forms_received")
    world.tell(case, "clearance.replied", outcome="granted", level="NR", reference="R")
    assert world.hire(case).conditions[Condition.CLEARANCE].state is ConditionState.REQUESTED
    world.tell(case, "clearance.replied", outcome="granted", level="CTS", reference="R2")
    assert world.hire(case).conditions[Condition.CLEARANCE].state is ConditionState.SATISFIED


def test_a_result_that_will_have_expired_on_the_day_of_entry_reopens_before_the_offer() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    soon = (world.at + timedelta(days=20)).date()
    world.tell(case, "medical.file_received")
    world.tell(case, "medical.replied", outcome="fit", valid_until=soon.isoformat(), reference="R")
    world.answer(case, "clearance", "verification", "accreditation")
    assert world.hire(case).stage is Stage.CONTRACT
    world.act(case, "propose_contract", enters_on=(soon + timedelta(days=10)).isoformat())
    state = world.hire(case)
    assert (state.stage, state.terms_sha256) == (Stage.CONDITIONS, "")
    assert state.conditions[Condition.MEDICAL].state is ConditionState.REQUESTED  # asked again at once


def test_what_waited_for_its_moment_is_closed_with_the_case() -> None:
    world, case = at_stage(Stage.SCREENING)
    early = world.tell(case, "clearance.forms_received")
    assert world.fate(early) == "parked"
    world.tell(case, "application.withdrawn")
    assert world.store.closed[early] == ("superseded", "case_closed")
    assert not world.hire(case).parked


def test_a_post_that_is_nowhere_is_offered_to_nobody() -> None:
    world, case = at_stage(Stage.RESERVE)
    with pytest.raises(NotFound):
        world.act(case, "offer_reuse", vacancy="999999", post="x", grade="G8")
    with pytest.raises(NotFound):
        world.act(case, "offer_reuse", vacancy="270311", post="x", grade="G8")
    assert world.hire(case).reuse is None


def test_who_ends_on_hold_is_not_on_hold_any_more() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "hold", reason="budget_freeze")
    world.tell(case, "application.withdrawn")
    assert world.hire(case).over
    assert world.hire(case).held is None


def test_a_late_application_does_not_hold_up_the_report() -> None:
    world = World()
    case = world.apply()
    world.close()
    late = world.apply()
    assert world.hire(late).late
    world.to_selection(case)
    report = world.report((case, "selected"))
    world.decide(report)
    assert world.vacancy().report_state == "approved"


def test_nobody_is_called_for_a_post_that_gets_no_money() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    post = world.hire(case).post
    world.tell("vacancy/250442", "budget.decided", post=post, outcome="refused", reference="B")
    world.tell(case, "application.withdrawn")
    world.pump()
    assert [e.fact.kind for e in world.store.journals["vacancy/250442"] if isinstance(e.fact, f.PostWithdrawn)] == ["post_withdrawn"]


def test_a_first_day_is_no_lapse_while_a_condition_is_contradicted() -> None:
    world, case = at_stage(Stage.ENTRY)
    world.tell(case, "clearance.withdrawn", reference="W")
    world.forward(days=120)
    assert world.hire(case).needs() == ["settle_reply:clearance"]
    with pytest.raises(NotNow):
        world.act(case, "confirm_lapse")


def signed(world: World, case: str, days: int) -> str:
    return world.tell(case, "contract.signed", signed=True, enters_on=(world.at + timedelta(days=days)).date().isoformat())


def offered(world: World, case: str) -> None:
    world.act(case, "propose_contract", "ann")
    world.act(case, "approve_contract", "bob", sha256=world.hire(case).terms_sha256)


def test_a_signature_waits_while_a_condition_is_contradicted() -> None:
    world, case = at_stage(Stage.CONTRACT)
    offered(world, case)
    world.tell(case, "clearance.withdrawn", reference="W")
    signature = signed(world, case, 30)
    assert (world.hire(case).stage, world.fate(signature)) == (Stage.CONTRACT, "parked")
    world.act(case, "settle_reply", "ann", condition="clearance", outcome="granted", reason="a_reason")
    assert (world.hire(case).stage, world.fate(signature)) == (Stage.ENTRY, "applied")


def settled_anew_for(world: World, case: str, days: int) -> None:
    """Fit, and then fit with adjustments for a short time only: a person lets the second answer count."""
    until = (world.at + timedelta(days=days)).date().isoformat()
    world.tell(case, "medical.replied", outcome="fit_with_adjustments", valid_until=until, reference="R2")
    world.act(case, "settle_reply", "ann", condition="medical", outcome="fit_with_adjustments", reason="a_reason")


def test_a_signature_for_a_day_on_which_a_result_will_have_expired_reopens_the_condition() -> None:
    world, case = at_stage(Stage.CONTRACT)
    offered(world, case)
    settled_anew_for(world, case, 2)
    signed(world, case, 30)
    state = world.hire(case)
    assert (state.stage, state.signed) == (Stage.CONDITIONS, True)
    assert state.conditions[Condition.MEDICAL].state is ConditionState.REQUESTED
    world.tell(case, "medical.file_received")
    world.tell(case, "medical.replied", outcome="fit", reference="R3")
    assert world.hire(case).stage is Stage.ENTRY


def test_a_contract_is_not_approved_when_a_result_was_settled_anew_for_too_short_a_time() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract", "ann")
    settled_anew_for(world, case, 2)
    world.act(case, "approve_contract", "bob", sha256=world.hire(case).terms_sha256)
    state = world.hire(case)
    assert (state.stage, state.approved) == (Stage.CONDITIONS, False)
    assert state.conditions[Condition.MEDICAL].state is ConditionState.REQUESTED


def test_an_answer_without_an_end_settles_a_contradiction_whatever_the_other_answer_said() -> None:
    world, case = at_stage(Stage.CONTRACT)
    past = (world.at - timedelta(days=30)).date().isoformat()
    world.tell(case, "accreditation.replied", outcome="refused", valid_until=past, reference="R2")
    assert world.hire(case).conditions["accreditation"].state is ConditionState.CONTRADICTED
    world.act(case, "settle_reply", "ann", condition="accreditation", outcome="accepted", reason="a_reason")
    assert world.hire(case).conditions["accreditation"].state is ConditionState.SATISFIED
