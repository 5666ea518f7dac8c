"""Calendars and overlays in the console: a year seen and told, a version published after seeing what moves, overlays by two people."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from acts.carrier import Carrier
from acts.desk import Desk
from config.files import load_calendar
from console.pages.overlays import EXAMPLE
from console.year import year_of
from domain.calendars import Calendar, closed_since
from domain.messages import ActRequest, Receipt
from domain.words import Stage
from store.calendars import Calendars
from store.database import Database, migrate
from tests.console.conftest import Browser, Console, csrf, opened_on
from tests.domain.test_recount import next_open
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import AT_CONDITIONS
from tests.store.test_rehearsing import keep
from tests.world import at_stage

HQ = load_calendar("hq-brussels")
HOME, NEW, LAY = "/calendars/hq-brussels", "/calendars/hq-brussels/new", "/calendars/overlays/new"
ONE = "/calendars/overlays/summer-2026"
#: A closing day of the office's own.
BRIDGE = {date(2026, 5, 15): "Bridging day"}


def version(number: str, closed: dict[date, str]) -> Calendar:
    return HQ.model_copy(update={"version": number, "closed": closed})


class Asked(Carrier):
    """Keeps what cases were asked for."""

    def __init__(self) -> None:
        self.asked = list[tuple[str, ActRequest]]()

    async def ask(self, case: str, request: ActRequest) -> Receipt:
        self.asked.append((case, request))
        return Receipt(case=case, number=1)


@pytest.fixture
def carrier(console: Console) -> Asked:
    made = Asked()
    _let_act(console, made)
    return made


def _let_act(console: Console, carrier: Carrier) -> None:
    desk = Desk(console.db, carrier)

    async def acting() -> Desk:
        return desk

    object.__setattr__(console.reception, "acting", acting)


async def sent(browser: Browser, page: str, path: str = "", **form: str) -> Any:
    token = csrf((await browser.get(page)).text)
    return await browser.post(path or page, {"csrf": token, **form})


async def text_of(browser: Browser, page: str) -> str:
    [found] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", (await browser.get(page)).text, re.DOTALL)
    return html.unescape(str(found))


def changed(text: str, number: str, *days: str) -> str:
    more = "".join(f'{day} = "Bridging day"\n' for day in days)
    return text.replace('version = "2026.1"', f'version = "{number}"') + more


async def test_a_year_is_a_picture_and_the_same_as_tables(console: Console) -> None:
    page = (await (await console.as_("board_member")).get(f"{HOME}?year=2026")).text
    assert page.count('class="picture year-month"') == 12
    assert "22 working days, 9 days of weekends" in page
    assert "6 April 2026: Easter Monday." in page
    assert re.search(r"<td>public holiday</td><td>version 2026.1, comes with the software</td>", page)
    assert "Publish a new version" not in page


async def test_the_year_stands_in_the_address_and_an_unknown_one_says_so(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get(f"{HOME}?year=2027")).text
    assert f'href="{HOME}?year=2026"' in page
    assert f'href="{HOME}?year=2028"' in page
    assert "29 March 2027: Easter Monday." in page
    beyond = (await browser.get(f"{HOME}?year=2040")).text
    assert "knows the closing days of 2024 to 2029 only" in beyond
    assert (await browser.get(f"{HOME}?year=12")).status_code == 400
    assert (await browser.get("/calendars/nowhere")).status_code == 404


async def test_a_day_the_office_added_is_told_from_a_holiday_with_who_published_it(console: Console) -> None:
    await Calendars(console.db).publish(version("2026.2", HQ.closed | BRIDGE), "hr_head")
    page = (await (await console.as_("hr_officer")).get(f"{HOME}?year=2026")).text
    assert "Version 2026.2 is in force" in page
    row = re.search(r"15 May 2026</th>.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert "closed by the office" in row[0]
    assert "version 2026.2, published by hr_head" in row[0]


def test_each_day_of_a_year_is_of_one_kind_and_stands_in_its_week() -> None:
    months = year_of(2026, version("2026.2", HQ.closed | BRIDGE), BRIDGE)
    cells = {cell.day: cell for month in months for cell in month.cells}
    assert len(cells) == 365
    kinds = {day: cells[day].kind for day in (date(2026, 5, 13), date(2026, 5, 14), date(2026, 5, 15), date(2026, 5, 16))}
    assert list(kinds.values()) == ["worked", "holiday", "closure", "weekend"]
    assert (cells[date(2026, 2, 1)].column, cells[date(2026, 2, 1)].row) == (6, 0)
    assert (cells[date(2026, 3, 31)].column, cells[date(2026, 3, 31)].row, months[2].rows) == (1, 5, 6)


def test_a_day_is_closed_since_the_version_from_which_it_is_without_a_break() -> None:
    day, other = date(2026, 5, 15), date(2026, 12, 24)
    versions = [version("1", {day: "a"}), version("2", {other: "b"}), version("3", {day: "a", other: "b"})]
    assert {each: found.version for each, found in closed_since(versions).items()} == {day: "3", other: "2"}


async def test_which_deadlines_move_is_seen_before_a_version_is_published(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'offer.db'}"
    await migrate(url)
    db = await Database.open(url)
    world, case = at_stage(Stage.OFFER)
    await staffed(db)
    await keep(db, world)
    await Desk(db).clock.set(world.at)
    console, carrier = opened_on(db), Asked()
    _let_act(console, carrier)
    browser = await console.as_("hr_head")
    day = next_open(world)
    text = changed(await text_of(browser, NEW), "2026.2", str(day))
    page = (await sent(browser, NEW, text=text, step="check")).text
    assert "One open deadline moves." in page
    assert f'<a href="/hires/{case.removeprefix("hire/")}">' in page
    assert "→ <strong>" in page
    assert (await console.desk.calendars.in_force("hq-brussels")).version == "2026.1"
    assert carrier.asked == []
    done = await sent(browser, NEW, text=text, step="publish")
    assert (done.status_code, done.headers["location"]) == (303, f"{HOME}?done=true")
    assert (await console.desk.calendars.in_force("hq-brussels")).version == "2026.2"
    assert [(of, request.act, request.person) for of, request in carrier.asked] == [(case, "recompute_deadlines", "hr_head")]
    await db.close()


async def test_what_is_no_newer_calendar_of_this_office_is_refused_and_kept(console: Console, carrier: Asked) -> None:
    browser = await console.as_("hr_head")
    text = await text_of(browser, NEW)
    older = await sent(browser, NEW, text=text.replace('"2026.1"', '"2025.1"'), step="publish")
    assert (older.status_code, "a new one is higher" in older.text) == (400, True)
    other = await sent(browser, NEW, text=changed(text, "2026.1", "2026-05-15"), step="publish")
    assert (other.status_code, "Bridging day" in other.text) == (409, True)
    assert (await sent(browser, NEW, text=text.replace('id = "hq-brussels"', 'id = "oslo"'), step="check")).status_code == 400
    assert (await sent(browser, NEW, text="no [ toml", step="check")).status_code == 400
    assert carrier.asked == []


async def test_without_temporal_nothing_is_published(console: Console) -> None:
    browser = await console.as_("hr_head")
    answer = await sent(browser, NEW, text=changed(await text_of(browser, NEW), "2026.2", "2026-05-15"), step="publish")
    assert answer.status_code == 503
    assert (await console.desk.calendars.in_force("hq-brussels")).version == "2026.1"


@pytest.mark.parametrize("person", ["hr_officer", "auditor", "appointing_authority"])
async def test_only_the_head_of_hr_publishes(console: Console, person: str) -> None:
    assert (await (await console.as_(person)).get(NEW)).status_code == 403


async def test_an_overlay_is_previewed_proposed_and_approved_by_another_only(console: Console) -> None:
    first, second = await console.as_("hr_head"), await console.as_("appointing_authority")
    page = (await sent(first, LAY, text=EXAMPLE, step="check")).text
    assert "It concerns 2 open hires." in page
    assert f'href="/hires/{AT_CONDITIONS}"' in page
    assert await console.desk.overlays.list() == []
    assert (await sent(first, LAY, text=EXAMPLE, step="propose")).headers["location"] == ONE
    own = (await first.get(ONE)).text
    assert "It waits for a second person" in own
    [row] = await console.desk.overlays.list()
    assert (await first.post(f"{ONE}/approve", {"csrf": csrf(own), "sha256": row["sha256"]})).status_code == 409
    assert (await sent(second, ONE, f"{ONE}/approve", sha256="0" * 64)).status_code == 409
    assert (await sent(second, ONE, f"{ONE}/approve", sha256=row["sha256"])).status_code == 303
    assert (await console.desk.overlays.list())[0]["state"] == "approved"


async def test_an_overlay_is_approved_with_a_fresh_proof_only(console: Console) -> None:
    await sent(await console.as_("hr_head"), LAY, text=EXAMPLE, step="propose")
    [row] = await console.desk.overlays.list()
    console.desk.sessions.bounds = console.desk.sessions.bounds.model_copy(update={"fresh": console.desk.sessions.bounds.fresh * 0})
    answer = await sent(await console.as_("appointing_authority"), ONE, f"{ONE}/approve", sha256=row["sha256"])
    assert (answer.status_code, (await console.desk.overlays.list())[0]["state"]) == (403, "proposed")


async def test_an_approved_overlay_is_laid_on_each_hire_and_lifted(console: Console, carrier: Asked) -> None:
    first, second = await console.as_("hr_head"), await console.as_("appointing_authority")
    await sent(first, LAY, text=EXAMPLE, step="propose")
    early = await sent(first, ONE, f"{ONE}/lift")
    assert early.status_code == 409
    [row] = await console.desk.overlays.list()
    await sent(second, ONE, f"{ONE}/approve", sha256=row["sha256"])
    page = (await sent(first, ONE, f"{ONE}/apply")).text
    assert "Done for 2 hires." in page
    assert {(request.act, request.person) for _, request in carrier.asked} == {("apply_overlay", "hr_head")}
    assert (await sent(first, ONE, f"{ONE}/lift")).status_code == 303
    assert "Take it from the hires" in (await first.get(ONE)).text


async def test_what_is_no_overlay_is_told_key_by_key_and_kept(console: Console) -> None:
    browser = await console.as_("hr_head")
    answer = await sent(browser, LAY, text=EXAMPLE.replace("target = 45", 'target = "long"'), step="propose")
    assert (answer.status_code, "figures.verification.target" in answer.text, "long" in answer.text) == (400, True, True)
    assert await console.desk.overlays.list() == []


@pytest.mark.parametrize(("person", "sees", "proposes"), [("auditor", True, 403), ("hr_officer", True, 403), ("board_member", False, 403)])
async def test_overlays_are_shown_to_who_oversees_and_proposed_by_two_offices(
    console: Console, person: str, sees: bool, proposes: int
) -> None:
    browser = await console.as_(person)
    assert ("Changes for open hires" in (await browser.get("/calendars")).text) is sees
    assert (await browser.get(LAY)).status_code == proposes
