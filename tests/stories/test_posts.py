"""Posts as they are lived through: given later, standing still, and taken by somebody who applied for another vacancy."""

from datetime import timedelta

from domain import facts as f
from domain.vacancy import Published
from domain.words import ConditionState, Ending, PostState, Stage
from tests.stories.conftest import Scene, publish


async def test_a_post_given_later_is_filled_from_the_list(one_post: Scene) -> None:
    first, second = await one_post.competition({}, {}, said=("selected", "reserve"))
    await one_post.probation(first)
    await one_post.pump()
    vacancy = one_post.vacancy_case
    assert one_post.state(second).stage is Stage.RESERVE
    await one_post.act(vacancy, "add_post", post="later", kind="established", grade_low="G8", grade_high="G8")
    await one_post.act(vacancy, "decide_post", person="hr.head", post="later", approved=True)
    assert one_post.vacancy().needs() == ["call:later"]
    await one_post.act(vacancy, "call", hire=second, post="later")
    await one_post.pump()
    assert one_post.state(second).post == "later"
    await one_post.probation(second)
    await one_post.pump()
    assert one_post.vacancy().posts["later"].state is PostState.FILLED


async def test_a_suspended_vacancy_stops_the_clocks_and_resuming_sets_them_going(one_post: Scene) -> None:
    [case] = await one_post.competition({})
    await one_post.act(case, "issue_offer")
    before = one_post.state(case).deadlines["offer"].due_at
    await one_post.act(one_post.vacancy_case, "suspend", person="hr.head", reason="budget_review")
    await one_post.pump()
    await one_post.until(case, lambda s: s.suspended)
    assert one_post.state(case).next_instant is None, "nothing rings while the vacancy stands still"
    for each in (case, one_post.vacancy_case):
        await one_post.forward(each, days=20)
    assert one_post.state(case).lapsed == []
    await one_post.act(one_post.vacancy_case, "resume", person="hr.head")
    await one_post.pump()
    state = await one_post.until(case, lambda s: not s.suspended)
    assert state.deadlines["offer"].due_at >= before + timedelta(days=20)
    await one_post.forward_past(case, "offer")
    assert (await one_post.until(case, lambda s: s.lapsed)).lapsed == ["offer"]


async def without_money(scene: Scene, lasting: int = 1000) -> str:
    """All that an authority could say about the person is said; then the money for the post is refused."""
    spec = scene.published.spec
    posts = (spec.posts[0].model_copy(update={"funded": False}),)
    published = publish(posts=posts)
    [case] = await scene.competition({}, published=published)
    vacancy = f"vacancy/{published.spec.reference}"
    await scene.conditions(case)
    at = await scene.time(case)
    until = (at + timedelta(days=lasting)).date().isoformat()
    await scene.tell(case, "clearance.replied", outcome="granted", level="NS", issuer="BE", valid_until=until, reference="C7")
    await scene.answer(case, "medical", "verification", valid_until=(at + timedelta(days=500)).date())
    await scene.tell(vacancy, "budget.decided", post=posts[0].id, outcome="refused", reference="B")
    await scene.pump()
    await scene.act(case, "withdraw_offer", condition="budget")
    await scene.pump()
    assert scene.state(case).ending is Ending.BUDGET_REFUSED
    return case


def similar(scene: Scene) -> Published:
    return publish(posts=(scene.published.spec.posts[0].model_copy(update={"id": "similar-1"}),))


async def reused(scene: Scene, case: str) -> str:
    """Asked for a similar post of another vacancy, agreed, and offered it; returns the linked case."""
    other = similar(scene)
    elsewhere = await scene.open(other)
    await scene.act(elsewhere, "offer_reuse", hire=case, post=other.spec.posts[0].id)
    await scene.pump()
    [linked] = scene.vacancy(elsewhere).reused
    assert scene.state(linked).needs() == [], "nothing is offered before the person agrees"
    await scene.tell(linked, "reuse.answered", accepted=True)
    await scene.act(linked, "issue_offer")
    await scene.tell(linked, "offer.answered", accepted=True)
    return linked


async def test_a_re_used_persons_medical_and_clearance_are_not_asked_again(one_post: Scene) -> None:
    case = await without_money(one_post)
    linked = await reused(one_post, case)
    state = await one_post.until(linked, lambda s: bool(s.conditions) and s.conditions["accreditation"].ask)
    asked = {e.slot for e in one_post.entries(linked, f.ConditionRequested)}
    assert asked == {"accreditation"}
    assert {c.carried_from for c in state.conditions.values() if c.slot != "accreditation"} == {case}
    await one_post.answer(linked, "accreditation")
    await one_post.entry_from_contract(linked)
    assert one_post.state(linked).stage is Stage.ENTRY


async def test_a_re_used_persons_result_that_has_run_out_is_asked_again(one_post: Scene) -> None:
    case = await without_money(one_post, lasting=5)
    linked = await reused(one_post, case)
    state = await one_post.until(linked, lambda s: bool(s.conditions) and s.conditions["clearance"].ask)
    assert state.conditions["medical"].state is ConditionState.SATISFIED
    assert {e.slot for e in one_post.entries(linked, f.ConditionRequested)} == {"clearance"}


async def test_who_says_nothing_to_a_re_use_loses_nothing_before_a_person_confirms_it(one_post: Scene) -> None:
    case = await without_money(one_post)
    other = similar(one_post)
    elsewhere = await one_post.open(other)
    post = other.spec.posts[0].id
    await one_post.act(elsewhere, "offer_reuse", hire=case, post=post)
    await one_post.pump()
    [linked] = one_post.vacancy(elsewhere).reused
    await one_post.forward_past(linked, "reuse")
    await one_post.until(linked, lambda s: s.lapsed == ["reuse"])
    assert one_post.vacancy(elsewhere).posts[post].hire == linked
    await one_post.act(linked, "confirm_lapse")
    await one_post.pump()
    assert (one_post.state(linked).ending, one_post.vacancy(elsewhere).posts[post].state) == (
        Ending.CONDITIONAL_OFFER_LAPSED,
        PostState.OPEN,
    )
