"""Deadlines as a month, as a load, as a question and as a feed: nobody is told more than on the hire's own page."""

import re
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from config.files import load_calendar
from console.month import first_of, grid, weeks_of
from console.pages.diary import burden
from domain.looking import Category
from tests.console.conftest import Browser, Console, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, NAME

BRUSSELS = load_calendar("hq-brussels")


async def text_of(console: Console, path: str, person: str = "hr_officer") -> str:
    return (await (await console.as_(person)).get(path)).text


def test_a_month_is_whole_weeks_from_monday_on() -> None:
    weeks = weeks_of(date(2026, 5, 1))
    assert (weeks[0][0], weeks[-1][-1], {len(week) for week in weeks}) == (date(2026, 4, 27), date(2026, 5, 31), {7})
    assert [first_of(date(2026, 12, 31), n) for n in (-12, 0, 1)] == [date(2025, 12, 1), date(2026, 12, 1), date(2027, 1, 1)]


def test_a_day_that_is_not_worked_says_why_and_a_deadline_stands_on_the_day_of_the_office() -> None:
    late = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)  # half past midnight on the 4th in Brussels
    cells = {cell.day: cell for week in grid(date(2026, 5, 1), [{"due_at": late}], BRUSSELS, "Europe/Brussels") for cell in week}
    labour, sunday, monday = cells[date(2026, 5, 1)], cells[date(2026, 5, 3)], cells[date(2026, 5, 4)]
    assert (labour.working, labour.closed) == (False, "Labor Day")
    assert (sunday.working, sunday.closed, sunday.rows) == (False, "", [])
    assert (monday.working, monday.rows) == (True, [{"due_at": late}])


async def test_a_month_shows_what_is_due_on_its_day_and_where_its_holidays_come_from(console: Console) -> None:
    due = (await console.desk.hire(f"hire/{AT_SHORTLISTING}"))["next_deadline"].date()
    text = await text_of(console, f"/deadlines/month?month={due:%Y-%m}&day={due}")
    assert 'role="grid"' in text
    assert f"/hires/{AT_SHORTLISTING}" in text
    assert "Brussels headquarters calendar, version" in text
    assert "the short list is decided" in text.partition('id="day"')[2]
    empty = await text_of(console, "/deadlines/month?month=2025-05")
    assert "Labor Day" in empty
    assert "/hires/h0" not in empty


async def test_the_load_counts_each_week_by_whose_turn_it_is_and_by_owner(console: Console) -> None:
    text = await text_of(console, "/deadlines/load")
    assert 'role="img"' in text
    assert "candidate" in text
    assert "Nobody’s own" in await text_of(console, "/deadlines/load?by=owner")
    assert (await (await console.as_("hr_officer")).get("/deadlines/load?by=colour")).status_code == 400


def test_a_deadline_that_would_tell_an_answer_is_not_counted() -> None:
    week = [{"whose": "candidate", "key": "medical_appeal", "n": 2}, {"whose": "candidate", "key": "offer", "n": 1}]
    assert burden([week, []], frozenset()) == [{"whose": "candidate", "weeks": [1, 0], "n": 1}]
    assert burden([week, []], frozenset({Category.MEDICAL}))[0]["n"] == 3


async def test_what_if_shows_what_slips_and_saves_nothing(console: Console) -> None:
    case = f"hire/{AT_CONDITIONS}"
    before = (await console.desk.standing(case)).number
    text = await text_of(console, f"/deadlines/what-if?hire={AT_CONDITIONS}&day=2027-01-04")
    assert "4 January 2027" in text
    assert "3 July 2027" in text
    assert NAME in text
    assert (await console.desk.standing(case)).number == before
    assert NAME not in await text_of(console, f"/deadlines/what-if?hire={AT_CONDITIONS}&day=2027-01-04", "auditor")


async def test_without_a_day_of_entry_to_move_that_is_said(console: Console) -> None:
    assert "There is no day of entry to move" in await text_of(console, f"/deadlines/what-if?hire={AT_SHORTLISTING}")
    assert (await (await console.as_("hr_officer")).get("/deadlines/what-if?hire=zzzz9999")).status_code == 404


# ---- the feed --------------------------------------------------------------------------------------------------------------


async def made(browser: Browser) -> str:
    """The path of a new feed."""
    page = await browser.post("/me/feed", {"csrf": csrf((await browser.get("/me")).text)})
    found = re.search(r'value="http://[^/]+(/calendar/[A-Za-z0-9_-]{43}\.ics)"', page.text)
    assert found is not None
    return found[1]


async def test_a_diary_reads_what_its_owner_follows_without_a_session_and_without_a_name(console: Console) -> None:
    path = await made(await console.as_("hr_officer"))
    answer = await console.browser().get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    titles = [str(event["summary"]) for event in Calendar.from_ical(answer.text).walk("VEVENT")]
    assert any(AT_CONDITIONS in title for title in titles)
    assert NAME not in answer.text
    assert "Example" not in answer.text


async def test_everybody_reads_their_own_part_alone(console: Console) -> None:
    answer = await console.browser().get(await made(await console.as_("medical_advisers_office")))
    keys = [str(event["summary"]).rpartition(" · ")[0] for event in Calendar.from_ical(answer.text).walk("VEVENT")]
    assert set(keys) <= {"the Medical Adviser gives an opinion"}
    hiring = await console.browser().get(await made(await console.as_("hiring_manager")))
    assert AT_CONDITIONS not in hiring.text


async def test_an_address_ends_when_it_is_revoked_or_made_anew(console: Console) -> None:
    browser, stranger = await console.as_("hr_officer"), console.browser()
    first = await made(browser)
    second = await made(browser)
    assert (await stranger.get(first)).status_code == 404
    assert (await stranger.get(second)).status_code == 200
    await browser.post("/me/feed/revoke", {"csrf": csrf((await browser.get("/me")).text)})
    assert (await stranger.get(second)).status_code == 404


async def test_only_the_hash_of_an_address_is_kept_and_a_guess_reads_nothing(console: Console) -> None:
    secret = (await made(await console.as_("hr_officer"))).removeprefix("/calendar/").removesuffix(".ics")
    kept = await console.db.read(lambda rx: str(rx.exec_driver_sql("SELECT * FROM calendar_feeds").all()))
    assert secret not in kept
    assert (await console.browser().get(f"/calendar/{'A' * 43}.ics")).status_code == 404


async def test_who_does_not_work_here_any_more_has_no_feed(console: Console) -> None:
    path = await made(await console.as_("hr_officer"))
    await console.db.write(lambda tx: tx.exec_driver_sql("DELETE FROM staff WHERE person = 'hr_officer'"))
    assert (await console.browser().get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/me/feed", "/me/feed/revoke"])
async def test_a_feed_is_made_and_ended_from_ones_own_page_alone(console: Console, path: str) -> None:
    browser = await console.as_("hr_officer")
    assert (await browser.post(path, {"csrf": "0" * 64})).status_code == 403
