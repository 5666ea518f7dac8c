"""The audit log's leaves: dense and gapless whoever writes, never without what they are about, and never twice."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict
from domain.log.leaf import Kind, Leaf
from domain.log.tree import leaf_hash
from domain.tokens import Scope, Token
from store import log
from store.database import Database
from store.inbox import Inbox
from store.migrations import run
from store.outbox import Outbox
from store.records import Records
from store.tables import leaves, log_keys
from store.tokens import Tokens
from tests.store import making as m

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def leaf(ref: str, stream: str = "hire/a", kind: Kind = Kind.EFFECT) -> Leaf:
    return Leaf(kind, stream, ref, AT, {"ref": ref})


async def rows(db: Database) -> list[tuple[int, str, str]]:
    query = select(leaves.c.position, leaves.c.stream, leaves.c.ref).order_by(leaves.c.position)
    return await db.read(lambda rx: [(row.position, row.stream, row.ref) for row in rx.execute(query)])


async def test_sixteen_writers_leave_no_gap_and_every_stream_has_one_key(db: Database, second: Database) -> None:
    async def write(d: Database, n: int) -> None:
        for k in range(5):
            await d.write(lambda tx: log.add(tx, leaf(f"{n}.{k}", f"hire/{n % 4}"), leaf(f"{n}.{k}", "log")))  # noqa: B023 - run at once

    await asyncio.gather(*(write(d, n) for n, d in enumerate((db, second) * 8)))
    found = await rows(db)
    assert [position for position, _, _ in found] == list(range(160))
    assert len(await db.read(lambda rx: rx.execute(select(log_keys)).all())) == 5


async def test_what_is_undone_leaves_no_leaf_and_no_gap(db: Database) -> None:
    def undone(tx: Connection) -> None:
        log.add(tx, leaf("undone", "hire/z"))
        raise ZeroDivisionError

    await db.write(lambda tx: log.add(tx, leaf("1")))
    with pytest.raises(ZeroDivisionError):
        await db.write(undone)
    await db.write(lambda tx: log.add(tx, leaf("2")))
    assert await rows(db) == [(0, "hire/a", "1"), (1, "hire/a", "2")]
    assert [row.stream for row in await db.read(lambda rx: rx.execute(select(log_keys)).all())] == ["hire/a"]


async def test_nothing_is_noted_twice(db: Database) -> None:
    await db.write(lambda tx: log.add(tx, leaf("1")))
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: log.add(tx, leaf("1")))
    assert len(await rows(db)) == 1


async def test_facts_of_before_get_their_leaves_in_their_order(db: Database) -> None:
    for case in ("hire/a", "hire/b"):
        await Records(db).append(m.step(case, 0, m.received(candidate=case), m.entered()))
    before = await rows(db)
    async with db.transaction() as tx:
        await tx.run_sync(run.move, "0003")
        await tx.run_sync(run.move, "head")
    assert await rows(db) == before
    bodies = await db.read(lambda rx: rx.execute(select(leaves.c.body, leaves.c.sha256)).all())
    assert all(leaf_hash(row.body.encode()).hex() == row.sha256 for row in bodies)
    await db.write(lambda tx: log.add(tx, leaf("next")))
    assert (await rows(db))[-1][0] == len(before)


async def kinds(db: Database) -> list[tuple[str, str]]:
    query = select(leaves.c.kind, leaves.c.stream).order_by(leaves.c.position)
    return [(row.kind, row.stream) for row in await db.read(lambda rx: rx.execute(query).all())]


async def test_an_accepted_event_is_in_the_log_once_however_often_it_comes(db: Database) -> None:
    box = Inbox(db)
    await Records(db).append(m.step("hire/a", 0, m.received()))
    for _ in range(3):
        await box.accept(m.arrival("evt-1", case="hire/a", type="application.withdrawn", application=None, payload=b"{}"))
    assert await kinds(db) == [("fact", "hire/a"), ("event", "hire/a")]
    with pytest.raises(Conflict):
        await box.accept(m.arrival("evt-1", case="hire/a", type="application.withdrawn", application=None, payload=b"{}", sha256="f" * 64))
    assert len(await kinds(db)) == 2


async def test_a_letter_handed_over_is_in_the_log_and_one_that_waits_is_not(db: Database) -> None:
    await Records(db).append(m.step("hire/a", 0, m.received(), letters=(m.letter("hire/a"),)))
    (parcel,) = await Outbox(db).lease(5, AT, 5)
    await Outbox(db).failed(parcel.id, AT, "mail_unreachable")
    assert await kinds(db) == [("fact", "hire/a")]
    await Outbox(db).sent(parcel.id, AT)
    await Outbox(db).sent(parcel.id, AT)
    assert await kinds(db) == [("fact", "hire/a"), ("effect", "hire/a")]


async def test_keys_made_and_ended_are_in_the_log(url: str, db: Database) -> None:
    token = Token(token="t-1", person="helga", label="x", scope=Scope.READ, created_at=AT, expires_at=AT)
    await Tokens(db).add(token, "a" * 64)
    await Tokens(db).revoke("t-1", AT)
    await Tokens(db).revoke("t-1", AT)
    await log.note_key(url, "key_revoked", "partner/portal", "k1")
    assert await kinds(db) == [("key", "keys")] * 3
