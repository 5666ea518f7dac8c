"""A console over a played competition, served on a port of its own, and a browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from store.database import Database
from tests.console.partnered import Outside, given_up, troubled
from tests.end_to_end.seeing import ARGS, CHROMIUM, Seen, served
from tests.gateway.api.conftest import played_at


@pytest.fixture
async def seen(tmp_path: Path) -> AsyncIterator[Seen]:
    db = await Database.open(f"sqlite+aiosqlite:///{await played_at(tmp_path / 'muster.db')}")
    await troubled(db)
    await given_up(db)
    async with served(db, outside=Outside()) as seen:
        yield seen
    await db.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        opened = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        await opened.close()
