"""The records of a store against each other: whole, nothing is found; whatever is taken, added or changed behind its back, is named."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from acts.auditing import Auditing
from connectors.log_key import load_log_key
from domain.log.completeness import Completeness
from store.checkpoints import Checkpoints
from store.database import Database, migrate
from store.queries import Queries
from tests.insider import tampered
from tests.kept import competition, written


@pytest.fixture(scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with everything in it, and one checkpoint signed."""
    folder = tmp_path_factory.mktemp("whole")
    url = f"sqlite+aiosqlite:///{folder}/muster.db"
    await migrate(url)
    db = await Database.open(url)
    await written(db, competition())
    await Checkpoints(db, load_log_key(folder / "log.key", "muster.test/log")).sign()
    await db.close()
    return folder / "muster.db"


@pytest.fixture
async def db(whole: Path, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{shutil.copy(whole, tmp_path / 'muster.db')}")
    yield opened
    await opened.close()


async def reconciled(db: Database) -> Completeness:
    return await Auditing(db, Queries(db), lambda: None).reconcile()


def codes(found: Completeness) -> set[str]:
    return {each.code for each in found.differences}


async def test_a_store_that_is_whole_reconciles(db: Database) -> None:
    found = await reconciled(db)
    assert (found.differences, found.complete) == ((), True)
    counts = {check.name: check.counts for check in found.checks}
    assert counts["facts"]["facts"] == counts["facts"]["leaves"] == counts["leaves"]["fact"] > 50
    assert counts["events"]["of_partners"] == counts["events"]["leaves"] == counts["leaves"]["event"] > 5
    assert min(counts["effects"]["letters_sent"], counts["effects"]["asks_arrived_yes"]) > 3
    assert counts["checkpoints"]["signed"] == 1
    assert [(check.name, check.skipped) for check in found.checks if check.skipped] == [("workflows", "engine_not_asked")]


#: What somebody with SQL does behind the installation's back, and what is found.
TAMPERED = {
    "DELETE FROM journal WHERE case_id = 'hire/h002' AND number = 5": {"journal_gap", "leaf_without_fact"},
    "UPDATE journal SET actor = 'person:somebody' WHERE case_id = 'hire/h002' AND number = 3": {"fact_not_as_logged"},
    "UPDATE journal SET body = replace(body, 'not_eligible', 'too_young') WHERE kind = 'screened'": {"fact_not_as_logged"},
    "DELETE FROM leaves WHERE kind = 'fact' AND position = (SELECT max(position) FROM leaves WHERE kind = 'fact')": {
        "fact_without_leaf",
        "leaf_not_counted",
        "leaf_gap",
        "checkpoint_ahead",
    },
    "UPDATE leaves SET body = replace(body, 'hire/h002', 'hire/h001') WHERE position = 9 OR position = 60": {"leaf_altered"},
    "DELETE FROM inbox WHERE id = (SELECT ref FROM leaves WHERE kind = 'event' ORDER BY position LIMIT 1)": {"leaf_without_event"},
    "UPDATE inbox SET sha256 = 'b' WHERE key_id IS NOT NULL AND type = 'application.withdrawn'": {"event_not_as_logged"},
    "DELETE FROM outbox WHERE kind = 'letter' AND seq = (SELECT min(seq) FROM outbox WHERE kind = 'letter')": {
        "letter_without_parcel",
        "leaf_without_effect",
    },
    "UPDATE outbox SET state = 'dead' WHERE kind = 'letter' AND seq = (SELECT min(seq) FROM outbox WHERE kind = 'letter')": {
        "parcel_not_as_logged"
    },
    "DELETE FROM partner_asks WHERE key = (SELECT min(key) FROM partner_asks)": {"request_without_ask", "leaf_without_effect"},
    "INSERT INTO policies (name, version, sha256, rules, proposed_by, proposed_at) "
    "VALUES ('x', '1', 'f', '{}', 'hr', '2026-03-02T12:00:00.000000Z')": {"decision_without_leaf"},
    "UPDATE hires SET stage = 'entry_on_duty' WHERE case_id = 'hire/h002'": {"read_model_differs"},
    "UPDATE inbox SET closed_by_step = 'message/other' WHERE state = 'applied' AND type = 'application.withdrawn'": {
        "applied_without_facts"
    },
    "UPDATE checkpoints SET root = 'AAAA'": {"checkpoint_other_leaves"},
}


@pytest.mark.parametrize("statement", TAMPERED)
async def test_whatever_is_changed_behind_its_back_is_named(db: Database, statement: str) -> None:
    changed = await tampered(db, lambda tx: tx.execute(text(statement)).rowcount)
    assert changed >= 1
    found = codes(await reconciled(db))
    assert TAMPERED[statement] <= found


async def test_once_a_stream_has_no_key_its_leaves_are_counted_and_no_longer_compared(db: Database) -> None:
    def erase(tx: object) -> None:
        tx.execute(text("DELETE FROM log_keys WHERE stream = 'hire/h002'"))  # type: ignore[attr-defined]
        tx.execute(text("UPDATE journal SET actor = 'person:x' WHERE case_id = 'hire/h002' AND number = 3"))  # type: ignore[attr-defined]

    before = (await reconciled(db)).checks[0].counts["leaves"]
    await tampered(db, erase)
    found = await reconciled(db)
    assert "fact_not_as_logged" not in codes(found)
    assert (found.checks[0].counts["leaves"], found.checks[0].counts["sealed"] > 3) == (before, True)


async def test_the_records_still_agree_after_what_erasure_and_retention_delete(db: Database) -> None:
    def gone(tx: object) -> None:
        for table in ("letters", "applications", "payloads", "people"):
            tx.execute(text(f"DELETE FROM {table}"))  # type: ignore[attr-defined]
        tx.execute(text("DELETE FROM log_keys WHERE stream LIKE 'hire/%'"))  # type: ignore[attr-defined]

    await db.write(gone)
    found = await reconciled(db)
    assert (found.differences, found.checks[0].counts["sealed"] > 50) == ((), True)
