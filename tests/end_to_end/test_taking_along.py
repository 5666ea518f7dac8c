"""Taking a list along, keeping a view and reading a case back, in a real browser and by keyboard alone."""

import csv
import io
import re
from asyncio import to_thread

from playwright.async_api import Browser

from tests.end_to_end.seeing import NEEDS_BROWSER, Seen
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING

pytestmark = NEEDS_BROWSER


async def test_a_list_is_taken_along_by_keyboard(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_officer")
    await page.goto(f"{seen.origin}/hires?stage=shortlisting")
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="CSV").focus()
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    taken = await download.value
    assert taken.suggested_filename.startswith("muster_hires_stage=shortlisting")
    rows = list(csv.DictReader(io.StringIO(await to_thread((await taken.path()).read_text, "utf-8-sig"))))
    assert [row["Hire"] for row in rows] == [AT_SHORTLISTING]
    assert seen.complaints == []


async def test_a_view_is_saved_and_used_without_a_script(seen: Seen, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{seen.origin}/in/{await seen.desk.sessions.link('hr_officer')}")
    await page.get_by_role("button", name="Sign in").click()
    await page.goto(f"{seen.origin}/hires?stage=shortlisting")
    await page.locator("summary", has_text="Save this view").click()
    await page.get_by_label("Name of the view").fill("Short lists")
    await page.get_by_role("button", name="Save this view").click()
    await page.goto(f"{seen.origin}/hires")
    await page.get_by_role("link", name="Short lists").click()
    assert page.url == f"{seen.origin}/hires?stage=shortlisting"
    await page.get_by_role("link", name="Manage views").click()
    await page.get_by_role("button", name=re.compile("^Delete")).click()
    assert await page.get_by_text("You have saved no view yet").is_visible()


async def test_an_auditor_finds_a_case_reads_it_back_and_verifies_it_by_keyboard(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "auditor")
    await page.keyboard.press("g")
    await page.keyboard.press("u")
    await page.wait_for_url("**/audit")
    await page.get_by_label("Case", exact=True).focus()
    await page.keyboard.type(AT_CONDITIONS)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/audit?case={AT_CONDITIONS}*")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/audit/cases/hire/{AT_CONDITIONS}")
    await page.get_by_role("button", name="Verify").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("Everything that was checked holds.").wait_for()
    assert seen.complaints == []
