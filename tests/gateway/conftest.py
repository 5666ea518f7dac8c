"""A real SQLite store with one published vacancy behind a real app, called over ASGI."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from store.database import Database, migrate
from store.vacancies import Vacancies
from tests.gateway.door import Caller, door
from tests.store.making import published


@pytest.fixture(scope="session")
async def published_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store with vacancy 250442, to copy from."""
    path = tmp_path_factory.mktemp("gateway") / "published.db"
    url = f"sqlite+aiosqlite:///{path}"
    await migrate(url)
    db = await Database.open(url)
    await Vacancies(db).publish(published("250442"))
    await db.close()
    return path


@pytest.fixture
def store(published_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(published_store, tmp_path / "muster.db"))


@pytest.fixture
async def db(store: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{store}")
    yield opened
    await opened.close()


@pytest.fixture
async def caller(db: Database) -> AsyncIterator[Caller]:
    # Errors of ours must come out as answers, as they would over a socket.
    transport = httpx.ASGITransport(app=door(db), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        yield Caller(http)
