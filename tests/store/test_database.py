"""Opening the store: what it promises is asserted, what is wrong is said in a sentence, the tables are those the code expects."""

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, InternalError

from domain.errors import BadInput, StoreUnavailable
from store.columns import Instant, to_json
from store.database import PRAGMAS, Database, check_migrated, migrate
from store.migrations import run
from store.tables import cases, inbox, metadata


async def test_every_sqlite_connection_answers_as_promised(db: Database) -> None:
    if db.dialect != "sqlite":
        async with db.transaction() as tx:
            assert (await tx.execute(text("SHOW fsync"))).scalar_one() == "on"
        return

    def answers(connection: Connection) -> dict[str, Any]:
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in (*PRAGMAS, "query_only")}

    expected = {name: answer for name, (_, answer) in PRAGMAS.items()}
    assert expected["journal_mode"] == "wal"
    assert expected["synchronous"] == 2
    async with db.transaction() as tx, db.reading() as rx:
        assert await tx.run_sync(answers) == {**expected, "query_only": 0}
        assert await rx.run_sync(answers) == {**expected, "query_only": 1}
    assert await db.write(answers) == {**expected, "query_only": 0}
    assert await db.read(answers) == {**expected, "query_only": 1}


async def test_who_reads_cannot_write(db: Database) -> None:
    with pytest.raises((StoreUnavailable, InternalError), match=r"read-?only"):
        async with db.reading() as rx:
            await rx.execute(cases.delete())
    with pytest.raises((StoreUnavailable, InternalError), match=r"read-?only"):
        await db.read(lambda rx: rx.execute(cases.delete()))


async def test_a_transaction_that_raises_leaves_nothing(db: Database) -> None:
    row = {"case_id": "vacancy/1", "kind": "vacancy", "vacancy": "1", "candidate": None, "linked": False, "created_at": datetime.now(UTC)}

    def half(tx: Connection) -> None:
        tx.execute(cases.insert(), [row])
        raise BadInput("and then it went wrong")

    with pytest.raises(BadInput):
        await db.write(half)
    with pytest.raises(BadInput):
        async with db.transaction() as tx:
            await tx.run_sync(half)
    async with db.reading() as rx:
        assert (await rx.execute(select(cases))).all() == []


async def test_rows_hang_together(db: Database) -> None:
    row = {"id": "x", "source": "s", "event_id": "e", "type": "t", "case_id": "hire/nobody", "received_at": datetime.now(UTC), "sha256": ""}
    with pytest.raises(IntegrityError):
        async with db.transaction() as tx:
            await tx.execute(inbox.insert(), [{**row, "data": {}, "state": "open", "reason": "", "attempts": 0}])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://localhost/x", "no store of kind"),
        ("sqlite+aiosqlite://", "needs a file"),
        ("sqlite+aiosqlite:////no/such/folder/x.db", "does its folder exist"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", "cannot be used now"),
    ],
)
async def test_a_store_that_cannot_be_opened_says_why(url: str, words: str) -> None:
    with pytest.raises(StoreUnavailable, match=words):
        await Database.open(url)


async def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("these are not the tables you are looking for" * 100)
    with pytest.raises(StoreUnavailable, match="not a SQLite database"):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}/x.db")


async def test_an_empty_store_says_what_to_run(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/x.db"
    db = await Database.open(url)
    with pytest.raises(StoreUnavailable, match="muster migrate"):
        async with db.reading() as rx:
            await rx.execute(select(cases))
    with pytest.raises(StoreUnavailable, match="muster migrate"):
        await db.read(lambda rx: rx.execute(select(cases)).all())
    await db.close()
    with pytest.raises(StoreUnavailable, match="muster migrate"):
        await check_migrated(url)


# ---- migrations ----------------------------------------------------------------------------------------------------------


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(run.config()).get_heads() == [run.head()]


def shape(connection: Connection) -> dict[str, Any]:
    """Tables, columns, checks and indexes as the engine has them."""
    seen = inspect(connection)
    return {
        table: (
            [c["name"] for c in seen.get_columns(table)],
            sorted(str(c["name"]) for c in seen.get_check_constraints(table)),
            sorted(str(i["name"]) for i in seen.get_indexes(table)),
            sorted(str(u["name"]) for u in seen.get_unique_constraints(table)),
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


async def test_the_migrated_tables_are_the_ones_in_the_code(url: str, db: Database) -> None:
    await check_migrated(url)
    async with db.transaction() as tx:
        migrated = await tx.run_sync(shape)
        assert await tx.run_sync(lambda c: compare_metadata(MigrationContext.configure(c), metadata)) == []
        await tx.run_sync(run.move, "base")
        assert await tx.run_sync(shape) == {}
        await tx.run_sync(metadata.create_all)
        assert await tx.run_sync(shape) == migrated
        await tx.run_sync(metadata.drop_all)
        await tx.run_sync(run.move, "head")
        assert await tx.run_sync(shape) == migrated


async def test_migrating_goes_up_down_and_up_again_and_twice_is_once(url: str) -> None:
    await migrate(url)
    await check_migrated(url)
    await migrate(url, "base")
    with pytest.raises(StoreUnavailable, match="at revision none"):
        await check_migrated(url)
    await migrate(url)
    await check_migrated(url)


async def test_a_new_store_is_for_its_owner_only(tmp_path: Path) -> None:
    await migrate(f"sqlite+aiosqlite:///{tmp_path}/deep/er/x.db")
    assert stat.S_IMODE((tmp_path / "deep/er/x.db").stat().st_mode) == 0o600
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot write"):
        await migrate(f"sqlite+aiosqlite:///{tmp_path}/file/x.db")


# ---- values --------------------------------------------------------------------------------------------------------------

ZONES = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001 - Hypothesis adds the zone


@given(MOMENTS, MOMENTS)
def test_moments_as_text_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    kept, dialect = Instant(), sqlite.dialect()
    texts = [kept.process_bind_param(moment, dialect) for moment in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)
    assert [len(t) for t in texts] == [27, 27]
    back = kept.process_result_value(texts[0], dialect)
    assert back == one
    assert back.tzinfo is UTC


JSON = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(codec=None)), lambda below: st.lists(below) | st.dictionaries(st.text(), below)
)


def has_bad_text(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any(0xD800 <= ord(c) < 0xE000 for c in value)
    if isinstance(value, dict):
        return any(has_bad_text(x) for pair in value.items() for x in pair)
    return isinstance(value, list) and any(map(has_bad_text, value))


@given(JSON)
def test_json_is_refused_exactly_when_postgresql_could_not_keep_it(value: Any) -> None:
    if has_bad_text(value):
        with pytest.raises(BadInput):
            to_json(value)
    else:
        assert to_json(value).encode()


async def test_bad_text_is_refused_the_same_way_by_both_engines(db: Database) -> None:
    for bad in ("\x00", "\udfff"):
        with pytest.raises(BadInput):
            async with db.reading() as rx:
                await rx.execute(select(cases).where(cases.c.case_id == bad))
        with pytest.raises(BadInput):
            await db.read(lambda rx, bad=bad: rx.execute(select(cases).where(cases.c.case_id == bad)).all())  # type: ignore[misc]
