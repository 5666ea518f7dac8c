"""One contract, two engines: every test that asks for `db` runs on SQLite and on PostgreSQL.

The server is that of `tests/conftest.py`; its database is emptied before each test.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from store.database import Database
from store.tables import metadata

ENGINES = ["sqlite", "postgresql"]


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated, empty store on each engine in turn."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "muster.db")
        return f"sqlite+aiosqlite:///{tmp_path}/muster.db"
    target: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(make_url(target).set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.execute(b"SET session_replication_role = replica")  # the record's triggers refuse it, even here
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
    return target


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture
async def second(url: str) -> AsyncIterator[Database]:
    """The same store opened once more, as by another process."""
    opened = await Database.open(url)
    yield opened
    await opened.close()
