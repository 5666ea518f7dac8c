"""Nobody is both pairs of eyes: ten thousand runs of everything that takes two people, and five hundred on each store (T18).

In memory: random people with random roles, other ones every now and then, deputies, second accounts, proposals withdrawn, repeated and
changed, decisions on bytes that no longer stand. In a store: three at once, a hand that writes the proposer's own decision straight into
the journal, policies and overlays approved by everybody at the same moment. Controls: with the check taken out the runs find what they are
for, and without the database's constraint the hand gets through. PROVE_RUNS, PROVE_STORE_RUNS, PROVE_STEPS, PROVE_SEED, PROVE_STORES.
"""

import asyncio
import logging
import multiprocessing
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from config.embedded_store import store_at
from domain.four_eyes import PAIRS
from domain.messages import ActRequest
from store import four_eyes
from store.database import Database, migrate
from tests.approvals import Blind, Tally, played, scenes
from tests.approvals_kept import Kept, Runs

RUNS, STORE_RUNS = int(os.environ.get("PROVE_RUNS", "10000")), int(os.environ.get("PROVE_STORE_RUNS", "500"))
STEPS, SEED = int(os.environ.get("PROVE_STEPS", "50")), int(os.environ.get("PROVE_SEED", "20261123"))
STORES, SHARES = os.environ.get("PROVE_STORES", "sqlite postgresql").split(), 2


def share(number: int, blind: bool = False) -> Tally:
    """Every so-manieth run in memory; the control is a twentieth of them."""
    tally, made = Tally(), scenes()
    for n in range(number, RUNS // 20 if blind else RUNS, SHARES):
        played(made[n % len(made)], random.Random(f"{SEED}/{n}"), STEPS, tally, Blind if blind else ActRequest)
    return tally


def together(tallies: list[Tally]) -> Tally:
    total = Tally()
    for each in tallies:
        total.tried += each.tried
        total.refused += each.refused
        total.decided += each.decided
        total.alone += each.alone
        total.other_bytes += each.other_bytes
    return total


async def on_store(url: str, runs: int, *, without: bool = False) -> Kept:
    """So many runs; `without` the database's constraint for the control."""
    await migrate(url)
    db = await Database.open(url)
    try:
        if without:
            async with db.transaction() as tx:
                for statement in four_eyes.undone(db.dialect):
                    await tx.execute(text(statement))
        made = Runs(db, SEED)
        await made.prepare()
        for _ in range(runs):
            await made.run()
        return made.kept
    finally:
        await db.close()


def stores() -> list[tuple[str, Kept, Kept]]:
    found = []
    for store in STORES:
        with tempfile.TemporaryDirectory(prefix="muster-approvals-") as made, store_at(store, Path(made), "") as url:
            kept = asyncio.run(on_store(url, STORE_RUNS))
        with tempfile.TemporaryDirectory(prefix="muster-approvals-") as made, store_at(store, Path(made), "") as url:
            control = asyncio.run(on_store(url, max(10, STORE_RUNS // 25), without=True))
        found.append((store, kept, control))
    return found


def main() -> int:
    began = time.monotonic()
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # it tells of every transaction a constraint has ended
    with multiprocessing.get_context("spawn").Pool(SHARES) as pool:
        pure = together(pool.map(share, range(SHARES)))
        control = together(pool.starmap(share, [(n, True) for n in range(SHARES)]))
    never = sorted({pair.act for pair in PAIRS} - pure.decided.keys())
    print(f"decided: {', '.join(f'{act} {n}' for act, n in sorted(pure.decided.items()))}; never: {', '.join(never) or 'none'}")
    print(f"refused for four eyes {pure.refused['four_eyes']}, for their role {pure.refused['wrong_role']}")
    print(f"control, the check taken out: {len(control.alone)} self-approvals found in {RUNS // 20} runs")
    held = not pure.alone and not pure.other_bytes and not never and bool(control.alone)
    for line in (*pure.alone[:20], *pure.other_bytes[:20]):
        print(f"  {line}")
    for store, kept, without in stores():
        alone = [*kept.tally.alone, *kept.alone, *kept.forged]
        for line in alone[:20]:
            print(f"  {store}: {line}")
        print(f"{store}: {kept.tally.tried} tries, lost {dict(kept.lost.most_common(6))}, {dict(kept.houses)}")
        print(f"{store}, control without the constraint: {len(without.forged)} forged decisions taken")
        print(
            f"{store}: {STORE_RUNS} runs, {sum(kept.tally.decided.values())} decisions, {kept.stopped} forgeries stopped, {len(alone)} bad"
        )
        held = held and not alone and bool(kept.stopped) and bool(without.forged)
    print(
        f"{RUNS} runs of {STEPS} steps and {STORE_RUNS} on each of {', '.join(STORES)} in {time.monotonic() - began:.0f} s: "
        f"{len(pure.alone)} self-approvals, {len(pure.other_bytes)} of other bytes"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
