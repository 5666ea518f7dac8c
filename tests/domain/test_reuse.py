"""Re-use: same or a lower grade of one ladder, by consent, each in a linked case of its own; no orphan when messages cross."""

import pytest

from domain.errors import NotNow
from domain.posts import PostSpec
from domain.reuse import check_grade
from domain.words import PostKind, PostState, Stage
from tests.world import World, publish

LOWER = (PostSpec(id="270311-1", kind=PostKind.PROJECT, grade_low="G5", grade_high="G8"),)


@pytest.mark.parametrize(
    ("offered", "own", "may"),
    [("G8", ["G8"], True), ("G5", ["G8"], True), ("G10", ["G8"], False), ("G8", ["G15", "G10"], True), ("G4", ["G8"], False)],
)
def test_grades_compare_on_one_ladder_only(offered: str, own: list[str], may: bool) -> None:
    if may:
        check_grade(offered, own)
        return
    with pytest.raises(NotNow, match=offered) as caught:
        check_grade(offered, own)
    assert all(grade in caught.value.message for grade in own)


def listed(n: int = 1) -> tuple[World, list[str], str]:
    world = World([publish(posts=1), publish("270311", posts_are=LOWER)])
    cases = [world.apply() for _ in range(n + 1)]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.decide(world.report((cases[0], "selected"), *((case, "reserve") for case in cases[1:])))
    return world, cases[1:], LOWER[0].id


def test_a_post_of_a_higher_grade_is_not_offered() -> None:
    world = World([publish(posts=1), publish("270311")])
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.decide(world.report((case, "reserve")))
    with pytest.raises(NotNow) as caught:
        offer(world, case, world.published[1].spec.posts[0].id)
    assert caught.value.code == "grade_not_reusable"
    assert world.hire(case).reuse is None


def offer(world: World, case: str, post: str) -> None:
    world.act(case, "offer_reuse", vacancy="270311", post=post, grade="G8")


def holder(world: World, post: str) -> str | None:
    return world.vacancy("270311").posts[post].hire


def test_who_agreed_and_withdraws_before_the_placement_leaves_no_orphan() -> None:
    world, [case], post = listed()
    offer(world, case, post)
    world.tell(case, "reuse.answered", accepted=True)
    world.tell(case, "application.withdrawn")
    world.pump()
    linked = world.hire(f"{case}-2")
    assert (world.hire(case).ending, linked.ending, linked.ended_by) == ("withdrawn", "withdrawn", "candidate")
    assert (world.vacancy("270311").posts[post].state, holder(world, post)) == (PostState.OPEN, None)


def test_who_withdraws_from_the_first_case_after_the_placement_keeps_the_second() -> None:
    world, [case], post = listed()
    offer(world, case, post)
    world.tell(case, "reuse.answered", accepted=True)
    world.pump()
    late = world.tell(case, "application.withdrawn")
    world.pump()
    assert (world.hire(case).ending, world.fate(late)) == ("placed_elsewhere", "superseded")
    assert (world.hire(f"{case}-2").stage, holder(world, post)) == (Stage.OFFER, f"{case}-2")


def test_a_call_that_crosses_the_agreement_places_the_person_once() -> None:
    world, [case], post = listed()
    offer(world, case, post)
    first = next(p.hire for p in world.vacancy().posts.values())
    assert first is not None
    world.tell(first, "application.withdrawn")
    world.tell(case, "reuse.answered", accepted=True)
    world.pump()
    assert (world.hire(case).ending, world.hire(f"{case}-2").stage) == ("placed_elsewhere", Stage.OFFER)
    assert [p.hire for p in world.vacancy().posts.values()] == [None]


def test_a_second_re_use_begins_a_case_of_its_own() -> None:
    world, [case, rival], post = listed(2)
    for each in (rival, case):
        offer(world, each, post)
        world.tell(each, "reuse.answered", accepted=True)
        world.pump()
    assert world.hire(case).reuse is None, "the post was gone"
    linked = f"{rival}-2"
    world.tell(linked, "application.withdrawn")
    world.pump()
    offer(world, case, post)
    world.tell(case, "reuse.answered", accepted=True)
    world.pump()
    assert holder(world, post) == f"{case}-3"


def test_the_linked_hire_is_not_thanked_for_an_application_it_did_not_make() -> None:
    world, [case], post = listed()
    offer(world, case, post)
    world.tell(case, "reuse.answered", accepted=True)
    world.pump()
    assert [x.template for x in world.store.letters if x.case == f"{case}-2"] == ["linked"]
