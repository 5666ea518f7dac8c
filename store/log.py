"""Writing to the audit log, and reading it: one row a leaf, in the transaction that writes what the leaf is about.

Positions are dense because they are taken under the lock of the one row of `log_size`, which is held until the commit; a transaction
that is undone gives them back. So whoever writes leaves does it last: every other writer waits from then on.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, make_url, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.facts import Entry
from domain.log.leaf import KEY_BYTES, Kind, Leaf, instant
from domain.log.tree import leaf_hash
from domain.looking import Look, Reader
from store.database import Database, check_migrated
from store.names import system_now
from store.tables import leaf_contents, leaves, log_keys, log_size

Row = dict[str, Any]


def _growing(new: Any) -> Any:
    more = new(log_size).on_conflict_do_update(index_elements=["id"], set_={"size": log_size.c.size + new(log_size).excluded.size})
    return more.returning(log_size.c.size)


_GROW = {"sqlite": _growing(sqlite.insert), "postgresql": _growing(postgresql.insert)}
#: Written once, so that nothing is built or looked up for every leaf.
_INSERT = insert(leaves)
_KEY = select(log_keys.c.stream, log_keys.c.key).where(log_keys.c.stream == bindparam("stream"))


def add(tx: Connection, *new: Leaf) -> None:
    """Write these leaves, in this order. Last in a transaction: from here until its end it is the log's only writer."""
    if not new:
        return
    first = tx.execute(_GROW[tx.dialect.name], {"id": 1, "size": len(new)}).scalar_one() - len(new)
    keys = _keys(tx, {leaf.stream for leaf in new})
    tx.execute(_INSERT, [_row(leaf, first + n, keys[leaf.stream]) for n, leaf in enumerate(new)])
    said = [{"position": first + n, "content": dict(leaf.content)} for n, leaf in enumerate(new) if leaf.kind is not Kind.FACT]
    if said:  # what the journal does not keep already
        tx.execute(insert(leaf_contents), said)


def hold(tx: Connection) -> int:
    """Be the log's only writer from here until the transaction ends; how many leaves there are."""
    return int(tx.execute(_GROW[tx.dialect.name], {"id": 1, "size": 0}).scalar_one())


def of_fact(entry: Entry, recorded_at: datetime) -> Leaf:
    """The leaf of a journal entry: bound to all of it, actor and words included."""
    return Leaf(Kind.FACT, entry.case, str(entry.number), recorded_at, entry.model_dump(mode="json"))


def of_event(row: Mapping[str, Any], stream: str) -> Leaf:
    """The leaf of a partner's event: its bytes by their hash, and the signature that shows whose they are."""
    names = ("id", "source", "event_id", "type", "sha256", "key_id", "signature")
    return about(Kind.EVENT, stream, row["id"], row["received_at"], **{name: row[name] for name in names})


def about(kind: Kind, stream: str, ref: str, at: datetime, **content: Any) -> Leaf:
    """A leaf of anything else; moments in its content become text."""
    plain = {name: instant(value) if isinstance(value, datetime) else value for name, value in content.items()}
    return Leaf(kind, stream, ref, at, plain)


async def note_read(db: Database, person: str, stream: str, what: str, why: str, at: datetime) -> None:
    """A member of staff reads something: the log has it, and the table of reads, before they see it. Several at once: `Reads.note`."""
    from store import reads  # which writes its leaves with `add` above

    reader = Reader(person if ":" in person else f"person:{person}", purpose=why)
    await db.write(lambda tx: reads.note(tx, reader, Look(stream, frozenset({what})), at=at))


def of_history(case: str, run: str, last_event: int, build: str, sha256: str, at: datetime) -> Leaf:
    """The leaf of a workflow's history as it was exported: its canonical bytes by their hash. One a run and length of it."""
    return about(Kind.HISTORY, case, f"{run}/{last_event}", at, run=run, last_event=last_event, build=build, sha256=sha256)


def add_once(tx: Connection, leaf: Leaf) -> bool:
    """Write a leaf unless the log has one of this name; whether it was written. For what is looked at again and again.

    On PostgreSQL two at once may both find none: then the second transaction is refused by the table, and nothing of it stays.
    """
    named = (leaves.c.kind == str(leaf.kind), leaves.c.stream == leaf.stream, leaves.c.ref == leaf.ref)
    if tx.execute(select(leaves.c.position).where(*named)).first() is not None:
        return False
    add(tx, leaf)
    return True


def _made(url: str) -> bool:
    target = make_url(url)
    return target.get_backend_name() != "sqlite" or Path(target.database or "").exists()


async def note_key(url: str, act: str, stream: str, key: str) -> None:
    """An act on somebody's key, done outside the store. Raises StoreUnavailable; where no store was made yet there is nothing to note."""
    if not _made(url):
        return
    await check_migrated(url)
    db, at = await Database.open(url), system_now()
    try:
        leaf = about(Kind.KEY, "keys", f"{stream}/{key}/{act}/{instant(at)}", at, act=act, of=stream, key=key)
        await db.write(lambda tx: add(tx, leaf))
    finally:
        await db.close()


async def note_partner_key(db: Database, act: str, partner: str, key: str, person: str) -> None:
    """The same, of a partner's key, by one of our people."""
    at, of = system_now(), f"partner/{partner}"
    leaf = about(Kind.KEY, "keys", f"{of}/{key}/{act}/{instant(at)}", at, act=act, of=of, key=key, by=f"person:{person}")
    await db.write(lambda tx: add(tx, leaf))


def _keys(tx: Connection, streams: set[str]) -> dict[str, bytes]:
    """The streams' keys; a stream that begins gets one. Under the log's lock, so nobody else makes another meanwhile."""
    known = {row.stream: row.key for stream in sorted(streams) for row in tx.execute(_KEY, {"stream": stream})}
    fresh = {stream: secrets.token_bytes(KEY_BYTES) for stream in sorted(streams - known.keys())}
    if fresh:
        tx.execute(insert(log_keys), [{"stream": stream, "key": key} for stream, key in fresh.items()])
    return known | fresh


def _row(leaf: Leaf, position: int, key: bytes) -> Row:
    text = leaf.text(key)
    fact = {"case_id": leaf.stream, "number": int(leaf.ref)} if leaf.kind is Kind.FACT else {"case_id": None, "number": None}
    named = {"kind": str(leaf.kind), "stream": leaf.stream, "ref": leaf.ref}
    return {"position": position, **named, "body": text, "sha256": leaf_hash(text.encode()).hex(), **fact}
