"""What is read over many journals at once: the desk's answers on waiting, turns and the start, from a store."""

from datetime import timedelta

import pytest

from acts.desk import Desk
from domain.errors import NotFound
from store.clock import DoorClock
from store.database import Database
from store.queries import Queries
from store.records import Records
from tests.store import making as m
from tests.store.test_reading import some_hires


async def test_the_journals_of_a_vacancy_s_hires_are_read_at_once(db: Database) -> None:
    await some_hires(db)
    queries = Queries(db)
    found = await queries.journals()
    assert sorted(found) == ["hire/0", "hire/1", "hire/2"]
    assert found["hire/1"] == await Records(db).journal("hire/1")
    assert await queries.journals("250442") == found
    assert await queries.journals("999999") == {}


async def test_the_desk_says_why_a_hire_waits(db: Database) -> None:
    await some_hires(db)
    desk = Desk(db)
    assert (await desk.why("hire/2")).waits[0].code == "screen"
    assert [wait.code for wait in (await desk.why("hire/0", "screen")).waits] == ["on_hold"]
    with pytest.raises(NotFound):
        await desk.why("hire/none")
    with pytest.raises(NotFound):
        await desk.why("hire/2", "dance")


async def test_the_desk_adds_up_the_turns_to_the_age(db: Database) -> None:
    await some_hires(db)
    await DoorClock(db).set(m.NOON + timedelta(days=3))
    tally = await Desk(db).turns("250442")
    assert (tally.cases, tally.age) == (3, 3 * timedelta(days=3))
    assert sum((share.time for share in tally.parties.values()), timedelta(0)) == tally.age
    assert (await Desk(db).turns(since=(m.NOON + timedelta(days=1)).date())).cases == 0
    assert (await Desk(db).turns("999999")).cases == 0
