"""The staff's notes and worklists, over a real store."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from acts.personnel import Personnel
from domain import facts as f
from domain.errors import BadInput, NotAllowed, NotFound
from domain.words import Role, Stage
from store.arrivals import Contact
from store.clock import DoorClock
from store.database import Database, migrate
from store.inbox import Inbox
from store.people import People
from store.queries import Queries
from store.records import Records
from store.vacancies import Vacancies
from tests.store import making as m

MONDAY = date(2026, 3, 2)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path}/muster.db"
    await migrate(url)
    opened = await Database.open(url)
    yield opened
    await opened.close()


async def staffed(db: Database) -> Personnel:
    people, clock = People(db), DoorClock(db)
    await clock.set(m.NOON)
    for person, role in {"ines": Role.HR_OFFICER, "tom": Role.HR_OFFICER, "helga": Role.HR_HEAD, "marc": Role.HIRING_MANAGER}.items():
        await people.put_staff(person, person.title(), f"{person}@example.org", [role])
    return Personnel(db, people, Queries(db), clock)


async def test_an_absence_is_a_fact_with_its_leaf_and_its_deputy_may_act(db: Database) -> None:
    personnel = await staffed(db)
    await personnel.absent("helga", "helga", MONDAY, MONDAY + timedelta(days=4), deputy="tom")
    assert await personnel.stands_in("tom") == {"helga": ("hr_head",)}
    assert await personnel.away() == {"helga"}
    [entry] = await Records(db).journal("staff/helga")
    assert (entry.actor, entry.fact.kind) == ("person:helga", "absence_entered")
    assert (await Queries(db).counts())["leaves"] == 1
    await personnel.revoke("helga", "helga", 1)
    assert await personnel.stands_in("tom") == {}


async def test_nobody_enters_what_concerns_nobody(db: Database) -> None:
    personnel = await staffed(db)
    with pytest.raises(NotFound, match="nobody"):
        await personnel.absent("helga", "nobody", MONDAY, MONDAY)
    with pytest.raises(NotFound, match="nobody"):
        await personnel.absent("helga", "helga", MONDAY, MONDAY, deputy="nobody")
    with pytest.raises(NotAllowed):
        await personnel.absent("tom", "ines", MONDAY, MONDAY)
    with pytest.raises(NotAllowed, match="owned by HR"):
        await personnel.owner("marc")


async def test_a_worklist_holds_what_one_may_do_oneself_or_for_another(db: Database) -> None:
    personnel = await staffed(db)
    await Vacancies(db).publish(m.published())
    case = "hire/abcd2345"
    await Records(db).append(m.step(case, 0, m.received(), m.entered(Stage.SCREENING)))
    assert [(t.case, t.need, t.for_) for t in await personnel.worklist("ines")] == [(case, "screen", "")]
    assert await personnel.worklist("marc") == []
    await personnel.delegate("ines", "ines", "marc", [Role.HR_OFFICER], MONDAY, MONDAY)
    assert [(t.need, t.for_, t.mine) for t in await personnel.worklist("marc")] == [("screen", "ines", False)]


async def test_a_person_is_found_across_vacancies_whatever_the_accents(db: Database) -> None:
    people = People(db)
    contact = Contact(name="Zoë Łukasz-Müller", email="zoe@example.org")
    for reference in ("250442", "240655"):
        await Vacancies(db).publish(m.published(reference))
        await Inbox(db).accept(m.arrival(f"e-{reference}", vacancy=reference, contact=contact))
    [found] = await people.find("MULLER zoe")
    assert (found["name"], sorted(case["vacancy"] for case in found["cases"])) == ("Zoë Łukasz-Müller", ["240655", "250442"])
    assert await people.find("nobody at all") == []
    assert [each["name"] for each in await people.find("mul exam")] == ["Zoë Łukasz-Müller"]
    for nothing in ("  ", "%", "z"):
        with pytest.raises(BadInput):
            await people.find(nothing)


def test_facts_of_the_staff_name_no_more_than_ids() -> None:
    assert set(f.AbsenceEntered.model_fields) == {"kind", "starts_on", "ends_on", "deputy"}
