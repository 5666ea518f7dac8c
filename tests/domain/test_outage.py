"""Our own door may have been shut at the closing: then an application that came soon after is unclear, and a person decides."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import facts as f
from domain.attention import key_for
from domain.errors import NotNow
from domain.outage import GRACE, Outage, Run, outages, unclear
from domain.words import Ending, Stage
from tests.world import World

AT = datetime(2026, 3, 16, 22, 59, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(began: float, alive: float) -> Run:
    return Run(AT + began * HOUR, AT + alive * HOUR)


def test_the_gaps_between_the_runs_of_a_door_are_its_outages() -> None:
    assert outages([]) == []
    assert outages([run(0, 2)]) == []
    assert outages([run(5, 6), run(0, 2), run(1, 3)]) == [Outage(AT + 3 * HOUR, AT + 5 * HOUR)]
    assert outages([run(0, 9), run(1, 2), run(3, 4)]) == [], "another one was open all the time"


@pytest.mark.parametrize(
    ("since", "until", "received", "says"),
    [
        (-1, 1, 1.5, True),
        (-1, 1, 1 + GRACE / HOUR, True),
        (-1, 1, 1.1 + GRACE / HOUR, False),  # up long enough to try again
        (-3, -1, 0.5, False),  # shut before the closing, open at it
        (1, 2, 2.5, False),  # shut only after it
        (-1, 1, -0.5, False),  # received in time
        (0, 1, 1.5, True),  # last seen alive in the very second
    ],
)
def test_only_a_door_shut_at_the_limit_and_a_message_soon_after_it_are_unclear(
    since: float, until: float, received: float, says: bool
) -> None:
    assert unclear(AT, AT + received * HOUR, [Outage(AT + since * HOUR, AT + until * HOUR)]) is says


def after_the_closing(world: World, minutes: int = 30, **data: str) -> str:
    closes_at = world.published[0].closes_at
    assert closes_at is not None
    return world.apply(received_at=closes_at + timedelta(minutes=minutes), **data)


def shut_at_the_closing() -> World:
    world = World()
    closes_at = world.published[0].closes_at
    assert closes_at is not None
    world.store.shut = [Outage(closes_at - timedelta(minutes=10), closes_at + timedelta(minutes=20))]
    return world


def test_an_application_after_an_outage_is_unclear_and_one_without_an_outage_is_late() -> None:
    world, open_door = shut_at_the_closing(), World()
    unclear_one, late = after_the_closing(world, claimed_at="2026-03-16T22:50:00Z"), after_the_closing(open_door)
    assert (world.hire(unclear_one).lateness, open_door.hire(late).lateness) == ("unclear", "late")
    assert world.hire(unclear_one).needs() == ["accept_as_in_time"]
    assert open_door.hire(late).needs() == ["confirm_late"]
    [received] = [e.fact for e in world.store.journals[unclear_one] if isinstance(e.fact, f.ApplicationReceived)]
    assert received.claimed_at == datetime(2026, 3, 16, 22, 50, tzinfo=UTC), "kept as evidence"
    assert key_for("accept_as_in_time") in world.hire(unclear_one).deadlines


def test_accepted_by_a_named_person_it_is_screened_like_all_others() -> None:
    world = shut_at_the_closing()
    case = after_the_closing(world)
    world.close()
    world.act(case, "accept_as_in_time", reason="our_door_was_shut")
    state = world.hire(case)
    assert (state.stage, state.late, state.lateness) == (Stage.SCREENING, False, "in_time")
    assert [e.actor for e in world.store.journals[case] if isinstance(e.fact, f.LatenessDecided)] == ["person:hr.officer"]
    world.to_selection(case)
    assert world.hire(case).stage is Stage.SELECTION


def test_a_person_may_find_it_late_all_the_same() -> None:
    world = shut_at_the_closing()
    case = after_the_closing(world)
    world.act(case, "confirm_late")
    assert world.hire(case).ending is Ending.LATE


def test_what_is_simply_late_or_in_time_cannot_be_accepted() -> None:
    world = World()
    late, early = after_the_closing(world), world.apply()
    with pytest.raises(NotNow) as refused:
        world.act(late, "accept_as_in_time", reason="our_door_was_shut")
    assert refused.value.code == "not_unclear"
    with pytest.raises(NotNow) as refused:
        world.act(early, "accept_as_in_time", reason="our_door_was_shut")
    assert refused.value.code == "not_late"


def test_nobody_is_told_that_they_are_late_because_our_door_was_shut() -> None:
    from domain.letters import letters_for

    world, open_door = shut_at_the_closing(), World()
    told = []
    for each in (world, open_door):
        case = after_the_closing(each)
        [fact] = [e.fact for e in each.store.journals[case] if isinstance(e.fact, f.ApplicationReceived)]
        [letter] = letters_for(fact, stage="received", closed_ending=None, values={})
        told.append(letter.also)
    assert told == [(), ("late",)]


def test_an_ongoing_competition_knows_no_lateness() -> None:
    from tests.world import publish

    world = World([publish(posts=1, closes_in=None)])
    world.store.shut = [Outage(world.at - HOUR, world.at)]
    assert world.hire(world.apply()).lateness == "in_time"
