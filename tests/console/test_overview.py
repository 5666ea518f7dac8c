"""The overview: what needs somebody, what is stuck, where everybody stands, and what happened while one was away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from config.files import load_calendar, load_rules
from console.flow import flow
from domain.words import Role
from store.names import system_now
from store.tables import hires, partner_reach, strays
from tests.console.conftest import Console, csrf
from tests.gateway.api.played import AT_SHORTLISTING
from tests.store.making import NOON

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


async def front(console: Console, person: str = "hr_officer") -> str:
    return (await (await console.as_(person)).get("/")).text


async def test_what_somebody_is_asked_stands_with_one_button_for_it(console: Console) -> None:
    text = await front(console, "hiring_manager")
    assert f'href="/hires/{AT_SHORTLISTING}/acts/shortlist"' in text
    assert "1 hire needs you." in text


async def test_whom_nothing_needs_is_told_what_comes_next(console: Console) -> None:
    text = await front(console, "appointing_authority")
    assert "Nothing needs you now." in text
    assert "Next deadline: " in text


async def test_what_is_stuck_is_told_to_whom_it_concerns(console: Console) -> None:
    await _stuck(console)
    told = await front(console)
    assert "1 hire has a request that could not be put to its authority, after all tries." in told
    assert 'href="/hires?needs=ask_by_hand"' in told
    assert "1 event fits no case here and waits for a person." in told
    today = await console.desk.clock.now()  # its door failed just now, as this installation tells the time
    assert f"The system “clearances” has not answered since {today:%A} {today.day} {today:%B %Y}" in told
    assert "1 system does not answer." in told
    kept = await front(console, "medical_advisers_office")
    assert "Stuck or unusual" not in kept


async def test_answers_that_contradict_are_counted_only_for_who_may_see_answers(console: Console) -> None:
    await console.db.write(lambda tx: tx.execute(insert(hires), [_needy("settle_reply:medical")]))
    said = "1 hire has answers that contradict one another."
    assert said in await front(console)
    assert said not in await front(console, "auditor")


async def test_what_was_written_while_one_was_away_is_told_until_it_was_seen(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get("/")).text
    assert "Since you were here" in page
    position = page.partition('name="position" value="')[2].partition('"')[0]
    answer = await browser.post("/overview/seen", {"csrf": csrf(page), "position": position})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Since you were here" not in (await browser.get("/")).text
    assert "Since you were here" in await front(console, "hr_head")


async def test_what_was_written_is_told_to_whom_whole_cases_are_shown(console: Console) -> None:
    assert "Since you were here" in await front(console, "auditor")
    assert "Since you were here" not in await front(console, "medical_advisers_office")


@pytest.mark.parametrize("role", [Role.HR_OFFICER, Role.AUDITOR])
async def test_the_flow_says_of_each_stage_how_many_stand_there_and_how_long_they_may(console: Console, role: Role) -> None:
    text = await front(console, str(role))
    assert '<a href="/hires?stage=conditions">' in text
    assert "target 14 days" in text
    assert 'role="img"' in text


def test_a_stage_is_slow_when_its_median_is_over_its_target() -> None:
    rules, calendar = load_rules("standard"), load_calendar("hq-brussels")
    row = {"stage": "screening", "n": 3, "overdue": 1, "soon": 1, "oldest": NOW - timedelta(days=40), "median": NOW - timedelta(days=15)}
    (found,) = flow([row], rules, calendar, NOW)
    assert (found.median, found.oldest, found.target, found.slow, found.unit) == (15, 40, 14, True, "day")
    assert found.parts == [("overdue", 1), ("soon", 1), ("well", 1)]


def test_where_the_target_counts_working_days_so_does_the_time_so_far() -> None:
    rules, calendar = load_rules("standard"), load_calendar("hq-brussels")
    working = rules.deadlines["screening"].model_copy(update={"working_days": True})
    rules = rules.model_copy(update={"deadlines": {**rules.deadlines, "screening": working}})
    row = {"stage": "screening", "n": 1, "overdue": 0, "soon": 0, "oldest": NOW - timedelta(days=7), "median": NOW - timedelta(days=7)}
    (found,) = flow([row], rules, calendar, NOW)
    assert (found.median, found.unit) == (5, "working_day")


async def test_the_median_is_of_those_who_stand_there_now(console: Console) -> None:
    days = (1, 5, 30)
    rows = [_needy("screen", n) | {"stage": "probation", "since": NOON - timedelta(days=day)} for n, day in enumerate(days)]
    await console.db.write(lambda tx: tx.execute(insert(hires), rows))
    (probation,) = [row for row in await console.desk.overviews.flow(NOON, NOON) if row["stage"] == "probation"]
    assert (probation["n"], probation["median"], probation["oldest"]) == (3, NOON - timedelta(days=5), NOON - timedelta(days=30))


def _needy(need: str, n: int = 0) -> dict[str, object]:
    fixed = {"vacancy": "250442", "candidate": "P", "stage": "conditions", "ending": None, "number": 1, "held": False, "turn": ["hr"]}
    more = {"received_at": NOON, "late": False, "updated_at": NOON, "since": NOON, "review": "", "next_deadline": None}
    return {**fixed, **more, "case_id": f"hire/needy{n}", "needs": [need]}


async def _stuck(console: Console) -> None:
    event = {"id": "e1", "source": "portal", "event_id": "1", "type": "x", "subject": "hire/none", "received_at": NOON, "sha256": ""}
    stray = {**event, "payload": "", "state": "unrouted", "reason": "unknown_case"}
    reach = {"partner": "clearances", "failures": 9, "rests": 1, "failing_since": system_now(), "error": "refused"}

    def write(tx: object) -> None:
        for table, row in ((hires, _needy("ask_by_hand:clearance")), (strays, stray), (partner_reach, reach)):
            tx.execute(insert(table), [row])  # type: ignore[attr-defined]

    await console.db.write(write)
