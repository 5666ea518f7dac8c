"""What Temporal keeps of a hire is unreadable without the keys: words of their own told to hires, then every byte of the server searched.

The same without encryption is the control (there the words have to be found), and the yardstick for what encryption costs.
PROVE_HIRES changes how many hires are played each time. The words are drawn at random: no seed could make them easier to miss.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.canary import Found, keys_in, played

HIRES = int(os.environ.get("PROVE_HIRES", "20"))


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="muster-canary-") as made:
        folder = Path(made)
        async with keys_in(folder) as (keys, _, _):
            sealed = await played(folder / "sealed", HIRES, keys)
        plain = await played(folder / "plain", HIRES, None)
    for name, run in (("encrypted", sealed), ("control", plain)):
        print(f"{name}: {run.bytes_read:,} bytes of the server's files searched, hits {run.hits}; {_pace(run):.0f} events/s")
    print(f"encryption: {_pace(sealed) / _pace(plain):.2f} times the events per second of none ({HIRES} hires one after the other)")
    print(
        f"{HIRES * 3} words of {HIRES} hires: {sum(sealed.hits.values())} found where it is encrypted, {plain.hits['plain']} in the control"
    )
    return 1 if any(sealed.hits.values()) or plain.hits["plain"] < HIRES * 3 else 0


def _pace(run: Found) -> float:
    return run.events / run.seconds


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
