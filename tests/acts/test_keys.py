"""Keys are rotated by key administrators, and destroyed by two of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from acts.desk import Desk
from config.keyring import FileKeyring
from domain.errors import Conflict, FourEyes, NotAllowed, NotFound, NotNow
from domain.sealing import Compartment
from store.database import Database, migrate
from store.keys import DataKeys, erase

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LOG = Compartment.LOG


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    db = await Database.open(url)
    made = Desk(db, None)
    for person, role in {"kim": "key_administrator", "kai": "key_administrator", "olga": "hr_head"}.items():
        await made.put_staff(person, person.title(), f"{person}@example.org", [role])
    yield made
    await db.close()


@pytest.fixture
def ring(tmp_path: Path) -> FileKeyring:
    return FileKeyring.made(tmp_path / "keyring.json", NOW)


async def test_only_a_key_administrator_touches_keys(desk: Desk, ring: FileKeyring) -> None:
    with pytest.raises(NotAllowed):
        await desk.keys.rotate("olga", ring, LOG)
    with pytest.raises(NotAllowed):
        await desk.keys.propose("olga", ring, LOG, "2026-11")
    with pytest.raises(NotFound):
        await desk.keys.rotate("nobody", ring, LOG)


async def test_a_key_is_destroyed_by_two_people(desk: Desk, ring: FileKeyring) -> None:
    with pytest.raises(Conflict, match="rotate first"):
        await desk.keys.propose("kim", ring, LOG, "2026-11")
    await desk.keys.rotate("kim", ring, LOG)
    with pytest.raises(NotFound, match="nobody proposed"):
        await desk.keys.approve("kai", ring, LOG, "2026-11")
    await desk.keys.propose("kim", ring, LOG, "2026-11")
    with pytest.raises(FourEyes):
        await desk.keys.approve("kim", ring, LOG, "2026-11")
    assert [each.epoch for each in await desk.keys.waiting()] == ["2026-11"]
    assert (await desk.keys.approve("kai", ring, LOG, "2026-11")).state == "destroyed"
    assert await desk.keys.waiting() == []


async def test_a_key_that_still_wraps_somebodys_key_is_not_destroyed(desk: Desk, ring: FileKeyring) -> None:
    await DataKeys(desk.db, ring).to_seal("P1", LOG)
    ring.rotate(LOG, NOW)  # as if the command had been cut short here
    with pytest.raises(NotNow, match="1 subjects"):
        await desk.keys.propose("kim", ring, LOG, "2026-11")
    await desk.db.write(lambda tx: erase(tx, ["P1"], NOW))
    await desk.keys.propose("kim", ring, LOG, "2026-11")


async def test_a_rotation_wraps_every_subjects_key_anew_also_when_it_was_cut_short(desk: Desk, ring: FileKeyring) -> None:
    for subject in ("P1", "P2"):
        await DataKeys(desk.db, ring).to_seal(subject, LOG)
    ring.rotate(LOG, NOW)
    assert await desk.keys.rewrap("kim", ring, LOG) == 2
    await desk.keys.propose("kim", ring, LOG, "2026-11")
    await desk.keys.approve("kai", ring, LOG, "2026-11")
    assert (await DataKeys(desk.db, ring).to_open("P1", LOG)).subject == "P1"
