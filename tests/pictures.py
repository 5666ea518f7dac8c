"""Pictures of the console for the documentation: a living demonstration is started, stopped in its course, and photographed.

`make pictures` writes docs/pictures/*.png: every screen in English by day, some in French by night, two as narrow as a telephone.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.end_to_end.seeing import ARGS, CHROMIUM
from tests.house.repository import ROOT

INTO = ROOT / "docs" / "pictures"
#: So long nothing more happens in the demonstration: the pictures are of one moment.
STILL_S = 3600


@dataclass(frozen=True)
class Shot:
    """One picture: whose screen, at which address, how. `hire` in an address is a hire at its conditions."""

    name: str
    path: str
    who: str = "hr_officer"
    language: str = "en"
    theme: str = "light"
    width: int = 1280


SHOTS = (
    Shot("overview", "/"),
    Shot("board", "/board"),
    Shot("hires", "/hires"),
    Shot("hire", "/hires/hire"),
    Shot("hire-messages", "/hires/hire/messages"),
    Shot("vacancy", "/vacancies/250442"),
    Shot("deadlines", "/deadlines"),
    Shot("deadlines-load", "/deadlines/load"),
    Shot("reserve-list", "/reserve/250442"),
    Shot("integrations", "/integrations"),
    Shot("policies", "/policies/new", who="hr_head"),
    Shot("audit", "/audit", who="hr_head"),
    Shot("overview-fr-dark", "/", language="fr", theme="dark"),
    Shot("hire-fr-dark", "/hires/hire", language="fr", theme="dark"),
    Shot("overview-narrow", "/", width=360),
    Shot("hire-narrow", "/hires/hire", width=360),
)


async def taken(console: str, links: dict[str, str]) -> None:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        signed_in = {who: await _signed_in(browser, link) for who, link in links.items()}
        for shot in SHOTS:
            context = next(context for who, context in signed_in.items() if shot.who in who)
            page = await context.new_page()
            await _liked(page, console, shot)
            answer = await page.goto(console + shot.path.replace("/hires/hire", await _hire(page, console)))
            assert answer is not None
            assert answer.ok, f"{shot.name}: {shot.path} answers {answer.status}"
            await page.set_viewport_size({"width": shot.width, "height": 860})
            await page.wait_for_timeout(700)
            _small(await page.screenshot(), INTO / f"{shot.name}.png")
            print(f"docs/pictures/{shot.name}.png", flush=True)
            await page.close()
        await browser.close()


async def _signed_in(browser: Browser, link: str) -> BrowserContext:
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button").first.click()
    await page.get_by_role("main").wait_for()
    await page.close()
    return context


async def _liked(page: Page, console: str, shot: Shot) -> None:
    """The language and the theme of a picture, as the person's own choice."""
    await page.goto(f"{console}/me")
    token = await page.locator('input[name="csrf"]').first.get_attribute("value")
    form = {"csrf": token or "", "next": "/me", "language": shot.language, "theme": shot.theme}
    await page.evaluate("(form) => fetch('/me/preferences', { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })", form)


async def _hire(page: Page, console: str) -> str:
    """The address of the first hire at its conditions."""
    await page.goto(f"{console}/hires?stage=conditions")
    return await page.locator("[data-row] th a").first.get_attribute("href") or "/hires"


def _small(picture: bytes, into: Path) -> None:
    """The picture in 128 colours: a screen has few, and the repository keeps every version."""
    Image.open(BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(into, optimize=True)


def main() -> int:
    if not CHROMIUM:
        print("there is no Chromium on this machine: no pictures (Debian: apt-get install chromium)")
        return 1
    INTO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="muster-pictures-") as folder:
        words = [sys.executable, "-m", "cli", "up", "--demo", "--any-ports", "--pace", str(STILL_S), "--json"]
        env = {**os.environ, "MUSTER_DATA_DIR": folder, "PYTHONUNBUFFERED": "1"}
        with (Path(folder) / "said.txt").open("wb") as said:
            up = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=said, env=env)
        try:
            found = _opened(up)
            asyncio.run(taken(found["console"], found["sign_in"]))
        finally:
            up.terminate()
            up.wait(60)
    return 0


def _opened(up: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """What `muster up` says once there is something to see."""
    text = ""
    assert up.stdout is not None
    for line in up.stdout:
        text += line.decode()
        try:
            found: dict[str, Any] = json.loads(text)
        except ValueError:
            continue
        return found
    raise SystemExit(f"the demonstration did not open: {text[-500:]}")


if __name__ == "__main__":
    sys.exit(main())
