"""The reserve list is the vacancy's: one end for everybody, extended and ended as a whole; and what a listed person may say."""

from typing import Any

import pytest

from domain import facts as f
from domain.errors import NotNow
from domain.hire import HireState
from domain.words import PostState, Stage
from tests.world import World, publish

VACANCY = "vacancy/250442"


def listing(n: int = 3, posts: int = 1, **how: Any) -> tuple[World, str, list[str]]:
    """One selected for the only post, and `n` on the list in this order."""
    world = World([publish(posts=posts, **how)])
    cases = [world.apply() for _ in range(n + 1)]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.decide(world.report((cases[0], "selected"), *((case, "reserve") for case in cases[1:])))
    return world, cases[0], cases[1:]


def on_list(world: World) -> list[str]:
    return [x.hire for x in world.vacancy().listed]


def leave(world: World, case: str) -> None:
    world.tell(case, "application.withdrawn")
    world.pump()


def ends(world: World, *cases: str) -> set[Any]:
    states: list[HireState] = [world.hire(case) for case in cases]
    deadline = world.vacancy().list_deadline
    return {deadline and deadline.due_at, *(s.reserve_until for s in states), *(s.deadlines["reserve"].due_at for s in states)}


def test_everybody_on_the_list_and_the_vacancy_have_the_same_end() -> None:
    world, _, listed = listing()
    assert len(ends(world, *listed)) == 1
    world.act(VACANCY, "extend_list", days=90, reason="list_needed")
    world.pump()
    assert len(ends(world, *listed)) == 1


def test_the_list_is_extended_twice_before_it_expires_and_everybody_is_told() -> None:
    world, _, listed = listing(2)
    for _ in range(2):
        world.act(VACANCY, "extend_list", days=90, reason="list_needed")
        world.pump()
    with pytest.raises(NotNow) as caught:
        world.act(VACANCY, "extend_list", days=90, reason="list_needed")
    assert caught.value.code == "extended_twice"
    for case in listed:
        assert [x.template for x in world.store.letters if x.case == case].count("reserve_extended") == 2
        assert world.hire(case).reserve_extensions == 2


def test_a_list_that_expired_is_neither_extended_nor_called_from() -> None:
    world, first, listed = listing(2)
    world.forward(days=400)
    with pytest.raises(NotNow) as caught:
        world.act(VACANCY, "extend_list", days=90, reason="list_needed")
    assert caught.value.code == "expired"
    leave(world, first)
    [post] = world.vacancy().posts.values()
    assert post.state is PostState.OPEN, "nobody is called from a list that has ended"
    with pytest.raises(NotNow) as caught:
        world.act(VACANCY, "call", hire=listed[0], post=post.id)
    assert caught.value.code == "list_ended"


def test_the_end_of_the_list_is_confirmed_for_all_at_once_or_one_by_one() -> None:
    world, _, (a, b, c) = listing()
    with pytest.raises(NotNow):
        world.act(VACANCY, "confirm_list_lapse")
    world.forward(days=400)
    assert world.vacancy().needs() == ["confirm_list_lapse"]
    assert all(world.hire(case).lapse_due == {"reserve"} for case in (a, b, c))
    world.act(a, "confirm_lapse", "hr.one")
    world.pump()
    world.act(VACANCY, "confirm_list_lapse", "hr.all")
    world.pump()
    assert [(world.hire(x).ending, world.hire(x).ended_by) for x in (a, b, c)] == [
        ("reserve_lapsed", "person:hr.one"),
        ("reserve_lapsed", "person:hr.all"),
        ("reserve_lapsed", "person:hr.all"),
    ]
    assert on_list(world) == []


def test_who_declines_a_call_stays_on_the_list_at_the_old_place_and_the_next_is_called() -> None:
    world, first, (a, b, c) = listing()
    leave(world, first)
    world.act(a, "issue_offer")
    world.tell(a, "offer.answered", accepted=False)
    world.pump()
    state = world.hire(a)
    assert (state.stage, state.ending, state.post, state.rank) == (Stage.RESERVE, None, "", 2)
    assert on_list(world) == [a, c]
    [post] = world.vacancy().posts.values()
    assert (post.hire, world.hire(b).stage) == (b, Stage.OFFER)
    leave(world, b)
    assert world.vacancy().posts[post.id].hire == c, "who declined this post is not called to it again by itself"
    passed = [e.fact for e in world.store.journals[VACANCY] if isinstance(e.fact, f.CandidatePassedOver)]
    assert [(x.hire, x.reason) for x in passed] == [(a, "declined_before")] * 2


