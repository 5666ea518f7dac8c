"""Balance watch at the desk: two offices, declarations that stay sealed, reports that are issued once and share nobody."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from acts.desk import Desk
from config.keyring import FileKeyring
from domain.balance_people import Attribute
from domain.errors import BadInput, Conflict, FourEyes, NotAllowed, NotFound, NotNow, Refusal
from domain.facts import ConditionOpened, ConditionReplied, ConditionRequested, StageEntered
from domain.sealing import Compartment
from domain.words import Condition, Outcome, Stage
from store.database import Database, migrate
from store.erasure import Erasures
from store.inbox import Inbox
from store.keys import to_open
from store.records import Records
from store.tables import balance_counted, balance_declarations, data_keys, hires, journal, leaves, vacancies
from store.vacancies import Vacancies
from tests.store import making as m

STAFF = {"dana": "data_protection_officer", "olga": "hr_head", "omar": "hr_head", "ines": "hr_officer", "aldo": "auditor"}
GENDER, WAITING, VACANCY = Attribute.GENDER, Attribute.WAITING, m.published().spec.reference


@dataclass
class Office:
    desk: Desk
    ring: FileKeyring
    folder: Path

    async def turned(self, turn: str) -> None:
        await self.desk.balance.propose("olga", turn)
        await self.desk.balance.approve("dana")

    async def applied(self, n: int, stage: Stage | None = None, nation: str = "BE") -> str:
        """Somebody applied, and came as far as `stage`; their case."""
        case = (await Inbox(self.desk.db).accept(m.arrival(f"evt-{n}", f"c-{n}"))).case
        facts: list[Any] = [m.received(candidate=await self.desk.people.candidate_of(case)).model_copy(update={"nations": (nation,)})]
        facts += [StageEntered(stage=stage)] if stage else []
        medical: Any = {"condition": Condition.MEDICAL}
        facts += [ConditionOpened(**medical, authority="medical"), ConditionRequested(**medical, authority="medical", ask=f"ask-{n}")]
        await Records(self.desk.db).append(m.step(case, 0, *facts))
        replied = m.step(case, len(facts), ConditionReplied(**medical, outcome=Outcome.FIT), name="reply")
        await Records(self.desk.db).append(replied.model_copy(update={"at": m.NOON + timedelta(days=n % 7 + 1)}))
        return case

    async def declared(self, *said: dict[str, Any]) -> int:
        return await self.desk.balance.declare("dana", self.ring, [json.dumps(each) for each in said])

    async def over(self) -> None:
        await self.desk.db.write(lambda tx: tx.execute(vacancies.update().values(status="filled")))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("balance") / "muster.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest_asyncio.fixture
async def office(tmp_path: Path, migrated: Path) -> AsyncIterator[Office]:
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path)}"
    db = await Database.open(url)
    made = Desk(db, None)
    for person, role in STAFF.items():
        await made.put_staff(person, person.title(), f"{person}@example.org", [role])
    await Vacancies(db).publish(m.published())
    await Records(db).append(m.opened())
    yield Office(made, FileKeyring.made(tmp_path / "keyring.json", datetime(2027, 3, 1, tzinfo=UTC)), tmp_path)
    await db.close()


async def test_it_is_off_until_both_offices_turn_it_on_and_the_log_has_it(office: Office) -> None:
    balance = office.desk.balance
    assert await balance.on() is False
    for refused in (balance.declare("dana", office.ring, []), balance.issue("dana", office.ring, GENDER, year=2020)):
        with pytest.raises(NotNow, match="off"):
            await refused
    with pytest.raises(NotAllowed):
        await balance.propose("ines", "on")
    with pytest.raises(NotFound):
        await balance.approve("dana")
    await balance.propose("olga", "on")
    with pytest.raises(FourEyes):
        await balance.approve("olga")
    with pytest.raises(NotAllowed):
        await balance.approve("omar")  # another person, and the same office
    assert await balance.on() is False
    assert await balance.approve("dana") == "on"
    assert await balance.on() is True
    with pytest.raises(Conflict):
        await balance.propose("olga", "on")
    found = await office.desk.db.read(lambda rx: rx.execute(select(leaves.c.kind).where(leaves.c.stream == "balance")).scalars().all())
    assert found == ["decision"]


async def test_what_is_declared_stands_nowhere_in_clear_and_under_its_own_compartment(office: Office) -> None:
    await office.turned("on")
    case = await office.applied(1)
    before = await office.desk.db.read(lambda rx: rx.execute(select(journal)).all())
    assert await office.declared({"hire": case, "consent": True, "gender": "another", "nation": "BE"}) == 1
    row = (await office.desk.db.read(lambda rx: rx.execute(select(balance_declarations)).all()))[0]
    assert await office.desk.db.read(lambda rx: rx.execute(select(data_keys.c.compartment)).scalars().all()) == ["balance"]
    assert await office.desk.db.read(lambda rx: rx.execute(select(journal)).all()) == before
    raw = b"".join(file.read_bytes() for file in office.folder.glob("muster.db*"))
    assert b"another" not in raw
    assert "another" not in repr(await office.desk.hire(case))
    with pytest.raises(Refusal):
        await office.desk.db.read(lambda rx: to_open(rx, office.ring, row.candidate, Compartment.IDENTITY))
    again = {"hire": case, "consent": True}
    assert await office.declared(again) == 1
    (padded,) = await office.desk.db.read(lambda rx: rx.execute(select(balance_declarations.c.sealed)).scalars().all())
    assert len(padded) == len(row.sealed)


@pytest.mark.parametrize("wrong", [{"consent": False}, {"consent": True, "religion": "x"}, {"consent": True, "gender": "secret-word"}, {}])
async def test_without_consent_or_with_anything_else_nothing_is_kept(office: Office, wrong: dict[str, object]) -> None:
    await office.turned("on")
    case = await office.applied(1)
    with pytest.raises(BadInput, match="line 2") as refused:
        await office.declared({"hire": case, "consent": True, "gender": "man"}, {"hire": case, **wrong})
    assert "secret-word" not in str(refused.value)
    assert await office.desk.db.read(lambda rx: rx.execute(select(balance_declarations)).all()) == []


async def test_a_declaration_goes_with_consent_with_the_person_and_with_the_watch(office: Office) -> None:
    await office.turned("on")
    first, second, third = [await office.applied(n) for n in (1, 2, 3)]
    await office.declared(*({"hire": case, "consent": True, "gender": "man"} for case in (first, second, third)))
    assert await office.desk.balance.forget("dana", first) is True
    assert await office.desk.balance.forget("dana", first) is False
    await office.desk.db.write(lambda tx: tx.execute(hires.update().values(ending="withdrawn")))
    erasures, whose = Erasures(office.desk.db), await office.desk.people.candidate_of(second)
    await erasures.approve(await erasures.propose(whose, "asked", "dana", m.NOON), "olga", m.NOON)
    left = await office.desk.db.read(lambda rx: rx.execute(select(balance_declarations.c.candidate)).scalars().all())
    assert left == [await office.desk.people.candidate_of(third)]
    await office.turned("off")
    assert await office.desk.db.read(lambda rx: rx.execute(select(balance_declarations)).all()) == []
    assert await office.desk.db.read(lambda rx: rx.execute(select(data_keys)).all()) == []


async def test_a_report_is_issued_once_for_what_is_over_and_counts_nobody_twice(office: Office) -> None:
    await office.turned("on")
    cases = [await office.applied(n, Stage.ASSESSMENT if n % 2 else None) for n in range(120)]
    await office.declared(*({"hire": case, "consent": True, "gender": "woman" if n % 4 < 2 else "man"} for n, case in enumerate(cases)))
    with pytest.raises(NotNow, match="not over"):
        await office.desk.balance.issue("dana", office.ring, GENDER, vacancy=VACANCY)
    with pytest.raises(BadInput):
        await office.desk.balance.issue("dana", office.ring, GENDER)
    with pytest.raises(NotFound):
        await office.desk.balance.given("aldo", GENDER, vacancy=VACANCY)
    await office.over()
    issued = await office.desk.balance.issue("dana", office.ring, GENDER, vacancy=VACANCY)
    (step,) = issued.body["steps"]
    assert [(x["group"], x["entered"], x["passed"]) for x in step["groups"]] == [("man", 60, 30), ("woman", 60, 30)]
    assert (issued.body["people"], issued.body["counted_before"]) == (120, 0)
    with pytest.raises(Conflict):
        await office.desk.balance.issue("olga", office.ring, GENDER, vacancy=VACANCY)
    given = await office.desk.balance.given("aldo", GENDER, vacancy=VACANCY)
    assert given["steps"] == issued.body["steps"]
    with pytest.raises(NotAllowed):
        await office.desk.balance.given("ines", GENDER, vacancy=VACANCY)
    kinds = await office.desk.db.read(lambda rx: rx.execute(select(leaves.c.kind).where(leaves.c.stream == "balance")).scalars().all())
    assert kinds == ["decision", "decision", "read", "decision"]  # turned on, declared, read for the report, issued


async def test_a_year_after_its_vacancy_counts_only_the_others(office: Office) -> None:
    await office.turned("on")
    for n in range(3):
        await office.applied(n)
    await office.over()
    await office.desk.balance.issue("dana", office.ring, GENDER, vacancy=VACANCY)
    year = m.NOON.year
    with pytest.raises(NotNow, match="not over"):
        await office.desk.balance.issue("dana", office.ring, GENDER, year=(await office.desk.clock.now()).year)
    if year < (await office.desk.clock.now()).year:
        body = (await office.desk.balance.issue("dana", office.ring, GENDER, year=year)).body
        assert (body["people"], body["counted_before"]) == (0, 3)
    marks = await office.desk.db.read(lambda rx: rx.execute(select(balance_counted)).all())
    assert len(marks) == 3


async def test_waiting_times_need_no_declaration_and_hide_the_few(office: Office) -> None:
    await office.turned("on")
    for n in range(45):
        await office.applied(n, nation="BE" if n < 25 else "FR" if n < 41 else "IT")
    await office.over()
    medical = (await office.desk.balance.issue("olga", None, WAITING, vacancy=VACANCY)).body["conditions"]["medical"]
    assert (medical["answers"], [x["nation"] for x in medical["nations"]]) == (45, ["BE"])  # FR hides IT
    assert medical["nations"][0] == {"nation": "BE", "answers": 25, "median_days": 4, "p90_days": 7}
    assert await office.desk.db.read(lambda rx: rx.execute(select(leaves).where(leaves.c.kind == "read")).all()) == []
