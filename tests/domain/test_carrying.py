"""Re-use: who may be asked, whose word it needs, and which results of the first hire still count in the linked one."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.carrying import results_of
from domain.competition.reusing import REUSABLE
from domain.errors import NotNow, Refusal
from domain.posts import PostSpec
from domain.words import Condition, ConditionState, Ending, Outcome, PostKind, PostState, Review, Stage
from tests.world import World, publish

OTHER = "vacancy/270311"
POSTS = tuple(PostSpec(id=f"270311-{n}", kind=PostKind.PROJECT, grade_low="G5", grade_high="G8") for n in (1, 2))
FAR = date(2031, 1, 1)
UNFUNDED = (PostSpec(id="250442-1", kind=PostKind.PROJECT, grade_low="G8", grade_high="G8", funded=False),)


def world_of(*, own: tuple[PostSpec, ...] | None = None, **there: Any) -> World:
    first = publish(posts=1) if own is None else publish(posts_are=own)
    return World([first, publish("270311", posts_are=POSTS, **there)])


def all_not_selected(world: World, n: int) -> list[str]:
    """So many not selected, while somebody else was."""
    cases = [world.apply() for _ in range(n + 1)]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.decide(world.report((cases[0], "selected"), *((case, "not_selected") for case in cases[1:])))
    return cases[1:]


def not_selected(world: World) -> str:
    return all_not_selected(world, 1)[0]


def without_money(world: World, **said: Any) -> str:
    """Everything about the person is settled, and the post is not funded: the hire ends over the money."""
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.to_conditions(case)
    answered = {"level": "CTS", "issuer": "BE", "valid_until": FAR.isoformat(), "reference": "C7"} | said
    world.tell(case, "clearance.replied", outcome="granted", **answered)
    world.answer(case, "medical", valid_until=FAR)
    world.answer(case, "verification", "accreditation")
    return refused_money(world, case)


def refused_money(world: World, case: str) -> str:
    world.tell("vacancy/250442", "budget.decided", post="250442-1", outcome="refused", reference="B")
    world.pump()
    world.act(case, "withdraw_offer", condition="budget")
    world.pump()
    assert world.hire(case).ending is Ending.BUDGET_REFUSED
    return case


def ask(world: World, hire: str, post: str = "270311-1") -> str:
    """The re-use offered; returns the linked case."""
    world.act(OTHER, "offer_reuse", hire=hire, post=post)
    world.pump()
    return next(c for c, origin in world.vacancy("270311").reused.items() if origin == hire)


def settled_at_once(world: World, linked: str) -> set[str]:
    world.tell(linked, "reuse.answered", accepted=True)
    world.to_conditions(linked)
    return {e.slot for e in world.store.facts(linked, "condition_carried_over") if isinstance(e, f.ConditionCarriedOver)}


def asked(world: World, linked: str) -> set[str]:
    return {str(e.condition) for e in world.store.facts(linked, "condition_requested") if isinstance(e, f.ConditionRequested)}


# ---- who agrees, declines, says nothing -----------------------------------------------------------------------------------


def test_whoever_was_not_selected_is_asked_and_nothing_happens_before_they_agree() -> None:
    world = world_of()
    case = not_selected(world)
    linked = ask(world, case)
    state = world.hire(linked)
    assert (state.stage, state.linked_from, state.post, state.turn()) == (Stage.OFFER, case, "270311-1", ["candidate"])
    assert state.needs() == []
    with pytest.raises(NotNow) as caught:
        world.act(linked, "issue_offer")
    assert caught.value.code == "consent_open"
    assert [w["code"] for w in caught.value.details["waiting"]] == ["consent"]
    assert [x.template for x in world.store.letters if x.case == linked] == ["reuse_asked"]
    world.tell(linked, "reuse.answered", accepted=True)
    assert world.hire(linked).needs() == ["issue_offer"]
    assert world.hire(case).ending is Ending.NOT_SELECTED, "the earlier case stays as it ended"


def test_who_declines_is_out_by_their_own_word_and_the_post_is_open_again() -> None:
    world = world_of()
    linked = ask(world, not_selected(world))
    world.tell(linked, "reuse.answered", accepted=False)
    world.pump()
    state = world.hire(linked)
    assert (state.ending, state.ended_by, state.review) == (Ending.CONDITIONAL_OFFER_DECLINED, "candidate", Review.NONE)
    assert [x.template for x in world.store.letters if x.case == linked][-1] == "reuse_declined"
    assert world.vacancy("270311").posts["270311-1"].state is PostState.OPEN


def test_silence_is_no_answer_a_named_person_confirms_it_and_the_post_stays_reserved_until_then() -> None:
    world = world_of()
    linked = ask(world, not_selected(world))
    world.forward(days=8)
    assert (world.hire(linked).lapsed, world.hire(linked).ending) == (["reuse"], None)
    assert world.vacancy("270311").posts["270311-1"].hire == linked
    world.act(linked, "confirm_lapse")
    world.pump()
    state = world.hire(linked)
    assert (state.ending, state.ended_by) == (Ending.CONDITIONAL_OFFER_LAPSED, "person:hr.officer")
    assert [x.template for x in world.store.letters if x.case == linked][-1] == "reuse_lapsed"
    assert world.vacancy("270311").posts["270311-1"].state is PostState.OPEN


def test_more_time_to_agree_may_be_given() -> None:
    world = world_of()
    linked = ask(world, not_selected(world))
    world.act(linked, "extend", deadline="reuse", days=5, reason="asked_for")
    world.forward(days=9)
    world.tell(linked, "reuse.answered", accepted=True)
    assert world.hire(linked).needs() == ["issue_offer"]


def test_the_answer_given_twice_changes_nothing() -> None:
    world = world_of()
    linked = ask(world, not_selected(world))
    world.tell(linked, "reuse.answered", accepted=True)
    assert world.fate(world.tell(linked, "reuse.answered", accepted=False)) == "superseded"
    assert world.hire(linked).stage is Stage.OFFER


# ---- who may be asked -----------------------------------------------------------------------------------------------------


def refused(world: World, hire: str, post: str = "270311-1") -> str:
    with pytest.raises(Refusal) as caught:
        ask(world, hire, post)
    return caught.value.code


@pytest.mark.parametrize("ending", sorted(set(Ending) - REUSABLE))
def test_who_left_or_was_refused_is_no_unsuccessful_applicant(ending: Ending) -> None:
    world = world_of()
    case = world.apply()
    world.close()
    world.act(case, "screen", eligible=True)
    entry = world.store.journals[case][-1]
    fact = f.EndingReached(ending=ending, decided_by="person:hr.head", reason="person_decided", stage=Stage.SHORTLISTING)
    world.store.journals[case].append(entry.model_copy(update={"number": entry.number + 1, "step": "end", "fact": fact}))
    assert refused(world, case) == "not_reusable"


def test_nobody_is_asked_who_was_not_found_eligible() -> None:
    world = world_of()
    case = world.apply()
    world.act("vacancy/250442", "cancel", "hr.head", reason="budget_refused")
    world.pump()
    assert world.hire(case).ending is Ending.VACANCY_CANCELLED
    assert refused(world, case) == "not_reusable"


def test_who_was_found_eligible_when_the_vacancy_was_cancelled_is_asked() -> None:
    world = world_of()
    case = world.apply()
    world.close()
    world.act(case, "screen", eligible=True)
    world.act("vacancy/250442", "cancel", "hr.head", reason="budget_refused")
    world.pump()
    assert world.hire(ask(world, case)).consent_open


def test_an_open_case_an_unknown_one_and_one_of_the_same_vacancy_are_refused() -> None:
    world = world_of()
    open_ = world.apply()
    here = world.apply(vacancy="270311")
    assert [refused(world, hire) for hire in (open_, here, "hire/nobody", "vacancy/250442")] == [
        "not_ended",
        "same_vacancy",
        "unknown_hire",
        "unknown_hire",
    ]


def test_a_higher_grade_a_post_that_is_not_there_and_one_that_is_not_open_are_refused() -> None:
    world = world_of(own=(UNFUNDED[0].model_copy(update={"grade_low": "G5", "grade_high": "G5", "funded": True}),))
    case = not_selected(world)
    assert refused(world, case) == "grade_not_reusable"
    world = world_of()
    first, second = all_not_selected(world, 2)
    assert refused(world, first, "nowhere") == "unknown_post"
    ask(world, first)
    assert refused(world, second) == "post_not_open"


def test_nobody_is_asked_twice_at_once_nor_who_is_in_the_competition_already() -> None:
    world = world_of()
    case = not_selected(world)
    ask(world, case)
    assert refused(world, case, "270311-2") == "in_it_already"


def test_nobody_is_asked_while_their_review_is_being_decided() -> None:
    world = world_of()
    case = not_selected(world)
    world.tell(case, "review.lodged", reference="V9")
    assert refused(world, case) == "still_to_be_decided"


def test_nobody_is_asked_while_an_allegation_is_undecided() -> None:
    world = world_of()
    cases = [world.apply() for _ in range(2)]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.act(cases[1], "report_integrity", allegation="ai_used", phase="form")
    world.decide(world.report((cases[0], "selected"), (cases[1], "not_selected")))
    assert refused(world, cases[1]) == "still_to_be_decided"


def test_who_declined_may_be_asked_about_another_post_in_a_case_of_its_own() -> None:
    world = world_of()
    case = not_selected(world)
    first = ask(world, case)
    world.tell(first, "reuse.answered", accepted=False)
    world.pump()
    world.act(OTHER, "offer_reuse", hire=case, post="270311-2")
    world.pump()
    second = world.vacancy("270311").posts["270311-2"].hire
    assert second is not None
    assert second != first
    assert world.hire(second).consent_open


# ---- results that still count ---------------------------------------------------------------------------------------------


def test_clearance_medical_and_verification_are_not_asked_again_everything_else_is() -> None:
    world = world_of(own=UNFUNDED)
    case = without_money(world)
    linked = ask(world, case)
    assert settled_at_once(world, linked) == {"clearance", "medical", "verification"}
    assert asked(world, linked) == {"accreditation"}, "it waits for what is met already, so it is asked at once"
    state = world.hire(linked)
    clearance = state.conditions["clearance"]
    assert (clearance.state, clearance.outcome, clearance.valid_until) == (ConditionState.SATISFIED, Outcome.GRANTED, FAR)
    assert (clearance.reference, clearance.carried_from) == ("C7", case)
    assert set(state.deadlines) == {"accreditation"}
    assert [x.template for x in world.store.letters if x.case == linked].count("condition_carried") == 3
    world.answer(linked, "accreditation")
    assert world.hire(linked).stage is Stage.CONTRACT


@pytest.mark.parametrize(
    ("said", "carried"),
    [
        ({"level": "NC"}, {"medical", "verification"}),  # enough for the first vacancy (its level is lower), not for this one
        ({"valid_until": "2026-04-10"}, {"medical", "verification"}),  # it runs out before anybody could begin
        ({}, {"clearance", "medical", "verification"}),
    ],
)
def test_a_clearance_counts_again_only_at_the_level_needed_and_while_it_is_valid(said: dict[str, str], carried: set[str]) -> None:
    first = publish(posts_are=UNFUNDED, clearance="NC")
    world = World([first, publish("270311", posts_are=POSTS, clearance="NS")])
    linked = ask(world, without_money(world, **said))
    assert settled_at_once(world, linked) == carried
    assert asked(world, linked) >= {"clearance"} - carried


def test_a_result_that_runs_out_after_it_was_taken_over_opens_again_before_the_contract() -> None:
    world = world_of(own=UNFUNDED)
    case = without_money(world, valid_until=(world.at + timedelta(days=90)).date().isoformat())
    linked = ask(world, case)
    assert "clearance" in settled_at_once(world, linked)
    world.answer(linked, "accreditation")
    world.forward(days=70)
    world.act(linked, "propose_contract")
    assert world.hire(linked).conditions["clearance"].state is ConditionState.REQUESTED
    assert "clearance" in asked(world, linked)


def test_what_was_waived_or_contradicted_is_not_left_to_another_hire() -> None:
    world = world_of(own=UNFUNDED)
    state = world.hire(without_money(world))
    left = {r.condition for r in results_of(state)}
    assert left == {Condition.CLEARANCE, Condition.MEDICAL, Condition.VERIFICATION}
    state.conditions["medical"].state = ConditionState.WAIVED
    state.conditions["clearance"].said[Outcome.REFUSED] = None
    assert {r.condition for r in results_of(state)} == {Condition.VERIFICATION}


def test_what_a_hire_was_left_it_leaves_to_the_next_one_if_nobody_used_it() -> None:
    world = world_of(own=UNFUNDED)
    case = without_money(world)
    state = world.hire(ask(world, case))
    assert {r.case for r in results_of(state)} == {case}
    assert len(results_of(state)) == 3
