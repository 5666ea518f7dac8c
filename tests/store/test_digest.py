"""The morning's digest over a real store, on both engines: who is told what, once a day, and nothing about a candidate."""

from datetime import UTC, date, timedelta

import pytest

from acts.digest import Digests
from acts.personnel import Personnel
from config.digest import told
from config.words import Words
from connectors.mail import SmtpMail
from domain import facts as f
from domain.digest import Digest, Item
from domain.errors import NotFound
from domain.words import Ending, Role, Stage
from gateway.notices import digest as mail_of
from store.clock import DoorClock
from store.database import Database
from store.inbox import Inbox
from store.outbox import Outbox
from store.people import People
from store.queries import Queries
from store.records import Records
from store.vacancies import Vacancies
from tests.store import making as m

CASE = "hire/abcd2345"
TODAY = m.NOON.date()


@pytest.fixture
async def office(db: Database) -> tuple[Digests, Personnel]:
    """Four people, and one hire at screening, owned by Inês."""
    people, clock = People(db), DoorClock(db)
    await clock.set(m.NOON)
    for person, role in {"ines": Role.HR_OFFICER, "tom": Role.HR_OFFICER, "helga": Role.HR_HEAD, "noor": Role.AUDITOR}.items():
        await people.put_staff(person, person.title(), f"{person}@example.org", [role])
    await Vacancies(db).publish(m.published())
    owned = f.HandedOver(owner="ines")
    await Records(db).append(m.step(CASE, 0, m.received(), m.entered(Stage.SCREENING), owned, m.deadline(days=2), name="s1"))
    personnel = Personnel(db, people, Queries(db), clock)
    return Digests(db, personnel), personnel


def lines(digest: Digest | None) -> list[tuple[str, str, str]]:
    assert digest is not None
    return [(item.section, item.what, item.for_) for item in digest.items]


async def test_it_says_what_needs_them_what_is_due_and_what_moved(office: tuple[Digests, Personnel]) -> None:
    digests, _ = office
    assert lines(await digests.of("tom")) == [("needs", "screen", ""), ("due", "screening", "")]
    assert lines(await digests.of("ines")) == [("needs", "screen", ""), ("due", "screening", ""), ("moved", "screening", "")]
    with pytest.raises(NotFound):
        await digests.of("nobody")


async def test_who_has_nothing_gets_nothing(office: tuple[Digests, Personnel]) -> None:
    digests, _ = office
    assert await digests.of("noor") is None
    assert [each.person for each in await digests.all()] == ["helga", "ines", "tom"]


async def test_a_deadline_that_passed_is_missed_and_one_far_off_is_not_told(office: tuple[Digests, Personnel], db: Database) -> None:
    digests, _ = office
    await DoorClock(db).set(m.NOON + timedelta(days=3))
    assert ("missed", "screening", "") in lines(await digests.of("tom"))
    await DoorClock(db).set(m.NOON - timedelta(days=2))
    assert lines(await digests.of("tom")) == [("needs", "screen", "")]


async def test_the_digest_of_who_is_away_goes_to_the_deputy(office: tuple[Digests, Personnel]) -> None:
    digests, personnel = office
    await personnel.absent("ines", "ines", TODAY, TODAY, deputy="noor")
    assert [each.person for each in await digests.all()] == ["helga", "noor", "tom"]
    assert lines(await digests.of("noor")) == [("needs", "screen", "ines"), ("due", "screening", ""), ("moved", "screening", "")]


async def test_who_is_away_without_a_deputy_finds_it_on_coming_back(office: tuple[Digests, Personnel]) -> None:
    digests, personnel = office
    await personnel.absent("ines", "ines", TODAY, TODAY)
    assert "ines" in [each.person for each in await digests.all()]


