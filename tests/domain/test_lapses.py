"""What has lapsed: a person confirms, extends or reopens; what came late is kept and can be taken (`recruitment.md` §2)."""

import pytest

from domain.errors import BadInput, NotNow
from domain.words import Ending, Stage
from tests.world import World, at_stage


def lapsed(stage: Stage = Stage.ASSESSMENT, key: str = "assessment_answer") -> tuple[World, str]:
    world, case = at_stage(stage)
    if stage is Stage.OFFER:
        world.act(case, "issue_offer")
    limit = world.hire(case).deadlines[key].limit_at or world.hire(case).deadlines[key].due_at
    world.forward(seconds=(limit - world.at).total_seconds() + 60)
    assert key in world.hire(case).lapse_due
    return world, case


@pytest.mark.parametrize(("stage", "key"), [(Stage.ASSESSMENT, "assessment_answer"), (Stage.OFFER, "offer")])
def test_reopening_gives_the_candidate_the_whole_time_again_and_tells_them(stage: Stage, key: str) -> None:
    world, case = lapsed(stage, key)
    before = world.hire(case).deadlines[key]
    world.act(case, "reopen_lapse", reason="candidate_was_ill")
    state = world.hire(case)
    again = state.deadlines[key]
    assert (state.lapse_due, state.lapsed) == (set(), [])
    assert again.started_at == world.at
    assert (again.due_at - again.started_at).days == (before.due_at - before.started_at).days
    assert world.store.letters[-1].template == "deadline_extended"
    world.forward(days=40)
    assert world.hire(case).lapse_due == {key}, "and it can lapse again"
    world.act(case, "confirm_lapse")
    assert world.hire(case).ending in (Ending.ASSESSMENT_LAPSED, Ending.CONDITIONAL_OFFER_LAPSED)


def test_nothing_is_reopened_that_has_not_lapsed() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    with pytest.raises(NotNow, match="no deadline of this case has lapsed"):
        world.act(case, "reopen_lapse", reason="candidate_was_ill")


def test_a_reserve_list_that_expired_is_not_reopened() -> None:
    world, case = lapsed(Stage.RESERVE, "reserve")
    with pytest.raises(NotNow, match="before it expires"):
        world.act(case, "reopen_lapse", reason="candidate_was_ill")


def test_an_answer_that_came_late_is_kept_and_a_person_can_take_it() -> None:
    world, case = lapsed()
    late = world.tell(case, "assessment.completed", reference="V1")
    assert (world.fate(late), world.hire(case).assessment_answered) == ("superseded", False)
    assert set(world.hire(case).late_messages) == {late}
    world.act(case, "accept_late", message=late, reason="candidate_was_ill")
    state = world.hire(case)
    assert (state.assessment_answered, state.lapse_due, state.late_messages) == (True, set(), {})
    [accepted] = world.store.facts(case, "late_message_accepted")
    assert accepted.model_dump()["reason"] == "candidate_was_ill"
    assert next(e.actor for e in world.store.journals[case] if e.fact is accepted) == "person:hr.officer"


def test_a_late_answer_is_found_after_the_lapse_was_reopened_and_is_taken_at_once() -> None:
    world, case = lapsed(Stage.OFFER, "offer")
    late = world.tell(case, "offer.answered", accepted=True)
    world.act(case, "reopen_lapse", reason="candidate_was_ill")
    world.act(case, "accept_late", message=late, reason="candidate_was_ill")
    assert world.hire(case).stage is Stage.CONDITIONS


def test_a_message_that_was_not_late_is_not_accepted_and_none_is_taken_twice() -> None:
    world, case = lapsed()
    with pytest.raises(NotNow, match="no message of this id came late"):
        world.act(case, "accept_late", message="m1", reason="candidate_was_ill")
    late = [world.tell(case, "assessment.completed", reference="V1"), world.tell(case, "assessment.completed", reference="V2")]
    world.act(case, "accept_late", message=late[0], reason="candidate_was_ill")
    with pytest.raises(NotNow, match="answered already"):
        world.act(case, "accept_late", message=late[1], reason="candidate_was_ill")
    with pytest.raises(BadInput):
        world.act(case, "accept_late", message="m1", reason="He was ill, he says")
