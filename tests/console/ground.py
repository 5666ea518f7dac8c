"""Where attacks are made: a console over a played store, with a clock one can set on, an identity provider, and a desk that takes acts."""

import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from acts.desk import Desk
from acts.sessions import SessionBook
from acts.vouching import Vouching
from config.cursors import Cursors
from connectors.openid import OpenId
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from domain.sessions import Session
from store.changes import Changes
from store.database import Database
from store.names import system_now
from tests.console.conftest import FRAME, ORIGIN, Browser, Told, csrf
from tests.console.issuer import CLIENT, ISSUER, SECRET, Issuer
from tests.gateway.api.played import AT_CONDITIONS

PASSWORD = "correct horse battery"
APPROVAL = f"/hires/{AT_CONDITIONS}/acts/confirm_lapse"


@dataclass
class Ground:
    """Everything an attack needs. `did` is what was really done to cases: the sign that one succeeded."""

    db: Database
    desk: Desk
    told: Told
    issuer: Issuer
    at: Callable[[str], Any]
    app: Any = None
    origin: str = ORIGIN
    late: timedelta = timedelta()

    def now(self) -> datetime:
        return system_now() + self.late

    @property
    def did(self) -> list[Any]:
        return self.told.done

    def browser(self, origin: str = ORIGIN, **headers: Any) -> Browser:
        """A browser at the console, or at the same one as it stands behind another origin."""
        transport = httpx.ASGITransport(app=self.app if origin == ORIGIN else self.at(origin), raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=origin, follow_redirects=False, headers=headers)
        return Browser(http, {"origin": origin, "sec-fetch-site": "same-origin"})

    async def as_(self, person: str) -> Browser:
        """Somebody who signed in by a link, as people do."""
        browser = self.browser()
        await browser.post(f"/in/{await self.desk.sessions.link(person)}")
        return browser

    async def by_password(self, person: str) -> Browser:
        await self.desk.sessions.set_password(person, PASSWORD)
        browser = self.browser()
        await browser.post("/sign-in", {"person": person, "password": PASSWORD})
        return browser

    async def by_provider(self, browser: Browser | None = None, path: str = "/sign-in/provider") -> tuple[Browser, httpx.Response]:
        """There and back; the console's last answer."""
        browser = browser or self.browser()
        out = await browser.get(path)
        if out.status_code != 303:
            return browser, out
        return browser, await browser.get(self.issuer.authorized(out.headers["location"]))

    async def session(self, browser: Browser) -> Session:
        return await self.desk.sessions.proved(cookie(browser))

    async def approve(self, browser: Browser, **more: str) -> httpx.Response:
        """Confirm an approval straight away, as a program would."""
        page = (await browser.get(APPROVAL)).text
        version = re.findall(r'name="version" value="(\d+)"', page)
        form = {"csrf": csrf(page), "version": (version or ["0"])[0], "request": "ab" * 12, "step": "confirm", **more}
        return await browser.post(APPROVAL, form)


@asynccontextmanager
async def ground(played: Path, folder: Path) -> AsyncIterator[Ground]:
    """A ground of its own over a copy of a played store."""
    db = await Database.open(f"sqlite+aiosqlite:///{shutil.copy(played, folder / 'muster.db')}")
    issuer, told, desk = Issuer(), Told(db), Desk(db)
    told.done = []

    def at(origin: str) -> Any:
        vouching = Vouching(db, desk.sessions, provider, origin, now=lambda: made.now())
        return console_app(Reception(desk, acting, origin, vouching), FRAME, Cursors(b"a key of the tests"), Pulse(Changes(db)))

    made = Ground(db, desk, told, issuer, at)
    issuer.now = lambda: made.now().timestamp()
    desk.sessions = SessionBook(db, desk.people, now=lambda: made.now())
    provider = OpenId(ISSUER, CLIENT, SECRET, transport=issuer.transport, now=lambda: made.now())

    async def acting() -> Desk:
        return told

    made.app = at(ORIGIN)
    yield made
    await db.close()


def cookie(browser: Browser) -> str:
    return browser.http.cookies.get("muster_session") or browser.http.cookies.get("__Host-muster") or ""
