"""What the audit log costs: a competition is played and written to a store with its leaves and without, in turns, in the same run.

A competition's processing here is judging and writing alone; what else a real hire needs (doors, Temporal, letters) is taken from the
figure of `benchmarks.hires` in docs/performance.md: BENCH_HIRE_S seconds of processor a hire. Beside that, how long a checkpoint over
many leaves takes to sign: with the five seconds between two, the longest way from a commit to a signature. BENCH_ROUNDS and
BENCH_LEAVES set the size.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.log.leaf import Kind, Leaf
from domain.log.note import LogKey
from store import log
from store.checkpoints import Checkpoints
from store.database import Database, migrate
from tests.kept import competition, written

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
LEAVES = int(os.environ.get("BENCH_LEAVES", "50000"))
HIRE_S = float(os.environ.get("BENCH_HIRE_S", "1.4"))
#: Facts, events, letters and asks of a hire from application to entry on duty.
PER_HIRE = 85
AT = datetime(2026, 11, 23, tzinfo=UTC)
ADD: Any = log.add


async def played(empty: Path, *, leaves: bool) -> tuple[float, int]:
    """Seconds of processor a competition takes, and its leaves. The processor's, because others use this machine too."""
    counted = 0

    def counting(tx: Any, *new: Leaf) -> None:
        nonlocal counted
        counted += len(new)
        if leaves:
            ADD(tx, *new)

    db = await Database.open(f"sqlite+aiosqlite:///{shutil.copy(empty, empty.with_name('played.db'))}")
    log.add = counting
    began = time.process_time()
    try:
        await written(db, competition())
        return time.process_time() - began, counted
    finally:
        log.add = ADD
        await db.close()
        for file in empty.parent.glob("played.db*"):
            file.unlink()


async def signed(empty: Path) -> tuple[float, float]:
    """Seconds to sign a checkpoint when LEAVES were never read, and when 100 more have come."""
    db = await Database.open(f"sqlite+aiosqlite:///{shutil.copy(empty, empty.with_name('signed.db'))}")
    own = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"log").digest())
    made, spent = Checkpoints(db, LogKey("bench/log", own.public_key().public_bytes_raw(), own.sign)), []
    for first, last in ((0, LEAVES), (LEAVES, LEAVES + 100)):
        new = [Leaf(Kind.EFFECT, f"hire/{n % 500}", str(n), AT, {"n": n}) for n in range(first, last)]
        await db.write(lambda tx, new=new: ADD(tx, *new))  # type: ignore[misc]
        began = time.perf_counter()
        await made.sign()
        spent.append(time.perf_counter() - began)
    await db.close()
    return spent[0], spent[1]


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="muster-") as name:
        empty = Path(name) / "empty.db"
        await migrate(f"sqlite+aiosqlite:///{empty}")
        both: dict[bool, list[float]] = {True: [], False: []}
        await played(empty, leaves=True)  # a first one, to warm up
        for _ in range(ROUNDS):
            for leaves in (True, False):
                spent, count = await played(empty, leaves=leaves)
                both[leaves].append(spent)
        whole, bare = min(both[True]), min(both[False])
        cold, warm = await signed(empty)
    leaf = (whole - bare) / count
    print(f"{ROUNDS} rounds: {whole * 1000:.0f} ms with {count} leaves, {bare * 1000:.0f} ms without; a leaf is {leaf * 1000:.2f} ms")
    print(f"signing: {cold:.2f} s after {LEAVES} leaves never read, {warm * 1000:.0f} ms after 100 more; a checkpoint every 5 s")
    print(f"the log is {(whole - bare) / whole * 100:.0f} % of judging and writing in memory, ratio {whole / bare:.2f}")
    print(f"the log is {leaf * PER_HIRE / HIRE_S * 100:.1f} % of a complete hire's {HIRE_S} s of processor, with {PER_HIRE} leaves")


if __name__ == "__main__":
    asyncio.run(main())
