"""The ledger of posts: four eyes on every change of it, one living hire per post, released whenever a hire leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.hire import Asked
from domain import facts as f
from domain.errors import BadInput, FourEyes, NotNow, Refusal
from domain.vacancy import VacancyState
from domain.words import PostKind, PostState, Stage
from tests.world import World, at_stage, publish

VACANCY = "vacancy/250442"
POST: dict[str, Any] = {"post": "250442-9", "kind": "project", "grade_low": "G8", "grade_high": "G10", "policy": "p" * 64}


def waiting_pool() -> tuple[World, str]:
    """One post, and one person on the list of the pool."""
    world = World([publish(posts=1)])
    first, second = world.apply(), world.apply()
    world.close()
    for case in (first, second):
        world.to_selection(case)
    world.decide(world.report((first, "selected"), (second, "reserve")))
    return world, second


def test_a_post_given_later_needs_two_people_and_names_the_policy_then_in_force() -> None:
    world, listed = waiting_pool()
    world.act(VACANCY, "add_post", "ines", **POST)
    assert world.vacancy().needs() == ["decide_post:250442-9"]
    with pytest.raises(FourEyes):
        world.act(VACANCY, "decide_post", "ines", post="250442-9", approved=True)
    world.act(VACANCY, "decide_post", "helga", post="250442-9", approved=True)
    [added] = [e.fact for e in world.store.journals[VACANCY] if isinstance(e.fact, f.PostAdded)]
    assert (added.proposed_by, added.policy, added.spec.kind) == ("person:ines", "p" * 64, PostKind.PROJECT)
    assert world.vacancy().needs() == ["call:250442-9"]
    world.act(VACANCY, "call", hire=listed, post="250442-9")
    world.pump()
    state = world.hire(listed)
    assert (state.post, state.grade_low, state.grade_high, state.post_kind) == ("250442-9", "G8", "G10", PostKind.PROJECT)


def test_a_post_that_was_refused_is_not_there() -> None:
    world, _ = waiting_pool()
    world.act(VACANCY, "add_post", "ines", **POST)
    world.act(VACANCY, "decide_post", "helga", post="250442-9", approved=False)
    assert "250442-9" not in world.vacancy().posts
    with pytest.raises(NotNow):
        world.act(VACANCY, "decide_post", "helga", post="250442-9", approved=True)


@pytest.mark.parametrize(
    ("words", "code"), [({"post": "250442-1"}, "post_exists"), ({"grade_high": "G15"}, "no_twin"), ({"grade_low": "X9"}, "no_grade")]
)
def test_a_post_that_cannot_be_is_not_proposed(words: dict[str, str], code: str) -> None:
    world, _ = waiting_pool()
    with pytest.raises(Refusal) as caught:
        world.act(VACANCY, "add_post", "ines", **{**POST, **words})
    assert caught.value.code == code


def test_only_an_open_post_is_withdrawn_and_by_two_people() -> None:
    world = World([publish(posts=2)])
    with pytest.raises(BadInput):
        world.act(VACANCY, "withdraw_post", "ines", post="nowhere", reason="post_abolished")
    world.act(VACANCY, "withdraw_post", "ines", post="250442-2", reason="post_abolished")
    with pytest.raises(FourEyes):
        world.act(VACANCY, "decide_post", "ines", post="250442-2", approved=True)
    world.act(VACANCY, "decide_post", "helga", post="250442-2", approved=True)
    assert world.vacancy().posts["250442-2"].state is PostState.WITHDRAWN
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.selected(case)
    with pytest.raises(NotNow) as caught:
        world.act(VACANCY, "withdraw_post", "ines", post="250442-1", reason="post_abolished")
    assert caught.value.code == "post_not_open"


def declines(w: World, c: str) -> None:
    w.act(c, "issue_offer")
    w.tell(c, "offer.answered", accepted=False)


def lapses(w: World, c: str) -> None:
    w.act(c, "issue_offer")
    w.forward(days=30)
    w.act(c, "confirm_lapse")


def withdraws(w: World, c: str) -> None:
    w.tell(c, "application.withdrawn")


def is_refused(w: World, c: str) -> None:
    w.tell(c, "clearance.replied", outcome="refused", reference="R")
    w.act(c, "withdraw_offer", condition="clearance")


LEAVES: dict[str, tuple[Stage, Callable[[World, str], None]]] = {
    "declined": (Stage.OFFER, declines),
    "lapsed": (Stage.OFFER, lapses),
    "withdrawn": (Stage.CONDITIONS, withdraws),
    "failed condition": (Stage.CONDITIONS, is_refused),
}


@pytest.mark.parametrize("how", LEAVES)
def test_whoever_leaves_releases_the_post(how: str) -> None:
    stage, leave = LEAVES[how]
    world, case = at_stage(stage)
    held = world.hire(case).post
    leave(world, case)
    world.pump()
    assert world.hire(case).ending is not None
    post = world.vacancy().posts[held]
    assert (post.state, post.hire) == (PostState.OPEN, None)


def test_a_request_that_could_not_be_put_is_a_need_of_the_vacancy() -> None:
    posts = tuple(p.model_copy(update={"funded": False}) for p in publish(posts=1).spec.posts)
    world = World([publish(posts_are=posts)])
    world.note(VACANCY, Asked(about=posts[0].id, authority="budget", key="k", failed="unreachable"))
    assert world.vacancy().needs() == [f"ask_by_hand:{posts[0].id}"]
    world.act(VACANCY, "ask_by_hand", about=posts[0].id)
    assert (world.vacancy().needs(), world.vacancy().failed_asks) == ([], {})
    with pytest.raises(NotNow):
        world.act(VACANCY, "ask_by_hand", about=posts[0].id)


def test_suspending_stops_every_clock_and_resuming_only_those_it_stopped() -> None:
    world = World([publish(posts=1)])
    a, b = world.apply(), world.apply()
    world.close()
    world.act(b, "hold", reason="a_reason")
    due = world.hire(a).deadlines["screening"].due_at
    world.act(VACANCY, "suspend", "helga", reason="reorganisation")
    world.pump()
    assert all(world.hire(case).held for case in (a, b))
    with pytest.raises(NotNow) as caught:
        world.act(a, "resume")
    assert caught.value.code == "suspended"
    with pytest.raises(NotNow) as caught:
        world.act(VACANCY, "suspend", "helga", reason="reorganisation")
    assert (caught.value.code, world.vacancy().needs()) == ("suspended", ["resume"])
    world.forward(days=100)
    assert not world.hire(a).escalated
    world.act(VACANCY, "resume", "helga")
    world.pump()
    assert world.hire(a).held is None
    assert (world.hire(a).deadlines["screening"].due_at - due).days == 100
    assert world.hire(b).held is not None, "what a person held before stays held"
    assert [x.template for x in world.store.letters if x.case == a][-2:] == ["suspended", "resumed"]


def test_a_suspended_list_ends_later_for_the_vacancy_and_for_everybody_on_it_alike() -> None:
    world, listed = waiting_pool()
    before = world.vacancy().list_deadline
    world.act(VACANCY, "suspend", "helga", reason="reorganisation")
    world.pump()
    world.forward(days=20)
    world.act(VACANCY, "resume", "helga")
    world.pump()
    after = world.vacancy().list_deadline
    assert before is not None
    assert after is not None
    assert (after.due_at - before.due_at).days == 20
    assert world.hire(listed).deadlines["reserve"].due_at == after.due_at


def test_an_ongoing_notice_is_decided_in_rounds_and_closed_by_a_person() -> None:
    world = World([publish(posts=1, closes_in=None)])
    a, b = world.apply(), world.apply()
    for case in (a, b):
        world.to_selection(case)
    world.decide(world.report((a, "selected"), (b, "not_selected")))
    c = world.apply()
    world.to_selection(c)
    world.decide(world.report((c, "reserve")))
    assert [(x.hire, x.round) for x in world.vacancy().listed] == [(c, 2)]
    with pytest.raises(NotNow):
        world.act(VACANCY, "close_notice", "helga", reason="all_filled")
    world.to_probation(a)
    assert world.vacancy().status == "published", "an ongoing notice is not closed by itself"
    world.tell(c, "application.withdrawn")
    world.pump()
    world.act(VACANCY, "close_notice", "helga", reason="all_filled")
    assert world.vacancy().status == "filled"


CASES = st.integers(0, 3)
HAPPENINGS = st.one_of(
    st.tuples(st.just("left"), CASES, st.sampled_from(["withdrawn", "budget_refused"])),
    st.tuples(st.just("taken"), CASES, st.sampled_from(["250442-1", "250442-2"])),
    st.tuples(st.just("relisted"), CASES, st.sampled_from(["250442-1", "250442-2"])),
    st.tuples(st.just("available"), CASES, st.booleans()),
    st.tuples(st.just("call"), CASES, st.sampled_from(["250442-1", "250442-2"])),
    st.tuples(st.just("budget"), st.sampled_from(["250442-1", "250442-2"]), st.booleans()),
    st.tuples(st.just("withdraw"), st.sampled_from(["250442-1", "250442-2"]), st.booleans()),
    st.tuples(st.just("suspend"), st.just(0), st.booleans()),
    st.tuples(st.just("wait"), st.just(0), st.sampled_from([1, 200, 400])),
)
MOVES = {
    (PostState.OPEN, PostState.RESERVED),
    (PostState.OPEN, PostState.WITHDRAWN),
    (PostState.RESERVED, PostState.OPEN),
    (PostState.RESERVED, PostState.FILLED),
}


def happen(world: World, cases: list[str], what: tuple[Any, Any, Any]) -> None:
    """A message or an act of any kind, whether or not the hire it names would have sent it."""
    kind, who, said = what
    try:
        match kind:
            case "left":
                world.tell(VACANCY, "hire.left", hire=cases[who], ending=said)
            case "taken":
                world.tell(VACANCY, "post.taken_up", hire=cases[who], post=said)
            case "relisted":
                world.tell(VACANCY, "hire.relisted", hire=cases[who], post=said)
            case "available":
                world.tell(VACANCY, "hire.availability", hire=cases[who], available=said)
            case "call":
                world.act(VACANCY, "call", hire=cases[who], post=said, reason="a_reason")
            case "budget":
                world.tell(VACANCY, "budget.decided", post=who, outcome="approved" if said else "refused", reference="B")
            case "withdraw":
                world.act(VACANCY, "withdraw_post", "ines", post=who, reason="a_reason")
                world.act(VACANCY, "decide_post", "helga", post=who, approved=said)
            case "suspend":
                why: dict[str, Any] = {"reason": "a_reason"} if said else {}
                world.act(VACANCY, "suspend" if said else "resume", "helga", **why)
            case _:
                world.forward(days=said)
    except Refusal:
        return


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(HAPPENINGS, max_size=25))
def test_no_order_of_messages_and_acts_breaks_the_ledger(walk: list[tuple[Any, Any, Any]]) -> None:
    world = World([publish(posts=2)])
    cases = [world.apply() for _ in range(4)]
    world.close()
    for case in cases:
        world.to_selection(case)
    lines = zip(cases, ("selected", "selected", "reserve", "reserve"), strict=True)
    world.decide(world.report(*lines))
    for what in walk:
        happen(world, cases, what)
    state = VacancyState()
    for entry in world.store.journals[VACANCY]:
        before = {p.id: p.state for p in state.posts.values()}
        state.apply(entry)
        moved = {(before[p.id], p.state) for p in state.posts.values() if p.id in before and before[p.id] is not p.state}
        assert moved <= MOVES, entry.fact
        holders = [p.hire for p in state.posts.values() if p.hire]
        assert len(holders) == len(set(holders)), "one post per hire"
        assert not set(holders) & {x.hire for x in state.listed}, "nobody is listed and holds a post"
