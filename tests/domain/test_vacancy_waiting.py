"""What a vacancy waits for follows from its journal: who can move it, since when, until when; and it is said in both languages."""

import pytest

from activities.hire import Asked
from config.telling import Teller
from config.words import Words
from domain.competition import ACTS
from domain.posts import PostSpec
from domain.vacancy_waiting import VacancyWhy, vacancy_why
from domain.words import PostKind
from tests.world import World, publish


def why(world: World) -> VacancyWhy:
    return vacancy_why(world.store.journals["vacancy/250442"], ACTS)


def codes(world: World) -> list[str]:
    return [wait.code.removeprefix("vacancy.") for wait in why(world).waits]


def test_from_the_closing_to_the_last_post_every_matter_is_named() -> None:
    world = World([publish(posts=1)])
    [closing] = why(world).waits
    assert (closing.code, closing.until) == ("vacancy.closing", world.published[0].closes_at)
    first, second = world.apply(), world.apply()
    world.close()
    assert codes(world) == ["report"]
    for case in (first, second):
        world.to_selection(case)
    sha256 = world.report((first, "selected"), (second, "reserve"))
    assert codes(world) == ["decide_report"]
    world.decide(sha256)
    assert codes(world) == ["list", "reserved"]
    reserved = why(world).waits[1]
    assert (reserved.about, reserved.names) == (world.published[0].spec.posts[0].id, (first,))
    since = reserved.since
    world.forward(days=3)
    world.act("vacancy/250442", "extend_list", days=5, reason="list_needed")
    assert why(world).waits[1].since == since, "open without a break"


def test_a_suspended_vacancy_waits_for_whoever_may_resume_it() -> None:
    world = World([publish(posts=1)])
    world.act("vacancy/250442", "suspend", "hr.head", reason="budget_review")
    found = why(world)
    assert (found.status, [(w.code, w.who) for w in found.waits]) == (
        "suspended",
        [("vacancy.resume", ("hr_head", "appointing_authority"))],
    )


def test_money_that_was_asked_for_is_a_matter_of_the_budget_authority() -> None:
    unfunded = PostSpec(id="p1", kind=PostKind.PROJECT, grade_low="G8", grade_high="G8", funded=False)
    world = World([publish(posts_are=(unfunded,))])
    world.note("vacancy/250442", Asked(about="p1", authority="budget", key="k"))
    assert ("vacancy.money", "p1", ("budget_authority",)) in [(w.code, w.about, w.who) for w in why(world).waits]
    world.tell("vacancy/250442", "budget.decided", post="p1", outcome="approved", reference="B")
    assert "money" not in codes(world)


def test_a_vacancy_that_is_over_waits_for_nothing() -> None:
    world = World([publish(posts=1)])
    world.act("vacancy/250442", "cancel", "hr.head", reason="budget_refused")
    assert (why(world).status, why(world).waits) == ("cancelled", ())


@pytest.mark.parametrize(("language", "heading"), [("en", "The vacancy is open"), ("fr", "La vacance est ouverte")])
def test_it_is_said_in_both_languages(language: str, heading: str) -> None:
    world = World([publish(posts=1)])
    said = Teller(Words.load(), language, "Europe/Brussels").vacancy_why(why(world))
    assert said[0].startswith(heading)
    assert len(said) == 2
