"""An insider: a database administrator who lifts the record's triggers, and may hold the log's key too."""

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select, text

from domain.log import verify
from domain.log.dossier import log_export
from domain.log.leaf import Kind, Leaf, canonical, instant
from domain.log.note import LogKey
from domain.log.tree import Tree, leaf_hash
from store.database import Database
from store.records import Records
from store.tables import journal, leaves, log_keys
from tests.store import making as m

T = TypeVar("T")


def unlocked(tx: Connection) -> None:
    """From here to the end of the transaction the record's triggers refuse nothing; on SQLite they are gone for good."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in list(tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()):
        tx.execute(text(f"DROP TRIGGER {name}"))


async def tampered(db: Database, work: Callable[[Connection], T]) -> T:
    """Do `work` on the store as somebody whom nothing in the database stops."""

    def unstopped(tx: Connection) -> T:
        unlocked(tx)
        return work(tx)

    return await db.write(unstopped)


# ---- what somebody does who has SQL and the log's key ------------------------------------------------------------------------

Attack = Callable[[Connection, random.Random, int], None]


def edits(tx: Connection, draw: random.Random, before: int) -> None:
    """Another fact in place of one, in the journal and in the log, bound under its stream's own key."""
    row = _drawn(tx, draw, before)
    _rewrite(tx, row, _leaf(row, actor=f"person:{draw.getrandbits(32):x}"))


def deletes(tx: Connection, draw: random.Random, before: int) -> None:
    """A leaf is gone; those after it move up."""
    place = draw.randrange(before)
    bodies = _bodies(tx)
    _replace(tx, bodies[:place] + bodies[place + 1 :])


def inserts(tx: Connection, draw: random.Random, before: int) -> None:
    """A leaf that was never there, in the past."""
    place = draw.randrange(before)
    bodies = _bodies(tx)
    _replace(tx, [*bodies[:place], _leaf(_drawn(tx, draw, before), new=draw.getrandbits(32)), *bodies[place:]])


def back_dates(tx: Connection, draw: random.Random, before: int) -> None:
    """The same fact, said to be a day to a year older."""
    row = _drawn(tx, draw, before)
    said = json.loads(row.body)
    earlier = datetime.fromisoformat(said["at"]) - timedelta(days=draw.randint(1, 365))
    _rewrite(tx, row, canonical(said | {"at": instant(earlier)}).decode())


def swaps(tx: Connection, draw: random.Random, before: int) -> None:
    """Two leaves change places."""
    bodies, one = _bodies(tx), draw.randrange(before - 1)
    other = draw.randrange(one + 1, len(bodies))
    bodies[one], bodies[other] = bodies[other], bodies[one]
    _replace(tx, bodies)


def restores(tx: Connection, draw: random.Random, before: int) -> None:
    """Yesterday's backup comes back, and the work goes on from there: half of the time until the log is longer than it was."""
    bodies, kept = _bodies(tx), draw.randrange(1, before)
    new = [_leaf(_drawn(tx, draw, kept), new=draw.getrandbits(32)) for _ in range(draw.choice((0, len(bodies) + 3 - kept)))]
    _replace(tx, [*bodies[:kept], *new])


def forks(tx: Connection, draw: random.Random, before: int) -> None:
    """Another history from some leaf on, as long as the true one."""
    bodies, kept = _bodies(tx), draw.randrange(before)
    _replace(tx, [*bodies[:kept], *(_leaf(_drawn(tx, draw, before), new=draw.getrandbits(32)) for _ in bodies[kept:])])


ATTACKS: dict[str, Attack] = {each.__name__: each for each in (edits, deletes, inserts, back_dates, swaps, restores, forks)}


class _Undone(Exception):
    """Carries what was exported out of a transaction that is taken back."""


