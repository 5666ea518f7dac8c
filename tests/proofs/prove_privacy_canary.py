"""What belongs to candidates stands nowhere in clear: a whole demonstration is played, two doors killed on the way, then every byte it left
behind is searched for everybody's name, address and application, written plainly, as JSON, in base64, in UTF-16 or packed.

The mail server's own file is not ours and is the control: there the same words have to be found. So is the store, opened with the keyring.
Besides, events with words of their own are refused, cut short and too large at a real gateway on the same store.
PROVE_DEMO=FOLDER searches a demonstration that was played before (with a keyring).
"""

import asyncio
import gzip
import os
import subprocess
import sys
import tempfile
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from config.keyring import FileKeyring
from store.contacts import application_opened, contact_of
from store.database import Database
from store.tables import applications, people
from store.vault import pen
from tests.canary import forms

DEMO = os.environ.get("PROVE_DEMO", "")
#: What belongs to the world outside: the mail server's file, and what the simulated partners keep.
OUTSIDE = ("mail.jsonl", "partners")
SHORTEST = 8


async def words_in(folder: Path) -> set[str]:
    """Everybody's name, address and the longer words of their application, as the vault gives them back."""
    db = await Database.open(f"sqlite+aiosqlite:///{folder / 'muster.db'}", FileKeyring.load(folder / "keys" / "keyring.json"))

    def read(rx: Any) -> set[str]:
        held, found = pen(db, rx), set()
        for row in rx.execute(select(people)).mappings():
            contact = contact_of(held, dict(row))
            found |= {contact.name, contact.email}
        for row in rx.execute(select(applications)).mappings():
            found |= {each for each in _texts(application_opened(held, dict(row))) if "@" in each or each.startswith("p-")}
        return {word for word in found if len(word) >= SHORTEST}

    try:
        return await db.read(read)
    finally:
        await db.close()


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


def unpacked(raw: bytes) -> bytes:
    """A file, and what is packed in it from its beginning."""
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            return raw + unpack(raw)
        except (OSError, EOFError, zlib.error):
            continue
    return raw


def searched(files: list[Path], words: set[str]) -> tuple[int, Counter[str]]:
    """How many bytes there are, and in which files words stand."""
    size, hits = 0, Counter[str]()
    written = [each for word in words for some in forms(word).values() for each in some]
    for path in files:
        content = unpacked(path.read_bytes())
        size += len(content)
        if n := sum(content.count(each) for each in written):
            hits[path.name] += n
    return size, hits


async def refused(folder: Path) -> tuple[list[str], Counter[int]]:
    """Send a gateway on this store what it does not take, each with a word of its own; the words, and what it answered."""
    told = [f"CANARY{uuid.uuid4().hex.upper()}" for _ in range(40)]
    env = {
        **os.environ,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PARTNERS_FILE": str(folder / "partners.toml"),
        "MUSTER_GATEWAY_PORT": "18480",
    }
    env["MUSTER_STORE_URL"] = f"sqlite+aiosqlite:///{folder / 'muster.db'}"
    log = (folder / "logs" / "canary-gateway.log").open("wb")  # the child's, as long as it lives
    door = await asyncio.create_subprocess_exec(sys.executable, "-m", "cli", "gateway", env=env, stdout=log, stderr=log)
    answers: Counter[int] = Counter()
    try:
        async with httpx.AsyncClient(base_url="http://127.0.0.1:18480", timeout=15) as http:
            for _ in range(150):
                try:
                    await http.get("/livez")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            for n, word in enumerate(told):
                body = [f'{{"name": "{word}"', f'{{"name": "{word}"}}', word * 4000, f'{{"diagnosis": "{word}", "diagnosis": 1}}'][n % 4]
                headers = {"content-type": "application/cloudevents+json", "muster-partner": ["portal", word.lower()[:20]][n % 2]}
                headers |= {"webhook-id": word, "webhook-timestamp": "1790000000", "webhook-signature": f"v1a,{word}"}
                answers[(await http.post("/events", content=body, headers=headers)).status_code] += 1
    finally:
        door.kill()  # as anything may end: what it had in hand must not be left lying either
        await door.wait()
        log.close()
    return told, answers


def played(folder: Path) -> None:
    print("a demonstration is played", flush=True)
    # Its folder is made by itself, and has to be empty before.
    run = subprocess.run([sys.executable, "-m", "cli", "demo", "--folder", str(folder)], capture_output=True, check=False)
    print(f"it ended with {run.returncode}")
    (folder / "demo.out").write_bytes(run.stdout + run.stderr)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="muster-canary-") as made:
        folder = Path(DEMO or f"{made}/demo")
        if not DEMO:
            played(folder)
        words = asyncio.run(words_in(folder))
        told, answers = asyncio.run(refused(folder))
        files = [each for each in folder.rglob("*") if each.is_file()]
        outside = [each for each in files if each.relative_to(folder).parts[0] in OUTSIDE]
        size, hits = searched([each for each in files if each not in outside], words | set(told))
        _, control = searched([folder / OUTSIDE[0]], words)
    print(f"refused at the door: {dict(answers)}")
    print(f"control: {control[OUTSIDE[0]]} times in the mail server's file")
    where = f" in {dict(hits)}" if hits else ""
    looked_for = f"{len(words)} words of candidates and {len(told)} of refused requests"
    print(f"{looked_for} in {size:,} bytes of {len(files)} files: {hits.total()} found{where}")
    return 0 if not hits and control and words and not {200, 202} & answers.keys() else 1


if __name__ == "__main__":
    sys.exit(main())
