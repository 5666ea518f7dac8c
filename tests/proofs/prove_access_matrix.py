"""Every route x every role x what it shows: each cell of the table of rights, asked at the real doors over a played store (T19).

Every address of the console and of the people's API is asked by everybody (one person per role, one without any, a deputy, one whose proof
is gone, nobody at all), an act that only the path names once per act. Who gets past the door is who the table says, and of three hires
with answers, notes and letters in words that stand nowhere else nobody is shown what is not for them. Control: an address whose gate asks
nothing is found. PROVE_EVERY takes every so-manieth cell only.
"""

import asyncio
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import structlog

from store.database import Database, migrate
from tests.access import FIELDS, PERSONAS, Found, cells, house, matrix, routes_of, weakened

EVERY = int(os.environ.get("PROVE_EVERY", "1"))


async def asked(folder: Path, name: str, *, weak: bool = False) -> Found:
    url = f"sqlite+aiosqlite:///{folder / name}.db"
    await migrate(url)
    db = await Database.open(url)
    try:
        at = await house(db, [weakened()] if weak else [])
        chosen = [cell for cell in cells() if cell.door == "console" and cell.path == "/audit"] if weak else list(cells())[::EVERY]
        return await matrix(at, chosen)
    finally:
        await db.close()


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="muster-access-") as made:
        found = await asked(Path(made), "store")
        control = await asked(Path(made), "weak", weak=True)
    for line in (*found.differences, *(f"LEAK {each}" for each in sorted(found.leaks))):
        print(line)
    there, done = routes_of(found)
    for missing in sorted(there - done):
        print("not asked:", *missing)
    unseen = sorted(what for what in FIELDS if what not in {each for _, each in found.shown} and FIELDS[what])
    print(f"fields nobody was shown (nothing is known of them): {', '.join(unseen) or 'none'}")
    print(f"control, a gate that asks nothing: {len(control.differences)} differences, {len(control.leaks)} leaks found")
    print(
        f"{len(done)} of {len(there)} routes x {len(PERSONAS)} people: {found.cells} cells in {time.monotonic() - began:.0f} s, "
        f"{len(found.differences)} differences, {len(found.leaks)} leaks"
    )
    good = not found.differences and not found.leaks and not unseen and control.differences and control.leaks
    return 0 if good and (there == done or EVERY > 1) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
