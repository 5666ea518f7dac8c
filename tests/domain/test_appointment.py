"""From the proposal to the day of entry: whose policy, whose eyes, whose money, which day (recruitment.md §5)."""

from datetime import timedelta
from typing import Any

import pytest

from config.files import load_rules
from domain import facts as f
from domain.editions import Edition, shipped
from domain.errors import BadInput, FourEyes, NotNow, Refusal
from domain.rules import Rules
from domain.words import Condition, PostKind, Stage
from tests.domain.test_comparison import changed
from tests.world import World, at_stage, publish

TWIN = publish(posts=1).spec.posts[0].model_copy(update={"grade_low": "G8", "grade_high": "G10"})


def contract(**data: Any) -> tuple[World, str]:
    return at_stage(Stage.CONTRACT, **data)


def twin(**data: Any) -> tuple[World, str]:
    """At the conditions, on a twin-graded post."""
    world = World([publish(posts_are=(TWIN,))])
    case = world.apply(**data)
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.to_conditions(case)
    return world, case


def in_use(world: World, rules: Rules) -> None:
    """From now on this edition is in force."""
    old = shipped(load_rules("standard"), world.published[0].published_at)
    edition = Edition(
        rules=rules, proposed_by="helga", proposed_at=world.at, effective_from=world.at, approved_by="aude", published_at=world.at
    )
    world.store.editions = [old, edition]


def refused(world: World, case: str, act: str, code: str, person: str = "hr.head", **args: Any) -> Refusal:
    before = list(world.store.journals[case])
    with pytest.raises(Refusal) as caught:
        world.act(case, act, person, **args)
    assert (caught.value.code, world.store.journals[case]) == (code, before)
    return caught.value


# ---- the policy in use on the day of appointment -------------------------------------------------------------------------------


def test_the_contract_follows_the_policy_in_use_on_the_day_of_appointment_and_shows_the_difference() -> None:
    world, case = contract()
    new = changed(version="2027.1", contract__years=4)
    in_use(world, new)
    world.act(case, "propose_contract")
    terms = world.hire(case).terms
    assert (terms["years"], terms["policy"], terms["policy_sha256"]) == (4, "standard@2027.1", new.sha256)
    assert terms["policy_at_publication"] == world.published[0].rules.sha256
    assert terms["changed"] == [{"figure": "years", "at_publication": 3, "now": 4}]


def test_without_another_edition_the_frozen_policy_is_the_one_in_use() -> None:
    world, case = contract()
    world.act(case, "propose_contract")
    terms = world.hire(case).terms
    assert (terms["years"], terms["changed"], terms["policy_sha256"]) == (3, [], terms["policy_at_publication"])


def test_terms_proposed_before_the_policy_changed_are_not_approved_any_more() -> None:
    world, case = contract()
    world.act(case, "propose_contract")
    old = world.hire(case).terms_sha256
    in_use(world, changed(version="2027.1", contract__years=4))
    refused(world, case, "approve_contract", "policy_changed", sha256=old)
    world.act(case, "propose_contract")
    refused(world, case, "approve_contract", "other_terms", sha256=old)
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    assert world.hire(case).approved


def test_a_secondment_is_offered_for_the_years_the_administration_agreed_to() -> None:
    world, case = at_stage(Stage.CONDITIONS, seconded_by="BE")
    world.tell(case, "secondment.replied", outcome="agreed", years=2, reference="S1")
    world.answer(case, "clearance", "medical", "verification", "accreditation")
    world.act(case, "propose_contract")
    terms = world.hire(case).terms
    assert (terms["years"], terms["agreed_years"]) == (2, 2)


def test_pay_of_the_offer_form_needs_its_currency_and_a_notice_that_states_none() -> None:
    world, case = contract()
    silent = world.published[0].spec.salary is None
    if silent:
        refused(world, case, "propose_contract", "bad_arguments", pay_amount="4000.00")
        world.act(case, "propose_contract", pay_amount="4000.00", pay_currency="EUR", pay_period="month")
        assert world.hire(case).terms["salary"] == {"amount": "4000.00", "currency": "EUR", "period": "month"}
    else:
        refused(world, case, "propose_contract", "pay_in_notice", pay_amount="4000.00", pay_currency="EUR")


# ---- four eyes on exact bytes --------------------------------------------------------------------------------------------------


