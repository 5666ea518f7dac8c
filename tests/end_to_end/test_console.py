"""The console in a real browser: what hinders people on a page, what a browser complains about, and a way through by keyboard alone.

Needs Chromium on the machine (Debian: apt-get install chromium); without one these tests say that they did not run.
"""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from acts.desk import Desk
from acts.digest import office_zone
from config.cursors import Cursors
from config.words import Words
from console.assets import Assets
from console.frame import Frame
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from store.changes import Changes
from store.database import Database, migrate
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine: the console was not seen by a browser")
PAGES = {
    "overview": "/",
    "hires": "/hires?ending=",
    "hire": f"/hires/{AT_CONDITIONS}",
    "act": f"/hires/{AT_SHORTLISTING}/acts/shortlist",
    "vacancies": "/vacancies",
    "vacancy": "/vacancies/250442",
    "deadlines": "/deadlines",
    "oneself": "/me",
}
#: WCAG 2.0 to 2.2, A and AA; and what axe calls best practice besides.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Seen:
    """A console that is served, and what browsers said about it."""

    origin: str
    desk: Desk
    pulse: Pulse
    complaints: list[str] = field(default_factory=list)

    async def signed_in(self, browser: Browser, person: str, *, width: int = 1280, language: str = "en", theme: str = "light") -> Page:
        """A page of somebody who came in by a link, pressed the button, and likes it so."""
        await self.desk.preferences.put(person, language=language, theme=theme)
        context = await browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        page = await context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.origin}/in/{await self.desk.sessions.link(person)}")
        await page.keyboard.press("Enter")  # the one button has the focus
        await page.wait_for_url(f"{self.origin}/")
        return page


@pytest.fixture
async def seen(tmp_path: Path) -> AsyncIterator[Seen]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    db = await Database.open(url)
    await staffed(db)
    await write(db)
    desk = Desk(db)

    async def acting() -> Desk:
        return desk

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    frame, pulse = Frame(Words.load(), Assets(), office_zone()), Pulse(Changes(db))
    app = console_app(Reception(desk, acting, origin), frame, Cursors(b"a key of the tests"), pulse)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.02)
    async with pulse.beating():
        yield Seen(origin, desk, pulse)
        pulse.closing.set()
    server.should_exit = True
    await serving
    await db.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        # As root there is no sandbox to be had; elsewhere it stays on.
        opened = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield opened
        await opened.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_nothing_on_any_page_hinders_anybody(seen: Seen, browser: Browser, width: int, language: str, theme: str) -> None:
    page = await seen.signed_in(browser, "hr_head", width=width, language=language, theme=theme)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        await page.goto(seen.origin + path)
        results = await Axe().run(page, options=RULES)
        wrong = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in results.response["violations"]]
        wide = await page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"the page is {wide} pixels wide")
        if wrong:
            found[name] = wrong
    assert found == {}
    assert seen.complaints == []


async def test_the_door_hinders_nobody_either(seen: Seen, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{seen.origin}/sign-in")
    results = await Axe().run(page, options=RULES)
    assert [each["id"] for each in results.response["violations"]] == []


async def test_a_case_is_found_opened_and_prepared_to_be_decided_by_keyboard_alone(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_head")
    await page.keyboard.press("?")
    assert await page.locator("dialog#keys").is_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("h")
    await page.wait_for_url("**/hires")
    await page.keyboard.press("/")
    await page.keyboard.type(AT_SHORTLISTING)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/hires/{AT_SHORTLISTING}")
    link = page.get_by_role("link", name="decide on the short list")
    await link.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/acts/shortlist")
    yes = page.get_by_label("Yes")
    await yes.focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Confirm").wait_for()
    assert await page.get_by_text("This will be written").is_visible()
    assert seen.complaints == []


async def test_letters_typed_into_a_field_are_letters(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_head")
    await page.locator("#find").click()
    await page.keyboard.type("g?jk/")
    assert await page.locator("#find").input_value() == "g?jk/"
    assert not await page.locator("dialog#keys").is_visible()


async def test_pages_can_be_read_and_forms_sent_without_a_script(seen: Seen, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{seen.origin}/in/{await seen.desk.sessions.link('hr_officer')}")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Hires").click()
    await page.get_by_label("Vacancy").select_option("250442")
    await page.get_by_role("button", name="Show").click()
    assert "vacancy=250442" in page.url
    await page.get_by_role("button", name="Version française").click()
    assert await page.get_by_role("link", name="Vue d’ensemble").is_visible()
