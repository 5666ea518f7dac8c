"""The retention schedule held against cases: each on its day, never an open one, never a held one, the name with the last."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from config.files import load_retention
from domain.erasure import Hold
from domain.errors import NotNow
from domain.retention import (
    BY_ENDING,
    PIECES,
    WHOLE,
    Category,
    Item,
    Kept,
    Rule,
    Schedule,
    Stray,
    judge,
    judge_strays,
    months_after,
    whole_of,
)
from domain.retention_report import lines, report
from domain.words import Ending

OVER = date(2026, 3, 31)
NOON = datetime(2060, 1, 1, 12, tzinfo=UTC)
EXAMPLES = load_retention()


def kept(**changes: Any) -> Kept:
    made: dict[str, Any] = {
        "case": "hire/a",
        "candidate": "cand-1",
        "vacancy": "250442",
        "ending": Ending.NOT_SELECTED,
        "over": OVER,
        "applications": 1,
        "rows": {Category.LETTERS: 2, Category.MEDICAL: 1},
    }
    return Kept(**(made | changes))


def states(items: list[Item]) -> dict[str, str]:
    return {item.category: item.state for item in items}


def judged(today: date, *cases: Kept, **holds: Hold) -> list[Item]:
    return judge(EXAMPLES, cases or (kept(),), {name.replace("_", "/"): [hold] for name, hold in holds.items()}, today)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 5, 5), 24, date(2028, 5, 5)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_last_of_the_month(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


def test_each_category_is_due_on_its_own_day_and_not_the_day_before() -> None:
    for category, months in ((Category.MEDICAL, 1), (Category.LETTERS, 12), (Category.UNSUCCESSFUL, 24)):
        due = months_after(OVER, months)
        assert states(judged(due - timedelta(days=1)))[category] == "not_yet"
        assert states(judged(due))[category] == "due"


def test_nothing_of_an_open_case_is_due_however_old_it_is() -> None:
    found = judged(date(2060, 1, 1), kept(ending=None, over=None))
    assert {item.state for item in found} == {"open"}


@pytest.mark.parametrize("on", ["cand-1", "hire_a"])
def test_a_hold_on_the_person_or_the_case_stops_everything_and_is_named(on: str) -> None:
    found = judged(date(2060, 1, 1), **{on: Hold("h-1", "complaint")})
    assert {item.state for item in found} == {"held"}
    assert found[0].why == "h-1 (complaint)"
    assert Category.IDENTITY not in states(found)


def test_a_hold_that_is_over_stops_nothing() -> None:
    assert states(judged(date(2060, 1, 2), **{"cand-1": Hold("h", "complaint", date(2060, 1, 1))}))[Category.IDENTITY] == "due"
    assert states(judged(date(2060, 1, 1), **{"cand-1": Hold("h", "complaint", date(2060, 1, 1))}))[Category.UNSUCCESSFUL] == "held"


def test_the_name_goes_with_the_last_case_of_the_person() -> None:
    late = kept(case="hire/b", over=months_after(OVER, 6))
    between = months_after(OVER, 24)
    assert Category.IDENTITY not in states(judged(between, kept(), late))
    assert states(judged(months_after(between, 6), kept(), late))[Category.IDENTITY] == "due"
    assert Category.IDENTITY not in states(judged(date(2060, 1, 1), kept(), kept(case="hire/b", ending=None, over=None)))


def test_a_letter_that_is_not_sent_yet_is_waited_for() -> None:
    assert states(judged(date(2060, 1, 1), kept(unsent=1)))[Category.UNSUCCESSFUL] == "unsent"


def test_a_reserve_list_is_kept_from_the_end_of_its_validity() -> None:
    listed = kept(ending=Ending.RESERVE_LAPSED, listed_until=date(2027, 6, 30), rows={})
    assert states(judged(date(2028, 6, 29), listed)) == {Category.RESERVE_LIST: "not_yet"}
    assert states(judged(date(2028, 6, 30), listed))[Category.RESERVE_LIST] == "due"


def test_who_looked_is_told_and_stays() -> None:
    found = [item for item in judged(date(2060, 1, 1), kept(looks=3)) if item.category is Category.READS]
    assert [(item.state, item.rows) for item in found] == [("kept", 3)]


@pytest.mark.parametrize(
    ("day", "proposed", "held", "state"),
    [
        (date(2026, 6, 29), False, False, "not_yet"),
        (date(2026, 6, 30), False, False, "due"),
        (date(2026, 6, 30), False, True, "held"),
        (date(2060, 1, 1), True, False, "open"),
    ],
)
def test_an_event_without_a_case_is_due_by_the_day_it_came(day: date, proposed: bool, held: bool, state: str) -> None:
    stray = Stray("e1", "vacancy/250442", OVER, proposed)
    [found] = judge_strays(EXAMPLES, [stray], {"vacancy/250442": [Hold("h", "complaint")] if held else []}, day)
    assert (found.category, found.case, found.state) == (Category.UNROUTED, "event/e1", state)


def test_a_schedule_that_does_not_name_them_keeps_events_without_a_case() -> None:
    rules = dict(EXAMPLES.categories)
    del rules[Category.UNROUTED]
    before = Schedule(version="before", categories=rules)
    items = judge_strays(before, [Stray("e1", "hire/x", OVER)], {}, date(2060, 1, 1))
    assert [item.state for item in items] == ["open"]
    told = lines(report("", NOON, "", before, "f" * 64, items))
    assert "unrouted_events (no period in this schedule): 0 due, 0 not yet, 1 of open cases, 0 held, 0 waiting for a letter" in told


def test_every_ending_falls_under_one_category_and_only_chosen_or_good_ones_are_not_unsuccessful() -> None:
    assert set(BY_ENDING.values()) < set(WHOLE)
    assert {whole_of(kept(ending=ending)) for ending in Ending} == set(WHOLE)
    assert whole_of(kept(ending=Ending.NOT_ELIGIBLE)) is Category.UNSUCCESSFUL


def test_the_shipped_schedule_is_made_of_examples_nobody_carries_out() -> None:
    assert all(rule.basis.startswith("EXAMPLE") for rule in EXAMPLES.categories.values() if rule.action != "keep")
    with pytest.raises(NotNow, match="confirms them first"):
        EXAMPLES.check_confirmed()
    EXAMPLES.model_copy(update={"confirmed_by": "dora", "confirmed_on": OVER}).check_confirmed()


def test_a_schedule_says_everything_that_is_wrong_with_it() -> None:
    rules: dict[str, Any] = {str(name): rule.model_dump() for name, rule in EXAMPLES.categories.items()}
    rules["staff_reads"]["action"] = "erase"
    rules["letters"]["months"], rules["staff_reads"]["trigger"], rules["medical_messages"]["months"] = 30, "case_over", 0
    del rules["appointed"]
    with pytest.raises(ValidationError) as said:
        Schedule.model_validate({"version": "1", "confirmed_by": "dora", "categories": rules})
    for part in (
        "no period for appointed",
        "letters is kept longer than unsuccessful",
        "staff_reads: its trigger is look",
        "staff_reads: its action is keep",
        "medical_messages: a period needs months or days",
        "confirmed_by and confirmed_on go together",
    ):
        assert part in str(said.value)


def test_every_part_of_a_case_is_a_category_with_a_period() -> None:
    assert set(EXAMPLES.categories) == {*WHOLE, *PIECES, Category.UNROUTED, Category.READS}
    assert Rule(days=3, trigger="case_over", basis="three days").due(OVER) == OVER + timedelta(days=3)
