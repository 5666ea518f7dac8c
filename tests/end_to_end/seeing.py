"""A console that is served, seen by a real browser."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.async_api import Browser, Page

from acts.desk import Desk, World
from acts.digest import office_zone
from acts.vouching import Vouching
from config.cursors import Cursors
from config.words import Words
from connectors.openid import OpenId
from console.assets import Assets
from console.frame import Frame
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from store.changes import Changes
from store.database import Database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
#: Every test with a browser carries this, so that a machine without one says what it did not see.
NEEDS_BROWSER = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine: the console was not seen by a browser")
#: As root there is no sandbox to be had; elsewhere it stays on.
ARGS = ["--no-sandbox"] if os.geteuid() == 0 else []

#: Tells the test of each thing the content security policy refuses, on every page before anything else runs there.
REPORTS = """document.addEventListener("securitypolicyviolation", (refused) =>
    window.policyRefused(`${refused.violatedDirective} ${refused.blockedURI}`));"""


@dataclass
class Seen:
    """A console that is served, and what browsers said about it."""

    origin: str
    desk: Desk
    pulse: Pulse
    cookie: str
    complaints: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """What the content security policy refused: directive and address."""

    async def signed_in(self, browser: Browser, person: str, *, width: int = 1280, language: str = "en", theme: str = "light") -> Page:
        """A page of somebody who came in by a link and likes it so. The button of the door is pressed in tests of its own: here
        the link is used up without it, so that a door that lets nobody in is said at once and is no wait that runs out."""
        await self.desk.preferences.put(person, language=language, theme=theme)
        context = await browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        page = await context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.expose_function("policyRefused", lambda said: self.refusals.append(said))
        await page.add_init_script(REPORTS)
        _, secret = await self.desk.sessions.by_link(await self.desk.sessions.link(person))
        await context.add_cookies([{"name": self.cookie, "value": secret, "url": self.origin, "httpOnly": True, "sameSite": "Lax"}])
        answer = await page.goto(f"{self.origin}/")
        assert (answer and answer.status, page.url) == (200, f"{self.origin}/"), f"{person} was not let in"
        return page


@asynccontextmanager
async def served(db: Database, provider: OpenId | None = None, outside: World | None = None) -> AsyncIterator[Seen]:
    """The console over this store, on a port of its own, until the block ends; with an identity provider, if one is given."""
    desk = Desk(db, outside=outside)

    async def acting() -> Desk:
        return desk

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    frame, pulse = Frame(Words.load(), Assets(), office_zone()), Pulse(Changes(db))
    vouching = Vouching(db, desk.sessions, provider, origin) if provider else None
    reception = Reception(desk, acting, origin, vouching)
    app = console_app(reception, frame, Cursors(b"a key of the tests"), pulse)
    # Without a configuration of logs: it would stay behind in this process for the tests that come later.
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.02)
    async with pulse.beating():
        yield Seen(origin, desk, pulse, reception.cookie)
        pulse.closing.set()
    server.should_exit = True
    await serving
