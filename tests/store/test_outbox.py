"""The outbox: in order per case, letters freely, each until it is received or given up."""

import asyncio
from datetime import timedelta

import pytest

from domain import facts as f
from domain.messages import Notice
from store.database import Database
from store.names import system_now
from store.outbox import Outbox, Parcel
from store.people import People
from store.queries import Queries
from store.records import Records
from tests.store import making as m

NOW = system_now()


async def a_busy_hire(db: Database, case: str, steps: int = 3) -> None:
    """A hire with two announcements per step, and a letter in each."""
    records = Records(db)
    await records.append(m.step(case, 0, m.received(candidate=case)))
    for n in range(1, steps + 1):
        said = (m.announcement(case, "hire.stage_changed"), m.announcement(case, "deadline.missed"))
        written = f.LetterWritten(letter=f"{case}-{n}", template="application_received", language="fr", sha256="e" * 64)
        await records.append(m.step(case, n, written, announcements=said, letters=(m.letter(case, f"{case}-{n}"),)))


def events(parcels: list[Parcel]) -> list[Parcel]:
    return [p for p in parcels if p.kind == "event"]


async def test_a_notice_to_one_of_us_is_a_parcel_that_names_the_person_and_goes_by_mail(db: Database) -> None:
    told = Notice(person="anna", type="escalated", about={"key": "screening", "role": "hr_head"})
    step = m.step("hire/a", 0, m.received(candidate="hire/a")).model_copy(update={"notices": (told,)})
    await Records(db).append(step)
    [parcel] = await Outbox(db).lease(100, NOW, 30)
    assert (parcel.kind, parcel.type, parcel.case) == ("letter", "notice.escalated", "hire/a")
    assert parcel.body == {"staff": "anna", "about": {"key": "screening", "role": "hr_head"}}


async def test_events_of_a_case_leave_one_after_the_other_and_letters_at_once(db: Database) -> None:
    await a_busy_hire(db, "hire/a")
    await a_busy_hire(db, "hire/b")
    box = Outbox(db)
    assert await box.pending() == 18
    first = await box.lease(100, NOW, 30)
    assert sorted(p.case for p in events(first)) == ["hire/a", "hire/b"]
    assert len(first) - len(events(first)) == 6
    assert await box.lease(100, NOW, 30) == []
    left: list[tuple[int, str]] = []
    parcels = events(first)
    while parcels:
        for parcel in parcels:
            await box.sent(parcel.id)
            left += [(parcel.number, parcel.type)] if parcel.case == "hire/a" else []
        parcels = events(await box.lease(100, NOW, 30))
    assert left == [(n, t) for n in (2, 3, 4) for t in ("hire.stage_changed", "deadline.missed")]
    assert await box.pending() == 6


async def test_a_letter_parcel_leads_to_the_letter(db: Database) -> None:
    await a_busy_hire(db, "hire/a", steps=1)
    (parcel,) = [p for p in await Outbox(db).lease(9, NOW, 30) if p.kind == "letter"]
    assert (parcel.type, parcel.subject, parcel.body) == ("letter.application_received", "hire/a", {"letter": "hire/a-1"})
    assert await People(db).letter(parcel.body["letter"]) == m.letter("hire/a", "hire/a-1")


async def test_what_failed_waits_its_time_and_holds_up_its_case_only(db: Database) -> None:
    await a_busy_hire(db, "hire/a")
    await a_busy_hire(db, "hire/b")
    box = Outbox(db)
    stuck, other = sorted(events(await box.lease(100, NOW, 30)), key=lambda p: p.case)
    await box.failed(stuck.id, NOW + timedelta(minutes=5), "503")
    await box.sent(other.id)
    (following,) = events(await box.lease(100, NOW, 30))
    assert following.case == "hire/b"
    again = events(await box.lease(100, NOW + timedelta(minutes=5), 30))
    assert [(p.id, p.attempts) for p in again if p.case == "hire/a"] == [(stuck.id, 2)]


async def test_what_is_given_up_lets_the_next_go(db: Database) -> None:
    await a_busy_hire(db, "hire/a")
    box = Outbox(db)
    (first,) = events(await box.lease(100, NOW, 30))
    await box.dead(first.id, "gone")
    (second_,) = events(await box.lease(100, NOW, 30))
    assert (second_.number, second_.type) == (2, "deadline.missed")
    assert (await Queries(db).counts())["outbox"] == {"dead": 1, "pending": 8}
    await box.sent(first.id)
    assert (await Queries(db).counts())["outbox"]["dead"] == 1


async def test_a_lease_that_ended_is_handed_out_again_under_the_same_id(db: Database) -> None:
    await a_busy_hire(db, "hire/a", steps=1)
    box = Outbox(db)
    first = await box.lease(100, NOW, 30)
    again = await box.lease(100, NOW + timedelta(seconds=30), 30)
    assert {p.id for p in first} == {p.id for p in again}
    assert {p.attempts for p in again} == {2}


async def test_two_relays_never_hold_the_same_parcel(db: Database, second: Database) -> None:
    for n in range(6):
        await a_busy_hire(db, f"hire/{n}", steps=1)
    taken = await asyncio.gather(*(Outbox(d).lease(2, NOW, 30) for d in (db, second) * 6))
    held = [p.id for some in taken for p in some]
    assert len(held) == len(set(held)) == 12


@pytest.mark.parametrize("limit", [1, 3])
async def test_a_limit_is_kept(db: Database, limit: int) -> None:
    await a_busy_hire(db, "hire/a")
    assert len(await Outbox(db).lease(limit, NOW, 30)) == limit
