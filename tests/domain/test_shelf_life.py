"""Conditions with a shelf life: waivers, holds, appeals, fast track, validity, and what comes when it is too late to count."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.errors import BadInput, FourEyes, NotAllowed, NotNow
from domain.hire import ConditionNow
from domain.turns import age, shared, turns
from domain.words import Condition, Outcome, Role, Stage
from tests.world import World, at_stage, publish


def slot(world: World, case: str, name: str) -> ConditionNow:
    return world.hire(case).conditions[name]


def say(world: World, case: str, condition: str, outcome: str, **more: Any) -> str:
    return world.tell(case, f"{condition}.replied", outcome=outcome, reference="R", **more)


def closed_as(world: World, message: str) -> tuple[str, str]:
    fate, reason = world.store.closed[message]
    return str(fate), reason


def kinds(world: World, case: str, kind: type[f.Fact]) -> list[Any]:
    return [x for x in world.store.facts(case) if isinstance(x, kind)]


# ---- acknowledgements and limits -------------------------------------------------------------------------------------------


def test_a_later_expected_date_replaces_the_earlier_and_moves_no_deadline() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    before = world.hire(case).deadlines["verification"]
    world.tell(case, "verification.acknowledged", expected="2026-06-01")
    world.tell(case, "verification.acknowledged", expected="2026-07-01")
    assert slot(world, case, "verification").expected == date(2026, 7, 1)
    assert closed_as(world, world.tell(case, "verification.acknowledged", expected="2026-07-01")) == ("superseded", "repeated")
    assert world.hire(case).deadlines["verification"] == before


def test_a_silent_nation_lapses_and_its_late_reply_still_counts() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.forms_received")
    world.forward(days=550)
    assert (slot(world, case, "clearance").state, "withdraw_offer:clearance" in world.hire(case).needs()) == ("lapsed", True)
    world.answer(case, "clearance")
    assert slot(world, case, "clearance").state == "satisfied"


def test_an_extension_makes_what_lapsed_requested_again() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.forms_received")
    world.forward(days=550)
    world.act(case, "extend", deadline="clearance", days=60, reason="authority_asked_for_time")
    assert slot(world, case, "clearance").state == "requested"
    assert "withdraw_offer:clearance" not in world.hire(case).needs()


# ---- undecided answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "state"), [("confirmed", "satisfied"), ("not_confirmed", "refused")])
def test_a_partly_confirmed_verification_is_decided_by_a_person(outcome: str, state: str) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    claims = [{"claim": "education-1", "outcome": "confirmed"}, {"claim": "employer-1", "outcome": "not_confirmed"}]
    say(world, case, "verification", "partly", claims=claims)
    assert "settle_reply:verification" in world.hire(case).needs()
    said = kinds(world, case, f.ConditionReplied)[0].details
    assert [(c.claim, c.outcome) for c in said.claims] == [("education-1", Outcome.CONFIRMED), ("employer-1", Outcome.NOT_CONFIRMED)]
    world.act(case, "settle_reply", condition="verification", outcome=outcome, reason="checked_by_hand")
    assert slot(world, case, "verification").state == state
    assert world.store.journals[case][-1].actor == "person:hr.officer"


def test_an_interim_clearance_asks_nobody_yet_and_may_be_decided_with_its_own_end() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    say(world, case, "clearance", "interim", level="NS", valid_until="2027-01-31")
    assert "settle_reply:clearance" not in world.hire(case).needs()
    world.act(case, "settle_reply", condition="clearance", outcome="granted", reason="interim_suffices")
    assert slot(world, case, "clearance").valid_until == date(2027, 1, 31)


# ---- waivers -------------------------------------------------------------------------------------------------------------------


def test_a_waiver_needs_two_persons_and_the_policy() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    for condition in ("clearance", "medical"):
        with pytest.raises(NotNow) as refusal:
            world.act(case, "propose_waiver", condition=condition, reason="urgent")
        assert refusal.value.code == "not_waivable"
    world.act(case, "propose_waiver", condition="verification", reason="employer_is_no_more")
    assert "approve_waiver:verification" in world.hire(case).needs()
    with pytest.raises(FourEyes):
        world.act(case, "approve_waiver", condition="verification")
    with pytest.raises(NotAllowed):
        world.act(case, "approve_waiver", "other", roles=(str(Role.HR_OFFICER),), condition="verification")
    world.act(case, "approve_waiver", "hr.head", condition="verification")
    assert slot(world, case, "verification").state == "waived"
    assert [(x.proposed_by, x.reason) for x in kinds(world, case, f.ConditionWaived)] == [("person:hr.officer", "employer_is_no_more")]
    assert "verification" not in world.hire(case).deadlines


def test_the_last_waiver_moves_the_hire_on() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "clearance", "medical", "accreditation")
    world.act(case, "propose_waiver", condition="verification", reason="employer_is_no_more")
    world.act(case, "approve_waiver", "hr.head", condition="verification")
    assert world.hire(case).stage is Stage.CONTRACT


def test_a_reply_voids_a_waiver_that_was_only_proposed() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "propose_waiver", condition="verification", reason="employer_is_no_more")
    say(world, case, "verification", "partly")
    with pytest.raises(NotNow) as refusal:
        world.act(case, "approve_waiver", "hr.head", condition="verification")
    assert refusal.value.code == "no_waiver"


def test_what_was_refused_is_waived_only_where_the_policy_says_so() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    say(world, case, "verification", "not_confirmed")
    world.act(case, "propose_waiver", condition="verification", reason="employer_is_no_more")
    world.act(case, "approve_waiver", "hr.head", condition="verification")
    assert slot(world, case, "verification").state == "waived"
    published = publish(posts=2)
    rules = published.rules
    less = rules.conditions[Condition.VERIFICATION].model_copy(update={"waivable": "unanswered"})
    rules = rules.model_copy(update={"conditions": {**rules.conditions, Condition.VERIFICATION: less}})
    strict = World([published.model_copy(update={"rules": rules})])
    other = strict.apply()
    strict.close()
    strict.to_selection(other)
    strict.selected(other)
    strict.to_conditions(other)
    say(strict, other, "verification", "not_confirmed")
    with pytest.raises(NotNow):
        strict.act(other, "propose_waiver", condition="verification", reason="employer_is_no_more")


# ---- hold of one condition -----------------------------------------------------------------------------------------------------


def test_on_hold_one_conditions_clocks_stand_still_and_move_on_by_as_much() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    before = world.hire(case).deadlines
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad")
    world.forward(days=10)
    assert "verification_agency" not in world.hire(case).turn()
    world.act(case, "resume_condition", condition="verification")
    after = world.hire(case).deadlines
    assert after["verification"].due_at - before["verification"].due_at == timedelta(days=10)
    assert after["medical_file"].due_at == before["medical_file"].due_at


def test_on_hold_nothing_is_chased_or_escalated() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad")
    world.forward(days=200)
    told = [x for x in world.store.facts(case) if getattr(x, "key", "") == "verification" and not isinstance(x, f.DeadlineSet)]
    assert told == []


def test_a_hold_of_one_condition_ends_on_its_date() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    due = world.hire(case).deadlines["verification"].due_at
    until = world.at + timedelta(days=7)
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad", until=until.isoformat())
    assert world.hire(case).next_instant is not None
    world.forward(days=8)
    assert slot(world, case, "verification").held is None
    assert world.hire(case).deadlines["verification"].due_at - due == timedelta(days=7)


def test_a_hold_of_the_case_within_that_of_a_condition_is_counted_once() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    before = world.hire(case).deadlines
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad")
    world.forward(days=5)
    world.act(case, "hold", reason="budget_freeze")
    world.forward(days=5)
    world.act(case, "resume")
    world.forward(days=5)
    world.act(case, "resume_condition", condition="verification")
    after = world.hire(case).deadlines
    assert after["verification"].due_at - before["verification"].due_at == timedelta(days=15)
    assert after["medical_file"].due_at - before["medical_file"].due_at == timedelta(days=5)


def test_a_hold_that_should_have_ended_during_one_of_the_case_ends_with_it() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    due = world.hire(case).deadlines["verification"].due_at
    until = (world.at + timedelta(days=3)).isoformat()
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad", until=until)
    world.act(case, "hold", reason="budget_freeze")
    world.forward(days=10)
    world.act(case, "resume")
    world.forward(seconds=1)
    assert world.hire(case).deadlines["verification"].due_at - due == timedelta(days=10)


def test_an_answer_is_taken_on_hold_and_ends_it() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad")
    with pytest.raises(NotNow):
        world.act(case, "hold_condition", condition="verification", reason="candidate_abroad")
    world.answer(case, "verification")
    now = slot(world, case, "verification")
    assert (now.state, now.held) == ("satisfied", None)
    with pytest.raises(NotNow):
        world.act(case, "resume_condition", condition="verification")


def test_what_is_on_hold_is_not_asked() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "hold_condition", condition="accreditation", reason="host_nation_closed")
    world.answer(case, "clearance", "medical")
    assert slot(world, case, "accreditation").state == "waiting"
    world.act(case, "resume_condition", condition="accreditation")
    assert slot(world, case, "accreditation").state == "requested"


def test_turns_add_up_over_the_hold_of_a_condition() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "hold_condition", condition="verification", reason="candidate_abroad")
    world.forward(days=10)
    world.act(case, "resume_condition", condition="verification")
    world.forward(days=3)
    world.answer(case, "verification")
    journal = world.store.journals[case]
    assert sum(shared(turns(journal)).values(), timedelta(0)) == age(journal)


def test_a_hold_of_a_condition_ends_in_the_future() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    with pytest.raises(BadInput):
        world.act(case, "hold_condition", condition="medical", reason="x_reason", until=world.at.isoformat())


# ---- medical appeal ------------------------------------------------------------------------------------------------------------


def unfit() -> tuple[World, str]:
    world, case = at_stage(Stage.CONDITIONS)
    say(world, case, "medical", "unfit")
    return world, case


def test_unfit_is_not_final_while_the_candidate_may_appeal() -> None:
    world, case = unfit()
    window = world.hire(case).deadlines["medical_appeal"]
    assert (window.party, (window.due_at - world.at).days) == ("candidate", 20)
    assert "withdraw_offer:medical" not in world.hire(case).needs()
    with pytest.raises(NotNow) as refusal:
        world.act(case, "withdraw_offer", condition="medical", reason="condition_refused")
    assert (refusal.value.code, refusal.value.details["until"]) == ("appeal_window", window.due_at.isoformat())
    assert refusal.value.details["waiting"][0]["code"] == "appeal_window"
    world.forward(days=21)
    assert "withdraw_offer:medical" in world.hire(case).needs()
    world.act(case, "withdraw_offer", condition="medical", reason="condition_refused")
    assert world.hire(case).ending == "medically_unfit"


def test_an_appeal_in_time_asks_for_a_new_opinion_without_a_new_file() -> None:
    world, case = unfit()
    world.tell(case, "medical.appealed", reference="A1")
    now = slot(world, case, "medical")
    assert (now.state, now.round, now.ask) == ("requested", 2, f"{case}/medical/request/2")
    assert {"medical", "medical_appeal", "medical_file"} & set(world.hire(case).deadlines) == {"medical"}
    say(world, case, "medical", "fit", ask=now.ask)
    assert slot(world, case, "medical").state == "satisfied"


def test_unfit_on_appeal_is_final() -> None:
    world, case = unfit()
    world.tell(case, "medical.appealed", reference="A1")
    say(world, case, "medical", "unfit")
    assert "medical_appeal" not in world.hire(case).deadlines
    assert "withdraw_offer:medical" in world.hire(case).needs()
    assert closed_as(world, world.tell(case, "medical.appealed", reference="A2")) == ("superseded", "nothing_to_appeal")
    assert [x.outcome for x in kinds(world, case, f.ConditionReplied)] == ["unfit", "unfit"], "both are on record"


def test_an_appeal_after_the_window_is_on_record_for_a_person() -> None:
    world, case = unfit()
    world.forward(days=21)
    world.tell(case, "medical.appealed", reference="A1")
    assert slot(world, case, "medical").state == "refused"
    assert {"admit_appeal:medical", "withdraw_offer:medical"} <= set(world.hire(case).needs())
    with pytest.raises(NotAllowed):
        world.act(case, "admit_appeal", roles=(str(Role.HR_OFFICER),), condition="medical", reason="letter_was_late")
    world.act(case, "admit_appeal", "hr.head", condition="medical", reason="letter_was_late")
    assert (slot(world, case, "medical").state, slot(world, case, "medical").appealed) == ("requested", True)


def test_an_appeal_received_in_time_counts_however_late_it_is_delivered() -> None:
    world, case = unfit()
    in_time = world.hire(case).deadlines["medical_appeal"].due_at
    world.tell(case, "medical.appealed", reference="A1", received_at=in_time)
    assert slot(world, case, "medical").round == 2


def test_there_is_nothing_to_appeal_against_before_an_opinion_or_after_a_good_one() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    early = world.tell(case, "medical.appealed", reference="A1")
    assert closed_as(world, early) == ("parked", "before_its_question")
    world.answer(case, "medical")
    assert closed_as(world, world.tell(case, "medical.appealed", reference="A2")) == ("superseded", "nothing_to_appeal")


def test_another_word_of_the_adviser_within_the_window_is_a_contradiction_and_settling_it_closes_the_window() -> None:
    world, case = unfit()
    window = world.hire(case).deadlines["medical_appeal"]
    say(world, case, "medical", "fit")
    assert "settle_reply:medical" in world.hire(case).needs()
    world.forward(days=2)
    other = say(world, case, "medical", "fit_with_adjustments")
    world.act(case, "settle_reply", condition="medical", outcome="unfit", reason="confirmed_by_adviser")
    assert (world.fate(other), world.hire(case).deadlines["medical_appeal"]) == ("applied", window), "one window, not a second one"
    say(world, case, "medical", "fit")
    world.act(case, "settle_reply", condition="medical", outcome="fit", reason="confirmed_by_adviser")
    assert (slot(world, case, "medical").state, "medical_appeal" in world.hire(case).deadlines) == ("satisfied", False)


def test_the_letter_tells_the_window_and_no_ground() -> None:
    world, case = unfit()
    assert "appeal_window" in [x.template for x in kinds(world, case, f.LetterWritten)]


# ---- fast track ----------------------------------------------------------------------------------------------------------------


def fast(level: str | None) -> tuple[World, str]:
    world = World([publish("240655", fast_track=True, closes_in=14)])
    case = world.apply(vacancy="240655")
    on_file = {"level": level, "issued_by": "nsa-be", "valid_until": "2030-01-01"} if level else None
    world.store.applications["A2"] = world.store.applications["A1"] = {"candidate": {"clearance_on_file": on_file}}
    for application in list(world.store.applications):
        world.store.applications[application] = {"candidate": {"clearance_on_file": on_file}}
    world.close()
    world.to_selection(case)
    world.decide(world.report((case, "selected"), reference="240655"), reference="240655")
    world.to_conditions(case)
    return world, case


def test_on_a_fast_track_the_clearance_on_file_is_confirmed_sooner_and_without_forms() -> None:
    world, case = fast("NS")
    asked = next(x for x in kinds(world, case, f.ConditionRequested) if x.slot == "clearance")
    assert asked.form == "confirmation"
    deadlines = world.hire(case).deadlines
    assert "clearance_forms" not in deadlines
    assert (deadlines["clearance"].due_at - world.at).days == 30
    say(world, case, "clearance", "granted", level="NS", valid_until="2030-01-01")
    assert slot(world, case, "clearance").state == "satisfied"


def test_a_level_on_file_that_is_too_low_is_an_upgrade_request() -> None:
    world, case = fast("NC")
    asked = next(x for x in kinds(world, case, f.ConditionRequested) if x.slot == "clearance")
    assert asked.form == "upgrade"
    assert "clearance_forms" in world.hire(case).deadlines


def test_nothing_on_file_is_an_ordinary_request() -> None:
    world, case = fast(None)
    asked = next(x for x in kinds(world, case, f.ConditionRequested) if x.slot == "clearance")
    assert asked.form == "clearance"


def test_a_confirmation_of_too_low_a_level_becomes_an_upgrade_by_itself() -> None:
    world, case = fast("NS")
    say(world, case, "clearance", "granted", level="NC", valid_until="2030-01-01")
    asked = [x.form for x in kinds(world, case, f.ConditionRequested) if x.slot == "clearance"]
    assert asked == ["confirmation", "upgrade"]
    assert [(x.slot, x.reason) for x in kinds(world, case, f.ConditionReopened)] == [("clearance", "level_too_low")]
    say(world, case, "clearance", "granted", level="NS", valid_until="2030-01-01")
    assert slot(world, case, "clearance").state == "satisfied"


# ---- validity ------------------------------------------------------------------------------------------------------------------


def test_a_result_that_expires_while_the_hire_waits_reopens_itself_on_the_day() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    say(world, case, "verification", "confirmed")
    until = (world.at + timedelta(days=40)).date()
    say(world, case, "medical", "fit", valid_until=until.isoformat())
    world.forward(days=39)
    assert slot(world, case, "medical").round == 1
    world.forward(days=3)
    now = slot(world, case, "medical")
    assert (now.state, now.round, now.because) == ("requested", 2, "expired_before_entry")
    assert world.hire(case).stage is Stage.CONDITIONS
    reopened = next(e for e in world.store.journals[case] if isinstance(e.fact, f.ConditionReopened))
    assert reopened.at.date() == until + timedelta(days=1)


def newer_opinion(world: World, case: str, valid_until: str) -> None:
    """A second opinion on paper, and a person's decision that it is the one that counts."""
    world.act(case, "enter_reply", "desk", condition="medical", outcome="fit_with_adjustments", valid_until=valid_until, reference="P")
    world.act(case, "confirm_reply", "other", condition="medical")
    world.act(case, "settle_reply", condition="medical", outcome="fit_with_adjustments", reason="newer_opinion")


