"""A hire ends, and what was asked of others is taken back while the ending stands: once, in time, or by a person."""

from datetime import timedelta

import pytest

from domain import facts as f
from domain.errors import CaseClosed
from domain.undo import outstanding
from domain.words import PostState, Stage
from tests.stories.conftest import Scene, make_scene, when


def recalls(scene: Scene) -> dict[str, list[str]]:
    return {name: authority.recalls for name, authority in scene.authorities.items() if authority.recalls}


async def test_a_withdrawal_recalls_every_open_request_once_and_the_post_is_free(one_post: Scene) -> None:
    [case] = await one_post.competition({})
    await one_post.conditions(case)
    asks = {about: now.ask for about, now in one_post.state(case).conditions.items() if now.ask}
    await one_post.tell(case, "application.withdrawn")
    assert await one_post.result(case) == "withdrawn"
    assert recalls(one_post) == {
        "nation-be": [asks["clearance"]],
        "medical": [asks["medical"]],
        "verification": [asks["verification"]],
    }
    await one_post.pump()
    [post] = one_post.vacancy().posts.values()
    assert (post.state, outstanding(one_post.state(case))) == (PostState.OPEN, ())


async def test_a_request_that_failed_and_may_have_arrived_is_taken_back_with_the_others(scene: Scene) -> None:
    medical = scene.authorities["medical"]
    medical.loses, medical.repeatable, medical.looked_up = 1, False, False
    case = await scene.offer()
    await scene.act(case, "issue_offer")
    await scene.tell(case, "offer.answered", accepted=True)
    await scene.forward(case, minutes=5)
    state = await scene.until(case, lambda s: s.failed_asks)
    assert "ask_by_hand:medical" in state.needs()
    [ask] = medical.asks  # not put a second time: it might have begun twice
    await scene.tell(case, "application.withdrawn")
    assert await scene.result(case) == "withdrawn"
    assert medical.recalls == [ask]
    assert outstanding(scene.state(case)) == ()


async def test_a_request_whose_every_try_surely_failed_needs_no_recall(scene: Scene) -> None:
    scene.authorities["medical"].refuses = True
    case = await scene.offer()
    await scene.act(case, "issue_offer")
    await scene.tell(case, "offer.answered", accepted=True)
    await scene.until(case, lambda s: s.failed_asks)
    await scene.tell(case, "application.withdrawn")
    assert await scene.result(case) == "withdrawn"
    assert "medical" not in recalls(scene)


async def test_an_accreditation_that_was_granted_is_withdrawn_at_the_host_nation(one_post: Scene) -> None:
    [case] = await one_post.competition({})
    await one_post.contract(case)
    ask = one_post.state(case).conditions["accreditation"].ask
    await one_post.act(case, "withdraw", reason="family_reasons")
    assert await one_post.result(case) == "withdrawn"
    assert recalls(one_post) == {"host-nation": [ask]}


async def test_an_assessment_not_taken_yet_is_recalled_after_every_ending(scene: Scene) -> None:
    case = await scene.assessment()
    ask = scene.state(case).assessment_ask
    await scene.forward_past(case, "assessment_answer")
    await scene.act(case, "confirm_lapse")
    await when(lambda: scene.authorities["assessment"].recalls == [ask])
    await when(lambda: scene.entries(case, f.RequestRecalled))
    assert scene.state(case).ended


async def test_a_partner_that_is_away_is_told_when_it_is_back_and_the_ending_stands_meanwhile(scene: Scene) -> None:
    case = await scene.conditions()
    scene.authorities["medical"].failures = 3
    await scene.tell(case, "application.withdrawn")
    assert scene.state(case).over
    with pytest.raises(CaseClosed):
        await scene.act(case, "hold", reason="security_situation")
    await when(lambda: len(scene.entries(case, f.RequestRecalled)) >= 2)
    await scene.env.fast_forward(scene.handle(case), timedelta(minutes=5))  # the case may be over before it is there
    assert await scene.result(case) == "withdrawn"
    assert len(scene.authorities["medical"].recalls) == 1
    assert scene.entries(case, f.RecallFailed) == []


async def test_a_partner_that_stays_away_holds_no_case_and_a_person_tells_it(scene: Scene) -> None:
    case = await scene.conditions()
    scene.authorities["medical"].failures = 10_000
    await scene.tell(case, "application.withdrawn")
    await when(lambda: len(scene.entries(case, f.RequestRecalled)) == 2)
    await scene.env.fast_forward(scene.handle(case), timedelta(days=4))  # the same
    assert await scene.result(case) == "withdrawn"
    [failed] = scene.entries(case, f.RecallFailed)
    assert (failed.about, scene.state(case).needs()) == ("medical", ["recall_by_hand:medical"])
    await scene.act(case, "recall_by_hand", about="medical")  # on a case whose story is over
    assert scene.state(case).needs() == []
    assert [x.outcome for x in scene.entries(case, f.RequestRecalled) if x.about == "medical"] == ["by_hand"]


async def test_a_partner_that_refuses_the_recall_is_for_a_person(scene: Scene) -> None:
    case = await scene.conditions()
    scene.authorities["verification"].refuses = True
    await scene.tell(case, "application.withdrawn")
    assert await scene.result(case) == "withdrawn"
    assert scene.state(case).needs() == ["recall_by_hand:verification"]


async def test_a_reply_that_crosses_its_recall_changes_nothing(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.tell(case, "application.withdrawn")
    assert await scene.result(case) == "withdrawn"
    crossed = await scene.tell(case, "medical.replied", outcome="fit", reference="R")
    assert scene.store.closed[crossed] == ("superseded", "case_closed")


async def test_recalls_left_open_when_everything_was_lost_are_made_when_the_case_begins_again(scene: Scene) -> None:
    made = make_scene(scene.env)
    async with made.worker():
        case = await made.conditions()
        made.authorities["medical"].failures = 10_000
        await made.tell(case, "application.withdrawn")
        await when(lambda: len(made.entries(case, f.RequestRecalled)) == 2)
        await made.handle(case).terminate("its database is gone")
        made.authorities["medical"].failures = 0
        assert [step.about for step in outstanding(made.state(case))] == ["medical"]
        await made.carrier.start(case)
        assert await made.result(case) == "withdrawn"
        assert [x.about for x in made.entries(case, f.RequestRecalled)][-1] == "medical"


async def test_a_lapse_is_reopened_and_the_late_answer_is_taken(scene: Scene) -> None:
    case = await scene.assessment()
    await scene.forward_past(case, "assessment_answer")
    late = await scene.tell(case, "assessment.completed", reference="V1")
    assert scene.store.closed[late] == ("superseded", "late")
    await scene.act(case, "reopen_lapse", reason="candidate_was_ill")
    again = scene.state(case).deadlines["assessment_answer"]
    assert again.due_at > await scene.time(case) + timedelta(days=5)
    await scene.act(case, "accept_late", message=late, reason="candidate_was_ill")
    state = scene.state(case)
    assert (state.assessment_answered, state.stage) == (True, Stage.ASSESSMENT)
