"""The console in a real browser: what hinders people on a page, what a browser complains about, and a way through by keyboard alone.

Needs Chromium on the machine (Debian: apt-get install chromium); without one these tests say that they did not run.
"""

import itertools
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi.routing import APIRoute
from pdfminer.high_level import extract_text
from playwright.async_api import Browser, Page

from acts.digest import office_zone
from config.cursors import Cursors
from config.files import overlay_in
from config.words import Words
from console.assets import Assets
from console.frame import Frame
from console.pages.hire import Engine
from console.pages.overlays import EXAMPLE
from console.wiring import routers
from tests.console.test_notices import PLAIN
from tests.end_to_end.seeing import NEEDS_BROWSER, Seen
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, LETTER, WITHDRAWN

pytestmark = NEEDS_BROWSER
PAGES = {
    "overview": "/",
    "board": f"/board?menu={AT_CONDITIONS}",
    "board in lanes": "/board?group=vacancy&compact=true",
    "board as a table": "/board?table=true",
    "hires": "/hires?ending=",
    "hire": f"/hires/{AT_CONDITIONS}",
    "data of a hire": f"/hires/{AT_CONDITIONS}/data",
    "messages of a hire": f"/hires/{AT_CONDITIONS}/messages",
    "behind a hire": f"/hires/{AT_CONDITIONS}/technical",
    "a letter": f"/hires/{AT_CONDITIONS}/letters/{LETTER}",
    "act": f"/hires/{AT_SHORTLISTING}/acts/shortlist",
    "the board's table": "/vacancies/250442/board",
    "a candidate before the board": f"/hires/{AT_CONDITIONS}/board",
    "vacancies": "/vacancies",
    "vacancy": "/vacancies/250442",
    "notices": "/notices",
    "many hires": f"/bulk?act=hold&case=hire/{AT_CONDITIONS}&case=hire/{AT_SHORTLISTING}",
    "operations": "/operations",
    "policies": "/policies",
    "a policy": "/policies/standard/2026.1",
    "a new policy": "/policies/new",
    "calendars": "/calendars",
    "a calendar": "/calendars/hq-brussels?year=2026",
    "a new calendar": "/calendars/hq-brussels/new",
    "a new overlay": "/calendars/overlays/new",
    "an overlay": "/calendars/overlays/summer-2026",
    "system": "/system",
    "retention": "/retention",
    "what is due to be erased": "/retention/due",
    "proposing an erasure": "/retention/erasures/new",
    "an erasure": "/retention/erasures/{erasure}",
    "placing a hold": "/retention/holds/new",
    "lifting a hold": "/retention/holds/{hold}/lift",
    "a notice": "/notices/{draft}",
    "where the time goes": "/vacancies/250442/time",
    "reserve lists": "/reserve",
    "reserve list": "/reserve/250442",
    "extending a list": "/vacancies/250442/acts/extend_list",
    "deadlines": "/deadlines",
    "deadlines of a month": "/deadlines/month",
    "load": "/deadlines/load",
    "what if": f"/deadlines/what-if?hire={AT_CONDITIONS}&day=2027-01-04",
    "oneself": "/me",
    "people and roles": "/staff",
    "who may": "/staff?may=hire.screen",
    "a saved view": "/hires?stage=shortlisting",
    "to be saved": "/deadlines?within=month",
    "views": "/me/views",
    "integrations": "/integrations",
    "what came from a system": "/integrations/systems/portal",
    "what went to a system": "/integrations/systems/hris/outbox",
    "what was given up": "/integrations/systems/hris/dead",
    "what is agreed with a system": "/integrations/systems/hris/settings",
    "a test event": "/integrations/systems/hris/ping",
    "planning maintenance": "/integrations/systems/hris/maintenance",
    "signal desk": "/integrations/signals",
    "letters given up": "/integrations/letters",
    "audit": "/audit",
    "outside the normal path": "/audit?outside=true",
    "history": f"/audit/cases/hire/{AT_CONDITIONS}",
    "as it stood": f"/audit/cases/hire/{AT_CONDITIONS}?at=2026-03-18T12:00",
    "fact": f"/audit/cases/hire/{AT_CONDITIONS}/facts/12",
    "report": "/audit/report?made=true",
    "proved": "/me/proved",
}
#: What a browser can ask for and no test here looks at, with the reason.
NOT_LOOKED_AT = {
    "/sign-in": "seen by somebody who is not signed in: has a test of its own",
    "/in/{link}": "seen by somebody who is not signed in",
    "/sign-in/provider": "leads to the provider, shows nothing",
    "/sign-in/provider/again": "leads to the provider, shows nothing",
    "/sign-in/provider/back": "leads inside, shows nothing",
    "/calendar/{secret}.ics": "a file",
    "/hires/{hire}/journal.json": "a file",
    "/vacancies/{reference}/jobposting.json": "a file",
    "/hires/{hire}/letters/{letter}/pdf": "a file",
    "/audit/log": "a file",
    "/audit/log/checkpoints/{size}": "a file",
    "/live": "a stream",
    "/find": "leads to what was found",
    "/board/{hire}/acts": "a part of the board, seen there opened",
    "/operations/{operation}": "there is none in the played store: not seen by a browser yet",
    "/integrations/signals/{event}/discard": "a form beside the test event's, of the same template",
    "/integrations/signals/{event}/{kind}": "a form beside the test event's, of the same template",
    "/integrations/proposals/{decision}": "a form beside the test event's, of the same template",
    "/integrations/systems/{partner}/again": "a form beside the test event's, of the same template",
    "/integrations/systems/{partner}/resume": "a form beside the test event's, of the same template",
    "/integrations/systems/{partner}/maintenance/{plan}/end": "a form beside the test event's, of the same template",
    "/integrations/letters/again": "a form beside the test event's, of the same template",
    "/integrations/letters/posted": "a form beside the test event's, of the same template",
    "/integrations/systems/{partner}/key": "for who looks after keys: not seen by a browser yet",
}
#: All ways a page can look: every page in every one of them in `make e2e`; in `make test` every page in one, taken in turn.
Look = tuple[int, str, str]
LOOKS: tuple[Look, ...] = tuple(itertools.product((1280, 320), ("en", "fr"), ("light", "dark")))
#: WCAG 2.0 to 2.2, A and AA; and what axe calls best practice besides.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def prepared(seen: Seen) -> dict[str, str]:
    """Puts into the store what only somebody's work brings there: {names in addresses: what they stand for}."""
    await seen.desk.preferences.save_view("hr_head", "hires", "Short lists", "stage=shortlisting", await seen.desk.clock.now(), shared=True)
    await seen.desk.overlays.propose("appointing_authority", overlay_in(EXAMPLE))
    withdrawn = await seen.desk.privacy.candidate(f"hire/{WITHDRAWN}")
    return {
        "draft": await seen.desk.notices.begin("hr_head", "", PLAIN),
        "erasure": await seen.desk.privacy.propose("data_protection_officer", withdrawn, "asked_by_person"),
        "hold": await seen.desk.privacy.place("hr_head", f"hire/{AT_CONDITIONS}", "complaint"),
    }


