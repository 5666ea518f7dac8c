"""Histories taken out of Temporal: kept once with a leaf, the same on both engines, checked whenever they are read."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from store.database import Database
from store.histories import Histories, files
from store.tables import histories, leaves, log_keys
from tests.store.making import NOON

CASE = "hire/ab12cd34"


def document(last_event: int = 3, run: str = "run-1", case: str = CASE) -> dict[str, Any]:
    events = [{"eventId": str(n), "eventType": "EVENT_TYPE_MARKER_RECORDED"} for n in range(1, last_event + 1)]
    head = {"workflow_id": case, "run_id": run, "namespace": "muster", "last_event": last_event, "build_id": "b1"}
    return {**head, "history": {"events": events}, "known": {}}


async def count(db: Database, table: Any) -> int:
    return await db.read(lambda rx: int(rx.execute(select(func.count()).select_from(table)).scalar_one()))


async def test_a_history_is_kept_once_with_its_leaf_and_given_back_byte_for_byte(db: Database) -> None:
    kept = Histories(db)
    assert await kept.keep(document(), NOON, NOON)
    assert not await kept.keep(document(), NOON, NOON + timedelta(days=1))
    [found] = await kept.of(CASE)
    assert json.loads(found.text) == document()
    assert hashlib.sha256(found.text).hexdigest() == found.sha256
    assert (found.whole, found.bound, found.closed_at, found.build_id) == (True, True, NOON, "b1")
    assert files([found]) == {"hire_ab12cd34.run-1.json": found.text}
    assert await count(db, leaves) == 1


async def test_the_same_history_is_the_same_bytes_in_whatever_order_its_names_came(db: Database) -> None:
    kept = Histories(db)
    await kept.keep(document(), None, NOON)
    await kept.keep(dict(reversed(list(document(case="hire/other").items()))), None, NOON)
    one, other = (await kept.of(CASE))[0].text, (await kept.of("hire/other"))[0].text
    assert one.replace(b"hire/ab12cd34", b"hire/other") == other


async def test_a_longer_one_of_the_same_run_takes_the_place_of_the_shorter_and_both_leaves_stay(db: Database) -> None:
    kept = Histories(db)
    await kept.keep(document(3), None, NOON)
    await kept.keep(document(5), NOON, NOON + timedelta(days=1))
    assert not await kept.keep(document(4), None, NOON + timedelta(days=2)), "never back"
    [found] = await kept.of(CASE)
    assert found.last_event == 5
    assert await count(db, histories) == await count(db, leaves) == 2
    assert (await kept.marks([CASE]))[CASE, "run-1"].last_event == 5


async def test_every_run_of_a_case_is_kept(db: Database) -> None:
    kept = Histories(db)
    await kept.keep(document(3, "run-1"), NOON, NOON)
    await kept.keep(document(2, "run-2"), NOON + timedelta(days=9), NOON + timedelta(days=9))
    assert [each.run for each in await kept.of(CASE)] == ["run-1", "run-2"]
    assert await kept.newest_close() == NOON + timedelta(days=9)
    assert await kept.cases() == [CASE]


async def test_changed_bytes_and_a_changed_leaf_are_found_out(db: Database) -> None:
    kept = Histories(db)
    await kept.keep(document(), NOON, NOON)
    await db.write(lambda tx: tx.execute(update(histories).values(sha256="0" * 64)))
    [found] = await kept.of(CASE)
    assert (found.whole, found.bound) == (False, False)
    await db.write(lambda tx: tx.execute(update(histories).values(body=b"something else")))
    [found] = await kept.of(CASE)
    assert found.whole is False


async def test_the_leaf_can_be_checked_after_the_case_was_erased(db: Database) -> None:
    kept = Histories(db)
    await kept.keep(document(), NOON, NOON)
    await db.write(lambda tx: tx.execute(delete(log_keys).where(log_keys.c.stream == CASE)))
    [found] = await kept.of(CASE)
    assert found.bound


async def test_a_case_without_a_history_has_none(db: Database) -> None:
    assert await Histories(db).of("hire/nobody") == []
    assert await Histories(db).newest_close() is None