def test_terms_that_are_not_approved_go_back_to_be_proposed_anew() -> None:
    world, case = contract()
    world.act(case, "propose_contract", "ann")
    sha256 = world.hire(case).terms_sha256
    with pytest.raises(FourEyes):
        world.act(case, "reject_contract", "ann", sha256=sha256, reason="wrong_day")
    refused(world, case, "reject_contract", "other_terms", sha256="0" * 64, reason="wrong_day")
    world.act(case, "reject_contract", "hr.head", sha256=sha256, reason="wrong_day")
    assert (world.hire(case).terms_sha256, world.hire(case).needs()) == ("", ["propose_contract"])
    refused(world, case, "approve_contract", "nothing_to_approve", sha256=sha256)
    assert [x.template for x in world.store.letters if "contract" in x.template] == [], "the candidate had heard nothing yet"


def test_an_edit_after_the_approval_voids_it_and_the_candidate_is_told() -> None:
    world, case = contract()
    world.act(case, "propose_contract")
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    refused(world, case, "propose_contract", "already_offered")
    world.act(case, "withdraw_proposal", reason="day_changed")
    state = world.hire(case)
    assert (state.approved, state.terms_sha256, "contract" in state.deadlines) == (False, "", False)
    early = world.at
    assert world.fate(world.tell(case, "contract.signed", signed=True)) == "superseded", "what was signed stands no longer"
    assert [x.template for x in world.store.letters][-1] == "contract_withdrawn"
    world.forward(days=1)
    world.act(case, "propose_contract")
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    assert world.fate(world.tell(case, "contract.signed", signed=True, received_at=early)) == "superseded", "nor if it is delivered late"
    assert world.hire(case).stage is Stage.CONTRACT


# ---- the day of entry ----------------------------------------------------------------------------------------------------------


def offered(**data: Any) -> tuple[World, str, Any]:
    world, case = contract(**data)
    world.act(case, "propose_contract", "ann")
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    return world, case, (world.at + timedelta(days=30)).date()


def test_a_signature_for_another_day_is_a_request_and_no_signature() -> None:
    world, case, approved = offered()
    wanted = approved + timedelta(days=10)
    world.tell(case, "contract.signed", signed=True, enters_on=wanted.isoformat())
    state = world.hire(case)
    assert (state.stage, state.signed, state.wanted_entry, state.needs()) == (Stage.CONTRACT, None, wanted, ["keep_entry_date"])
    assert state.turn() == ["hr"], "the candidate's clock does not run while a person decides"
    assert world.fate(world.tell(case, "contract.signed", signed=True, enters_on=wanted.isoformat())) == "superseded"


def test_a_person_keeps_the_day_and_the_candidate_signs_for_it() -> None:
    world, case, approved = offered()
    refused(world, case, "keep_entry_date", "no_date_asked", reason="post_needed")
    world.tell(case, "contract.signed", signed=True, enters_on=(approved + timedelta(days=10)).isoformat())
    world.act(case, "keep_entry_date", reason="post_needed")
    assert [x.template for x in world.store.letters][-1] == "entry_date_kept"
    assert set(world.hire(case).deadlines) == {"contract"}
    world.tell(case, "contract.signed", signed=True, enters_on=approved.isoformat())
    assert (world.hire(case).stage, world.hire(case).enters_on) == (Stage.ENTRY, approved)


def test_or_proposes_the_day_that_was_asked_for_and_the_approval_is_given_anew() -> None:
    world, case, approved = offered()
    wanted = approved + timedelta(days=10)
    world.tell(case, "contract.signed", signed=True, enters_on=wanted.isoformat())
    world.act(case, "withdraw_proposal", reason="day_granted")
    world.act(case, "propose_contract", "ann")
    assert world.hire(case).terms["enters_on"] == wanted.isoformat()
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    world.tell(case, "contract.signed", signed=True, enters_on=wanted.isoformat())
    assert world.hire(case).enters_on == wanted


def test_the_entry_is_postponed_once_and_by_another_person() -> None:
    world, case, approved = offered()
    world.tell(case, "contract.signed", signed=True, enters_on=approved.isoformat())
    later = approved + timedelta(days=20)
    with pytest.raises(FourEyes):
        world.act(case, "postpone_entry", "ann", enters_on=later.isoformat(), reason="notice_period")
    with pytest.raises(BadInput):
        world.act(case, "postpone_entry", "hr.head", enters_on=approved.isoformat(), reason="notice_period")
    before = world.hire(case).terms
    world.act(case, "postpone_entry", "hr.head", enters_on=later.isoformat(), reason="notice_period")
    state = world.hire(case)
    assert (state.enters_on, state.deadlines["entry"].due_at.date()) == (later, later)
    assert (state.terms["enters_on"], state.terms["years"]) == (later.isoformat(), before["years"])
    assert state.terms["ends_on"] > before["ends_on"]
    assert [x.template for x in world.store.letters][-1] == "entry_postponed"
    refused(world, case, "postpone_entry", "postponed_once", enters_on=(later + timedelta(days=9)).isoformat(), reason="again")


