"""The review of an adverse decision: who may ask, until when, who decides, and where a case comes back to (`recruitment.md` §7)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.competition import report_sha256
from domain.errors import CaseClosed, FourEyes, NotAllowed, NotNow
from domain.facts import ReportLine
from domain.review import reviewable
from domain.turns import age, by_party, by_stage, turns
from domain.words import NOT_ADVERSE, NOT_REVIEWED, Condition, ConditionState, Ending, Review, Stage
from tests.world import World, at_stage

UPHELD: dict[str, Any] = {"upheld": True, "reason": "error_of_fact"}


def excluded(stage: Stage = Stage.SCREENING) -> tuple[World, str]:
    """A case that ended against the candidate at this stage, by `ann`."""
    world, case = at_stage(stage)
    ways: dict[Stage, Callable[[], None]] = {
        Stage.SCREENING: lambda: world.act(case, "screen", "ann", eligible=False, reason="nationality.not_a_member"),
        Stage.SHORTLISTING: lambda: world.act(case, "shortlist", "ann", shortlisted=False, reason="others_match_better"),
        Stage.ASSESSMENT: lambda: lapsed(world, case),
        Stage.OFFER: lambda: lapsed(world, case),
        Stage.CONDITIONS: lambda: refused(world, case),
        Stage.ENTRY: lambda: absent(world, case),
        Stage.PROBATION: lambda: world.act(case, "decide_probation", "ann", confirmed=False, reason="requirements_not_met"),
    }
    ways[stage]()
    return world, case


def lapsed(world: World, case: str) -> None:
    if world.hire(case).stage is Stage.OFFER:
        world.act(case, "issue_offer")
    world.forward(days=9)
    world.act(case, "confirm_lapse", "ann")


def absent(world: World, case: str) -> None:
    world.tell(case, "duty.no_show")
    world.act(case, "confirm_no_show", "ann")


def refused(world: World, case: str) -> None:
    world.answer(case, "medical")
    world.tell(case, "clearance.replied", outcome="refused", reference="R")
    world.act(case, "withdraw_offer", "ann", condition="clearance")


def lodged(stage: Stage = Stage.SCREENING) -> tuple[World, str]:
    world, case = excluded(stage)
    world.tell(case, "review.lodged", reference="rev-1")
    return world, case


def upheld(stage: Stage) -> tuple[World, str]:
    world, case = lodged(stage)
    world.act(case, "decide_review", "bob", **UPHELD)
    return world, case


def test_every_decision_against_the_candidate_can_be_reviewed_and_nothing_else() -> None:
    assert {e for e in Ending if reviewable(e)} == set(Ending) - NOT_ADVERSE - NOT_REVIEWED
    assert {Ending.VACANCY_CANCELLED, Ending.BUDGET_REFUSED} == NOT_REVIEWED


def test_the_ending_stands_at_once_and_the_case_is_not_over() -> None:
    world, case = excluded()
    state = world.hire(case)
    assert (state.ending, state.ended, state.over, state.review) == (Ending.NOT_ELIGIBLE, True, False, Review.OPEN)
    window = state.deadlines["review"]
    assert timedelta(days=20) < window.due_at - window.started_at < timedelta(days=21)
    assert (state.turn(), state.needs()) == (["nobody"], [])
    assert window.rule.startswith("20 days from ")


def test_nothing_else_is_done_while_a_review_may_be_asked_for() -> None:
    world, case = excluded()
    tried: dict[str, dict[str, Any]] = {
        "screen": {"eligible": True},
        "hold": {"reason": "later"},
        "withdraw": {"reason": "by_telephone"},
        "decide_review": UPHELD,
    }
    for name, args in tried.items():
        with pytest.raises(NotNow):
            world.act(case, name, "bob", **args)
    assert world.hire(case).ending is Ending.NOT_ELIGIBLE


def test_when_nobody_asks_the_case_is_over() -> None:
    world, case = excluded()
    world.forward(days=21)
    state = world.hire(case)
    assert (state.ending, state.over, state.review, state.deadlines) == (Ending.NOT_ELIGIBLE, True, Review.PASSED, {})
    assert [e.fact.kind for e in world.store.journals[case]][-2:] == ["review_window_passed", "deadline_closed"]
    late = world.tell(case, "review.lodged", reference="rev-1")
    assert world.store.closed[late] == ("superseded", "late")
    assert world.hire(case).over


def test_what_was_received_in_time_counts_however_late_it_is_read() -> None:
    world, case = excluded()
    received = world.hire(case).deadlines["review"].due_at
    in_time = world.tell(case, "review.lodged", received_at=received, reference="rev-1")
    assert world.fate(in_time) == "applied"


def test_a_review_waits_for_a_person_who_is_reminded_and_relieved() -> None:
    world, case = lodged()
    state = world.hire(case)
    assert (state.review, state.needs(), state.turn()) == (Review.LODGED, ["decide_review"], ["hr"])
    assert set(state.deadlines) == {"review_decision"}
    again = world.tell(case, "review.lodged", reference="rev-2")
    assert world.store.closed[again] == ("superseded", "repeated")
    world.forward(days=31)
    assert world.hire(case).escalated == {"review_decision"}
    assert not world.hire(case).over


def test_who_took_the_decision_does_not_review_it() -> None:
    world, case = lodged()
    with pytest.raises(FourEyes):
        world.act(case, "decide_review", "ann", **UPHELD)
    with pytest.raises(NotAllowed):
        world.act(case, "decide_review", "bob", roles=("hr_officer",), **UPHELD)
    world.act(case, "decide_review", "bob", roles=("appointing_authority",), **UPHELD)
    assert world.hire(case).stage is Stage.SCREENING


def test_a_review_that_is_not_upheld_makes_the_ending_final_and_there_is_no_second_one() -> None:
    world, case = lodged()
    world.act(case, "decide_review", "bob", upheld=False, reason="no_error_found")
    state = world.hire(case)
    assert (state.ending, state.ended_by, state.over, state.review) == (Ending.NOT_ELIGIBLE, "person:ann", True, Review.NOT_UPHELD)
    assert world.store.letters[-1].template == "review_not_upheld"
    second = world.tell(case, "review.lodged", reference="rev-2")
    assert world.store.closed[second] == ("superseded", "case_closed")
    with pytest.raises(CaseClosed):
        world.act(case, "decide_review", "eve", **UPHELD)


def test_upheld_leads_back_to_the_stage_of_exclusion_with_its_deadlines_anew() -> None:
    for stage, keys in {
        Stage.SCREENING: {"screening"},
        Stage.SHORTLISTING: {"shortlisting"},
        Stage.ASSESSMENT: {"assessment_answer"},
        Stage.OFFER: {"offer"},
        Stage.ENTRY: {"entry"},
        Stage.PROBATION: {"probation"},
    }.items():
        world, case = upheld(stage)
        state = world.hire(case)
        assert (state.stage, state.ending, set(state.deadlines)) == (stage, None, keys)
        assert {d.started_at for d in state.deadlines.values()} == {world.at}
        assert (state.lapse_due, state.review, state.reopened) == (set(), Review.UPHELD, 1)
        assert "review_upheld" in {letter.template for letter in world.store.letters[-2:]}  # an assessment recalled is asked anew


def test_the_conditions_stand_as_they_stood_and_the_one_held_against_the_candidate_is_asked_again() -> None:
    world, case = upheld(Stage.CONDITIONS)
    conditions = world.hire(case).conditions
    assert conditions[Condition.MEDICAL].state is ConditionState.SATISFIED
    assert (conditions[Condition.CLEARANCE].state, conditions[Condition.CLEARANCE].round) == (ConditionState.REQUESTED, 2)
    assert {"clearance_forms", "verification"} <= set(world.hire(case).deadlines)
    assert "medical" not in world.hire(case).deadlines


def test_who_was_late_and_comes_back_is_screened_with_the_others() -> None:
    world = World()
    world.close()
    case = world.apply()
    world.act(case, "confirm_late", "ann")
    assert world.hire(case).review is Review.OPEN
    world.tell(case, "review.lodged", reference="rev-1")
    world.act(case, "decide_review", "bob", **UPHELD)
    world.forward(minutes=1)
    state = world.hire(case)
    assert (state.stage, state.late, state.judged is not None) == (Stage.SCREENING, False, True)


def test_a_new_decision_against_the_candidate_can_be_reviewed_again() -> None:
    world, case = upheld(Stage.SCREENING)
    world.act(case, "screen", "eve", eligible=False, reason="answers.bare")
    assert world.hire(case).review is Review.OPEN
    world.tell(case, "review.lodged", reference="rev-2")
    with pytest.raises(FourEyes):
        world.act(case, "decide_review", "eve", **UPHELD)


def test_what_partners_say_meanwhile_is_kept_for_a_case_that_comes_back() -> None:
    world, case = excluded(Stage.CONDITIONS)
    reply = world.tell(case, "verification.replied", outcome="confirmed", reference="V")
    assert world.store.closed[reply] == ("parked", "in_review")
    world.tell(case, "review.lodged", reference="rev-1")
    world.act(case, "decide_review", "bob", **UPHELD)
    assert world.fate(reply) == "applied"
    assert world.hire(case).conditions[Condition.VERIFICATION].state is ConditionState.SATISFIED


def test_what_waited_is_closed_when_the_window_passes() -> None:
    world, case = excluded(Stage.CONDITIONS)
    reply = world.tell(case, "verification.replied", outcome="confirmed", reference="V")
    world.forward(days=21)
    assert world.store.closed[reply] == ("superseded", "case_closed")


def test_the_turns_of_a_case_that_came_back_add_up_and_the_window_was_nobodys() -> None:
    world, case = excluded()
    world.forward(days=5)
    world.tell(case, "review.lodged", reference="rev-1")
    world.forward(days=3)
    world.act(case, "decide_review", "bob", **UPHELD)
    world.forward(days=2)
    journal = world.store.journals[case]
    booked = turns(journal, world.at)
    assert sum((t.length for t in booked), timedelta()) == age(journal, world.at) == world.at - journal[0].at
    assert by_party(booked)["nobody"] >= timedelta(days=5)
    assert by_party(booked)["hr"] - timedelta(days=5) < timedelta(minutes=1)
    assert by_stage(booked)["screening"] - timedelta(days=10) < timedelta(minutes=1)


def test_without_a_review_the_age_ends_with_the_ending() -> None:
    world, case = excluded()
    ended_at = world.at
    world.forward(days=30)
    journal = world.store.journals[case]
    assert age(journal, world.at) == ended_at - journal[0].at
    assert {"review"} & {e.fact.key for e in journal if isinstance(e.fact, f.DeadlineSet)}


def test_the_first_day_is_agreed_anew_after_a_no_show_is_voided() -> None:
    world, case = upheld(Stage.ENTRY)
    state = world.hire(case)
    assert (state.no_show, state.enters_on, state.signed) == (False, None, True)
    assert state.deadlines["entry"].due_at.date() > date(2026, 3, 2)


def test_what_the_vacancy_decided_before_it_knew_of_a_return_is_taken_back_on_both_sides() -> None:
    world = World()
    first, second, third = world.apply(), world.apply(), world.apply()
    world.close()
    for case in (first, second, third):
        world.to_selection(case)
    world.decide(world.report((first, "selected"), (second, "selected"), (third, "not_selected")))
    world.tell(third, "review.lodged", reference="rev-1")
    world.act(third, "decide_review", "bob", **UPHELD)  # told to the vacancy, which has not read it yet
    line = {"hire": third, "score": 88, "rank": 1, "recommendation": "reserve"}
    world.act("vacancy/250442", "submit_report", "chair", lines=[line])
    sha256 = report_sha256([ReportLine.model_validate(line)])
    world.act("vacancy/250442", "decide_report", "authority", sha256=sha256, approved=True)
    assert [x.hire for x in world.vacancy().listed] == [third]
    world.pump()
    state, vacancy = world.hire(third), world.vacancy()
    assert (state.stage, state.post) == (Stage.SELECTION, "")
    assert (vacancy.listed, third in vacancy.returned) == ([], True), "named in a supplementary report, which both sides know"
