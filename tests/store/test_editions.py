"""Publishing a policy through the desk, over a real store: two people, one content, in force from its day."""

from datetime import timedelta

import pytest

from acts.desk import Desk
from config.files import load_rules, load_vacancy
from domain.errors import Conflict, FourEyes, NotFound, NotNow
from domain.vacancy import Closing
from store.database import Database
from tests.domain.test_comparison import changed
from tests.store import making as m

NEW = changed(version="2027.1", contract__years=4)
VACANCY = load_vacancy("250442").model_copy(update={"closing": Closing(ongoing=True)})


async def staffed(db: Database) -> Desk:
    desk = Desk(db)
    await desk.clock.set(m.NOON)
    for person, role in (("helga", "hr_head"), ("aude", "appointing_authority")):
        await desk.put_staff(person, person, f"{person}@example.org", [role])
    return desk


async def test_a_fresh_installation_has_the_policies_that_come_with_it_in_force(db: Database) -> None:
    desk = await staffed(db)
    assert {(each["name"], each["state"]) for each in await desk.policies.list()} == {("seconds", "in_force"), ("standard", "in_force")}
    assert (await desk.policies.in_force("standard")).rules == load_rules("standard")
    assert (await desk.policies.get("standard", "2026.1")).approved_by == "shipped"
    with pytest.raises(NotFound):
        await desk.policies.in_force("none")


async def test_two_people_publish_a_policy_and_vacancies_take_the_one_in_force(db: Database) -> None:
    desk = await staffed(db)
    with pytest.raises(NotNow) as caught:
        await desk.publish("helga", VACANCY, NEW)
    assert caught.value.code == "policy_not_in_force"
    proposed = await desk.policies.propose("helga", NEW)
    assert await desk.policies.propose("helga", NEW) == proposed
    with pytest.raises(Conflict):
        await desk.policies.propose("aude", changed(version="2027.1", contract__years=5))
    with pytest.raises(Conflict):
        await desk.policies.propose("aude", changed(contract__years=5))  # the version that came with the software
    with pytest.raises(FourEyes):
        await desk.policies.approve("helga", "standard", "2027.1", NEW.sha256)
    assert (await desk.policies.in_force("standard")).version == "2026.1"
    published = await desk.policies.approve("aude", "standard", "2027.1", NEW.sha256)
    assert await desk.policies.in_force("standard") == published
    with pytest.raises(NotNow):
        await desk.policies.approve("aude", "standard", "2027.1", NEW.sha256)
    assert [(each["version"], each["state"]) for each in await desk.policies.list() if each["name"] == "standard"] == [
        ("2026.1", "past"),
        ("2027.1", "in_force"),
    ]
    with pytest.raises(NotNow):
        await desk.publish("helga", VACANCY, load_rules("standard"))
    assert (await desk.publish("helga", VACANCY, NEW)).rules == NEW


async def test_a_policy_takes_effect_on_its_day_in_the_zone_of_its_calendar(db: Database) -> None:
    desk = await staffed(db)
    day = m.NOON.date() + timedelta(days=3)
    proposed = await desk.policies.propose("helga", NEW, day)
    assert proposed.effective_from is not None
    assert proposed.effective_from.isoformat() == "2026-03-04T23:00:00+00:00"  # midnight in Brussels
    await desk.policies.approve("aude", "standard", "2027.1", NEW.sha256)
    assert (await desk.policies.in_force("standard")).version == "2026.1"
    await desk.clock.set(proposed.effective_from)
    assert (await desk.policies.in_force("standard")).version == "2027.1"
    assert (await desk.policies.in_force("standard", m.NOON)).version == "2026.1"
