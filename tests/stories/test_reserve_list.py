"""The reserve list as it is lived through: declined and waited on, passed over, extended for all, ended by a person."""

import pytest

from domain import errors
from domain import facts as f
from domain.words import Ending, PostState, Stage
from tests.stories.conftest import Scene, publish


async def listed_behind(scene: Scene, n: int) -> tuple[str, list[str]]:
    first, *others = await scene.competition(*({} for _ in range(n + 1)), said=("selected", *("reserve",) * n))
    return first, others


async def test_a_listed_person_declines_a_call_stays_listed_and_is_passed_over_when_unavailable(one_post: Scene) -> None:
    first, (a, b) = await listed_behind(one_post, 2)
    await one_post.tell(first, "application.withdrawn")
    await one_post.pump()
    await one_post.tell(b, "candidate.unavailable")
    await one_post.pump()
    await one_post.act(a, "issue_offer")
    await one_post.tell(a, "offer.answered", accepted=False)
    await one_post.pump()
    assert one_post.state(a).stage is Stage.RESERVE
    passed = [e.fact for e in one_post.store.journals[one_post.vacancy_case] if isinstance(e.fact, f.CandidatePassedOver)]
    assert [(x.hire, x.reason) for x in passed] == [(a, "declined_before"), (b, "unavailable")]
    [post] = one_post.vacancy().posts.values()
    assert (post.state, one_post.vacancy().needs()) == (PostState.OPEN, [f"call:{post.id}"])
    await one_post.act(one_post.vacancy_case, "call", hire=a, post=post.id, reason="asked_again")
    await one_post.pump()
    assert one_post.state(a).stage is Stage.OFFER


async def test_the_list_is_extended_for_all_and_ends_by_a_persons_word(one_post: Scene) -> None:
    first, listed = await listed_behind(one_post, 2)
    vacancy = one_post.vacancy_case
    await one_post.act(vacancy, "extend_list", days=30, reason="list_needed")
    await one_post.pump()
    ends = one_post.vacancy().list_deadline
    assert ends is not None
    assert {one_post.state(case).reserve_until for case in listed} == {ends.due_at}
    await one_post.forward_to(vacancy, ends.due_at)
    assert one_post.vacancy().needs() == ["confirm_list_lapse"]
    with pytest.raises(errors.NotNow):
        await one_post.act(vacancy, "extend_list", days=30, reason="list_needed")
    await one_post.act(vacancy, "confirm_list_lapse")
    await one_post.pump()
    for case in listed:
        assert await one_post.result(case) == "reserve_lapsed"
        assert one_post.state(case).ended_by == "person:hr.officer"
    assert one_post.state(first).ending is None


async def test_next_in_rank_without_a_list_is_turned_down_only_by_a_person(one_post: Scene) -> None:
    published = publish(posts=one_post.published.spec.posts[:1], reserve_list=False)
    first, second = await one_post.competition({}, {}, published=published)
    assert one_post.state(second).standing == "next_in_rank"
    await one_post.probation(first)
    await one_post.pump()
    assert one_post.vacancy(f"vacancy/{published.spec.reference}").status == "filled"
    assert one_post.state(second).needs() == ["confirm_lapse"]
    await one_post.act(second, "confirm_lapse")
    [ended] = one_post.entries(second, f.EndingReached)
    assert (ended.ending, ended.decided_by) == (Ending.NOT_SELECTED, "person:hr.officer")
