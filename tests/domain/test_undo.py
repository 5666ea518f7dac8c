"""What an ending takes back: the same plan shown before and carried out after, step by step (`recruitment.md` §7)."""

from datetime import timedelta

import pytest

from activities.hire import Asked
from domain import facts as f
from domain.errors import CaseClosed, NotNow
from domain.undo import outstanding, plan, progress, takes_back
from domain.words import ConditionState, Ending, Stage
from tests.world import World, at_stage

TOLD = ["send_letter", "tell_subscribers"]


def planned(world: World, case: str, ending: Ending = Ending.WITHDRAWN) -> list[str]:
    return [f"{step.what}:{step.about}" if step.ask else step.what for step in plan(world.hire(case), ending, world.at)]


@pytest.mark.parametrize(
    ("stage", "undone"),
    [
        (Stage.RECEIVED, []),
        (Stage.SCREENING, []),
        (Stage.ASSESSMENT, ["recall_request:assessment"]),
        (Stage.SELECTION, []),
        (Stage.OFFER, ["release_post"]),
        (Stage.CONDITIONS, ["release_post", "recall_request:clearance", "recall_request:medical", "recall_request:verification"]),
        (Stage.CONTRACT, ["release_post", "withdraw_accreditation:accreditation"]),
        (Stage.PROBATION, ["withdraw_accreditation:accreditation"]),
    ],
)
def test_the_plan_at_each_stage(stage: Stage, undone: list[str]) -> None:
    world, case = at_stage(stage)
    assert planned(world, case) == [*undone, *TOLD]
    assert takes_back(plan(world.hire(case), Ending.WITHDRAWN, world.at)) is bool(undone)


def test_an_interview_still_to_come_is_cancelled_one_that_is_past_is_not() -> None:
    world, case = at_stage(Stage.INTERVIEW)
    world.act(case, "schedule_interview", starts_at=(world.at + timedelta(days=3)).isoformat(), place="HQ")
    assert planned(world, case)[0] == "cancel_interview"
    world.forward(days=4)
    assert planned(world, case) == TOLD


def test_whoever_is_appointed_keeps_everything() -> None:
    world, case = at_stage(Stage.PROBATION)
    assert planned(world, case, Ending.APPOINTED_AND_CONFIRMED) == TOLD
    world.act(case, "decide_probation", confirmed=True)
    assert (world.store.facts(case, "undo_planned"), outstanding(world.hire(case))) == ([], ())


def test_the_plan_shown_before_is_the_plan_on_record_after() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    shown = plan(world.hire(case), Ending.WITHDRAWN, world.at)
    world.act(case, "withdraw", reason="family_reasons")
    [fact] = world.store.facts(case, "undo_planned")
    assert isinstance(fact, f.UndoPlanned)
    assert fact.steps == shown
    assert {each.progress for each in progress(world.hire(case))} == {"done"}
    assert {x.about for x in world.store.facts(case, "request_recalled") if isinstance(x, f.RequestRecalled)} == {
        "clearance",
        "medical",
        "verification",
    }


def test_what_was_answered_is_not_recalled() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "medical", "verification")
    world.tell(case, "clearance.replied", outcome="refused", reference="R")
    world.act(case, "withdraw_offer", condition="clearance")
    assert (world.store.facts(case, "request_recalled"), outstanding(world.hire(case))) == ([], ())


def failed(world: World, case: str, about: str) -> None:
    """The authority's door stayed shut: as the step writes it."""
    [step] = [x for x in plan(world.hire(case), Ending.WITHDRAWN, world.at) if x.about == about]
    world.recall_fails[step.ask] = "PartnerUnavailable"


def test_a_recall_that_failed_is_for_a_person_while_the_case_is_over() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    failed(world, case, "medical")
    world.act(case, "withdraw", reason="family_reasons")
    state = world.hire(case)
    assert (state.over, state.needs()) == (True, ["recall_by_hand:medical"])
    assert [x.reason for x in progress(state) if x.progress == "failed"] == ["PartnerUnavailable"]
    with pytest.raises(CaseClosed):
        world.act(case, "hold", reason="a_reason")
    with pytest.raises(NotNow, match="no recall about 'clearance' failed"):
        world.act(case, "recall_by_hand", about="clearance")
    world.act(case, "recall_by_hand", about="medical")
    state = world.hire(case)
    assert state.needs() == []
    assert [x.progress for x in progress(state) if x.step.about == "medical"] == ["by_hand"]
    with pytest.raises(CaseClosed):
        world.act(case, "recall_by_hand", about="medical")


def test_a_reply_that_crosses_its_recall_is_recorded_and_changes_nothing() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "withdraw", reason="family_reasons")
    before = world.hire(case).conditions["medical"]
    message = world.tell(case, "medical.replied", outcome="fit", reference="R")
    assert (world.fate(message), world.hire(case).conditions["medical"]) == ("superseded", before)


def test_what_was_recalled_is_asked_anew_when_a_review_brings_the_case_back() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.replied", outcome="refused", reference="R")
    first = world.hire(case).conditions["medical"].ask
    world.act(case, "withdraw_offer", condition="clearance")
    world.tell(case, "review.lodged", reference="V")
    world.act(case, "decide_review", "hr.head", upheld=True, reason="new_evidence")
    state = world.hire(case)
    now = state.conditions["medical"]
    assert (state.stage, now.state) == (Stage.CONDITIONS, ConditionState.REQUESTED)
    assert now.ask != first
    assert first in state.recalled


def test_what_may_have_arrived_is_in_the_plan_until_it_is_recalled_or_asked_another_way() -> None:
    world, case = at_stage(Stage.OFFER)
    world.loses = {"medical"}
    world.to_conditions(case)
    assert "ask_by_hand:medical" in world.hire(case).needs()
    [planned_] = [step for step in plan(world.hire(case), Ending.WITHDRAWN, world.at) if step.about == "medical"]
    assert (planned_.ask, planned_.by_hand) == (f"{case}/medical/request/1", False)
    world.act(case, "ask_by_hand", about="medical")
    steps = [step for step in plan(world.hire(case), Ending.WITHDRAWN, world.at) if step.about == "medical"]
    assert [(step.ask, step.by_hand) for step in steps] == [(planned_.ask, True)]  # whoever asked by hand tells them


def test_one_whose_failure_comes_after_the_ending_is_noted_only_where_it_may_have_arrived() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "withdraw", reason="family_reasons")
    ask = f"{case}/accreditation/request/1"
    failure = Asked(about="accreditation", authority="host-nation", key=ask, failed="unreachable")
    world.note(case, failure)
    assert world.store.facts(case, "ask_failed") == []
    world.note(case, failure.model_copy(update={"may_have_arrived": True}))
    assert [step.ask for step in outstanding(world.hire(case))] == [ask]
    assert world.hire(case).needs() == []
    world.go_on(case)
    assert (outstanding(world.hire(case)), world.hire(case).recalled[ask]) == ((), "recalled")
    world.note(case, failure.model_copy(update={"may_have_arrived": True}))
    assert len(world.store.facts(case, "ask_failed")) == 1
