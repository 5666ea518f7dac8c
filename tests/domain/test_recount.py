"""A new closing day moves the open deadlines counted on its calendar, visibly; what has passed stays, no candidate gets less time."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.files import load_calendar
from config.telling import Teller
from config.words import Words
from domain import facts as f
from domain.attention import key_for
from domain.calendars import Calendar
from domain.errors import NotAllowed, NotNow
from domain.words import Stage
from tests.world import World, at_stage, publish

OFFER = key_for("issue_offer")
HQ = load_calendar("hq-brussels")
CHANGE: dict[str, Any] = {"calendar": "hq-brussels", "version": "2026.2"}


def version(*more: date, without: tuple[date, ...] = (), number: str = "2026.2") -> Calendar:
    closed = {day: name for day, name in HQ.closed.items() if day not in without} | dict.fromkeys(more, "Bridging day")
    return HQ.model_copy(update={"version": number, "closed": closed})


def there(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('Europe/Brussels')):%Y-%m-%d %H:%M:%S}"


def counted_anew(world: World, case: str, calendar: Calendar, **change: str) -> None:
    world.store.calendars_published.append(calendar)
    world.act(case, "recompute_deadlines", "hr.head", **{**CHANGE, **change})


def next_open(world: World, days: int = 2) -> date:
    """A working day that lies ahead of now and before the deadline."""
    day = (world.at + timedelta(days=days)).date()
    while not HQ.is_working(day):
        day += timedelta(days=1)
    return day


def test_a_new_holiday_moves_the_deadline_by_a_working_day_and_says_so() -> None:
    world, case = at_stage(Stage.OFFER)
    before = world.hire(case).deadlines[OFFER]
    counted_anew(world, case, version(next_open(world)))
    after = world.hire(case).deadlines[OFFER]
    assert after.due_at - before.due_at == timedelta(days=1)
    assert (before.calendar, after.calendar) == ("hq-brussels@2026.1", "hq-brussels@2026.2")
    [said] = [e for e in world.store.journals[case] if isinstance(e.fact, f.DeadlineRecomputed)]
    assert said.actor == "person:hr.head"
    assert (said.fact.was_due_at, said.fact.due_at, said.fact.before) == (before.due_at, after.due_at, before.calendar)  # type: ignore[union-attr]
    english = Teller(Words.load(), "en").deadline(after.model_dump())
    assert ", Brussels headquarters calendar 2026.2, recomputed, before by calendar 2026.1, due " in english
    assert "recalculée, avant selon le calendrier 2026.1" in Teller(Words.load(), "fr").deadline(after.model_dump())


def test_doing_it_twice_or_for_a_calendar_nothing_is_counted_on_changes_nothing() -> None:
    world, case = at_stage(Stage.OFFER)
    counted_anew(world, case, version(next_open(world)))
    number = world.hire(case).number
    world.act(case, "recompute_deadlines", "hr.head", **CHANGE)
    world.act(case, "recompute_deadlines", "hr.head", calendar="oslo", version="2026.1")
    assert world.hire(case).number == number


def test_a_version_nobody_published_is_refused_and_only_the_head_of_hr_may() -> None:
    world, case = at_stage(Stage.OFFER)
    with pytest.raises(NotNow, match=r"2027\.1 is not published"):
        world.act(case, "recompute_deadlines", "hr.head", calendar="hq-brussels", version="2027.1")
    with pytest.raises(NotAllowed):
        world.act(case, "recompute_deadlines", "hr.officer", roles=("hr_officer",), **CHANGE)


def test_what_a_hold_and_an_extension_gave_stays_given() -> None:
    world, case = at_stage(Stage.OFFER)
    world.act(case, "extend", deadline=OFFER, days=3, reason="illness")
    world.act(case, "hold", reason="a_reason")
    world.forward(days=2)
    world.act(case, "resume")
    before = world.hire(case).deadlines[OFFER]
    counted_anew(world, case, version(next_open(world)))
    after = world.hire(case).deadlines[OFFER]
    assert after.due_at > before.due_at
    assert "extended by 3 working days (illness), plus 2 days on hold, recomputed from calendar 2026.1" in after.rule


def test_a_deadline_that_has_passed_stays_where_it_was() -> None:
    world, case = at_stage(Stage.OFFER)
    started = world.at
    world.forward(days=100)
    before = world.hire(case).deadlines[OFFER]
    counted_anew(world, case, version((started + timedelta(days=3)).date(), (started + timedelta(days=4)).date()))
    assert world.hire(case).deadlines[OFFER] == before


def test_a_deadline_in_calendar_days_depends_on_no_calendar() -> None:
    world, case = at_stage(Stage.SCREENING)
    before = world.hire(case).deadlines
    counted_anew(world, case, version(next_open(world)))
    assert world.hire(case).deadlines == before


def candidates_offer() -> tuple[World, str]:
    """An offer whose answer is counted in working days, over the days of Easter."""
    published = publish(posts=2)
    figures = published.rules.deadlines["offer"].model_copy(update={"working_days": True, "target": 40, "remind": 30, "limit": 40})
    rules = published.rules.model_copy(update={"deadlines": {**published.rules.deadlines, "offer": figures}})
    world = World([published.model_copy(update={"rules": rules})])
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.act(case, "issue_offer")
    return world, case


def test_a_holiday_taken_back_never_shortens_a_candidates_time() -> None:
    world, case = candidates_offer()
    before = world.hire(case).deadlines["offer"]
    counted_anew(world, case, version(without=(date(2026, 4, 6),)))
    assert world.hire(case).deadlines["offer"] == before


def test_a_candidate_whose_time_grows_is_told() -> None:
    world, case = candidates_offer()
    letters = len(world.store.letters)
    before = world.hire(case).deadlines["offer"]
    counted_anew(world, case, version(next_open(world)))
    after = world.hire(case).deadlines["offer"]
    assert after.due_at > before.due_at
    assert after.limit_at == after.due_at
    assert [letter.template for letter in world.store.letters[letters:]] == ["deadline_extended"]


def test_a_holiday_taken_back_moves_our_own_deadline_earlier_but_never_into_the_past() -> None:
    world, case = at_stage(Stage.OFFER)
    easter = date(2026, 4, 6)
    world.forward(days=(date(2026, 4, 1) - world.at.date()).days)
    world.act(case, "issue_offer")
    world.tell(case, "offer.answered", accepted=True)
    world.tell(case, "verification.replied", outcome="not_confirmed", reference="R")
    key = key_for("withdraw_offer:verification")
    before = world.hire(case).deadlines[key]
    counted_anew(world, case, version(without=(easter,)))
    after = world.hire(case).deadlines[key]
    assert there(after.due_at) < there(before.due_at)
    assert after.due_at > world.at
    assert [rung.to for rung in after.ladder] == ["appointing_authority"]


def test_a_held_case_counts_again_and_still_gets_its_time_back() -> None:
    world, case = at_stage(Stage.OFFER)
    before = world.hire(case).deadlines[OFFER]
    world.act(case, "hold", reason="a_reason")
    counted_anew(world, case, version(next_open(world)))
    world.forward(days=10)
    world.act(case, "resume")
    assert world.hire(case).deadlines[OFFER].due_at - before.due_at == timedelta(days=11)


def test_what_is_set_after_the_publication_is_counted_on_the_new_version_at_once() -> None:
    world, case = at_stage(Stage.OFFER)
    world.store.calendars_published.append(version())
    world.act(case, "issue_offer")
    assert world.hire(case).deadlines["offer"].calendar == "hq-brussels@2026.2"
