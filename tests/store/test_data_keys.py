"""Data keys: one a subject and compartment, wrapped, shared by all processes, and none any more once they are erased."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.keyring import FileKeyring
from domain.sealing import Compartment, DataKey, KeyErased, NotOpened, place
from store.database import Database
from store.keys import DataKeys, erase, to_open, to_seal
from store.tables import data_keys

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEMPORAL, MEDICAL = Compartment.TEMPORAL, Compartment.MEDICAL
HERE = place("test")


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def ring(tmp_path: Path) -> FileKeyring:
    return FileKeyring.made(tmp_path / "keyring.json", NOW)


async def gone(db: Database, *subjects: str) -> int:
    return await db.write(lambda tx: erase(tx, subjects, NOW))


async def test_each_subject_has_a_key_of_its_own_in_each_compartment(db: Database, ring: FileKeyring) -> None:
    keys = DataKeys(db, ring)
    made = [await keys.to_seal(subject, each) for subject in ("P1", "P2") for each in (TEMPORAL, MEDICAL)]
    assert len({each.key for each in made}) == 4
    sealed = made[0].seal(b"text", HERE)
    assert made[0].open(sealed, HERE) == b"text"
    for other in made[1:]:
        with pytest.raises(NotOpened):
            other.open(sealed, HERE)


async def test_processes_that_ask_at_the_same_time_get_the_same_key(db: Database, ring: FileKeyring) -> None:
    found = await asyncio.gather(*(DataKeys(db, ring).to_seal("P1", TEMPORAL) for _ in range(8)))
    assert len({each.key for each in found}) == 1


async def test_opening_makes_no_key(db: Database, ring: FileKeyring) -> None:
    with pytest.raises(NotOpened, match="has no key"):
        await DataKeys(db, ring).to_open("P1", TEMPORAL)
    assert not await db.read(lambda rx: rx.execute(select(data_keys)).all())


async def test_an_erased_subject_is_neither_opened_nor_sealed_nor_given_a_new_key(db: Database, ring: FileKeyring) -> None:
    keys = DataKeys(db, ring, keep_s=0.0)
    await keys.to_seal("P1", TEMPORAL)
    theirs = (await keys.to_seal("P2", TEMPORAL)).seal(b"text", HERE)
    assert await gone(db, "P1") == 1
    for asked in (keys.to_open("P1", TEMPORAL), keys.to_seal("P1", TEMPORAL), keys.to_seal("P1", MEDICAL)):
        with pytest.raises(KeyErased):
            await asked
    with pytest.raises(KeyErased):
        await db.write(lambda tx: to_seal(tx, ring, "P1", MEDICAL))
    with pytest.raises(KeyErased):
        await db.read(lambda rx: to_open(rx, ring, "P1", MEDICAL))
    assert (await keys.to_open("P2", TEMPORAL)).open(theirs, HERE) == b"text"


async def test_erasing_again_changes_nothing_and_one_without_keys_gets_none_later(db: Database, ring: FileKeyring) -> None:
    assert [await gone(db, "P1"), await gone(db, "P1")] == [0, 0]
    with pytest.raises(KeyErased):
        await DataKeys(db, ring).to_seal("P1", TEMPORAL)


async def test_an_erasure_elsewhere_is_noticed_when_the_held_key_has_had_its_second(db: Database, ring: FileKeyring) -> None:
    clock = Clock()
    here = DataKeys(db, ring, keep_s=1.0, now=clock)
    await here.to_seal("P1", TEMPORAL)
    await gone(db, "P1")
    clock.at = 0.9
    await here.to_open("P1", TEMPORAL)  # held: and using it does not hold it longer
    clock.at = 1.0
    with pytest.raises(KeyErased):
        await here.to_open("P1", TEMPORAL)


async def test_no_more_keys_are_held_than_wished_for(db: Database, ring: FileKeyring) -> None:
    keys = DataKeys(db, ring, keep_s=60.0, most=2)
    for subject in ("P1", "P2", "P3"):
        await keys.to_seal(subject, TEMPORAL)
    await gone(db, "P1", "P3")
    with pytest.raises(KeyErased):
        await keys.to_open("P1", TEMPORAL)
    assert isinstance(await keys.to_open("P3", TEMPORAL), DataKey)


async def test_a_wrapped_key_opens_for_no_other_subject_or_compartment(db: Database, ring: FileKeyring) -> None:
    for subject, compartment in (("P1", TEMPORAL), ("P2", TEMPORAL), ("P1", MEDICAL)):
        await DataKeys(db, ring).to_seal(subject, compartment)
    mine = select(data_keys.c.wrapped).where(data_keys.c.subject == "P1", data_keys.c.compartment == TEMPORAL)
    stolen = await db.read(lambda rx: rx.execute(mine).scalar_one())
    await db.write(lambda tx: tx.execute(update(data_keys).values(wrapped=stolen)))
    for subject, compartment in (("P2", TEMPORAL), ("P1", MEDICAL)):
        with pytest.raises(NotOpened):
            await DataKeys(db, ring).to_open(subject, compartment)
