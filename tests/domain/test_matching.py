"""Matching to a post says beforehand what a call would be answered: the page and the act never differ."""

import copy
from collections.abc import Callable

import pytest

from domain.competition.matching import matches
from domain.errors import NotNow
from tests.domain.test_reserve_list import VACANCY, leave, listing
from tests.world import World


def with_an_open_post() -> World:
    return listing(3, posts=2)[0]


def one_unavailable() -> World:
    world, _, listed = listing(3, posts=2)
    world.tell(listed[0], "candidate.unavailable")
    world.pump()
    return world


def one_declined() -> World:
    world, first, listed = listing(3)
    leave(world, first)
    world.act(listed[0], "issue_offer")
    world.tell(listed[0], "offer.answered", accepted=False)
    world.pump()
    leave(world, listed[1])
    return world


def everything_taken() -> World:
    return listing(2)[0]


def expired() -> World:
    world, first, _ = listing(2)
    world.forward(days=400)
    leave(world, first)
    return world


@pytest.mark.parametrize("made", [with_an_open_post, one_unavailable, one_declined, everything_taken, expired])
def test_a_call_is_answered_as_the_match_said(made: Callable[[], World]) -> None:
    world = made()
    state = world.vacancy()
    tried = 0
    for post in state.posts:
        for match in matches(state, post, world.at):
            assert called(world, match.hire, post) == (match.verdict == "call")
            assert called(world, match.hire, post, "language_profile") == (match.verdict != "no")
            tried += 1
    assert tried > 0


def test_a_match_names_who_comes_before() -> None:
    world = with_an_open_post()
    state = world.vacancy()
    (post,) = (post.id for post in state.open_posts)
    first, second, third = matches(state, post, world.at)
    assert (first.before, second.before, third.before) == ("", first.hire, first.hire)
    assert (first.verdict, second.verdict) == ("call", "with_reason")


def test_nobody_matches_a_post_there_is_not() -> None:
    state = with_an_open_post().vacancy()
    assert {match.verdict for match in matches(state, "none", state.last_at)} == {"no"}  # type: ignore[arg-type]


def called(world: World, hire: str, post: str, reason: str = "next_in_rank") -> bool:
    """Would the vacancy take this call? Tried on a copy."""
    other = copy.deepcopy(world)
    try:
        other.act(VACANCY, "call", hire=hire, post=post, reason=reason)
    except NotNow:
        return False
    return True
