"""Many people apply, some are erased, the keys are turned over: what opens before and after, and what the log still proves."""

import random
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from config.keyring import FileKeyring, KeyGone
from connectors.log_key import load_log_key
from domain.errors import NotFound
from domain.log.note import LogKey
from domain.log.verify import Kept, code, keys_of, verify
from domain.sealing import Compartment, KeyErased, NotOpened
from store.arrivals import Contact
from store.checkpoints import Checkpoints
from store.database import Database, migrate
from store.erasure import Erasures
from store.inbox import Inbox
from store.people import People
from store.records import Records
from store.tables import data_keys, hires, leaves
from store.vacancies import Vacancies
from store.vault import rewrapped
from tests.store import making as m

DPO, HEAD = "dpo", "head"


@dataclass(frozen=True)
class Outcome:
    still_open: int
    others_open: int
    keys_left: int
    traces: int
    proofs: int
    proofs_held: int
    backup_before: int
    backup_after: int

    def holds(self, people: int, erased: int) -> bool:
        gone = (self.still_open, self.keys_left, self.traces, self.backup_after) == (0, 0, 0, 0)
        return gone and self.others_open == people - erased and self.proofs == self.proofs_held > 0 and self.backup_before == people


async def erased(folder: Path, people: int, some: int, draw: random.Random, now: datetime) -> Outcome:
    """Play it in `folder` and say what came of it."""
    url, ring = f"sqlite+aiosqlite:///{folder / 'muster.db'}", FileKeyring.made(folder / "keyring.json", now)
    await migrate(url)
    db = await Database.open(url, ring)
    try:
        candidates = await _applied(db, people)
        key = load_log_key(folder / "log.key", "erasing/log")
        log = Checkpoints(db, key)
        await log.sign()
        held = await _proofs(db, log, draw)
        backup = _copied(folder / "muster.db", folder / "backup.db")
        before = await _opening(backup, folder / "keyring.json", candidates)
        chosen = draw.sample(sorted(candidates), some)
        traces = [await _erase(db, each) for each in chosen]
        await log.sign()  # raises where the log does not go on from what was signed before
        await _turned_over(db, ring, now)
        left = select(func.count()).where(data_keys.c.subject.in_(chosen))
        return Outcome(
            still_open=await _open(db, chosen),
            others_open=await _open(db, sorted(set(candidates) - set(chosen))),
            keys_left=await db.read(lambda rx: rx.execute(left).scalar_one()),
            traces=sum(len(each or ()) for each in traces),
            proofs=len(held),
            proofs_held=sum(_still_proves(each, key) for each in held),
            backup_before=before,
            backup_after=await _opening(backup, folder / "keyring.json", candidates),
        )
    finally:
        await db.close()


async def _applied(db: Database, people: int) -> list[str]:
    await Vacancies(db).publish(m.published())
    await Records(db).append(m.opened())
    for person, role in ((DPO, "data_protection_officer"), (HEAD, "hr_head")):
        await People(db).put_staff(person, "Staff", "staff@example.org", [role])
    found = []
    for n in range(people):
        contact = Contact(name=f"Zebulon Quux{n:05}", email=f"quux{n:05}@example.org", language="en")
        arrival = m.arrival(f"evt-{n}", f"c-{n}", contact=contact, application={"studies": f"answer {n}"}, payload=f"signed {n}".encode())
        case = (await Inbox(db).accept(arrival)).case
        candidate = await People(db).candidate_of(case)
        await Records(db).append(m.step(case, 0, m.received(candidate=candidate)))
        found.append(candidate)
    await db.write(lambda tx: tx.execute(hires.update().values(ending="withdrawn")))
    return found


async def _erase(db: Database, candidate: str) -> tuple[str, ...] | None:
    desk = Erasures(db)
    return (await desk.approve(await desk.propose(candidate, "asked", DPO, m.NOON), HEAD, m.NOON)).traces


async def _open(db: Database, candidates: list[str]) -> int:
    """Of how many of these people the vault still tells the name."""
    opened = 0
    for each in candidates:
        with suppress(NotFound, NotOpened, KeyErased):
            opened += (await People(db).contact(each)).name.startswith("Zebulon")
    return opened


async def _opening(backup: Path, keyring: Path, candidates: list[str]) -> int:
    """Of how many people a copy of the store tells the name, with the keyring as it is now."""
    db = await Database.open(f"sqlite+aiosqlite:///{backup}", FileKeyring.load(keyring))
    opened = 0
    try:
        for each in candidates:
            with suppress(KeyGone, NotOpened):
                opened += (await People(db).contact(each)).name.startswith("Zebulon")
        with suppress(KeyGone, NotOpened):
            opened = max(opened, len(await People(db).find("zebulon")))  # the words tell something too
        return opened
    finally:
        await db.close()


def _copied(store: Path, to: Path) -> Path:
    """A copy as a backup makes it, write-ahead log included."""
    with closing(sqlite3.connect(store)) as whole, closing(sqlite3.connect(to)) as copy:
        whole.backup(copy)
    return to


async def _turned_over(db: Database, ring: FileKeyring, now: datetime) -> None:
    """A new generation of every compartment's key, everything wrapped anew, the old one destroyed."""
    for compartment in Compartment:
        old, _ = ring.newest(compartment)
        ring.rotate(compartment, now)
        await rewrapped(db, ring, compartment)
        ring.destroy(compartment, old, now)


async def _proofs(db: Database, log: Checkpoints, draw: random.Random) -> list[str]:
    """Proofs of some leaves, as somebody may have taken them away."""
    rows = await db.read(lambda rx: rx.execute(select(leaves.c.kind, leaves.c.stream, leaves.c.ref)).all())
    named = [(row.kind, row.stream, row.ref) for row in draw.sample(list(rows), min(50, len(rows)))]
    return [await log.proof(*each) for each in named]


def _still_proves(held: str, key: LogKey) -> bool:
    """A proof taken away before is checked as a stranger would: by the verifier, with the public key."""
    return code(verify(held.encode(), Kept(None, keys_of(key.text)))) == 0
