"""Stores for tests of the desks' own parts: an empty one on each engine; one with a played competition, and a desk that exports."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acts.desk import Desk
from acts.evidence import Evidence
from config.settings import Settings
from connectors.log_key import load_log_key
from store.database import Database
from tests.gateway.api.conftest import played_at
from tests.store.conftest import db, url

__all__ = ["db", "url"]


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