async def hindrances(seen: Seen, page: Page, path: str, width: int) -> list[str]:
    """What would hinder somebody on this page, as axe tells it; and whether it is wider than the screen."""
    answer = await page.goto(seen.origin + path)
    assert (answer and answer.status) == 200, path  # a refusal has nothing to hinder anybody with
    results = await Axe().run(page, options=RULES)
    wrong = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in results.response["violations"]]
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return wrong if wide <= width else [*wrong, f"the page is {wide} pixels wide"]


async def hindered(seen: Seen, browser: Browser, look: Look, names: list[str], there: dict[str, str]) -> dict[str, list[str]]:
    width, language, theme = look
    page = await seen.signed_in(browser, "hr_head", width=width, language=language, theme=theme)
    found = {name: await hindrances(seen, page, PAGES[name].format(**there), width) for name in names}
    await page.context.close()
    return {f"{name}, {width} {language} {theme}": wrong for name, wrong in found.items() if wrong}


async def test_nothing_on_the_pages_taken_in_turn_hinders_anybody(seen: Seen, browser: Browser) -> None:
    there = await prepared(seen)
    for at, look in enumerate(LOOKS):
        assert await hindered(seen, browser, look, list(PAGES)[at :: len(LOOKS)], there) == {}
    assert (seen.complaints, seen.refusals) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_nothing_on_any_page_hinders_anybody(seen: Seen, browser: Browser, look: Look) -> None:
    assert await hindered(seen, browser, look, list(PAGES), await prepared(seen)) == {}
    assert (seen.complaints, seen.refusals) == ([], [])


