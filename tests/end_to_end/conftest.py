"""A console over a played competition, served on a port of its own, and a browser."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright

from acts.desk import Desk
from acts.digest import office_zone
from config.cursors import Cursors
from config.words import Words
from console.assets import Assets
from console.frame import Frame
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from store.changes import Changes
from store.database import Database
from tests.end_to_end.seeing import ARGS, CHROMIUM, Seen
from tests.gateway.api.conftest import played_at


@pytest.fixture
async def seen(tmp_path: Path) -> AsyncIterator[Seen]:
    db = await Database.open(f"sqlite+aiosqlite:///{await played_at(tmp_path / 'muster.db')}")
    desk = Desk(db)

    async def acting() -> Desk:
        return desk

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    frame, pulse = Frame(Words.load(), Assets(), office_zone()), Pulse(Changes(db))
    app = console_app(Reception(desk, acting, origin), frame, Cursors(b"a key of the tests"), pulse)
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
    await db.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        opened = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        await opened.close()
