"""Intake, promises P1 to P4: nothing forged is taken, a key can change under load, a repeat is no second effect, floods cost nothing.

- T1: PROVE_MUTATIONS requests that are almost right, in process: 0 taken, 0 server errors, 0 rows. PROVE_SEED draws them.
- T1, parsers: bytes at random into the readers of headers and bodies for PROVE_FUZZ_S seconds: only refusals come out.
- T2: PROVE_ROTATION events at two gateways while a sender changes its key: 0 valid ones refused, 0 taken after the old one is revoked.
- T3: PROVE_RACES events, each PROVE_DELIVERIES times at once over real sockets to two gateways on one store: one effect, one receipt.
- T5: PROVE_SLOW slow connections, bodies of PROVE_BODY_MB, JSON a million deep: memory grows less than 64 MiB, healthy senders are served.
"""

import asyncio
import logging
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog

from store.database import Database, migrate
from store.vacancies import Vacancies
from tests.siege import fuzz, mutations, races, rotation, streams
from tests.store.making import published

SEED = int(os.environ.get("PROVE_SEED", "20261123"))
MUTATIONS = int(os.environ.get("PROVE_MUTATIONS", "20000"))
FUZZ_S = float(os.environ.get("PROVE_FUZZ_S", "60"))
ROTATION = int(os.environ.get("PROVE_ROTATION", "5000"))
RACES = int(os.environ.get("PROVE_RACES", "1000"))
DELIVERIES = int(os.environ.get("PROVE_DELIVERIES", "20"))
SLOW = int(os.environ.get("PROVE_SLOW", "200"))
BODY_MB = int(os.environ.get("PROVE_BODY_MB", "1024"))
MOST_GROWN = 64 * 1024 * 1024


def _said(counted: Counter[int]) -> str:
    return ", ".join(f"{status} {count}" for status, count in sorted(counted.items()))


async def mutated(folder: Path) -> list[str]:
    store = folder / "muster.db"
    url = f"sqlite+aiosqlite:///{store}"
    await migrate(url)
    db = await Database.open(url)
    try:
        await Vacancies(db).publish(published("250442"))
        found = await mutations.mutate(db, store, MUTATIONS, SEED)
    finally:
        await db.close()
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(found.attempts.items()))
    stored = sum(found.rows_after.values()) - sum(found.rows_before.values())
    print(f"T1 attempts: {kinds}; answers: {_said(found.statuses)}")
    print(
        f"T1 of {found.statuses.total()} mutated requests: {found.statuses[202] - found.repeated} taken, "
        f"{sum(n for s, n in found.statuses.items() if s >= 500)} server errors, {stored} rows stored; "
        f"{found.repeated} replays got the first receipt"
    )
    return found.faults[:10] + ([f"{stored} rows were stored"] if found.rows_after != found.rows_before else [])


async def fuzzed(_: Path) -> list[str]:
    found = await asyncio.to_thread(fuzz.fuzz, FUZZ_S, SEED)
    counts = ", ".join(f"{name} {count}" for name, count in sorted(found.tried.items()))
    print(f"T1 parsers, seeded bytes (not guided by coverage), {FUZZ_S:g} s: {counts}; {len(found.faults)} foreign errors")
    return found.faults


async def rotated(folder: Path) -> list[str]:
    found = await rotation.rotate(folder, ROTATION)
    print(
        f"T2 of {ROTATION} events under a change of keys: {found.refused_wrongly} valid ones refused, {found.taken_wrongly} taken after "
        f"the old key was revoked ({found.taken} taken, {found.refused_rightly} rightly refused)"
    )
    bad = found.refused_wrongly + found.taken_wrongly + len(found.other)
    return [f"{found}"] if bad or not found.refused_rightly else []


async def raced(folder: Path) -> list[str]:
    found = await races.race(folder, RACES, DELIVERIES)
    effects = ", ".join(f"{rows} {name}" for name, rows in found.effects.items())
    print(
        f"T3 of {RACES} events x {DELIVERIES} deliveries at once to two gateways: {_said(found.statuses)}; {effects}; "
        f"{sum(map(len, found.receipts.values()))} distinct receipts; {found.statuses.total() / found.seconds:.0f} answers/s"
    )
    return found.faults(RACES, DELIVERIES)


async def flooded(folder: Path) -> list[str]:
    size = BODY_MB * 1024 * 1024
    found = await streams.flood(folder, slow=SLOW, body_bytes=size, bodies=8, deep=1_000_000, healthy=400)
    print(
        f"T5 under {SLOW} slow connections ({found.let_go} let go), 8 bodies of {BODY_MB} MiB (at most {max(found.poured) / 1048576:.1f} "
        f"MiB taken off our hands) and JSON a million deep: memory grew by {found.grown / 1048576:.1f} MiB; healthy senders: "
        f"{_said(found.healthy)}, p99 {found.p99_ms:.0f} ms"
    )
    faults = {
        "memory grew too much": found.grown >= MOST_GROWN,
        "a healthy sender was not served": set(found.healthy) != {202},
        "an endless body was read to its end": max(found.poured) >= size,
        "a slow connection was kept": found.let_go != SLOW,
        f"deep JSON: {found.deep}": not set(found.deep) <= {400, 413, 0},
    }
    return [name for name, broken in faults.items() if broken]


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # tens of thousands of refusals are no news
    print(f"seed {SEED}", flush=True)
    faults: list[str] = []
    for part in (mutated, fuzzed, rotated, raced, flooded):
        began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="muster-"))
        try:
            faults += [f"{part.__name__}: {fault}" for fault in await part(folder)]
        finally:
            shutil.rmtree(folder)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