def test_no_page_is_forgotten() -> None:
    frame = Frame(Words.load(), Assets(), office_zone())
    every = routers(frame, Cursors(b"a key of the tests"), None, Engine())  # type: ignore[arg-type]
    pages = [each for router in every for each in router.routes if isinstance(each, APIRoute) and "GET" in (each.methods or ())]
    seen = {next((each.path for each in pages if each.path_regex.match(urlsplit(path).path)), path) for path in PAGES.values()}
    assert seen | NOT_LOOKED_AT.keys() == {each.path for each in pages}
    assert seen & NOT_LOOKED_AT.keys() == set()


async def test_a_script_in_a_page_is_refused_and_the_refusal_is_counted(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_head")
    assert seen.refusals == []
    await page.evaluate("""() => {
        const inline = document.createElement("script");
        inline.textContent = "window.ran = true";
        document.body.append(inline);
    }""")
    await page.wait_for_timeout(200)
    assert await page.evaluate("window.ran") is None
    assert seen.refusals == ["script-src-elem inline"]
    assert len(seen.complaints) == 1


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


async def test_the_board_is_walked_by_arrows_and_a_card_opened_where_it_stands(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_head")
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await page.wait_for_url("**/board")
    focused = "document.activeElement.closest('[data-card]')?.id ?? ''"
    await page.keyboard.press("j")
    assert await page.evaluate(focused) == f"card-{AT_SHORTLISTING}"
    await page.keyboard.press("ArrowRight")
    assert await page.evaluate(focused) == f"card-{AT_CONDITIONS}"
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("a")
    await page.keyboard.press("Enter")
    menu = page.locator(f"#card-{AT_SHORTLISTING} .menu")
    await menu.get_by_role("link", name="decide on the short list").wait_for()
    assert page.url.endswith(f"/board?menu={AT_SHORTLISTING}")
    await page.keyboard.press("Escape")
    assert await menu.count() == 0
    assert page.url.endswith("/board")
    await page.keyboard.press("t")
    await page.wait_for_url("**/board?table=true")
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


async def test_a_month_is_walked_by_arrows_day_by_day_and_week_by_week(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_head")
    await page.goto(f"{seen.origin}/deadlines/month?month=2026-05&day=2026-05-12")
    day = "document.activeElement.querySelector('.date [aria-hidden]')?.textContent"
    await page.locator("[role=gridcell][tabindex='0']").focus()
    for key, there in (("ArrowRight", "13"), ("ArrowDown", "20"), ("ArrowLeft", "19"), ("ArrowUp", "12"), ("Home", "11"), ("End", "17")):
        await page.keyboard.press(key)
        assert await page.evaluate(day) == there, key
    assert await page.locator("[role=gridcell][tabindex='0']").count() == 1
    assert seen.complaints == []


async def test_a_hire_on_paper_is_the_hire_alone_with_numbered_pages(seen: Seen, browser: Browser) -> None:
    page = await seen.signed_in(browser, "hr_head", theme="dark")
    await page.goto(f"{seen.origin}/hires/{AT_CONDITIONS}")
    text = extract_text(BytesIO(await page.pdf(prefer_css_page_size=True)))
    for printed in ("Ada Example", "Conditions and the day of entry", "Application received", "Running deadlines", "1 / 3", "3 / 3"):
        assert printed in text, printed
    for chrome in ("Sign out", "Overview", "What you can do now", "Live", "Technical", "Write a note"):
        assert chrome not in text, chrome
    await page.emulate_media(media="print")
    assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    muted = await page.evaluate("getComputedStyle(document.querySelector('.head-facts dt')).color")
    assert muted == "rgb(75, 85, 99)"  # the light theme's, whatever is shown on the screen
