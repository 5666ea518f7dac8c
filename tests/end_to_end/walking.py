"""A person at the console of a real installation: one who points, or one who never leaves the keyboard."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import httpx
from playwright.async_api import Browser, Locator, Page, expect

from acts.holding import EVERY_S
from domain.words import Role
from sandbox.installation import Door, environment, free_port
from tests.end_to_end.seeing import REPORTS
from tests.installation import Installation

Way = Literal["mouse", "keyboard"]
#: Who takes part, each with the one role of their own.
PEOPLE = {
    "ines": Role.HR_OFFICER,
    "hugo": Role.HR_HEAD,
    "marc": Role.HIRING_MANAGER,
    "carla": Role.BOARD_CHAIR,
    "bruno": Role.BOARD_MEMBER,
    "anna": Role.APPOINTING_AUTHORITY,
    "simon": Role.SECURITY_OFFICE,
    "mina": Role.MEDICAL_OFFICE,
    "lena": Role.LINE_MANAGER,
    "aude": Role.AUDITOR,
}
#: More stops of the Tab key than any page has.
STOPS = 250
UNDO_S = 1


@dataclass
class Hall:
    """A console as its own process, beside an installation. `complaints` are what browsers said, `refusals` the policy's."""

    place: Installation
    origin: str
    browser: Browser
    way: Way
    complaints: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def walker(self, person: str) -> "Walker":
        """Signed in by their one-time link, its button pressed."""
        context = await self.browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-GB")
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.expose_function("policyRefused", lambda said: self.refusals.append(said))
        await page.add_init_script(REPORTS)
        link = await self.place.desk.sessions.link(person)
        await page.goto(f"{self.origin}/in/{link}")
        walker = Walker(page, self.origin, self.way, person)
        await walker.press(page.get_by_role("button", name=re.compile("Sign in|Go on|Continue")))
        await page.wait_for_url(f"{self.origin}/")
        return walker


@asynccontextmanager
async def hall(place: Installation, browser: Browser, way: Way) -> AsyncIterator[Hall]:
    """The console of an installation, with everybody on its staff list, until the block ends."""
    for person, role in PEOPLE.items():
        await place.desk.put_staff(person, person.title(), f"{person}@example.org", [str(role)])
    port = free_port()
    own = {"MUSTER_CONSOLE__PORT": str(port), "MUSTER_CONSOLE__UNDO_SECONDS": str(UNDO_S)}
    door = Door("console", environment(place.settings) | own, place.settings.data_dir / "logs" / "console.log")
    door.start()
    try:
        origin = f"http://127.0.0.1:{port}"
        await up(origin)
        yield Hall(place, origin, browser, way)
    finally:
        await door.stop()


