"""Taking an act back, in a browser and with real processes: Ctrl+Z, a note that says by itself what became of it, and kill -9 meanwhile."""

import asyncio
import os
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from acts.holding import Holding, carrying
from domain.messages import Receipt
from sandbox.installation import Door, environment, free_port
from store.held import HeldActs
from store.names import system_now
from tests.console.conftest import csrf
from tests.end_to_end.seeing import NEEDS_BROWSER, Seen
from tests.end_to_end.test_console import RULES
from tests.gateway.api.played import AT_SHORTLISTING
from tests.hiring import Hiring, vacancy
from tests.installation import Installation, installation

FORM = f"/hires/{AT_SHORTLISTING}/acts/shortlist"


class Case:
    """Takes every act, and counts them."""

    def __init__(self) -> None:
        self.done = 0

    async def judged(self, person: str, case: str, act: str, args: dict[str, Any], version: int) -> timedelta | None:
        return None

    async def do(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None, version: int | None) -> Receipt:
        self.done += 1
        return Receipt(case=case, number=3)


async def confirmed(page: Page, origin: str) -> None:
    """The short list by keyboard alone, from the form to the page it leads back to."""
    await page.goto(f"{origin}{FORM}")
    await page.get_by_label("Yes").focus()
    await page.keyboard.press("Space")
    await page.get_by_label("Reason").fill("profile_matches")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{origin}{FORM}")
    confirm = page.get_by_role("button", name="Confirm")
    await expect(confirm).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{origin}/hires/{AT_SHORTLISTING}")


@NEEDS_BROWSER
async def test_ctrl_z_takes_back_what_was_just_confirmed(seen: Seen, browser: Browser) -> None:
    case = Case()
    seen.desk.holding = Holding(seen.desk.db, case, timedelta(seconds=60))
    page = await seen.signed_in(browser, "hr_head")
    await confirmed(page, seen.origin)
    await expect(page.locator("[data-count]")).to_have_text(re.compile(r"^\(\d\d s\)$"))
    await page.keyboard.press("Control+z")
    await expect(page.locator("[data-undo]")).to_have_count(0)
    assert await seen.desk.holding.of("hr_head") == []
    assert case.done == 0
    assert (seen.complaints, seen.refusals) == ([], [])


@NEEDS_BROWSER
async def test_the_note_says_by_itself_what_became_of_it(seen: Seen, browser: Browser) -> None:
    case = Case()
    seen.desk.holding = Holding(seen.desk.db, case, timedelta(seconds=2))

    async def reach() -> Any:
        return seen.desk

    async with carrying(reach, seen.desk.holding):
        page = await seen.signed_in(browser, "hr_head")
        await confirmed(page, seen.origin)
        await page.goto(f"{seen.origin}/vacancies")  # wherever they are by then
        await expect(page.locator(".note.held.done")).to_contain_text("Done")
    assert case.done == 1
    assert (seen.complaints, seen.refusals) == ([], [])


@NEEDS_BROWSER
@pytest.mark.parametrize(("width", "language", "theme"), [(1280, "en", "light"), (320, "fr", "dark")])
async def test_the_notes_hinder_nobody(seen: Seen, browser: Browser, width: int, language: str, theme: str) -> None:
    holding = seen.desk.holding = Holding(seen.desk.db, Case(), timedelta(seconds=60))
    number = (await seen.desk.standing(f"hire/{AT_SHORTLISTING}")).number
    kept = HeldActs(seen.desk.db)
    for n, state in enumerate(("held", "going", "done", "refused")):
        held = f"{n:024x}"
        await holding.accept("hr_head", f"hire/{AT_SHORTLISTING}", "hold", {"reason": "candidate_asked"}, held, number)
        if state != "held":
            await kept.begin(held, system_now(), system_now())
        if state in ("done", "refused"):
            await kept.settle(held, state, system_now(), number=3, why="the stage has passed")  # type: ignore[arg-type]
    page = await seen.signed_in(browser, "hr_head", width=width, language=language, theme=theme)
    await expect(page.locator("#held .held")).to_have_count(4)
    results = await Axe().run(page, options=RULES)
    assert [each["id"] for each in results.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    if folder := os.environ.get("MUSTER_LOOK"):
        await page.screenshot(path=f"{folder}/held-{width}-{language}-{theme}.png")


@pytest.mark.slow
async def test_a_console_killed_while_an_act_is_held_does_it_once_when_it_is_back() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        await hiring.publish(vacancy("held"))
        case = await hiring.apply("held")
        await hiring.judged(case)
        port = free_port()
        held_for = {"MUSTER_CONSOLE__UNDO_SECONDS": "3", "MUSTER_CONSOLE__PORT": str(port), "MUSTER_LOG_LEVEL": "info"}
        door = Door("console", environment(place.settings) | held_for, place.settings.data_dir / "console.log")
        door.start()
        try:
            before = (await place.desk.standing(case)).number
            await screened(place, f"http://127.0.0.1:{port}", case)
            door.kill()
            assert (await place.desk.standing(case)).number == before
            await asyncio.sleep(4)
            assert (await place.desk.standing(case)).number == before
            door.start()
            await hiring.until(case, lambda row: row["stage"] == "shortlisting")
            await asyncio.sleep(2)
            kinds = [entry["kind"] for entry in await place.desk.timeline(case)]
            assert kinds.count("screened") == 1
        finally:
            door.kill()


async def screened(place: Installation, origin: str, case: str) -> None:
    """Signed in by a link, and the screening confirmed: over HTTP, as a browser without script does it."""
    form = f"/hires/{case.removeprefix('hire/')}/acts/screen"
    sent = {"origin": origin, "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=origin, headers=sent, timeout=30) as http:
        await up(http)
        link = await place.desk.sessions.link("chief")
        assert (await http.post(f"/in/{link}")).status_code == 303
        page = (await http.get(form)).text
        kept = dict(re.findall(r'name="(version|request)" value="([^"]+)"', page)) | {"csrf": csrf(page)}
        answer = await http.post(form, data=kept | {"eligible": "yes", "step": "confirm"})
        assert answer.status_code == 303, answer.text
        assert "data-undo" in (await http.get("/")).text


async def up(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(40):
        while True:
            try:
                if (await http.get("/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
