"""An adverse decision and its review, told in time (`recruitment.md` §7)."""

from datetime import timedelta

import pytest

from domain import facts as f
from domain.errors import CaseClosed, FourEyes
from domain.words import Ending, Review, Stage
from tests.stories.conftest import Scene, when


async def refused_at_screening(scene: Scene) -> str:
    case = await scene.screening()
    await scene.act(case, "screen", person="ann", eligible=False, reason="nationality.not_a_member")
    return case


async def test_the_story_stays_for_the_window_and_ends_when_nobody_asks(scene: Scene) -> None:
    case = await refused_at_screening(scene)
    state = scene.state(case)
    assert (state.ending, state.over) == (Ending.NOT_ELIGIBLE, False)
    assert "ending.not_eligible" in [letter.template for letter in scene.store.letters]
    await scene.forward(case, days=19)
    assert not scene.state(case).over
    assert await scene.result(case) == Ending.NOT_ELIGIBLE
    assert scene.state(case).review is Review.PASSED
    late = await scene.tell(case, "review.lodged", reference="rev-1")
    assert scene.store.closed[late] == ("superseded", "late"), "recorded, without effect"


async def test_a_review_that_is_upheld_takes_the_case_back_and_on(scene: Scene) -> None:
    case = await refused_at_screening(scene)
    await scene.forward(case, days=12)
    await scene.tell(case, "review.lodged", reference="rev-1")
    assert scene.state(case).needs() == ["decide_review"]
    with pytest.raises(FourEyes):
        await scene.act(case, "decide_review", person="ann", upheld=True, reason="error_of_fact")
    await scene.act(case, "decide_review", person="hr.head", upheld=True, reason="error_of_fact")
    assert scene.state(case).stage is Stage.SCREENING
    await scene.act(case, "screen", person="bob", eligible=True)
    await scene.act(case, "shortlist", shortlisted=True)
    await scene.until(case, lambda s: bool(s.assessment_ask))
    await scene.tell(case, "assessment.completed", reference="V1")
    assert scene.state(case).assessment_answered
    assert [e.stage for e in scene.entries(case, f.Reopened)] == [Stage.SCREENING]
    told = [letter.template for letter in scene.store.letters]
    assert [t for t in told if t.startswith("review_")] == ["review_received", "review_upheld"]


async def test_a_review_that_is_not_upheld_ends_the_story(scene: Scene) -> None:
    case = await refused_at_screening(scene)
    await scene.tell(case, "review.lodged", reference="rev-1")
    await scene.forward(case, days=60)
    assert not scene.state(case).over, "a limit decides nothing"
    await scene.act(case, "decide_review", person="hr.head", upheld=False, reason="no_error_found")
    assert await scene.result(case) == Ending.NOT_ELIGIBLE
    with pytest.raises(CaseClosed):
        await scene.act(case, "decide_review", person="hr.head", upheld=True, reason="error_of_fact")


async def test_who_was_told_late_comes_back_when_it_was_not(scene: Scene) -> None:
    assert scene.published.closes_at is not None
    case = await scene.apply(received_at=scene.published.closes_at.replace(year=scene.published.closes_at.year + 1))
    await scene.act(case, "confirm_late", person="ann")
    await scene.tell(case, "review.lodged", reference="rev-1")
    await scene.act(case, "decide_review", person="hr.head", upheld=True, reason="outage_of_our_door")
    state = await scene.until(case, lambda s: s.stage is not None)
    assert (state.stage, state.late) == (Stage.RECEIVED, False)
    await scene.forward_to(case, scene.published.closes_at)
    await scene.until(case, lambda s: s.judged is not None)


async def test_a_place_is_kept_while_a_review_is_decided_and_no_longer(one_post: Scene) -> None:
    first, refused, listed = await one_post.competition({}, {}, {}, said=("selected", "not_selected", "reserve"))
    await one_post.tell(refused, "review.lodged", reference="rev-1")
    await one_post.pump()
    await one_post.tell(first, "application.withdrawn")
    await one_post.pump()
    assert one_post.state(listed).stage is Stage.RESERVE, "the only post is kept"
    await one_post.forward_to(one_post.vacancy_case, one_post.vacancy().kept[refused])
    await when(lambda: not one_post.vacancy().kept)
    await one_post.pump()
    assert one_post.state(listed).stage is Stage.OFFER


async def test_a_vacancy_that_had_completed_begins_again_for_who_comes_back(one_post: Scene) -> None:
    excluded = await refused_at_screening(one_post)
    [chosen] = await one_post.competition({}, said=("selected",))
    await one_post.tell(chosen, "application.withdrawn")
    await one_post.pump()
    assert await one_post.result(one_post.vacancy_case) == "lapsed"
    await one_post.tell(excluded, "review.lodged", reference="rev-1")
    await one_post.act(excluded, "decide_review", person="hr.head", upheld=True, reason="error_of_fact")
    await one_post.pump()
    assert one_post.vacancy().status == "closed"
    await one_post.act(excluded, "screen", person="bob", eligible=True)
    await one_post.act(excluded, "shortlist", shortlisted=True)
    await one_post.until(excluded, lambda s: bool(s.assessment_ask))
    await one_post.tell(excluded, "assessment.completed", reference="V1")
    await one_post.act(excluded, "mark_assessment", person="board", score=80)
    at = await one_post.time(excluded)
    await one_post.tell(excluded, "interview.scheduled", starts_at=(at + timedelta(days=3)).isoformat(), minutes=45, place="HQ")
    await one_post.tell(excluded, "interview.completed", attended=True)
    await one_post.act(excluded, "mark_interview", person="board", score=70)
    await one_post.decide((excluded, "selected"))
    assert one_post.state(excluded).stage is Stage.OFFER
    assert [p.hire for p in one_post.vacancy().posts.values()] == [excluded]
