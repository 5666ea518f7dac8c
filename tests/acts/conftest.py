"""A migrated, empty SQLite store for tests of the desks' own parts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from store.database import Database, migrate


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    opened = await Database.open(url)
    yield opened
    await opened.close()
