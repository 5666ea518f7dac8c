"""Of encrypted payloads and wrapped keys put where they do not belong, none opens; where they belong all do (T14).

Between cases, keys, generations, compartments, namespaces and installations. PROVE_SWAPS changes how many.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.swapping import swap

SWAPS = int(os.environ.get("PROVE_SWAPS", "1000"))
SEED = 14


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="muster-swaps-") as made:
        found = await swap(Path(made), SEED, SWAPS)
    for way, tried in found.tried.items():
        print(f"{way}: {tried} tried, {found.opened[way]} opened")
    print(f"at home {found.home} of {found.payloads} payloads open")
    print(f"seed {SEED}: {found.opened.total()} of {found.tried.total()} swapped ciphertexts and keys decrypted")
    return 1 if found.opened.total() or found.home != found.payloads else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
