"""The inbox: accepted once, delivered until closed, personal data only where it belongs."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain import facts as f
from domain.errors import BadInput, Conflict, NotFound, VacancyClosed
from domain.words import MessageFate
from store.arrivals import Acceptance, Contact
from store.database import Database
from store.inbox import Delivery, Inbox
from store.notes import Notes
from store.people import People
from store.queries import Queries
from store.records import Records
from store.tables import PERSONAL, cases, inbox, metadata
from store.vacancies import Vacancies
from tests.store import making as m

LATER = m.NOON + timedelta(hours=1)


@pytest.fixture
async def vacancy(db: Database) -> None:
    await Vacancies(db).publish(m.published())
    await Records(db).append(m.opened())


pytestmark = pytest.mark.usefixtures("vacancy")


def ids(deliveries: Iterable[Delivery]) -> list[str]:
    return [d.message.id for d in deliveries]


async def test_an_application_opens_a_case_and_names_its_candidate_and_application(db: Database) -> None:
    first = await Inbox(db).accept(m.arrival())
    assert first.first
    assert first.case.startswith("hire/")
    assert len(first.case) == len("hire/") + 8
    (delivery,) = await Inbox(db).lease(10, LATER, 30)
    assert (delivery.case, delivery.kind, delivery.vacancy, delivery.attempts) == (first.case, "hire", "250442", 1)
    message = delivery.message
    assert (message.id, message.type, message.sender, message.received_at) == (
        first.inbox_id,
        "application.submitted",
        "portal",
        m.NOON,
    )
    assert message.data == {"channel": "public", "nations": ["BE"], "candidate": delivery.candidate}
    people = People(db)
    assert await people.candidate_of(first.case) == delivery.candidate
    assert message.payload is not None
    application = await people.application(message.payload)
    assert (application.case, application.body) == (first.case, {"studies": "an engineer"})
    assert await people.payload(message.payload) == b'{"id": "evt-1"}'
    assert (await people.contact(application.candidate)).email == "ada@example.org"


async def test_a_repeat_gets_the_first_answer_even_after_the_case_took_it(db: Database) -> None:
    box = Inbox(db)
    first = await box.accept(m.arrival(), lambda inbox_id, case: {"signed": inbox_id, "case": case})
    assert first.receipt == {"signed": first.inbox_id, "case": first.case}
    await box.close(first.inbox_id, MessageFate.APPLIED, "taken")
    again = await box.accept(m.arrival(received_at=LATER), lambda *_: {"signed": "anew"})
    assert again == Acceptance(first.inbox_id, False, first.case, m.NOON, first.sha256, "applied", first.receipt)


async def test_the_same_id_with_other_bytes_is_a_conflict_and_leaves_no_trace(db: Database) -> None:
    box = Inbox(db)
    await box.accept(m.arrival())
    with pytest.raises(Conflict):
        await box.accept(m.arrival(sha256="0" * 64, candidate_source_id="c-2"))
    async with db.reading() as rx:
        assert (await rx.execute(select(func.count()).select_from(cases).where(cases.c.kind == "hire"))).scalar_one() == 1
    await box.accept(m.arrival(source="other portal", sha256="0" * 64))


async def test_twenty_deliveries_at_once_are_one_row_with_one_answer(db: Database, second: Database) -> None:
    boxes = [Inbox(d) for d in (db, second) * 10]
    answers = await asyncio.gather(*(box.accept(m.arrival(), lambda i, c: {"for": i}) for box in boxes))
    assert [a.first for a in answers].count(True) == 1
    assert len({(a.inbox_id, a.case, a.sha256, str(a.receipt)) for a in answers}) == 1
    async with db.reading() as rx:
        for table in (inbox, *PERSONAL[:3]):
            assert (await rx.execute(select(func.count()).select_from(table))).scalar_one() == 1


async def test_many_applications_of_one_person_are_one_case(db: Database, second: Database) -> None:
    boxes = [Inbox(d) for d in (db, second) * 5]
    answers = await asyncio.gather(*(box.accept(m.arrival(f"evt-{n}")) for n, box in enumerate(boxes)))
    assert all(a.first for a in answers)
    assert len({a.case for a in answers}) == 1
    assert await Inbox(db).pending() == 10


async def test_the_newest_contact_counts_and_silence_changes_nothing(db: Database) -> None:
    box = Inbox(db)
    first = await box.accept(m.arrival())
    await box.accept(m.arrival("evt-2", contact=Contact(name="Ada E.", email="new@example.org")))
    await box.accept(m.arrival("evt-3", contact=None))
    contact = await People(db).contact(await People(db).candidate_of(first.case))
    assert (contact.name, contact.email, contact.language) == ("Ada E.", "new@example.org", "en")


async def test_events_find_their_case(db: Database) -> None:
    box = Inbox(db)
    hire = (await box.accept(m.arrival())).case
    plain = m.arrival("e2", type="offer.answered", application=None, payload=None, vacancy=None, candidate_source_id=None)
    assert (await box.accept(plain.model_copy(update={"case": hire}))).case == hire
    assert (await box.accept(plain.model_copy(update={"event_id": "e3", "vacancy": "250442", "candidate_source_id": "c-1"}))).case == hire
    assert (await box.accept(plain.model_copy(update={"event_id": "e4", "vacancy": "250442"}))).case == "vacancy/250442"
    nowhere = [{"case": "hire/unknown0"}, {"vacancy": "999999"}, {"vacancy": "250442", "candidate_source_id": "c-9"}]
    for where in nowhere:
        with pytest.raises(NotFound):
            await box.accept(plain.model_copy(update={"event_id": "e5", **where}))
    with pytest.raises(NotFound):
        await box.accept(m.arrival("e6", vacancy="999999", payload=None))
    with pytest.raises(BadInput):
        await box.accept(plain.model_copy(update={"event_id": "e7"}))


async def test_a_refused_arrival_leaves_nothing(db: Database) -> None:
    box = Inbox(db)
    for bad in (
        m.arrival(vacancy="999999", payload=None),
        m.arrival(data={"x": "\x00"}),
        m.arrival(data={"x": float("nan")}),
        m.arrival(event="a\x00"),
        m.arrival(application={"\x00": 1}),
    ):
        with pytest.raises((NotFound, BadInput)):
            await box.accept(bad)

    def refuses(inbox_id: str, case: str) -> dict[str, str]:
        raise BadInput("no receipt today")

    with pytest.raises(BadInput):
        await box.accept(m.arrival(), refuses)
    async with db.reading() as rx:
        for table in (inbox, *PERSONAL):
            assert (await rx.execute(select(func.count()).select_from(table))).scalar_one() == 0


async def test_personal_data_stands_in_the_personal_tables_only(db: Database) -> None:
    box = Inbox(db)
    contact = Contact(name="CANARY name", email="CANARY@example.org")
    hire = (await box.accept(m.arrival(contact=contact, application={"x": "CANARY"}, payload=b"CANARY"))).case
    records = Records(db)
    letter = m.letter(hire).model_copy(update={"to": "CANARY@example.org", "body": "Dear CANARY"})
    written = f.LetterWritten(letter="let-1", template="application_received", language="fr", sha256="e" * 64)
    await records.append(m.step(hire, 0, m.received(), written, letters=(letter,)))
    await Notes(db).write(hire, "hr_officer", "CANARY", m.NOON)
    seen: dict[str, bool] = {}
    async with db.reading() as rx:
        for table in metadata.sorted_tables:
            rows = [dict(row) for row in (await rx.execute(select(table))).mappings()]
            seen[table.name] = "CANARY" in repr(rows)
    assert {name for name, found in seen.items() if found} == {table.name for table in PERSONAL}


# ---- delivery ------------------------------------------------------------------------------------------------------------


async def test_a_lease_is_exclusive_and_ends(db: Database, second: Database) -> None:
    for n in range(12):
        await Inbox(db).accept(m.arrival(f"evt-{n}", candidate=f"c-{n}"))
    taken = await asyncio.gather(*(Inbox(d).lease(3, LATER, 30) for d in (db, second) * 4))
    leased = [i for some in taken for i in ids(some)]
    assert len(leased) == len(set(leased)) == 12
    assert await Inbox(db).lease(20, LATER, 30) == []
    again = await Inbox(db).lease(20, LATER + timedelta(seconds=31), 30)
    assert sorted(ids(again)) == sorted(leased)
    assert {d.attempts for d in again} == {2}


async def test_a_row_sent_for_nothing_is_sent_ever_more_rarely(db: Database) -> None:
    """A case on hold for months keeps its mail: it must not be signalled to death."""
    box, now, sent = Inbox(db), LATER, 0
    await box.accept(m.arrival())
    while now < LATER + timedelta(days=30):
        sent += len(await box.lease(1, now, 15))
        now += timedelta(minutes=15)
    assert 300 < sent < 400


async def test_an_application_for_a_cancelled_vacancy_is_refused_and_nothing_kept(db: Database) -> None:
    before = await Inbox(db).accept(m.arrival())
    await Records(db).append(m.step("vacancy/250442", 1, f.VacancyCancelled(reason="reorganisation")))
    with pytest.raises(VacancyClosed):
        await Inbox(db).accept(m.arrival("evt-2", candidate="c-2"))
    assert await Inbox(db).pending() == 1
    assert await Inbox(db).unbegun("250442") == [before.case]


async def test_a_case_gets_its_messages_in_order(db: Database) -> None:
    box = Inbox(db)
    rows = [await box.accept(m.arrival(f"evt-{n}", candidate=f"c-{n % 2}")) for n in range(8)]
    deliveries = await box.lease(20, LATER, 30)
    for case in {r.case for r in rows}:
        assert ids(d for d in deliveries if d.case == case) == [r.inbox_id for r in rows if r.case == case]


async def test_a_released_row_comes_back_at_once_and_a_closed_one_never(db: Database) -> None:
    box = Inbox(db)
    row = await box.accept(m.arrival())
    assert ids(await box.lease(1, LATER, 3600)) == [row.inbox_id]
    await box.release([row.inbox_id])
    assert ids(await box.lease(1, LATER, 3600)) == [row.inbox_id]
    assert await box.close(row.inbox_id, "superseded", "case_closed", at=LATER)
    assert not await box.close(row.inbox_id, "applied", "too late")
    assert await box.lease(1, LATER + timedelta(days=9), 30) == []
    kept = await box.find("portal", "evt-1")
    assert kept is not None
    assert (kept.state, kept.reason, kept.closed_at) == ("superseded", "case_closed", LATER)
    assert await box.find("portal", "never") is None


async def test_the_newest_come_before_those_that_already_failed(db: Database) -> None:
    box = Inbox(db)
    stuck = [await box.accept(m.arrival(f"s-{n}", candidate=f"c-{n}")) for n in range(5)]
    await box.lease(5, LATER, 1)
    fresh = await box.accept(m.arrival("fresh", candidate="fresh"))
    assert ids(await box.lease(1, LATER + timedelta(minutes=1), 1)) == [fresh.inbox_id]
    assert len(await box.lease(9, LATER + timedelta(minutes=1), 1)) == len(stuck)


async def test_a_deadline_can_see_what_was_received_before_it(db: Database) -> None:
    box = Inbox(db)
    row = await box.accept(m.arrival())
    assert await box.open_before(row.case, m.NOON) == 0
    assert await box.open_before(row.case, m.NOON + timedelta(microseconds=1)) == 1
    assert await box.open_before("vacancy/250442", LATER) == 0
    assert await box.open_cases() == [row.case]
    await box.close(row.inbox_id, "applied", "")
    assert await box.open_before(row.case, LATER) == 0
    assert (await box.open_cases(), await box.pending()) == ([], 0)


async def test_the_inbox_can_be_looked_through(db: Database) -> None:
    box = Inbox(db)
    row = await box.accept(m.arrival())
    await box.accept(m.arrival("evt-2", candidate="c-2"))
    await box.close(row.inbox_id, "parked", "before_its_stage")
    queries = Queries(db)
    assert [r["event_id"] for r in await queries.inbox()] == ["evt-2", "evt-1"]
    assert [r["event_id"] for r in await queries.inbox(state="parked")] == ["evt-1"]
    assert [r["event_id"] for r in await queries.inbox(case=row.case, source="portal", limit=1)] == ["evt-1"]
    assert (await queries.counts())["inbox"] == {"open": 1, "parked": 1}
