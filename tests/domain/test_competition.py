"""The ledger of posts: who is next is decided here and only here."""

import pytest

from domain import facts as f
from domain.errors import BadInput, FourEyes, NotNow, VacancyClosed
from domain.words import PostState, Stage
from tests.world import World, publish


def field(n: int, **how: object) -> tuple[World, list[str]]:
    """A closed vacancy with two posts and `n` hires at the selection."""
    world = World([publish(posts=2)])
    cases = [world.apply() for _ in range(n)]
    world.close()
    for case in cases:
        world.to_selection(case)
    return world, cases


def holders(world: World) -> list[str | None]:
    return [p.hire for p in world.vacancy().posts.values()]


def test_posts_go_in_rank_order_and_the_rest_is_listed() -> None:
    world, (a, b, c, d) = field(4)
    world.decide(world.report((c, "selected"), (a, "selected"), (b, "selected"), (d, "not_selected")))
    assert holders(world) == [c, a]
    assert [x.hire for x in world.vacancy().listed] == [b]
    assert world.hire(d).ending == "not_selected"
    assert world.hire(d).ended_by == "person:authority"


def test_equal_ranks_stand_as_they_are_written() -> None:
    world, (a, b) = field(2)
    lines = [{"hire": h, "score": 80, "rank": 1, "recommendation": "selected"} for h in (a, b)]
    world.act("vacancy/250442", "submit_report", "chair", lines=lines)
    assert [x.rank for x in world.vacancy().report_lines] == [1, 1]


def test_a_recommended_candidate_needs_a_rank() -> None:
    world, (a,) = field(1)
    line = {"hire": a, "score": 1, "recommendation": "selected"}
    with pytest.raises(BadInput) as caught:
        world.act("vacancy/250442", "submit_report", "chair", lines=[line])
    assert caught.value.code == "rank_missing"


def test_four_eyes_and_the_exact_report() -> None:
    world, (a,) = field(1)
    sha256 = world.report((a, "selected"))
    with pytest.raises(FourEyes):
        world.decide(sha256, person="chair")
    with pytest.raises(NotNow):
        world.decide("0" * 64)
    world.decide(sha256)
    with pytest.raises(NotNow):
        world.report((a, "selected"))


def test_the_next_is_called_when_one_leaves_and_a_listed_one_who_leaves_is_not() -> None:
    world, (a, b, c, d) = field(4)
    world.decide(world.report((a, "selected"), (b, "selected"), (c, "reserve"), (d, "reserve")))
    world.tell(c, "application.withdrawn")
    world.tell(a, "application.withdrawn")
    world.pump()
    assert holders(world) == [d, b]
    assert world.hire(d).stage is Stage.OFFER


def test_an_open_post_is_called_for_in_rank_or_with_a_reason() -> None:
    world, (a, b, c) = field(3)
    world.decide(world.report((a, "reserve"), (b, "reserve"), (c, "selected")))
    free = next(p.id for p in world.vacancy().posts.values() if p.state is PostState.OPEN)
    with pytest.raises(NotNow) as caught:
        world.act("vacancy/250442", "call", "hr.officer", hire=b, post=free)
    assert caught.value.code == "out_of_rank"
    with pytest.raises(NotNow) as caught:
        world.act("vacancy/250442", "call", "hr.officer", hire=c, post=free)
    assert caught.value.code == "not_listed"
    world.act("vacancy/250442", "call", "hr.officer", hire=b, post=free, reason="language_profile")
    world.pump()
    assert world.hire(b).stage is Stage.OFFER
    assert [x.hire for x in world.vacancy().listed] == [a]
    with pytest.raises(NotNow) as caught:
        world.act("vacancy/250442", "call", "hr.officer", hire=a, post=free)
    assert caught.value.code == "post_not_open"


def test_a_call_that_crosses_a_withdrawal_finds_the_one_after() -> None:
    world, (a, b, c, d) = field(4)
    world.decide(world.report((a, "selected"), (b, "selected"), (c, "reserve"), (d, "reserve")))
    world.tell(a, "application.withdrawn")
    world.pump(1)  # c is called, and has not heard of it
    world.tell(c, "application.withdrawn")
    world.pump()
    assert holders(world) == [d, b]