def test_a_result_that_will_have_expired_on_the_day_signed_for_reopens_at_signature() -> None:
    world, case = at_stage(Stage.CONTRACT)
    on = (world.at + timedelta(days=100)).date()
    world.act(case, "propose_contract", enters_on=on.isoformat())
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    newer_opinion(world, case, (on - timedelta(days=1)).isoformat())
    world.tell(case, "contract.signed", signed=True, enters_on=on.isoformat())
    state = world.hire(case)
    assert (state.stage, state.signed, state.enters_on) == (Stage.CONDITIONS, True, on)
    say(world, case, "medical", "fit", valid_until="2099-01-01")
    assert world.hire(case).stage is Stage.ENTRY


def test_what_expires_while_the_candidate_is_to_sign_reopens_and_the_offer_stands_again_afterwards() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    until = (world.at + timedelta(days=5)).date()
    enters_on = (world.at + timedelta(days=3)).date().isoformat()
    say(world, case, "medical", "fit", valid_until=until.isoformat())
    world.answer(case, "clearance", "verification", "accreditation")
    world.act(case, "propose_contract", enters_on=enters_on)
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    world.forward(days=7)
    assert (world.hire(case).stage, slot(world, case, "medical").round) == (Stage.CONDITIONS, 2)
    say(world, case, "medical", "fit", valid_until="2099-01-01")
    assert world.hire(case).stage is Stage.CONTRACT
    assert "contract" in world.hire(case).deadlines, "the candidate has time to sign again"


