"""A real store with everybody in it and a played competition, behind the real console, called over ASGI like a browser would."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from acts.desk import Desk, World
from acts.digest import office_zone
from config.cursors import Cursors
from config.words import Words
from console.assets import Assets
from console.frame import Frame
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from domain.errors import EngineUnavailable
from domain.messages import Receipt
from domain.sessions import How
from store.changes import Changes
from store.database import Database
from tests.gateway.api.conftest import played_at

ORIGIN = "http://127.0.0.1:8482"
FRAME = Frame(Words.load(), Assets(), office_zone())


def csrf(text: str) -> str:
    """The form token of a page; empty where there is none."""
    return next(iter(re.findall(r'name="csrf" value="([0-9a-f]{64})"', text)), "")


@dataclass
class Browser:
    """One person's browser. `sent` are the headers a browser adds by itself when a page of ours sends a form."""

    http: httpx.AsyncClient
    sent: dict[str, str] = field(default_factory=lambda: {"origin": ORIGIN, "sec-fetch-site": "same-origin"})

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.get(path, **more)

    async def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        return await self.http.post(path, data=form or {}, headers={**self.sent, **more.pop("headers", {})}, **more)


@dataclass
class Console:
    db: Database
    desk: Desk
    reception: Reception
    app: Any

    def browser(self) -> Browser:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN, follow_redirects=False))

    async def as_(self, person: str) -> Browser:
        """A browser in which this person is signed in."""
        browser = self.browser()
        _, secret = await self.desk.sessions.begin(person, How.LINK)
        browser.http.cookies.set("muster_session", secret)
        return browser


@pytest.fixture(scope="session")
async def played_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To copy from."""
    return await played_at(tmp_path_factory.mktemp("console") / "played.db")


@pytest.fixture
async def db(played_store: Path, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{shutil.copy(played_store, tmp_path / 'muster.db')}")
    yield opened
    await opened.close()


@pytest.fixture
async def console(db: Database) -> Console:
    return opened_on(db)


def opened_on(db: Database, outside: World | None = None) -> Console:
    """The console of a store; Temporal is away."""
    desk = Desk(db, outside=outside)

    async def acting() -> Desk:
        raise EngineUnavailable("no Temporal here")

    reception = Reception(desk, acting, ORIGIN)
    return Console(db, desk, reception, console_app(reception, FRAME, Cursors(b"a key of the tests"), Pulse(Changes(db))))


class Told(Desk):
    """A desk that keeps what it is asked to do, and answers as it is told."""

    done: list[tuple[Any, ...]]
    answer: Exception | None = None

    async def act(
        self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        self.done.append((person, case, act, args, version))
        if self.answer is not None:
            raise self.answer
        return Receipt(case=case, number=99)


@pytest.fixture
def told(console: Console) -> Told:
    desk = Told(console.db)
    desk.done = []
    reception = console.reception

    async def acting() -> Desk:
        return desk

    object.__setattr__(reception, "acting", acting)
    return desk