@dataclass
class Insider:
    """The log's administrator and key holder; `kept` is the one checkpoint an auditor has, over the first `size` leaves."""

    db: Database
    key: LogKey
    kept: str
    size: int

    async def after(self, attack: Attack, draw: random.Random) -> bytes:
        """What the auditor is handed after an attack on what the checkpoint covers, signed as the true log would be; then it is undone.
        An attack that leaves every leaf below the checkpoint as it was is none, and is drawn again."""

        def work(tx: Connection) -> None:
            unlocked(tx)
            true = _bodies(tx)
            attack(tx, draw, self.size)
            raise _Undone(true, _bodies(tx))

        while True:
            try:
                await self.db.write(work)
            except _Undone as undone:
                true, false = undone.args
                if true[: self.size] != false[: self.size]:
                    return self.export(false)

    async def after_newer(self, draw: random.Random) -> bytes:
        """The same after an edit of what no checkpoint outside covers yet."""

        def work(tx: Connection) -> None:
            unlocked(tx)
            rows = tx.execute(_ROWS.where(leaves.c.position >= self.size)).all()
            row = draw.choice(rows)
            _rewrite(tx, row, _leaf(row, actor=f"person:{draw.getrandbits(32):x}"))
            raise _Undone(_bodies(tx))

        try:
            await self.db.write(work)
        except _Undone as undone:
            return self.export(undone.args[0])
        raise AssertionError

    def export(self, bodies: list[str]) -> bytes:
        tree = Tree(leaf_hash(body.encode()) for body in bodies)
        return log_export(self.key.text, bodies, self.key.checkpoint(len(tree), tree.root()))

    def seen(self, handed: bytes) -> bool:
        """Whether the stranger's verifier, given the one checkpoint, refuses it."""
        known = verify.Kept(self.kept.encode(), verify.keys_of(self.key.text))
        return verify.code(verify.verify(handed, known)) != 0


async def insider(db: Database, cases: int = 6, facts: int = 10, outside: float = 0.7) -> Insider:
    """A store of `cases` hires with `facts` facts each, of which an auditor has a checkpoint over the first part."""
    for number in range(facts):
        for case in (f"hire/c{n}" for n in range(cases)):
            fact = m.received(candidate=case) if number == 0 else m.entered()
            await Records(db).append(m.step(case, number, fact))
    own = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the log's").digest())
    key = LogKey("muster.test/log", own.public_key().public_bytes_raw(), own.sign)
    bodies = await db.read(_bodies)
    size = int(len(bodies) * outside)
    tree = Tree(leaf_hash(body.encode()) for body in bodies[:size])
    made = Insider(db, key, key.checkpoint(size, tree.root()), size)
    assert not made.seen(made.export(bodies))
    return made


_ROWS = select(leaves, log_keys.c.key).join(log_keys, log_keys.c.stream == leaves.c.stream).order_by(leaves.c.position)


def _bodies(tx: Connection) -> list[str]:
    return list(tx.execute(select(leaves.c.body).order_by(leaves.c.position)).scalars())


def _drawn(tx: Connection, draw: random.Random, before: int) -> Any:
    return tx.execute(_ROWS.where(leaves.c.position == draw.randrange(before))).one()


def _leaf(row: Any, **changed: Any) -> str:
    """The text of a leaf in place of this one, bound as only somebody with the stream's key can."""
    said = json.loads(row.body)
    content = {"case": row.stream, "number": row.ref, **changed}
    return Leaf(Kind(said["kind"]), said["stream"], said["ref"], datetime.fromisoformat(said["at"]), content).text(row.key)


def _rewrite(tx: Connection, row: Any, body: str) -> None:
    new = {"body": body, "sha256": leaf_hash(body.encode()).hex()}
    tx.execute(leaves.update().where(leaves.c.position == row.position).values(new))
    where = (journal.c.case_id == row.stream, journal.c.number == int(row.ref))
    tx.execute(journal.update().where(*where).values(actor="person:somebody"))


def _replace(tx: Connection, bodies: list[str]) -> None:
    """The log is these leaves."""
    tx.execute(leaves.delete())
    rows = []
    for position, body in enumerate(bodies):
        said = {"kind": "fact", "stream": "hire/x", "ref": str(position)}
        rows.append({"position": position, "body": body, "sha256": leaf_hash(body.encode()).hex(), **said, "case_id": None, "number": None})
    tx.execute(leaves.insert(), rows)