async def test_an_escalation_is_told_to_its_role_once(office: tuple[Digests, Personnel], db: Database) -> None:
    digests, _ = office
    escalated = f.DeadlineEscalated(key="screening", to="hr_head")
    await Records(db).append(m.step(CASE, 4, escalated, name="s2"))
    assert ("escalated", "screening", "") in lines(await digests.of("helga"))
    assert "escalated" not in {section for section, _, _ in lines(await digests.of("tom"))}
    await digests.send()
    await DoorClock(db).set(m.NOON + timedelta(days=1))
    assert "escalated" not in {section for section, _, _ in lines(await digests.of("helga"))}


async def test_a_second_run_the_same_day_sends_nothing_twice_and_the_next_day_it_does(
    office: tuple[Digests, Personnel],
    db: Database,
) -> None:
    digests, _ = office
    assert [each.person for each in await digests.send()] == ["helga", "ines", "tom"]
    assert await digests.send() == []
    assert await digests.send("tom") == []
    assert await Outbox(db).pending() == 3
    await DoorClock(db).set(m.NOON + timedelta(days=1))
    assert [each.person for each in await digests.send("tom")] == ["tom"]


async def test_a_parcel_goes_to_the_relay_in_the_persons_language_and_names_no_candidate(
    office: tuple[Digests, Personnel],
    db: Database,
) -> None:
    digests, _ = office
    await Inbox(db).accept(m.arrival())
    await People(db).put_staff("tom", "Tom", "tom@example.org", [Role.HR_OFFICER], "fr")
    await digests.send("tom")
    [parcel] = await Outbox(db).lease(5, m.NOON, 60)
    assert (parcel.id, parcel.case, parcel.type, parcel.body["staff"]) == (f"digest/tom/{TODAY}", "", "notice.digest", "tom")
    mail = mail_of(parcel, "tom@example.org", Words.load(), (await People(db).staff("tom")).language)
    assert "Vous attendent" in mail["body"]
    assert f"{CASE} (avis 250442)\u00a0:" in mail["body"]
    assert not any(word in mail["body"] + mail["subject"] for word in ("Ada", "Example", "example.org"))
    message = SmtpMail("localhost", 25, "hr@example.org").compose(mail)
    assert message["To"] == "tom@example.org"
    assert message["Message-ID"] == SmtpMail("localhost", 25, "hr@example.org").compose(mail)["Message-ID"]


async def test_what_waits_at_a_vacancy_is_told_to_who_may_do_it(office: tuple[Digests, Personnel], db: Database) -> None:
    digests, _ = office
    await People(db).put_staff("aude", "Aude", "aude@example.org", [Role.APPOINTING_AUTHORITY])
    line = f.ReportLine(hire=CASE, score=80, rank=1, recommendation="selected")
    await Records(db).append(m.opened())
    submitted = f.ReportSubmitted(report="r1", lines=(line,), sha256="e" * 64)
    await Records(db).append(m.step("vacancy/250442", 1, submitted, name="report"))
    assert ("needs", "decide_report", "") in lines(await digests.of("aude"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Muster, 2 March 2026: 3 for you",
                ", by Wednesday 4 March 2026 13:00 (Brussels time)",
                "[for ines]",
                "Your cases that moved",
            ],
        ),
        ("fr", ["Muster, 2 mars 2026\u00a0: 3 pour vous", "mercredi 4 mars 2026 à 13:00", "[pour ines]", "Vos dossiers qui ont avancé"]),
    ],
)
def test_it_is_said_in_both_languages_with_moments_in_their_zone(language: str, said: list[str]) -> None:
    at = (m.NOON + timedelta(days=2)).astimezone(UTC)
    of = {"case": "hire/x", "vacancy": "250442", "zone": "Europe/Brussels"}
    items = (
        Item(section="needs", what="confirm_reply:medical", at=at, for_="ines", **of),
        Item(section="moved", what=str(Ending.WITHDRAWN), at=m.NOON, **of),
        Item(section="due", what="decision:issue_offer", at=at, **of),
    )
    subject, body = told(Digest(person="tom", day=date(2026, 3, 2), items=items), Words.load(), language)
    for words in said:
        assert words in f"{subject}\n{body}", (words, subject, body)
