"""One store, two engines: opening it safely, writing and reading in transactions, bringing its tables up to date.

SQLite runs with WAL and `synchronous=FULL` (with NORMAL, a power cut lost acknowledged commits in 200 of 200 trials); all of it
is read back on every connection. Writers queue on one connection per process, and `BEGIN IMMEDIATE` between processes.

Two ways in. `transaction` and `reading` give an async connection, statement by statement. `write` and `read` run a plain function over
a connection as one unit in a thread of the store's own: one hand-over for all of it instead of up to three for every statement.
The store's own code goes that way (a step of a hire of 50 facts: 2.4 ms instead of 6.5 on SQLite, 4.8 instead of 6.6 on PostgreSQL).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import Problem, StoreUnavailable
from domain.sealing import Keyring
from store.columns import to_json

Insert = SqliteInsert | PostgresInsert
T = TypeVar("T")

BUSY_MS = 10_000
#: What every SQLite connection is set to, and must answer when asked.
PRAGMAS: dict[str, tuple[str, Any]] = {
    "busy_timeout": (str(BUSY_MS), BUSY_MS),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "secure_delete": ("ON", 1),
}
COMMON: dict[str, Any] = {"json_serializer": to_json, "hide_parameters": True}
#: What a PostgreSQL server must answer: without these an acknowledged row could be lost, or text mangled.
POSTGRES_SETTINGS = {"fsync": ("on",), "synchronous_commit": ("on", "remote_write", "remote_apply", "local"), "server_encoding": ("UTF8",)}


class Database:
    """An open store. Safe to share within one event loop; one per process."""

    def __init__(self, writer: "_Way", reader: "_Way") -> None:
        self._writer = writer
        #: Whose keys seal what is personal (`store/vault.py`); without one it stands in clear.
        self.ring: Keyring | None = None
        #: Known to keep everything in clear: asked once (`store/vault.py`).
        self.plain = False
        self._reader = reader
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, ring: Keyring | None = None) -> "Database":
        """Open the store at `url` ("sqlite+aiosqlite:///path/to/file" or "postgresql+psycopg://…") and check how it is set.

        `ring` seals what is personal, and opens it.

        Raises StoreUnavailable, saying what to do, when it cannot be reached or would not keep what it acknowledges.
        """
        db = _built(_parsed(url))
        db.ring = ring
        try:
            async with db.transaction() as tx:
                await _check_server(tx)
            async with db.reading() as rx:
                await rx.execute(text("SELECT 1"))
        except BaseException:
            await db.close()
            raise
        return db

    async def close(self) -> None:
        """Give back every connection."""
        await self._writer.close()
        await self._reader.close()

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._writer.statements.dialect.name

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction: committed at the end of the block, undone if it raises. Raises StoreUnavailable."""
        with _plainly(self.dialect):
            async with self._one_writer(), self._writer.statements.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A read-only view of one moment; several statements see the same state. Raises StoreUnavailable."""
        with _plainly(self.dialect):
            async with self._reader.statements.connect() as connection:
                yield connection

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` as one writing transaction: committed when it returns, undone if it raises. Raises StoreUnavailable."""
        with _plainly(self.dialect):
            async with self._one_writer():
                return await self._writer.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a read-only view of one moment. Raises StoreUnavailable."""
        with _plainly(self.dialect):
            return await self._reader.run(work)

    @asynccontextmanager
    async def _one_writer(self) -> AsyncIterator[None]:
        """SQLite lets one write at a time: queue fairly here instead of sleeping and trying again there."""
        if self.dialect == "sqlite":
            async with self._turn:
                yield
        else:
            yield

    def insert(self, table: Table) -> Insert:
        """An INSERT that can say ON CONFLICT, in this engine's dialect."""
        return SqliteInsert(table) if self.dialect == "sqlite" else PostgresInsert(table)


async def migrate(url: str, to: str = "head") -> None:
    """Bring the tables at `url` up to revision `to` (or down, for an earlier one), in one transaction; a second run changes nothing.

    A new SQLite file is made readable to its owner alone. Raises StoreUnavailable.
    """
    from store.migrations import run

    _prepare_file(_parsed(url))
    db = await Database.open(url)
    try:
        async with db.transaction() as tx:
            if db.dialect == "postgresql":
                await tx.execute(text("SELECT pg_advisory_xact_lock(776001)"))
            await tx.run_sync(run.move, to)
    finally:
        await db.close()


async def check_migrated(url: str) -> None:
    """Return if the tables at `url` are those this version expects; raise StoreUnavailable, saying what to run, if not."""
    from store.migrations import run

    db = await Database.open(url)
    try:
        async with db.reading() as rx:
            now = await rx.run_sync(run.current)
    finally:
        await db.close()
    if now != run.head():
        raise StoreUnavailable(f"the store is at revision {now or 'none'}, this version needs {run.head()}: run `muster migrate`")