def test_a_result_that_will_have_expired_on_the_postponed_day_opens_again() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "clearance", "verification")
    world.answer(case, "medical", valid_until=(world.at + timedelta(days=45)).date())
    world.answer(case, "accreditation")
    world.act(case, "propose_contract", "ann")
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    world.tell(case, "contract.signed", signed=True)
    later = (world.at + timedelta(days=60)).date()
    world.act(case, "postpone_entry", "hr.head", enters_on=later.isoformat(), reason="notice_period")
    assert world.hire(case).stage is Stage.CONDITIONS
    [reopened] = [e.fact for e in world.store.journals[case] if isinstance(e.fact, f.ConditionReopened)]
    assert reopened.condition is Condition.MEDICAL
    world.answer(case, "medical", valid_until=later)
    state = world.hire(case)
    assert (state.stage, state.enters_on) == (Stage.ENTRY, later)


# ---- the higher grade ----------------------------------------------------------------------------------------------------------


def test_serving_staff_are_appointed_at_the_higher_grade_by_a_decision_of_another_person() -> None:
    world, case = twin(serving=True, channel="internal")
    refused(world, case, "decide_higher_grade", "nothing_to_decide", approved=True, reason="experience_in_grade")
    world.act(case, "propose_higher_grade", "ann", reason="experience_in_grade")
    assert "decide_higher_grade" in world.hire(case).needs()
    with pytest.raises(FourEyes):
        world.act(case, "decide_higher_grade", "ann", approved=True, reason="experience_in_grade")
    world.answer(case, "clearance", "medical", "verification", "accreditation")
    refused(world, case, "propose_contract", "grade_open")
    world.act(case, "decide_higher_grade", "authority", approved=True, reason="experience_in_grade")
    world.act(case, "propose_contract")
    terms = world.hire(case).terms
    assert (terms["grade"], terms["higher_grade_reason"], terms["kind"]) == ("G10", "experience_in_grade", "personnel_regulations")
    refused(world, case, "propose_higher_grade", "proposed_already", reason="experience_in_grade")


def test_a_higher_grade_that_is_not_approved_leaves_the_lower_one() -> None:
    world, case = twin(serving=True, channel="internal")
    world.act(case, "propose_higher_grade", "ann", reason="experience_in_grade")
    world.act(case, "decide_higher_grade", "authority", approved=False, reason="not_shown")
    world.answer(case, "clearance", "medical", "verification", "accreditation")
    world.act(case, "propose_contract")
    assert world.hire(case).terms["grade"] == "G8"


def test_nobody_else_and_no_single_grade_gets_the_higher_grade() -> None:
    world, case = twin()
    refused(world, case, "propose_higher_grade", "not_serving", reason="brilliant")
    world = World([publish(posts_are=(TWIN.model_copy(update={"grade_high": "G8", "kind": PostKind.PROJECT}),))])
    case = world.apply(serving=True, channel="internal")
    world.close()
    world.to_selection(case)
    world.selected(case)
    refused(world, case, "propose_higher_grade", "no_higher_grade", reason="brilliant")


# ---- the money -----------------------------------------------------------------------------------------------------------------


def unfunded() -> tuple[World, str]:
    """Everything but the money: at the conditions, every other one met."""
    world = World([publish(posts_are=(TWIN.model_copy(update={"funded": False}),))])
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.to_conditions(case)
    world.answer(case, "clearance", "medical", "verification", "accreditation")
    assert world.hire(case).stage is Stage.CONDITIONS
    return world, case


def fund(world: World, case: str, funded: bool) -> None:
    world.tell(case, "post.funding", post=TWIN.id, funded=funded, reference="B1", sender="case:vacancy/250442")


def test_everything_up_to_the_contract_offer_goes_on_without_the_money_and_nothing_beyond() -> None:
    world, case = unfunded()
    with pytest.raises(NotNow):
        world.act(case, "propose_contract")
    fund(world, case, True)
    assert world.hire(case).stage is Stage.CONTRACT
    world.act(case, "propose_contract")


def test_money_taken_back_after_the_proposal_stops_the_approval() -> None:
    world, case = unfunded()
    fund(world, case, True)
    world.act(case, "propose_contract", "ann")
    fund(world, case, False)
    refused(world, case, "approve_contract", "not_funded", sha256=world.hire(case).terms_sha256)
