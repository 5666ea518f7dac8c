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
        await page.get_by_role("button").first.press("Enter")  # with no race against the page giving it the focus
        await page.wait_for_url(f"{self.origin}/")
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
    app = console_app(Reception(desk, acting, origin, vouching), frame, Cursors(b"a key of the tests"), pulse)
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