def _parsed(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError:
        raise StoreUnavailable("the store's URL cannot be read; it looks like sqlite+aiosqlite:///var/muster.db") from None
    if target.drivername not in ("sqlite+aiosqlite", "postgresql+psycopg"):
        raise StoreUnavailable(f"no store of kind {target.drivername}; use sqlite+aiosqlite:///path or postgresql+psycopg://…")
    if target.get_backend_name() == "sqlite" and target.database in (None, "", ":memory:"):
        raise StoreUnavailable("the store needs a file to survive in: sqlite+aiosqlite:///path/to/muster.db")
    return target


def _prepare_file(url: URL) -> None:
    if url.get_backend_name() != "sqlite" or url.database is None:
        return
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(url.database, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"cannot write {url.database}: {error.strerror}") from error


class _Way:
    """One way into the database: an async engine for single statements, a plain one with threads of its own for whole units."""

    def __init__(self, statements: AsyncEngine, units: Engine, threads: int) -> None:
        self.statements = statements
        self._units = units
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._unit, work)

    def _unit(self, work: Callable[[Connection], T]) -> T:
        with self._units.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        await self.statements.dispose()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._units.dispose)
        self._threads.shutdown()


READERS = 4
PARALLEL = 8


def _built(url: URL) -> Database:
    try:
        return _postgres(url) if url.get_backend_name() == "postgresql" else _sqlite(url)
    except (NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable(f"the driver for {url.drivername} is not installed") from error


def _postgres(url: URL) -> Database:
    """Readers and writers share their connections; `prepare_threshold=None` keeps them fit for a pooler in between."""
    common: dict[str, Any] = {**COMMON, "pool_pre_ping": True, "connect_args": {"prepare_threshold": None, "connect_timeout": 5}}
    statements = create_async_engine(url, pool_size=2, max_overflow=PARALLEL, **common)
    units = create_engine(url, pool_size=PARALLEL, max_overflow=PARALLEL, **common)
    still: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    reader = _Way(statements.execution_options(**still), units.execution_options(**still), PARALLEL)
    return Database(_Way(statements, units, PARALLEL), reader)


def _sqlite(url: URL) -> Database:
    def way(connections: int, *, begin: str, query_only: bool) -> _Way:
        statements = create_async_engine(url, pool_size=connections, max_overflow=0, **COMMON)
        units = create_engine(url.set(drivername="sqlite+pysqlite"), pool_size=connections, max_overflow=0, **COMMON)
        for engine in (statements.sync_engine, units):
            _dress(engine, begin=begin, query_only=query_only)
        return _Way(statements, units, connections)

    return Database(way(1, begin="BEGIN IMMEDIATE", query_only=False), way(READERS, begin="BEGIN", query_only=True))


def _dress(engine: Engine, *, begin: str, query_only: bool) -> None:
    """Set and read back the pragmas on every new connection; begin transactions ourselves, not when the driver guesses."""

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            for name, (value, expected) in PRAGMAS.items():
                cursor.execute(f"PRAGMA {name}={value}")
                cursor.execute(f"PRAGMA {name}")
                answer = cursor.fetchone()[0]
                if answer != expected:
                    raise StoreUnavailable(f"SQLite answers {name}={answer}, but the store needs {value} to keep its promises")
            if query_only:
                cursor.execute("PRAGMA query_only=ON")
        finally:
            cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


async def _check_server(tx: AsyncConnection) -> None:
    if tx.dialect.name != "postgresql":
        return
    for name, allowed in POSTGRES_SETTINGS.items():
        answer = (await tx.execute(text(f"SHOW {name}"))).scalar_one()
        if answer not in allowed:
            raise StoreUnavailable(f"PostgreSQL answers {name}={answer}, but the store needs {' or '.join(allowed)}")


@contextmanager
def _plainly(dialect: str) -> Iterator[None]:
    """Say in our own words what an engine complains about; the values of a statement never leave it."""
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, Problem):
            raise error.orig from None
        if isinstance(error, DBAPIError) and (sentence := _sentence(error, dialect)):
            raise StoreUnavailable(sentence) from error
        raise
    except PoolTimeout as error:
        raise StoreUnavailable("the store is too busy: no connection became free in time") from error


def _sentence(error: DBAPIError, dialect: str) -> str | None:
    """What to tell about an engine's error; None when it is our own mistake (a constraint broken, a statement wrong)."""
    said = str(error.orig)
    if "no such table" in said or type(error.orig).__name__ == "UndefinedTable":
        return "the store has no tables yet, or older ones: run `muster migrate`"
    if "unable to open database file" in said:
        return "the store's file cannot be opened: does its folder exist, and may this user write there?"
    if "file is not a database" in said or "malformed" in said:
        return "the store's file is not a SQLite database, or is damaged: restore it from a backup"
    if type(error).__name__ in ("OperationalError", "InterfaceError"):
        return f"the store ({dialect}) cannot be used now: {said.splitlines()[0]}"
    return None
