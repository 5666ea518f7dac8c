"""The outbox: events as deliveries in order per case and subscriber, letters freely, each until it is received or given up."""

import asyncio
from datetime import datetime, timedelta

import pytest

from domain import facts as f
from domain.messages import Notice
from store.database import Database
from store.deliveries import Deliveries
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


class Everything:
    """A subscriber of everything."""

    def __init__(self, id: str = "portal") -> None:  # noqa: A002 - the interface's word
        self.id = id

    def hears(self, kind: str, vacancy: str | None = None) -> bool:
        return True


async def leased(db: Database, at: datetime = NOW, limit: int = 100) -> list[Parcel]:
    await Deliveries(db).spread([Everything()], at)
    return await Deliveries(db).lease("portal", limit, at, 30)


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
    assert len(await box.lease(100, NOW, 30)) == 6
    first = await leased(db)
    assert sorted(p.case for p in first) == ["hire/a", "hire/b"]
    assert await leased(db) == await box.lease(100, NOW, 30) == []
    left: list[tuple[int, str]] = []
    parcels = first
    while parcels:
        for parcel in parcels:
            await Deliveries(db).sent(parcel, NOW, 202)
            left += [(parcel.number, parcel.type)] if parcel.case == "hire/a" else []
        parcels = await leased(db)
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
    box = Deliveries(db)
    stuck, other = sorted(await leased(db), key=lambda p: p.case)
    await box.failed(stuck, NOW, NOW + timedelta(minutes=5), "http_503", 503)
    await box.sent(other, NOW, 202)
    (following,) = await leased(db)
    assert following.case == "hire/b"
    again = await leased(db, NOW + timedelta(minutes=5))
    assert [(p.id, p.attempts) for p in again if p.case == "hire/a"] == [(stuck.id, 2)]


async def test_what_is_given_up_lets_the_next_go(db: Database) -> None:
    await a_busy_hire(db, "hire/a")
    box = Deliveries(db)
    (first,) = await leased(db)
    await box.dead(first, NOW, "http_500", 500)
    (second_,) = await leased(db)
    assert (second_.number, second_.type) == (2, "deadline.missed")
    assert (await Queries(db).counts())["outbox"] == {"dead": 1, "pending": 8}
    await box.sent(first, NOW, 202)
    assert (await Queries(db).counts())["outbox"]["dead"] == 1, "a late answer changes nothing"


async def test_an_event_is_done_when_its_last_delivery_is_whoever_ends_it(db: Database, second: Database) -> None:
    await a_busy_hire(db, "hire/a", steps=1)
    both = [Everything("one"), Everything("two")]
    await Deliveries(db).spread(both, NOW)
    for _ in range(2):
        (one,), (two,) = [await Deliveries(db).lease(each.id, 9, NOW, 30) for each in both]
        assert one.id == two.id
        await asyncio.gather(Deliveries(db).sent(one, NOW, 202), Deliveries(second).sent(two, NOW, 202))
    assert (await Queries(db).counts())["outbox"] == {"sent": 2, "pending": 1}


async def test_a_lease_that_ended_is_handed_out_again_under_the_same_id(db: Database) -> None:
    await a_busy_hire(db, "hire/a", steps=1)
    later = NOW + timedelta(seconds=30)
    for first, again in [
        (await Outbox(db).lease(100, NOW, 30), await Outbox(db).lease(100, later, 30)),
        (await leased(db, NOW), await leased(db, later)),
    ]:
        assert [p.id for p in first] == [p.id for p in again] != []
        assert {p.attempts for p in again} == {2}


async def test_a_lease_is_renewed_only_while_it_is_held(db: Database) -> None:
    await a_busy_hire(db, "hire/a", steps=1)
    (held,) = await leased(db)
    await Deliveries(db).renew([held.delivery], NOW + timedelta(seconds=60))
    assert await leased(db, NOW + timedelta(seconds=31)) == []
    await Deliveries(db).failed(held, NOW, NOW, "timeout", None)
    await Deliveries(db).renew([held.delivery], NOW + timedelta(seconds=60))
    assert [p.id for p in await leased(db)] == [held.id]


async def test_two_relays_never_hold_the_same_parcel(db: Database, second: Database) -> None:
    for n in range(6):
        await a_busy_hire(db, f"hire/{n}", steps=1)
    letters = await asyncio.gather(*(Outbox(d).lease(2, NOW, 30) for d in (db, second) * 6))
    events = await asyncio.gather(*(leased(d, limit=2) for d in (db, second) * 6))
    for taken in (letters, events):
        held = [p.id for some in taken for p in some]
        assert len(held) == len(set(held)) == 6
    assert (await Queries(db).counts())["outbox"] == {"pending": 18}


@pytest.mark.parametrize("limit", [1, 3])
async def test_a_limit_is_kept(db: Database, limit: int) -> None:
    await a_busy_hire(db, "hire/a")
    assert len(await Outbox(db).lease(limit, NOW, 30)) == limit
