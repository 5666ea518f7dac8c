"""Retention carried out on a store: what is due goes, what is not stays, the report is signed and its leaf stands in the log."""

import base64
import re
from datetime import date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select

from acts.desk import Desk
from config.files import load_retention
from domain import facts as f
from domain.errors import NotAllowed, NotNow
from domain.log.note import LogKey
from domain.retention import Category, Schedule
from domain.words import Ending, Stage
from store.database import Database
from store.inbox import Inbox
from store.names import canonical_sha256
from store.notes import Notes
from store.records import Records
from store.tables import applications, journal, leaves, letters, log_keys, payloads, people, privacy_acts
from tests.store import making as m
from tests.store.test_erasure import DPO, HEAD, OFFICER, applied, ground
from tests.store.test_signals import stray

__all__ = ["ground"]
PRIVATE = Ed25519PrivateKey.generate()
KEY = LogKey("muster.test/log", PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), PRIVATE.sign)
CONFIRMED = load_retention().model_copy(update={"confirmed_by": DPO, "confirmed_on": date(2026, 1, 1)})


@pytest.fixture
async def desk(db: Database) -> Desk:
    made = Desk(db)
    await made.clock.set(m.NOON)
    return made


async def ended(db: Database, n: int = 1, ending: Ending = Ending.NOT_SELECTED) -> tuple[str, str]:
    """Somebody whose case ended on the second of March 2026."""
    case, candidate = await applied(db, n, ended=False)
    over = f.EndingReached(ending=ending, decided_by="person:board", reason="ranked_lower", stage=Stage.SELECTION)
    await Records(db).append(m.step(case, 1, over))
    return case, candidate


async def rows(db: Database) -> dict[str, int]:
    tables = (people, applications, payloads, letters, log_keys, journal)
    return await db.read(lambda rx: {t.name: rx.execute(select(func.count()).select_from(t)).scalar_one() for t in tables})


async def at(desk: Desk, months: int, days: int = 0) -> None:
    year, month = divmod(m.NOON.month - 1 + months, 12)
    await desk.clock.set(datetime(m.NOON.year + year, month + 1, m.NOON.day, 12, tzinfo=m.NOON.tzinfo) + timedelta(days=days))


async def test_each_category_goes_on_its_day_and_the_rest_stays(desk: Desk, db: Database) -> None:
    await ended(db)
    before = await rows(db)
    await at(desk, 6, -1)
    assert (await desk.privacy.retain(DPO, CONFIRMED, KEY))["report"]["items"] == []
    assert {**(await rows(db)), "log_keys": 0} == {**before, "log_keys": 0}
    await at(desk, 6)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert (await rows(db))["payloads"] == 0
    assert (await rows(db))["applications"] == (await rows(db))["people"] == 1
    await at(desk, 24)
    told = await desk.privacy.retain(HEAD, CONFIRMED, KEY)
    now = await rows(db)
    assert (now["people"], now["applications"], now["journal"]) == (0, 0, before["journal"])
    gone = {each["category"]: each["gone"] for each in told["report"]["categories"]}
    assert (gone["unsuccessful"], gone["identity"]) == (1, 1)


async def test_notes_go_with_the_whole_case(desk: Desk, db: Database) -> None:
    case, _ = await ended(db)
    await Notes(db).write(case, "hr_officer", "Prefers a call in the afternoon", m.NOON)
    await at(desk, 6)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert len(await Notes(db).of(case)) == 1
    await at(desk, 24)
    await desk.privacy.retain(HEAD, CONFIRMED, KEY)
    assert await Notes(db).of(case) == []


async def test_an_anonymised_case_keeps_its_key_and_an_erased_one_loses_it(desk: Desk, db: Database) -> None:
    case, _ = await ended(db, 1)
    kept, _ = await ended(db, 2, Ending.APPOINTED_AND_CONFIRMED)
    await at(desk, 30)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    streams = await db.read(lambda rx: set(rx.execute(select(log_keys.c.stream)).scalars()))
    assert case not in streams
    assert kept in streams
    assert (await rows(db))["people"] == 0


async def test_an_event_that_found_no_case_goes_after_its_period_and_that_it_came_stays(desk: Desk, db: Database) -> None:
    lost = await stray(db)
    await at(desk, 3, -1)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert (await rows(db))["payloads"] == 1
    await at(desk, 3)
    told = await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert (await rows(db))["payloads"] == 0
    assert {each["category"]: each["gone"] for each in told["report"]["categories"]}["unrouted_events"] == 1
    assert f"event/{lost.inbox_id}" in [item["case"] for item in told["report"]["items"]]
    found = await Inbox(db).find("portal", "evt-9")
    assert found is not None
    assert [(step["state"], step.get("reason")) for step in found.history] == [("accepted", None), ("discarded", "retention")]
    checks = (await desk.auditing.reconcile()).checks
    assert [check.differences for check in checks if check.name in ("events", "decisions", "leaves")] == [(), (), ()]