async def up(origin: str) -> None:
    """Until a door says that it is ready. Raises TimeoutError."""
    async with httpx.AsyncClient(base_url=origin, trust_env=False) as http, asyncio.timeout(40):
        while True:
            try:
                if (await http.get("/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


@dataclass
class Walker:
    """What somebody does at a page, in their way. By keyboard nothing is ever clicked, and every stop is reached with Tab."""

    page: Page
    origin: str
    way: Way
    person: str

    @property
    def keys(self) -> bool:
        return self.way == "keyboard"

    async def go(self, place: str, key: str) -> None:
        """To a place of the rail: by `g` and its letter, or by its link."""
        if self.keys:
            await self.page.locator("body").focus()
            await self.page.keyboard.press("g")
            await self.page.keyboard.press(key)
        else:
            await self.page.locator(".rail").get_by_role("link", name=place).click()
        await self.page.wait_for_load_state()

    async def press(self, what: Locator) -> None:
        """A link or a button."""
        await expect(what).to_be_visible()
        if not self.keys:
            await what.click()
            return
        await self.reach(what)
        await self.page.keyboard.press("Enter")

    async def reach(self, what: Locator) -> None:
        """By Tab alone, from wherever the focus is; what has it can be seen to have it."""
        for stops in range(STOPS):
            if not await what.is_visible():
                break
            if await what.evaluate("one => one === document.activeElement"):
                ring = await what.evaluate("one => getComputedStyle(one).outlineStyle")
                assert ring != "none" or not stops, f"no ring around {await what.evaluate('one => one.outerHTML')}"
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.person} does not reach {what} with Tab on {self.page.url}")

    async def write(self, label: str | re.Pattern[str], text: str) -> None:
        """Into a field; a day as 2026-12-31."""
        field_ = self.page.get_by_label(label).first
        kind = await field_.get_attribute("type")
        if not self.keys:
            await field_.fill(text)
            return
        await self.reach(field_)
        if kind in ("date", "datetime-local"):
            day, _, time = text.partition("T")
            year, month, on = day.split("-")
            await self.page.keyboard.type(f"{on}{month}{year}")
            if time:
                await self.page.keyboard.press("Tab")
                await self.page.keyboard.type(time.replace(":", ""))
            return
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.type(text)

    async def choose(self, label: str | re.Pattern[str], option: str) -> None:
        """One option of a list."""
        list_ = self.page.get_by_label(label).first
        if self.keys:
            await self.reach(list_)
            await self.page.keyboard.type(option)
        else:
            await list_.select_option(label=option)
        chosen = await list_.evaluate("one => one.selectedOptions[0].label")
        assert chosen == option, (chosen, option)

    async def tick(self, what: Locator) -> None:
        """A box, or one of a few."""
        if not self.keys:
            await what.check()
            return
        name = await what.get_attribute("name")
        for _ in range(STOPS):
            on = await self.page.evaluate("() => document.activeElement.name ?? ''")
            if on == name:
                break
            await self.page.keyboard.press("Tab")
        if await what.get_attribute("type") == "checkbox":
            await self.reach(what)
            await self.page.keyboard.press("Space")
        else:
            while not await what.evaluate("one => one === document.activeElement"):
                await self.page.keyboard.press("ArrowDown")
            if not await what.is_checked():
                await self.page.keyboard.press("Space")
        await expect(what).to_be_checked()

    async def task(self, hire: str, act: str) -> None:
        """From the overview to the form of what this hire needs."""
        await self.until(f'tr a[href^="/hires/{hire}/acts/{act}"]')
        await self.press(self.page.locator(f'tr a[href^="/hires/{hire}/acts/{act}"]').first)
        await self.page.wait_for_url(f"**/hires/{hire}/acts/{act}*")

    async def until(self, what: str) -> None:
        """Go to the overview and wait there until it shows something: it brings itself up to date, and what is new waits for a press."""
        await self.go("Overview", "o")
        news = self.page.locator("#live-order")
        for _ in range(30):
            with suppress(AssertionError):
                await expect(self.page.locator(what).or_(news).first).to_be_visible(timeout=1000)
            if await self.page.locator(what).count():
                return
            with suppress(AssertionError):  # it goes by itself when the page is opened anew meanwhile
                if await news.is_visible():
                    await self.press(news)
        raise AssertionError(f"{self.person} does not find {what} on the overview")

    async def confirm(self) -> None:
        """The page that says what will be written, then the receipt: the act took effect."""
        await self.press(self.page.get_by_role("button", name="See what it will do"))
        confirm = self.page.get_by_role("button", name="Confirm", exact=True)
        if await self.page.locator("input[name=proof]").count() == 0:
            await expect(confirm).to_be_focused()
        form, held = self.page.url, await self.page.locator("input[name=request]").input_value()
        await self.press(confirm)
        await self.page.wait_for_url(lambda url: url != form)
        refused = self.page.locator(f"#held-{held}.stop")
        done = self.page.locator(f"#held-{held}.done").or_(self.page.locator("p.note.done"))
        await expect(done.or_(refused).first).to_be_visible(timeout=(UNDO_S + EVERY_S) * 1000 + 15_000)
        if await refused.count():  # the case moved on by itself meanwhile: what was typed is there again
            await self.press(refused.get_by_role("link", name="Look at it again"))
            await self.page.wait_for_url("**/acts/*")
            await self.confirm()

    async def act(self, hire: str, name: str, fill: Callable[["Walker"], Awaitable[None]] | None = None) -> None:
        """What a hire needs, from the overview to the receipt."""
        await self.task(hire, name)
        if fill is not None:
            await fill(self)
        await self.confirm()

    async def to_vacancy(self, reference: str, act: str) -> None:
        """From the list of vacancies to the form of an act on one."""
        await self.go("Vacancies", "v")
        await self.press(self.page.get_by_role("link", name=reference).first)
        await self.page.wait_for_url(f"**/vacancies/{reference}")
        await self.offered(f"/vacancies/{reference}/acts/{act}")

    async def to_hire(self, hire: str, act: str) -> None:
        """From the list of hires to the form of an act on one."""
        await self.go("Hires", "h")
        await self.press(self.page.locator(f'tr a[href="/hires/{hire}"]').first)
        await self.page.wait_for_url(f"**/hires/{hire}")
        await self.offered(f"/hires/{hire}/acts/{act}")

    async def offered(self, address: str) -> None:
        """An act a page offers, unfolding what is folded."""
        link = self.page.locator(f'a[href^="{address}"]').first
        if not await link.is_visible():
            await self.press(self.page.locator("details", has=link).locator("summary"))
        await self.press(link)
        await self.page.wait_for_url(f"**{address}*")