def test_validity_is_checked_again_at_approval() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract", enters_on=(world.at + timedelta(days=300)).date().isoformat())
    newer_opinion(world, case, (world.at + timedelta(days=200)).date().isoformat())
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    assert (world.hire(case).stage, world.hire(case).approved) == (Stage.CONDITIONS, False)


# ---- contradictions and what comes after the entry -----------------------------------------------------------------------------


def test_a_refusal_after_the_contract_was_signed_is_a_persons_decision_with_both_on_record() -> None:
    world, case = at_stage(Stage.ENTRY)
    world.tell(case, "clearance.withdrawn", reference="W1")
    assert "settle_reply:clearance" in world.hire(case).needs()
    early = world.tell(case, "duty.entered", entered_on=world.at.date().isoformat())
    assert closed_as(world, early) == ("parked", "conditions_open")
    assert [x.outcome for x in kinds(world, case, f.ConditionReplied) if x.slot == "clearance"] == ["granted", "withdrawn"]
    world.act(case, "settle_reply", condition="clearance", outcome="refused", reason="authority_confirmed")
    world.act(case, "withdraw_offer", condition="clearance", reason="condition_refused")
    assert world.hire(case).ending == "clearance_refused"


def test_an_adverse_reply_after_the_entry_is_shown_to_a_person_and_changes_no_condition() -> None:
    world, case = at_stage(Stage.PROBATION)
    told = world.tell(case, "clearance.withdrawn", reference="W1")
    assert world.fate(told) == "applied"
    assert slot(world, case, "clearance").state == "satisfied"
    assert "note_late_reply:clearance" in world.hire(case).needs()
    world.act(case, "note_late_reply", condition="clearance", reason="handed_to_security")
    assert "note_late_reply:clearance" not in world.hire(case).needs()
    assert closed_as(world, say(world, case, "medical", "fit")) == ("superseded", "after_its_stage")


def test_the_years_an_administration_agreed_to_are_known_to_the_contract() -> None:
    world, case = at_stage(Stage.CONDITIONS, seconded_by="BE")
    say(world, case, "secondment", "agreed", years=2)
    assert world.hire(case).agreed_years == 2


def test_a_paper_reply_carries_level_and_years_as_an_event_does() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "enter_reply", "desk", condition="clearance", outcome="granted", reference="P1", level="NC")
    world.act(case, "confirm_reply", "other", condition="clearance")
    assert slot(world, case, "clearance").state == "requested", "too low a level settles nothing, on paper as by event"
