"""Erasing a person: two offices agree, nothing stands against it, their data is gone, the history stays whole."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.keyring import FileKeyring
from domain.errors import FourEyes, NotAllowed, NotFound, NotNow
from domain.sealing import Compartment, KeyErased
from store.arrivals import Contact
from store.database import Database
from store.erasure import Erasures
from store.inbox import Inbox
from store.keys import DataKeys
from store.people import People
from store.records import Records
from store.tables import hires, inbox, leaves, log_keys
from store.vacancies import Vacancies
from tests.store import making as m

DPO, HEAD, OFFICER = "person:dpo", "person:head", "person:officer"


@pytest.fixture(autouse=True)
async def ground(db: Database) -> None:
    await Vacancies(db).publish(m.published())
    await Records(db).append(m.opened())
    for person, role in ((DPO, "data_protection_officer"), (HEAD, "hr_head"), (OFFICER, "hr_officer")):
        await People(db).put_staff(person, "Staff", "staff@example.org", [role])


async def applied(db: Database, n: int = 1, *, ended: bool = True) -> tuple[str, str]:
    """Somebody applied; their (case, candidate)."""
    contact = Contact(name=f"Zebulon Quux{n:03}", email=f"quux{n:03}@example.org", language="en")
    secret = f"answer-{n:03}-kept"
    new = m.arrival(f"evt-{n}", f"c-{n}", contact=contact, application={"studies": secret}, payload=secret.encode())
    case = (await Inbox(db).accept(new)).case
    candidate = await People(db).candidate_of(case)
    await Records(db).append(m.step(case, 0, m.received(candidate=candidate)))
    if ended:
        await db.write(lambda tx: tx.execute(hires.update().where(hires.c.case_id == case).values(ending="withdrawn")))
    return case, candidate


async def erase(db: Database, candidate: str) -> tuple[str, ...] | None:
    desk = Erasures(db)
    return (await desk.approve(await desk.propose(candidate, "asked", DPO, m.NOON), HEAD, m.NOON)).traces


def raw_bytes(folder: Path) -> bytes:
    """Every byte of the store's files, the write-ahead log's too."""
    return b"".join(file.read_bytes() for file in folder.glob("muster.db*"))


async def test_an_erased_person_is_gone_and_their_history_stays(db: Database, tmp_path: Path) -> None:
    case, candidate = await applied(db)
    before = await Records(db).journal(case), await db.read(lambda rx: rx.execute(select(leaves).order_by(leaves.c.position)).all())
    ring = FileKeyring.made(tmp_path / "keyring.json", m.NOON)
    keys = DataKeys(db, ring, keep_s=0.0)
    for subject, compartment in ((case, Compartment.TEMPORAL), (candidate, Compartment.IDENTITY), ("other", Compartment.IDENTITY)):
        await keys.to_seal(subject, compartment)
    await erase(db, candidate)
    for subject, compartment in ((case, Compartment.TEMPORAL), (candidate, Compartment.IDENTITY)):
        with pytest.raises(KeyErased):
            await keys.to_open(subject, compartment)
    await keys.to_open("other", Compartment.IDENTITY)
    with pytest.raises(NotFound):
        await People(db).contact(candidate)
    assert await People(db).find("quux") == []
    ref = await db.read(lambda rx: rx.execute(select(inbox.c.payload).where(inbox.c.case_id == case)).scalar_one())
    for gone in (People(db).application(ref), People(db).payload(ref)):
        with pytest.raises(NotFound):
            await gone
    assert not await db.read(lambda rx: rx.execute(select(log_keys).where(log_keys.c.stream == case)).all())
    after = await db.read(lambda rx: rx.execute(select(leaves).order_by(leaves.c.position)).all())
    assert before == (await Records(db).journal(case), after[:-2])
    assert (after[-2].kind, after[-2].stream, after[-2].ref.split("/")[2]) == ("decision", "privacy", "proposed")
    assert (after[-1].kind, after[-1].stream, after[-1].ref.split("/")[0]) == ("key", "keys", "erased")
    with pytest.raises(NotFound):
        await Erasures(db).propose(candidate, "asked", DPO, m.NOON)


async def test_no_byte_of_the_erased_stays_in_the_raw_files_and_the_others_read_fully(db: Database, tmp_path: Path) -> None:
    everyone = [(n, *await applied(db, n)) for n in range(12)]
    traces = [await erase(db, candidate) for n, _, candidate in everyone if n % 3 == 0]
    for n, _, candidate in everyone:
        if n % 3:
            assert (await People(db).contact(candidate)).email == f"quux{n:03}@example.org"
    if db.dialect == "postgresql":
        assert set(traces) == {None}  # not looked at, and not claimed
        return
    assert set(traces) == {()}
    raw = raw_bytes(tmp_path)
    for n, *_ in everyone:
        for word in (f"Quux{n:03}", f"quux{n:03}@example.org", f"answer-{n:03}-kept"):
            assert (word.encode() in raw) is bool(n % 3), word


async def test_an_erasure_takes_two_persons_of_two_offices(db: Database) -> None:
    desk = Erasures(db)
    _, candidate = await applied(db)
    with pytest.raises(NotAllowed):
        await desk.propose(candidate, "asked", OFFICER, m.NOON)
    proposal = await desk.propose(candidate, "asked", DPO, m.NOON)
    await People(db).put_staff("person:second", "Staff", "staff@example.org", ["data_protection_officer"])
    with pytest.raises(FourEyes):
        await desk.approve(proposal, DPO, m.NOON)
    for person in (OFFICER, "person:second", "person:nobody"):
        with pytest.raises(NotAllowed):
            await desk.approve(proposal, person, m.NOON)
    assert (await People(db).contact(candidate)).candidate == candidate


async def test_an_open_case_is_withdrawn_before_anything_is_erased(db: Database) -> None:
    _, candidate = await applied(db, ended=False)
    with pytest.raises(NotNow, match="withdrawal first"):
        await erase(db, candidate)


@pytest.mark.parametrize("kind", ["candidate", "case", "vacancy"])
async def test_a_hold_placed_after_the_proposal_stops_it_until_two_persons_lift_it(db: Database, kind: str) -> None:
    desk = Erasures(db)
    case, candidate = await applied(db)
    proposal = await desk.propose(candidate, "asked", DPO, m.NOON)
    subject = {"candidate": candidate, "case": case, "vacancy": m.VACANCY}[kind]
    hold = await desk.hold(kind, subject, "complaint", HEAD, m.NOON)
    with pytest.raises(NotNow, match="legal hold"):
        await desk.approve(proposal, HEAD, m.NOON)
    assert not await desk.lift(hold, DPO, m.NOON)
    with pytest.raises(FourEyes):
        await desk.lift(hold, DPO, m.NOON)
    assert await desk.lift(hold, HEAD, m.NOON)
    await desk.approve(proposal, HEAD, m.NOON)


async def test_a_hold_with_a_last_day_stands_through_that_day(db: Database) -> None:
    desk = Erasures(db)
    _, candidate = await applied(db)
    await desk.hold("candidate", candidate, "complaint", DPO, m.NOON, until=date(2026, 3, 2))
    with pytest.raises(NotNow, match="until 2026-03-02"):
        await desk.propose(candidate, "asked", DPO, m.NOON)
    assert await desk.propose(candidate, "asked", DPO, m.NOON + timedelta(days=1))