def test_a_vacancy_is_filled_when_every_post_is_and_lapses_when_nobody_is_left() -> None:
    world, (a, b) = field(2)
    world.decide(world.report((a, "selected"), (b, "selected")))
    for case in (a, b):
        world.to_probation(case)
    assert world.vacancy().status == "filled"
    empty, (c,) = field(1)
    empty.decide(empty.report((c, "not_selected")))
    assert empty.vacancy().status == "lapsed"


def test_cancelling_tells_everybody_who_is_still_in_it() -> None:
    world, (a, b) = field(2)
    world.decide(world.report((a, "selected"), (b, "selected")))
    world.to_probation(a)
    world.act("vacancy/250442", "cancel", "hr.head", reason="post_abolished")
    world.pump()
    assert (world.hire(a).stage, world.hire(b).ending) == (Stage.PROBATION, "vacancy_cancelled")
    with pytest.raises(VacancyClosed):
        world.act("vacancy/250442", "cancel", "hr.head", reason="post_abolished")


def unfunded() -> tuple[World, str]:
    posts = tuple(p.model_copy(update={"funded": False}) for p in publish(posts=1).spec.posts)
    world = World([publish(posts_are=posts)])
    return world, posts[0].id


def test_a_budget_answer_is_taken_once_and_a_second_one_never_overwrites_it() -> None:
    world, post = unfunded()
    vacancy = "vacancy/250442"
    first = world.tell(vacancy, "budget.decided", post=post, outcome="approved", reference="B1")
    second = world.tell(vacancy, "budget.decided", post=post, outcome="refused", reference="B2")
    assert (world.fate(first), world.fate(second)) == ("applied", "superseded")
    assert (world.vacancy().posts[post].state, world.vacancy().posts[post].funded) == (PostState.OPEN, True)
    assert len([e for e in world.store.journals[vacancy] if isinstance(e.fact, f.BudgetDecided)]) == 1


def test_a_refused_budget_withdraws_the_post() -> None:
    world, post = unfunded()
    world.tell("vacancy/250442", "budget.decided", post=post, outcome="refused", reference="B1")
    assert world.vacancy().posts[post].state is PostState.WITHDRAWN


def test_news_of_a_hire_that_holds_nothing_changes_nothing() -> None:
    world, (a,) = field(1)
    left = world.tell("vacancy/250442", "hire.left", hire=a, ending="withdrawn")
    taken = world.tell("vacancy/250442", "post.taken_up", hire=a, post="250442-1")
    assert (world.fate(left), world.fate(taken)) == ("superseded", "superseded")


def test_a_reuse_takes_an_open_post_and_only_an_open_one() -> None:
    world = World([publish(posts=1), publish("270311", posts=1)])
    cases = [world.apply(), world.apply()]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.decide(world.report((cases[0], "reserve"), (cases[1], "reserve")))
    post = world.published[1].spec.posts[0]
    for case in cases:
        world.act(case, "offer_reuse", vacancy="270311", post=post.id, grade=post.grade_low)
        world.tell(case, "reuse.answered", accepted=True)
    world.pump()
    assert [world.hire(c).ending for c in cases] == ["placed_elsewhere", None]
    linked = world.hire(f"{cases[0]}-2")
    assert (linked.stage, linked.linked_from, linked.post) == (Stage.OFFER, cases[0], post.id)
    assert world.hire(cases[1]).reuse is None


def test_money_that_is_taken_back_is_for_a_person_with_a_way_out_either_way() -> None:
    world, post = unfunded()
    vacancy = "vacancy/250442"
    world.tell(vacancy, "budget.decided", post=post, outcome="approved", reference="B1")
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.to_contract(case)
    world.tell(vacancy, "budget.decided", post=post, outcome="refused", reference="B2")
    world.pump()
    assert "withdraw_offer:budget" in world.hire(case).needs()
    with pytest.raises(NotNow):
        world.act(case, "propose_contract")
    world.act(case, "enter_reply", "sam", condition="budget", outcome="approved")
    world.act(case, "confirm_reply", "sue", condition="budget")
    world.act(case, "settle_reply", condition="budget", outcome="approved", reason="second_was_a_mistake")
    world.act(case, "propose_contract")
    assert world.hire(case).terms_sha256
