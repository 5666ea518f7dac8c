"""A rehearsal over a real store: it reads journals through the desk, and leaves every table as it was."""

from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import Connection, select

from acts.desk import Desk
from config.files import load_calendar, load_rules
from domain.errors import NotFound
from domain.messages import Step
from domain.words import Stage
from store.database import Database
from store.records import Records
from store.tables import metadata
from store.vacancies import Vacancies
from tests.domain.test_comparison import changed
from tests.world import World, at_stage


async def keep(db: Database, world: World) -> None:
    """The world's journals in a store, step by step as they were written."""
    for published in world.published:
        await Vacancies(db).publish(published)
    records = Records(db)
    for case in sorted(world.store.journals, reverse=True):  # vacancies first
        for name, entries in groupby(world.store.journals[case], key=lambda entry: entry.step):
            wrote = list(entries)
            facts = tuple(entry.fact for entry in wrote)
            await records.append(Step(case=case, after=wrote[0].number - 1, step=name, at=wrote[0].at, actor=wrote[0].actor, facts=facts))


async def everything(db: Database) -> dict[str, list[Any]]:
    def read(rx: Connection) -> dict[str, list[Any]]:
        return {table.name: sorted(repr(tuple(row)) for row in rx.execute(select(table))) for table in metadata.sorted_tables}

    return await db.read(read)


async def test_a_rehearsal_leaves_every_table_as_it_was(db: Database) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "medical")
    await keep(db, world)
    desk, calendar = Desk(db), load_calendar("hq-brussels")
    await desk.clock.set(world.at)
    before = await everything(db)
    assert before["journal"]
    shorter = changed(
        deadlines__verification__target=20,
        conditions__medical__valid_days=1,
        conditions__accreditation__after=["medical"],
        version="2027.1",
    )
    found = await desk.rehearse(shorter, calendar)
    (moves,) = found.cases
    assert (moves.case, [m.key for m in moves.deadlines]) == (case, ["verification"])
    assert {str(m.condition): m.effect for m in moves.conditions} == {"accreditation": "asked_at_once", "medical": "valid_shorter"}
    assert await desk.rehearse(shorter, calendar, "250442") == found
    assert (await desk.rehearse(load_rules("standard"), calendar)).cases == ()
    with pytest.raises(NotFound):
        await desk.rehearse(shorter, calendar, "999999")
    assert await everything(db) == before
