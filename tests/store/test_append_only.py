"""The record is only added to: the database itself refuses to change or remove a fact, a leaf, a look or a checkpoint."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError

from domain.errors import Problem
from domain.log.leaf import Kind, Leaf
from domain.looking import Look, Reader
from store import log
from store.database import Database, migrate
from store.reads import Reads
from store.records import Records
from store.tables import checkpoints, leaves
from tests.store import making as m

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ROLES = Path(__file__).parents[2] / "deploy" / "postgresql" / "roles.sql"


@pytest.fixture
async def kept(db: Database) -> Database:
    """A store with a row in each of the four."""
    await Records(db).append(m.step("hire/a", 0, m.received()))
    await Reads(db).note(Reader("person:helga"), Look("hire/a", frozenset({"medical"})))
    signed = {"size": 1, "root": "r", "note": "n", "at": AT, "published_at": None}
    await db.write(lambda tx: tx.execute(checkpoints.insert().values(**signed)))
    return db


@pytest.mark.parametrize("table", ["journal", "leaves", "reads", "checkpoints"])
async def test_nothing_of_the_record_is_changed_or_removed(kept: Database, table: str) -> None:
    column = {"journal": "actor", "leaves": "body", "reads": "reader", "checkpoints": "note"}[table]
    acts = [f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"]
    for act in acts if kept.dialect == "sqlite" else [*acts, f"TRUNCATE {table} CASCADE"]:
        with pytest.raises((DBAPIError, Problem), match="only added to"):
            await kept.write(lambda tx, act=act: tx.execute(text(act)))  # type: ignore[misc]
    assert await kept.read(lambda rx: rx.execute(text(f"SELECT {column} FROM {table} WHERE {column} <> 'x'")).first())


async def test_when_a_checkpoint_was_published_is_noted_once(kept: Database) -> None:
    noted = checkpoints.update().values(published_at=AT)
    await kept.write(lambda tx: tx.execute(noted))
    with pytest.raises((DBAPIError, Problem), match="only added to"):
        await kept.write(lambda tx: tx.execute(noted))


async def test_a_history_is_anchored_once_for_each_length_of_it(db: Database) -> None:
    async def anchor(last: int) -> bool:
        leaf: Leaf = log.of_history("hire/a", "run-1", last, "build-9", "0" * 64, AT)
        return await db.write(lambda tx: log.add_once(tx, leaf))

    assert [await anchor(10), await anchor(10), await anchor(20)] == [True, False, True]
    query = select(leaves.c.kind, leaves.c.ref).order_by(leaves.c.position)
    assert [tuple(row) for row in await db.read(lambda rx: rx.execute(query).all())] == [
        (str(Kind.HISTORY), "run-1/10"),
        (str(Kind.HISTORY), "run-1/20"),
    ]


async def test_the_role_the_processes_run_as_may_add_and_no_more(new_postgres: str) -> None:
    await migrate(new_postgres)
    plain = make_url(new_postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as owner:
        owner.execute(ROLES.read_bytes())
        owner.execute(ROLES.read_bytes())  # a second time changes nothing
        owner.execute("SET ROLE muster_app")
        owner.execute("INSERT INTO reads VALUES ('r', now(), 'person:x', 'hire/a', '[]', '', '')")
        owner.execute("SELECT * FROM leaves")
        for act in (
            "UPDATE leaves SET body = 'x'",
            "DELETE FROM journal",
            "DELETE FROM reads",
            "UPDATE checkpoints SET note = 'x'",
            "TRUNCATE leaves",
            "DROP TRIGGER leaves_no_update ON leaves",
            "ALTER TABLE leaves DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(act.encode())
        owner.execute("RESET ROLE")
        owner.execute("DELETE FROM log_keys")
