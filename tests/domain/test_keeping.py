"""What a review asks of the competition: a place kept, a post given again, a supplementary report (`recruitment.md` §7)."""

from datetime import timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.errors import NotNow
from domain.words import Ending, PostState, Stage
from tests.world import World, publish

VACANCY = "vacancy/250442"
UPHELD: dict[str, Any] = {"upheld": True, "reason": "error_of_fact"}


def one_post(*said: str) -> tuple[World, list[str]]:
    """One post, and these said of the applicants, in rank."""
    world = World([publish(posts=1)])
    cases = [world.apply() for _ in said]
    world.close()
    for case in cases:
        world.to_selection(case)
    world.decide(world.report(*zip(cases, said, strict=True)))
    return world, cases


def lapsed(world: World, case: str) -> None:
    """The offer was not answered; `ann` confirms that it lapsed."""
    world.act(case, "issue_offer")
    world.forward(days=9)
    world.act(case, "confirm_lapse", "ann")


def review(world: World, case: str, upheld: bool | None = None) -> None:
    world.tell(case, "review.lodged", reference="rev-1")
    world.pump()
    if upheld is not None:
        world.act(case, "decide_review", "bob", upheld=upheld, reason="looked_at")
        world.pump()


def kinds(world: World) -> list[str]:
    return [e.fact.kind for e in world.store.journals[VACANCY]]


def test_a_lodged_review_keeps_one_post_from_the_next_in_rank() -> None:
    world, [first, refused, listed] = one_post("selected", "not_selected", "reserve")
    review(world, refused)
    assert set(world.vacancy().kept) == {refused}
    lapsed(world, first)
    world.pump()
    assert world.hire(listed).stage is Stage.RESERVE, "the post is free, and kept"
    assert world.vacancy().held_back == {"250442-1"}
    with pytest.raises(NotNow, match="kept while a review is decided"):
        world.act(VACANCY, "call", hire=listed, post="250442-1")
    world.act(refused, "decide_review", "bob", upheld=False, reason="no_error_found")
    world.pump()
    assert (world.hire(listed).stage, world.hire(listed).post) == (Stage.OFFER, "250442-1")
    assert (world.vacancy().kept, world.vacancy().held_back) == ({}, set())


def test_a_place_is_kept_for_a_bounded_time() -> None:
    world, [first, refused, listed] = one_post("selected", "not_selected", "reserve")
    review(world, refused)
    lapsed(world, first)
    world.pump()
    bound = world.vacancy().kept[refused]
    assert timedelta(days=30) < bound - world.vacancy().deadlines[f"kept.{refused}"].started_at < timedelta(days=31)
    world.forward(days=23)
    world.pump()
    assert world.hire(listed).stage is Stage.OFFER
    assert world.hire(refused).needs() == ["decide_review"], "the review itself waits on"


def test_who_held_a_post_gets_it_again_when_it_is_free() -> None:
    world, [first] = one_post("selected")
    lapsed(world, first)
    review(world, first)  # asked for before the vacancy heard that the post is free
    assert world.vacancy().posts["250442-1"].state is PostState.OPEN
    world.act(first, "decide_review", "bob", **UPHELD)
    world.pump()
    state = world.hire(first)
    assert (state.stage, state.post) == (Stage.OFFER, "250442-1")
    assert world.vacancy().posts["250442-1"].hire == first


def test_without_a_free_post_the_hire_goes_on_and_the_vacancy_shows_the_need() -> None:
    world, [first, second] = one_post("selected", "reserve")
    world.to_conditions(first)
    world.answer(first, "medical", "verification")
    world.tell(first, "clearance.replied", outcome="refused", reference="R")
    world.act(first, "withdraw_offer", "ann", condition="clearance")
    world.pump()
    assert world.hire(second).post == "250442-1"
    review(world, first, upheld=True)
    assert (world.hire(first).stage, world.hire(first).post) == (Stage.CONDITIONS, "")
    assert set(world.vacancy().wanted) == {first}
    world.answer(first, "clearance", "accreditation")
    with pytest.raises(NotNow):
        world.act(first, "propose_contract")
    world.tell(second, "application.withdrawn")
    world.pump()
    assert (world.hire(first).stage, world.hire(first).post) == (Stage.CONTRACT, "250442-1")
    assert world.vacancy().wanted == {}
    world.act(first, "propose_contract")


