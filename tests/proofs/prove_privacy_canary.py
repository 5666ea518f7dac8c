"""What belongs to candidates stands nowhere in clear: a whole demonstration is played on each store, two doors killed on the way, then
every byte it left behind (the database's own files among them) is searched for everybody's name, address and application, written plainly,
as JSON, in base64, in UTF-16 or packed.

The mail server's own file is not ours and is the control: there the same words have to be found. So is the store, opened with the keyring.
Besides, events with words of their own are refused, cut short and too large at a real gateway on the same store.
PROVE_STORES says which stores; PROVE_DEMO=FOLDER searches a demonstration that was played before (with a keyring, on the first of them).
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

from config.embedded_store import store_at
from config.keyring import FileKeyring
from store.contacts import application_opened, contact_of
from store.database import Database
from store.tables import applications, people
from store.vault import pen
from tests.canary import forms

DEMO = os.environ.get("PROVE_DEMO", "")
STORES = os.environ.get("PROVE_STORES", "sqlite postgresql").split()
#: What belongs to the world outside: the mail server's file, and what the simulated partners keep.
OUTSIDE = ("mail.jsonl", "partners")
SHORTEST = 8


async def words_in(folder: Path, url: str) -> set[str]:
    """Everybody's name, address and the longer words of their application, as the vault gives them back."""
    db = await Database.open(url, FileKeyring.load(folder / "keys" / "keyring.json"))

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


async def refused(folder: Path, url: str) -> tuple[list[str], Counter[int]]:
    """Send a gateway on this store what it does not take, each with a word of its own; the words, and what it answered."""
    told = [f"CANARY{uuid.uuid4().hex.upper()}" for _ in range(40)]
    env = {
        **os.environ,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PARTNERS_FILE": str(folder / "partners.toml"),
        "MUSTER_GATEWAY_PORT": "18480",
    }
    env["MUSTER_STORE_URL"] = url
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


def played(folder: Path, store: str) -> None:
    print(f"a demonstration is played on {store}", flush=True)
    # Its folder is made by itself, and has to be empty before.
    words = [sys.executable, "-m", "cli", "demo", "--store", store, "--folder", str(folder)]
    run = subprocess.run(words, capture_output=True, check=False)
    print(f"it ended with {run.returncode}")
    (folder / "demo.out").write_bytes(run.stdout + run.stderr)


def clean(folder: Path, store: str) -> bool:
    """Whether nothing of anybody stands in what the demonstration of this folder left behind."""
    with store_at(store, folder, "") as url:
        words = asyncio.run(words_in(folder, url))
        told, answers = asyncio.run(refused(folder, url))
    files = [each for each in folder.rglob("*") if each.is_file()]  # the database's server has ended, and written what it had in hand
    outside = [each for each in files if each.relative_to(folder).parts[0] in OUTSIDE]
    size, hits = searched([each for each in files if each not in outside], words | set(told))
    _, control = searched([folder / OUTSIDE[0]], words)
    print(f"refused at the door: {dict(answers)}")
    print(f"control: {control[OUTSIDE[0]]} times in the mail server's file")
    where = f" in {dict(hits)}" if hits else ""
    looked_for = f"{len(words)} words of candidates and {len(told)} of refused requests"
    print(f"{store}: {looked_for} in {size:,} bytes of {len(files)} files: {hits.total()} found{where}", flush=True)
    return not hits and bool(control) and bool(words) and not {200, 202} & answers.keys()


def main() -> int:
    held = []
    for store in STORES[:1] if DEMO else STORES:
        with tempfile.TemporaryDirectory(prefix="muster-canary-") as made:
            folder = Path(DEMO or f"{made}/demo")
            if not DEMO:
                played(folder, store)
            held.append(clean(folder, store))
    print(f"{sum(held)} of {len(held)} stores hold nothing of anybody in clear")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
