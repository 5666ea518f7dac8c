"""Vacancies, people, the clock, and what the doors show."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain import facts as f
from domain.errors import BadInput, Conflict, NotFound
from domain.words import Role, Stage
from store.clock import DoorClock
from store.database import Database
from store.people import People
from store.queries import Queries
from store.records import Records
from store.vacancies import Vacancies
from tests.store import making as m


async def test_a_vacancy_is_frozen_at_publication(db: Database) -> None:
    vacancies = Vacancies(db)
    stands = await vacancies.publish(m.published())
    assert stands == m.published()
    assert await vacancies.publish(m.published(published_at=m.NOON + timedelta(days=1))) == stands
    with pytest.raises(Conflict):
        await vacancies.publish(m.published(sha256="0" * 64))
    assert await vacancies.get("250442") == stands
    with pytest.raises(NotFound):
        await vacancies.get("999999")
    await vacancies.publish(m.published("240655", published_at=m.NOON - timedelta(days=1)))
    assert [v.spec.reference for v in await vacancies.list()] == ["240655", "250442"]


async def test_staff_are_kept_with_their_roles(db: Database) -> None:
    people = People(db)
    await people.put_staff("p-1", "Grace Example", "grace@example.org", [Role.HR_HEAD, Role.AUDITOR])
    await people.put_staff("p-2", "Someone", "s@example.org", [])
    await people.put_staff("p-1", "Grace E.", "grace@example.org", ["hr_head"])
    person = await people.staff("p-1")
    assert (person.name, person.roles) == ("Grace E.", ("hr_head",))
    assert [p.person for p in await people.list_staff()] == ["p-1", "p-2"]


async def test_what_is_not_there_is_not_found(db: Database) -> None:
    people, queries = People(db), Queries(db)
    questions = (people.contact, people.application, people.candidate_of, people.payload, people.letter, people.staff)
    for question in (*questions, queries.hire, queries.vacancy, queries.timeline):
        with pytest.raises(NotFound):
            await question("nobody")


async def test_the_door_clock_is_the_systems_until_it_is_set(db: Database) -> None:
    clock = DoorClock(db)
    before = datetime.now(UTC)
    assert before <= await clock.now() <= datetime.now(UTC)
    brussels = timezone(timedelta(hours=1))
    await clock.set(datetime(2027, 1, 1, tzinfo=brussels))
    now = await clock.now()
    assert (now, now.tzinfo) == (datetime(2026, 12, 31, 23, tzinfo=UTC), UTC)
    await clock.set(None)
    assert await clock.now() < datetime(2026, 12, 31, tzinfo=UTC) or datetime.now(UTC).year >= 2027
    with pytest.raises(BadInput):
        await clock.set(datetime(2027, 1, 1))  # noqa: DTZ001 - a moment without a zone is what is refused


async def some_hires(db: Database) -> None:
    await Vacancies(db).publish(m.published())
    records = Records(db)
    await records.append(m.opened())
    for n, score in enumerate((40, 90, 60)):
        case = f"hire/{n}"
        await records.append(m.step(case, 0, m.received(candidate=f"c-{n}"), m.entered(), m.deadline(days=10 - n)))
        await records.append(m.step(case, 3, f.AssessmentMarked(score=score)))
    await records.append(m.step("hire/0", 4, f.Held(reason="pause")))
    await records.append(
        m.step("hire/1", 4, m.entered(Stage.CONDITIONS), f.AskFailed(about="clearance", reason="http_400"), f.HandedOver(owner="person:7"))
    )


async def test_hires_are_found_by_what_they_are_and_need(db: Database) -> None:
    await some_hires(db)
    queries = Queries(db)

    async def cases(**wanted: object) -> list[str]:
        return [row["case_id"] for row in await queries.hires(**wanted)]  # type: ignore[arg-type]

    assert await cases() == ["hire/2", "hire/1", "hire/0"]  # the nearest deadline first; none while held
    assert await cases(stage=Stage.SCREENING) == ["hire/2", "hire/0"]
    assert await cases(held=True) == ["hire/0"]
    assert await cases(vacancy="250442", held=False, stage="conditions") == ["hire/1"]
    assert await cases(needs="screen") == ["hire/2", "hire/0"]
    assert await cases(needs="ask_by_hand") == ["hire/1"]
    assert await cases(needs="ask_by_hand:clearance") == ["hire/1"]
    assert await cases(needs="ask%") == await cases(needs="ask") == await cases(ending="late") == []
    assert [(r["place"], r["case_id"], r["score"]) for r in await queries.ranked("250442")] == [
        (1, "hire/1", 90),
        (2, "hire/2", 60),
        (3, "hire/0", 40),
    ]


async def test_a_vacancy_shows_its_posts_and_counts(db: Database) -> None:
    await some_hires(db)
    queries = Queries(db)
    (row,) = await queries.vacancies()
    assert (row["status"], row["title_fr"], row["posts"], row["hires"]) == (
        "published",
        "Ingénieur",
        {"open": 2},
        {"screening": 2, "conditions": 1},
    )
    one = await queries.vacancy("250442")
    assert one["counts"] == row["hires"]
    assert [p["post"] for p in one["posts"]] == ["p1", "p2"]
    assert one["spec"] == m.spec().model_dump(mode="json")
    counts = await queries.counts()
    assert (counts["cases"], counts["stages"], counts["needs"], counts["leaves"]) == (
        {"hire": 3, "vacancy": 1},
        {"conditions": 1, "screening": 2},
        3,
        17,
    )


async def test_a_timeline_is_the_journal_in_order(db: Database) -> None:
    await some_hires(db)
    rows = await Queries(db).timeline("hire/1")
    assert [r["kind"] for r in rows][:4] == ["application_received", "stage_entered", "deadline_set", "assessment_marked"]
    assert rows[3]["body"] == {"kind": "assessment_marked", "score": 90}
    assert rows[0]["at"] == m.NOON