def test_who_comes_back_to_the_list_is_listed_again() -> None:
    world, [_, listed] = one_post("selected", "reserve")
    world.forward(days=366)
    world.act(listed, "confirm_lapse", "ann")
    world.pump()
    assert world.vacancy().listed == []
    review(world, listed, upheld=True)
    assert world.hire(listed).stage is Stage.RESERVE
    assert [x.hire for x in world.vacancy().listed] == [listed]


def excluded_and_decided() -> tuple[World, str, str]:
    """One is excluded at screening, the other selected; the report is decided."""
    world = World([publish(posts=1)])
    excluded, chosen = world.apply(), world.apply()
    world.close()
    world.act(excluded, "screen", "ann", eligible=False, reason="nationality.not_a_member")
    world.to_selection(chosen)
    world.decide(world.report((chosen, "selected")))
    return world, excluded, chosen


def test_who_comes_back_before_the_report_is_named_in_a_supplementary_one() -> None:
    world, excluded, chosen = excluded_and_decided()
    review(world, excluded, upheld=True)
    assert (world.hire(excluded).stage, world.vacancy().returned) == (Stage.SCREENING, {excluded})
    world.to_selection(excluded)
    sha256 = world.report((excluded, "selected"))
    world.decide(sha256)
    assert world.hire(excluded).stage is Stage.RESERVE, "the only post is given"
    assert (world.vacancy().report_state, world.vacancy().returned) == ("approved", set())
    with pytest.raises(NotNow, match="approved already"):
        world.report((chosen, "selected"))


def test_a_competition_that_had_completed_is_open_again() -> None:
    world, excluded, chosen = excluded_and_decided()
    world.tell(chosen, "application.withdrawn")
    world.pump()
    assert world.vacancy().status == "lapsed"
    review(world, excluded, upheld=True)
    assert world.vacancy().status == "closed"
    assert kinds(world).count("vacancy_reopened") == 1
    world.to_selection(excluded)
    world.decide(world.report((excluded, "selected")))
    assert (world.hire(excluded).stage, world.hire(excluded).post) == (Stage.OFFER, "250442-1")


def test_a_competition_does_not_complete_while_somebody_may_come_back() -> None:
    world, excluded, chosen = excluded_and_decided()
    review(world, excluded)
    world.tell(chosen, "application.withdrawn")
    world.pump()
    assert world.vacancy().status == "closed"
    world.act(excluded, "decide_review", "bob", upheld=False, reason="no_error_found")
    world.pump()
    assert world.vacancy().status == "lapsed"


def test_who_comes_back_to_a_cancelled_vacancy_is_told_so() -> None:
    world, excluded, _ = excluded_and_decided()
    world.act(VACANCY, "cancel", "boss", reason="post_abolished")
    world.pump()
    review(world, excluded, upheld=True)
    state = world.hire(excluded)
    assert (state.ending, state.ended_by, state.over) == (Ending.VACANCY_CANCELLED, "person:boss", True)


def test_a_post_that_was_filled_stays_with_who_is_on_duty() -> None:
    world, [first] = one_post("selected")
    world.to_probation(first)
    assert world.vacancy().status == "filled"
    world.act(first, "decide_probation", "ann", confirmed=False, reason="requirements_not_met")
    review(world, first, upheld=True)
    assert world.hire(first).stage is Stage.PROBATION
    assert (world.vacancy().status, world.vacancy().posts["250442-1"].hire) == ("filled", first)


def test_what_the_vacancy_said_before_it_knew_of_the_return_is_not_taken() -> None:
    world, [_, listed] = one_post("selected", "reserve")
    world.forward(days=366)
    world.act(listed, "confirm_lapse", "ann")
    stale: dict[str, Any] = {
        "post": "250442-1",
        "post_kind": "established",
        "grade_low": "G8",
        "grade_high": "G8",
        "reason": "next_in_rank",
    }
    world.tell(listed, "review.lodged", reference="rev-1")
    world.act(listed, "decide_review", "bob", **UPHELD)
    said = world.tell(listed, "reserve.called", sender=f"case:{VACANCY}", **stale)
    assert world.store.closed[said] == ("superseded", "before_its_return")
    assert not [e for e in world.store.journals[listed] if isinstance(e.fact, f.ReserveCalled)]
