"""The ledger of posts: who is next is decided here and only here."""

from typing import Any

import pytest

from domain import facts as f
from domain.competition import report_sha256
from domain.errors import BadInput, FourEyes, NotNow, VacancyClosed
from domain.words import PostState, Stage
from tests.world import World, publish

VACANCY = "vacancy/250442"


def field(n: int, **how: Any) -> tuple[World, list[str]]:
    """A closed vacancy with two posts and `n` hires at the selection."""
    world = World([publish(posts=2, **how)])
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


def tie(*hires: str, tie: str = "equal_merit", recommendation: str = "selected") -> list[dict[str, object]]:
    return [{"hire": h, "score": 80, "rank": 1, "recommendation": recommendation, "tie": tie} for h in hires]


def test_equal_ranks_are_explicit_with_a_reason() -> None:
    world, (a, b) = field(2)
    with pytest.raises(BadInput) as caught:
        world.act(VACANCY, "submit_report", "chair", lines=tie(a, b, tie=""))
    assert caught.value.code == "tie_unmarked"
    with pytest.raises(BadInput) as caught:
        world.act(VACANCY, "submit_report", "chair", lines=[*tie(a), {**tie(b)[0], "rank": 2}])
    assert caught.value.code == "no_tie"
    world.act(VACANCY, "submit_report", "chair", lines=tie(a, b))
    assert [x.tie for x in world.vacancy().report_lines] == ["equal_merit", "equal_merit"]


def test_the_appointing_authority_says_who_is_first_among_equals_and_it_is_on_record() -> None:
    world, (a, b, c) = field(3)
    world.act(VACANCY, "submit_report", "chair", lines=tie(a, b, c))
    sha256 = report_sha256(world.vacancy().report_lines)
    for order in ([], [c], [c, a, a], [c, a, b, b]):
        with pytest.raises(BadInput) as caught:
            world.act(VACANCY, "decide_report", "authority", sha256=sha256, approved=True, order=order)
        assert caught.value.code == "tie_not_broken"
    world.act(VACANCY, "decide_report", "authority", sha256=sha256, approved=True, order=[c, a, b])
    assert holders(world) == [c, a]
    assert [x.hire for x in world.vacancy().listed] == [b]
    [decided] = [e.fact for e in world.store.journals[VACANCY] if isinstance(e.fact, f.ReportDecided)]
    assert decided.order == (c, a, b)


def test_a_report_that_was_returned_is_submitted_again() -> None:
    world, (a,) = field(1)
    world.decide(world.report((a, "selected")), approved=False)
    assert world.vacancy().report_state == "returned"
    assert world.hire(a).stage is Stage.SELECTION
    world.decide(world.report((a, "not_selected")))
    assert world.hire(a).ending == "not_selected"


def test_nobody_goes_on_a_list_the_notice_did_not_announce() -> None:
    world, (a,) = field(1, reserve_list=False)
    with pytest.raises(BadInput) as caught:
        world.report((a, "reserve"))
    assert caught.value.code == "no_list_announced"


def test_who_is_for_the_list_is_not_ranked_before_who_is_selected() -> None:
    world, (a, b) = field(2)
    with pytest.raises(BadInput) as caught:
        world.report((a, "reserve"), (b, "selected"))
    assert caught.value.code == "ranks_crossed"


def test_without_an_announced_list_the_next_in_rank_waits_for_these_posts_alone() -> None:
    world, (a, b, c, d) = field(4, reserve_list=False)
    world.decide(world.report((a, "selected"), (b, "selected"), (c, "selected"), (d, "selected")))
    assert holders(world) == [a, b]
    assert [x.standing for x in world.vacancy().listed] == ["next_in_rank"] * 2
    assert [x.template for x in world.store.letters if x.case == c][-1] == "next_in_rank"
    world.tell(a, "application.withdrawn")
    world.pump()
    assert holders(world) == [c, b]
    for case in (c, b):
        world.to_probation(case)
    assert world.vacancy().status == "filled"
    assert world.hire(d).needs() == ["confirm_lapse"], "nobody is turned down without a named person"
    world.act(d, "confirm_lapse", "hr.officer")
    assert (world.hire(d).ending, world.hire(d).ended_by) == ("not_selected", "person:hr.officer")


def test_a_list_the_notice_announced_outlives_its_posts() -> None:
    world, (a, b, c) = field(3)
    world.decide(world.report((a, "selected"), (b, "selected"), (c, "reserve")))
    for case in (a, b):
        world.to_probation(case)
    assert (world.vacancy().status, world.hire(c).stage) == ("closed", Stage.RESERVE)
    world.tell(c, "application.withdrawn")
    world.pump()
    assert world.vacancy().status == "filled"


def test_a_vacancy_filled_in_part_says_so() -> None:
    world, (a, b) = field(2)
    world.decide(world.report((a, "selected"), (b, "selected")))
    world.to_probation(a)
    world.tell(b, "application.withdrawn")
    world.pump()
    assert world.vacancy().status == "partly_filled"


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
    world.decide(world.report((c, "selected"), (a, "reserve"), (b, "reserve")))
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
    lower = publish("270311", posts=1).spec.posts[0].model_copy(update={"grade_low": "G5", "grade_high": "G5"})
    world = World([publish(posts=1), publish("270311", posts_are=(lower,))])
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
