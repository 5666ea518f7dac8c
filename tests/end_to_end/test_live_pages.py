"""Live pages in a real browser: a row changes in place, in time; what somebody types, and where they are, stays theirs."""

from playwright.async_api import Browser, Page, expect

from tests.end_to_end.seeing import NEEDS_BROWSER, Seen
from tests.gateway.api.played import AT_SHORTLISTING, WITHDRAWN, go_on, play
from tests.world import World

LIST = "/hires?ending=&sort=case"
ROW = f'[data-key="hire/{AT_SHORTLISTING}"]'
pytestmark = NEEDS_BROWSER


async def opened(seen: Seen, browser: Browser, path: str) -> Page:
    """A page that hears already."""
    page = await seen.signed_in(browser, "hr_head")
    async with page.expect_response("**/live*"):
        await page.goto(seen.origin + path)
    await page.wait_for_timeout(400)  # the first sign of life
    return page


async def shortlisted(seen: Seen, world: World) -> None:
    world.act(f"hire/{AT_SHORTLISTING}", "shortlist", shortlisted=True)
    await go_on(seen.desk.db, world)


async def test_a_row_is_brought_up_to_date_in_place(seen: Seen, browser: Browser) -> None:
    page = await opened(seen, browser, LIST)
    row = page.locator(ROW)
    await row.get_by_role("link").first.focus()
    before = await row.inner_text()
    await shortlisted(seen, play())
    await expect(row).not_to_have_text(before, timeout=5000)
    assert await page.evaluate(f"document.activeElement.closest('{ROW}') !== null")  # the focus stayed
    assert seen.complaints == []
    await expect(page.locator("#said")).to_have_text("The page was brought up to date.")
    assert seen.complaints == []


async def test_a_page_that_rests_stays_as_it_is_until_it_goes_on(seen: Seen, browser: Browser) -> None:
    page = await opened(seen, browser, LIST)
    row, before = page.locator(ROW), await page.locator(ROW).inner_text()
    await page.locator("#live").click()
    await expect(page.locator("#live")).to_have_attribute("aria-pressed", "true")
    await shortlisted(seen, play())
    await page.wait_for_timeout(1500)
    assert await row.inner_text() == before
    await page.locator("#live").click()
    await expect(row).not_to_have_text(before, timeout=5000)


async def test_a_row_keeps_its_place_until_somebody_wants_the_new_order(seen: Seen, browser: Browser) -> None:
    page = await opened(seen, browser, "/hires?sort=case")  # only hires that go on
    world, row = play(), page.locator(ROW)
    world.act(f"hire/{AT_SHORTLISTING}", "shortlist", shortlisted=False)
    await go_on(seen.desk.db, world)
    await expect(row).to_have_attribute("data-gone", "", timeout=5000)
    await page.locator("#live-order").click()
    await expect(row).to_have_count(0)
    await expect(page.locator("#live-order")).to_be_hidden()


async def test_what_somebody_types_is_not_taken_from_them(seen: Seen, browser: Browser) -> None:
    page = await opened(seen, browser, LIST)
    row, before = page.locator(ROW), await page.locator(ROW).inner_text()
    await page.locator("#stage").select_option("screening")
    await shortlisted(seen, play())
    await expect(row).not_to_have_text(before, timeout=5000)
    assert await page.locator("#stage").input_value() == "screening"
    assert page.url == seen.origin + LIST


async def test_a_page_without_a_console_behind_it_says_since_when(seen: Seen, browser: Browser) -> None:
    page = await opened(seen, browser, f"/hires/{WITHDRAWN}")
    seen.pulse.closing.set()
    await expect(page.locator("#live")).to_have_attribute("data-state", "stale", timeout=15000)
    await expect(page.locator("#live")).to_contain_text("Stale since")


async def test_whoever_signs_out_elsewhere_is_at_the_door(seen: Seen, browser: Browser) -> None:
    page = await opened(seen, browser, LIST)
    await seen.desk.sessions.end_all("hr_head")
    await shortlisted(seen, play())
    await page.wait_for_url("**/sign-in**", timeout=15000)
