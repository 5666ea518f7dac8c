"""Erasing 100 of 300 people: nothing of theirs opens any more, everybody else's does, and what the log proved before it still proves.

A copy of the store from before stands for a backup: it opens with the keyring as it was, and once the keys were turned over and the old
generation destroyed it opens nothing. PROVE_PEOPLE, PROVE_ERASED and PROVE_SEED change the size and the draw.
"""

import asyncio
import os
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.erasing import Outcome, erased

PEOPLE = int(os.environ.get("PROVE_PEOPLE", "300"))
ERASED = int(os.environ.get("PROVE_ERASED", "100"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="muster-erasing-") as made:
        outcome: Outcome = await erased(Path(made), PEOPLE, ERASED, random.Random(SEED), datetime.now(UTC))
    print(f"seed {SEED}; proofs from before that still hold: {outcome.proofs_held} of {outcome.proofs}")
    old = f"{outcome.backup_before} people open with the keys as they were"
    print(f"a backup from before: {old}, {outcome.backup_after} without the old ones")
    print(f"traces of names or keys in the files: {outcome.traces}")
    print(
        f"{ERASED} of {PEOPLE} erased: {outcome.still_open} of theirs open, {outcome.others_open} of {PEOPLE - ERASED} others open, "
        f"{outcome.keys_left} keys of theirs left"
    )
    return 0 if outcome.holds(PEOPLE, ERASED) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
