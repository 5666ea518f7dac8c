"""The door of the console: every attack on sessions, forms, links, passwords, the identity provider and approvals is made, and none wins.

Beside them the same ground is entered rightly: were it closed to everybody, nothing would be proved. No draw, no seed.
"""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

import structlog

from tests.console.attacks import ATTACKS, controls
from tests.console.ground import ground
from tests.gateway.api.conftest import played_at

FEWEST = 30


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    won: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        played = await played_at(Path(folder) / "played.db")
        for n, (name, made) in enumerate(ATTACKS.items(), 1):
            place = Path(folder) / str(n)
            place.mkdir()
            async with ground(played, place) as there:
                result = await made(there)
            won += [name] if result else []
            print(f"{'SUCCEEDS' if result else 'refused '} {name}", flush=True)
        (Path(folder) / "rightly").mkdir()
        async with ground(played, Path(folder) / "rightly") as there:
            closed = await controls(there)
    print(f"entered rightly, what did not work: {', '.join(closed) or 'nothing'}")
    print(f"{len(ATTACKS)} attacks: {len(won)} succeed")
    return 0 if not won and not closed and len(ATTACKS) >= FEWEST else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