async def test_an_event_somebody_is_deciding_about_waits_for_the_decision(desk: Desk, db: Database) -> None:
    case, _ = await applied(db, ended=False)
    lost = await stray(db)
    decision = await desk.signals.propose(OFFICER, lost.inbox_id, "reroute", "other_reference", case)
    await at(desk, 60)
    before = await rows(db)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert (await rows(db))["payloads"] == before["payloads"]
    await desk.signals.decide(HEAD, decision.decision, approve=False)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert (await rows(db))["payloads"] == before["payloads"] - 1


@pytest.mark.parametrize("kind", ["candidate", "case", "vacancy"])
async def test_a_hold_stops_it_and_the_report_says_so(desk: Desk, db: Database, kind: str) -> None:
    case, candidate = await ended(db)
    subject = {"candidate": candidate, "case": case, "vacancy": f"vacancy/{m.VACANCY}"}[kind]
    hold = await desk.privacy.place(HEAD, subject, "complaint")
    await at(desk, 60)
    before = await rows(db)
    told = await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert {**(await rows(db)), "log_keys": 0} == {**before, "log_keys": 0}
    assert {item["state"] for item in told["report"]["items"]} == {"held"}
    assert hold in told["note"]
    await desk.privacy.lift(DPO, hold)
    await desk.privacy.lift(HEAD, hold)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert (await rows(db))["people"] == 0


async def test_an_open_case_is_never_touched_and_keeps_the_name(desk: Desk, db: Database) -> None:
    await applied(db, ended=False)
    await at(desk, 240)
    before = await rows(db)
    await desk.privacy.retain(DPO, CONFIRMED, KEY)
    assert {**(await rows(db)), "log_keys": 0} == {**before, "log_keys": 0}


async def test_a_rehearsal_says_what_would_go_and_deletes_nothing(desk: Desk, db: Database) -> None:
    await ended(db)
    await at(desk, 24)
    before = await rows(db)
    told = await desk.privacy.due(load_retention())
    assert told["dry_run"]
    assert told["schedule"]["examples"]
    assert {each["category"]: each["due"] for each in told["categories"]}["unsuccessful"] == 2
    assert await rows(db) == before


async def test_nobody_carries_out_examples_nor_without_the_office(desk: Desk, db: Database) -> None:
    with pytest.raises(NotNow, match="examples"):
        await desk.privacy.retain(DPO, load_retention(), KEY)
    with pytest.raises(NotAllowed):
        await desk.privacy.retain(OFFICER, CONFIRMED, KEY)
    with pytest.raises(NotNow, match="no data protection officer"):
        await desk.privacy.retain(DPO, CONFIRMED.model_copy(update={"confirmed_by": HEAD}), KEY)


async def test_the_report_is_signed_with_the_logs_key_and_kept_with_a_leaf(desk: Desk, db: Database) -> None:
    await ended(db)
    await at(desk, 24)
    told = await desk.privacy.retain(DPO, CONFIRMED, KEY)
    text, signature = told["note"].rsplit("\n\n", 1)
    raw = base64.b64decode(signature.split()[-1])
    PRIVATE.public_key().verify(raw[4:], f"{text}\n".encode())
    assert re.search(r"sha256 of the report: (\w{64})", text)[1] == canonical_sha256(told["report"])  # type: ignore[index]
    assert "unsuccessful (24 months after case_over, erase): 2 due" in text
    kept = await db.read(lambda rx: rx.execute(select(privacy_acts.c.id, privacy_acts.c.body)).all())
    assert [row.body for row in kept] == [told]
    refs = await db.read(lambda rx: rx.execute(select(leaves.c.ref).where(leaves.c.stream == "privacy")).scalars().all())
    assert refs == [f"retention/{kept[0].id}"]


def test_a_changed_period_counts_for_what_is_still_kept() -> None:
    shorter = CONFIRMED.categories | {Category.LETTERS: CONFIRMED.categories[Category.LETTERS].model_copy(update={"months": 1})}
    assert Schedule.model_validate(CONFIRMED.model_dump() | {"categories": shorter}).categories[Category.LETTERS].months == 1