def test_who_declines_a_call_and_does_not_want_to_wait_on_leaves() -> None:
    world, first, (a, b, _) = listing()
    leave(world, first)
    world.act(a, "issue_offer")
    world.tell(a, "offer.answered", accepted=False, stay_listed=False)
    world.pump()
    assert world.hire(a).ending == "conditional_offer_declined"
    assert world.hire(b).stage is Stage.OFFER


def test_who_was_selected_at_once_and_declines_leaves() -> None:
    world, first, (a, *_) = listing()
    world.act(first, "issue_offer")
    world.tell(first, "offer.answered", accepted=False, stay_listed=True)
    world.pump()
    assert world.hire(first).ending == "conditional_offer_declined"
    assert world.hire(a).stage is Stage.OFFER


def test_who_comes_back_to_the_list_has_the_end_it_was_extended_to_meanwhile() -> None:
    world, first, (a, *_) = listing()
    leave(world, first)
    world.act(VACANCY, "extend_list", days=90, reason="list_needed")
    world.pump()
    world.act(a, "issue_offer")
    world.tell(a, "offer.answered", accepted=False)
    world.pump()
    assert len(ends(world, a)) == 1
    assert [x.template for x in world.store.letters if x.case == a].count("reserve_extended") == 0, "told by the new listing"


def test_an_offer_from_the_list_declined_after_its_end_ends_the_hire() -> None:
    world, first, (a, *_) = listing()
    world.forward(days=362)
    leave(world, first)
    world.act(a, "issue_offer")
    world.forward(days=5)
    world.tell(a, "offer.answered", accepted=False)
    assert world.hire(a).ending == "conditional_offer_declined"


def test_the_unavailable_are_passed_over_visibly_and_keep_their_place() -> None:
    world, first, (a, b, c) = listing()
    world.tell(a, "candidate.unavailable")
    world.pump()
    leave(world, first)
    assert world.hire(b).stage is Stage.OFFER
    passed = [e.fact for e in world.store.journals[VACANCY] if isinstance(e.fact, f.CandidatePassedOver)]
    assert [(x.hire, x.reason) for x in passed] == [(a, "unavailable")]
    world.tell(a, "candidate.available")
    world.pump()
    leave(world, b)
    assert world.hire(a).stage is Stage.OFFER
    assert world.hire(c).stage is Stage.RESERVE


def test_who_said_so_before_the_list_was_made_is_passed_over_too() -> None:
    world = World([publish(posts=1)])
    cases = [world.apply() for _ in range(3)]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.tell(cases[1], "candidate.unavailable")
    world.decide(world.report((cases[0], "selected"), (cases[1], "reserve"), (cases[2], "reserve")))
    leave(world, cases[0])
    assert world.hire(cases[2]).stage is Stage.OFFER


def test_when_nobody_available_is_left_a_person_calls() -> None:
    world, first, (a, b) = listing(2)
    for case in (a, b):
        world.tell(case, "candidate.unavailable")
    world.pump()
    leave(world, first)
    [post] = world.vacancy().posts.values()
    assert world.vacancy().needs() == [f"call:{post.id}"]
    with pytest.raises(NotNow) as caught:
        world.act(VACANCY, "call", hire=a, post=post.id)
    assert caught.value.code == "out_of_rank", "to call somebody who is unavailable needs its reason"
    world.tell(b, "candidate.available")
    world.pump()
    world.act(VACANCY, "call", hire=b, post=post.id)
    world.pump()
    assert (world.hire(b).stage, world.vacancy().needs()) == (Stage.OFFER, [])


def test_a_hold_of_one_hire_does_not_move_the_end_of_the_list() -> None:
    world, _, (a, *others) = listing()
    world.act(a, "hold", reason="a_reason")
    world.forward(days=20)
    world.act(a, "resume")
    assert len(ends(world, a, *others)) == 1
