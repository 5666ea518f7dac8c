"""Words that stand nowhere else, told to hires on a server of their own; afterwards every byte the server left behind is searched.

The same stories on a server without encryption are the control: there the words have to be found, or the search would prove nothing.
"""

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from acts.engine import CaseKeys
from config.codec import HistoryKeys
from config.keyring import FileKeyring
from config.temporal import converter
from store.database import Database, migrate
from tests.stories.conftest import Scene, make_scene, start_server


@dataclass
class Found:
    """What a run left: hits per form of writing, the bytes searched, the events written and how long the stories took."""

    hires: int
    bytes_read: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    histories: list[WorkflowHistory] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def events(self) -> int:
        return sum(len(each.events) for each in self.histories)


def forms(word: str) -> dict[str, list[bytes]]:
    """A word as it may be written: plain, UTF-16 both ways, escaped as JSON, and inside base64 at each of three offsets."""
    raw = word.encode()
    inside = [base64.b64encode(b"\0" * n + raw)[(4 if n else 0) :] for n in range(3)]
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in word)
    return {
        "plain": [raw],
        "utf-16": [word.encode("utf-16-le"), word.encode("utf-16-be")],
        "json": [json.dumps(word)[1:-1].encode(), escaped.encode(), escaped.upper().replace("U", "u").encode()],
        "base64": [each.rstrip(b"=")[:-2] for each in inside],
    }


def search(folder: Path, words: list[str]) -> tuple[int, dict[str, int]]:
    """How many bytes the files of a folder hold, and how often the words stand in them, by form."""
    hits: dict[str, int] = {}
    size = 0
    for path in (each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        size += len(content)
        for name, written in ((n, w) for word in words for n, ws in forms(word).items() for w in ws):
            hits[name] = hits.get(name, 0) + content.count(written)
    return size, hits


@asynccontextmanager
async def keys_in(folder: Path, keep_s: float = 1.0) -> AsyncIterator[tuple[CaseKeys, Database, FileKeyring]]:
    """A keyring and a store of their own, and the keys of histories between them."""
    url = f"sqlite+aiosqlite:///{folder / 'keys.db'}"
    await migrate(url)
    db, ring = await Database.open(url), FileKeyring.made(folder / "keyring.json", datetime.now(UTC))
    try:
        yield CaseKeys(db, ring, keep_s), db, ring
    finally:
        await db.close()


@asynccontextmanager
async def stage(folder: Path, keys: HistoryKeys | None) -> AsyncIterator[Scene]:
    travels = converter(keys) if keys else pydantic_data_converter
    await asyncio.to_thread(folder.mkdir)
    env = await start_server(travels, folder / "temporal.db")
    try:
        scene = make_scene(env)
        async with scene.worker():
            yield scene
    finally:
        await env.shutdown()


def words_of(hires: int) -> Iterator[tuple[str, str, str]]:
    """For each hire: who acted, what the doctor's letter was called, and a clearance's reference."""
    for _ in range(hires):
        made = uuid.uuid4().hex[:12].upper()
        yield f"canary.officer.{made.lower()}", f"CANARY-MEDICAL-{made}", f"CANARY-CLEARANCE-{made}"


async def played(folder: Path, hires: int, keys: HistoryKeys | None) -> Found:
    """Play some hires to the contract with words of their own, then stop the server and search everything it wrote."""
    told = list(words_of(hires))
    found = Found(hires)
    async with stage(folder, keys) as scene:
        began = datetime.now(UTC)
        for officer, medical, clearance in told:
            case = await scene.offer()
            await scene.act(case, "issue_offer", person=officer)
            await scene.tell(case, "offer.answered", accepted=True)
            for condition in ("medical", "clearance"):
                await scene.until(case, lambda s, c=condition: s.conditions[c].ask)
            await scene.tell(case, "medical.replied", outcome="fit", reference=medical)
            await scene.tell(case, "clearance.replied", outcome="refused", reference=clearance)
            found.histories.append(await scene.handle(case).fetch_history())
        found.seconds = (datetime.now(UTC) - began).total_seconds()
    found.bytes_read, found.hits = search(folder, [word for three in told for word in three])
    return found
