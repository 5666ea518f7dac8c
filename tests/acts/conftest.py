"""Stores for tests of the desks' own parts: a migrated, empty one; one with a played competition, and a desk that exports."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from acts.desk import Desk
from acts.evidence import Evidence
from config.settings import Settings
from connectors.log_key import load_log_key
from store.database import Database, migrate
from tests.gateway.api.conftest import played_at


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def played_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To copy from."""
    return await played_at(tmp_path_factory.mktemp("played") / "muster.db")


@pytest.fixture
def installed(played_store: Path, tmp_path: Path) -> Settings:
    """The settings of an installation of its own, with that store and a log key."""
    shutil.copy(played_store, tmp_path / "muster.db")
    settings = Settings(data_dir=tmp_path)
    load_log_key(settings.log_key, f"{settings.source}/log")
    return settings


@pytest.fixture
async def desk(installed: Settings) -> AsyncIterator[Desk]:
    db = await Database.open(installed.store_url)
    yield Desk(db, evidence=Evidence(installed))
    await db.close()
