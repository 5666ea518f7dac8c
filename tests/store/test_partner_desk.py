"""The desk of the partners over a store and real partner servers: who is silent, what differs, what is written to them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from acts.maintenance import MaintenanceDesk
from acts.partners import PartnerDesk
from config.partners import Partner
from config.words import Words
from connectors.authority import Authority, connect
from connectors.by_hand import reference_of
from connectors.signatures import new_signing_key, sign
from domain import facts as f
from domain.errors import BadInput, NotAllowed, NotFound, NotNow, PartnerUnavailable
from domain.events import PartnerKind
from domain.words import Condition, LimitAction, Party, Role, Stage
from sandbox.partners import Street, everybody
from store.clock import DoorClock
from store.database import Database
from store.feed import EVERYTHING, START, Feed
from store.names import system_now
from store.partners import Partners
from store.people import People
from store.records import Records
from store.vacancies import Vacancies
from tests.store import making as m

CASE = "hire/aaaa2222"
ASK = f"{CASE}/medical/request/1"
MUSTER = new_signing_key("muster-test")


@dataclass
class Post:
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, letter: dict[str, Any]) -> None:
        self.sent.append(letter)


@dataclass
class World:
    """The way to the partners of one street."""

    entries: dict[str, Partner]
    folder: Path
    mail: Post = field(default_factory=Post)

    def partners(self) -> Mapping[str, Partner]:
        return self.entries

    def authority(self, partner: Partner) -> Authority:
        say = Words.load().say
        return connect(partner, sign=lambda key, body: sign(MUSTER, key, body), mail=self.mail, say=say, paper_dir=self.folder)


@dataclass
class Office:
    desk: PartnerDesk
    db: Database
    street: Street
    world: World

    async def asked(self, *, at_them: bool = True) -> None:
        """The Medical Adviser was asked about one hire, forty days ago."""
        asked = f.ConditionRequested(condition=Condition.MEDICAL, authority="medical", ask=ASK)
        clock = f.DeadlineSet(
            key="medical",
            party=Party.MEDICAL_ADVISER,
            started_at=m.NOON,
            due_at=m.NOON + timedelta(days=14),
            limit_at=m.NOON + timedelta(days=90),
            at_limit=LimitAction.ESCALATE,
        )
        opened = f.ConditionOpened(condition=Condition.MEDICAL, authority="medical")
        facts = (m.received(), m.entered(Stage.CONDITIONS), opened, asked, clock)
        await Records(self.db).append(m.step(CASE, 0, *facts, name="s1"))
        if at_them:
            self.street.partners["medical"].asks[ASK] = {
                "answer": {"reference": "F-7", "expected": None},
                "kind": "medical",
                "subject": CASE,
                "sha256": "",
            }


def entry(**more: Any) -> Partner:
    return Partner(id="medical", kind=PartnerKind.MEDICAL_ADVISER, name="Medical Adviser", **more)


@pytest_asyncio.fixture
async def office(db: Database, tmp_path: Path) -> AsyncIterator[Office]:
    await DoorClock(db).set(m.NOON + timedelta(days=40))
    people = People(db)
    await people.put_staff("mia", "Mia", "mia@example.org", [Role.MEDICAL_OFFICE])
    await people.put_staff("noor", "Noor", "noor@example.org", [Role.AUDITOR])
    await Vacancies(db).publish(m.published())
    street = Street(everybody([], []), tmp_path / "partners", lambda: m.NOON)
    street.muster_keys = (MUSTER.verifying(),)
    async with street.open():
        world = World({"medical": entry(base_url=f"{street.base_url}/medical", email="medical@example.org")}, tmp_path)
        yield Office(PartnerDesk(db, world), db, street, world)


async def test_a_partner_that_is_asked_and_silent_is_named_with_what_is_overdue(office: Office) -> None:
    await office.asked()
    [now] = await office.desk.standings()
    assert (now.open, now.overdue, now.expected_source, now.quiet_source) == (1, 1, "policy", "policy")
    assert (now.silent_since, now.expected_by) == (m.NOON, m.NOON + timedelta(days=14))
    shown = await office.desk.show("medical")
    assert [(row["reference"], row["overdue"]) for row in shown["asks"]] == [(ASK, True)]
    assert [each.id for each in await office.desk.troubled()] == ["medical"]


async def test_a_partner_nobody_asked_troubles_nobody(office: Office) -> None:
    assert await office.desk.troubled() == []
    with pytest.raises(NotFound):
        await office.desk.show("nobody")


async def test_in_planned_maintenance_a_partner_troubles_nobody_until_it_is_over(office: Office, db: Database) -> None:
    await office.asked()
    await Partners(db).failed("medical", "http_503")
    assert [each.id for each in await office.desk.troubled()] == ["medical"]
    desk, now = MaintenanceDesk(db, People(db), DoorClock(db), office.world), m.NOON + timedelta(days=40)
    await People(db).put_staff("ines", "Ines", "ines@example.org", [Role.HR_OFFICER])
    plan = await desk.plan("ines", "medical", now - timedelta(hours=1), now + timedelta(hours=1))
    assert await office.desk.troubled() == []
    [stands] = await office.desk.standings()
    assert (stands.away_until, stands.failing) == (now + timedelta(hours=1), True), "what is true of it is said still"
    with pytest.raises(NotAllowed):
        await desk.end("noor", "medical", plan)
    await desk.end("ines", "medical", plan)
    assert [each.id for each in await office.desk.troubled()] == ["medical"]
    with pytest.raises(NotNow):
        await desk.end("ines", "medical", plan)


@pytest.mark.parametrize(
    ("begins", "until", "code"),
    [
        (timedelta(hours=2), timedelta(hours=1), "bad_window"),
        (timedelta(hours=-2), timedelta(hours=-1), "bad_window"),
        (timedelta(), timedelta(days=15), "window_too_long"),
        (timedelta(days=401), timedelta(days=402), "window_too_far"),
    ],
)
async def test_what_is_no_plan_is_refused(office: Office, db: Database, begins: timedelta, until: timedelta, code: str) -> None:
    await People(db).put_staff("ines", "Ines", "ines@example.org", [Role.HR_OFFICER])
    desk, now = MaintenanceDesk(db, People(db), DoorClock(db), office.world), m.NOON + timedelta(days=40)
    with pytest.raises(BadInput) as refused:
        await desk.plan("ines", "medical", now + begins, now + until)
    assert refused.value.code == code
    with pytest.raises(NotFound):
        await desk.plan("ines", "nobody", now, now + timedelta(hours=1))
    assert await desk.windows() == {}


async def test_a_door_that_does_not_answer_is_named(office: Office, db: Database) -> None:
    await Partners(db).failed("medical", "http_503")
    [now] = await office.desk.troubled()
    assert (now.door, now.error, now.silent_since) == ("failing", "http_503", None)


async def test_what_is_open_at_both_and_overdue_becomes_a_letter_with_references_only(office: Office) -> None:
    await office.asked()
    found = await office.desk.reconcile("medical")
    assert (found.asked_them, [each.name for each in found.differences]) == ("list", ["overdue"])
    assert found.chaser is not None
    for words in (ASK, "medical opinion", "avis médical", "expected by 16 March 2026"):
        assert words in found.chaser.body
    assert "Ada" not in found.chaser.body


async def test_an_ask_they_never_got_is_to_be_asked_again_and_one_they_answered_to_be_sent_again(office: Office) -> None:
    await office.asked(at_them=False)
    found = await office.desk.reconcile("medical")
    assert [(each.name, each.proposal) for each in found.differences] == [("unknown_to_them", "ask_again")]
    await_answer = office.street.partners["medical"]
    await_answer.asks[ASK] = {"answer": {"reference": "F-7", "expected": None}, "kind": "medical", "subject": CASE, "sha256": ""}
    await_answer.answered.add(ASK)
    found = await office.desk.reconcile("medical")
    assert [(each.name, each.proposal, each.theirs) for each in found.differences] == [("answered_by_them", "send_again", "F-7")]
    assert found.chaser is not None
    assert "renvoyer" in found.chaser.body or "transmettre à nouveau" in found.chaser.body
    [now] = await office.desk.standings()
    assert now.open == 1  # what a query says is never an answer


async def test_one_that_keeps_no_list_is_asked_one_by_one(office: Office) -> None:
    await office.asked()

    async def no_list(*, everything: bool = False) -> None:
        return None

    authority = office.world.authority(office.world.entries["medical"])
    office.world.authority = lambda partner: authority  # type: ignore[method-assign]
    authority.known = no_list  # type: ignore[method-assign]
    found = await office.desk.reconcile("medical")
    assert (found.asked_them, [each.name for each in found.differences]) == ("one_by_one", ["overdue"])


async def test_a_long_list_is_read_to_its_end(office: Office) -> None:
    await office.asked()
    medical = office.street.partners["medical"]
    for n in range(65):
        medical.asks[f"strange/{n}"] = {
            "answer": {"reference": f"S-{n}", "expected": None},
            "kind": "medical",
            "subject": "x",
            "sha256": "",
        }
    found = await office.desk.reconcile("medical")
    assert (found.theirs, sum(each.name == "unknown_to_us" for each in found.differences)) == (66, 65)


async def test_who_is_written_to_on_paper_is_compared_with_nothing_and_chased_by_our_reference(office: Office) -> None:
    await office.asked()
    office.world.entries["medical"] = entry(channel="paper")
    found = await office.desk.reconcile("medical")
    assert (found.asked_them, found.theirs, [each.name for each in found.differences]) == ("", None, ["overdue"])
    assert found.chaser is not None
    assert reference_of(ASK) in found.chaser.body
    with pytest.raises(BadInput, match="email"):
        await office.desk.send("mia", found.chaser)


async def test_a_chaser_is_mailed_in_a_persons_name_and_noted(office: Office) -> None:
    await office.asked()
    found = await office.desk.reconcile("medical")
    assert found.chaser is not None
    with pytest.raises(NotAllowed):
        await office.desk.send("noor", found.chaser)
    assert office.world.mail.sent == []
    for _ in range(2):
        assert await office.desk.send("mia", found.chaser) == "medical@example.org"
    assert len({letter["letter"] for letter in office.world.mail.sent}) == 1  # a copy is recognisable as one
    [chaser] = (await office.desk.show("medical"))["chasers"]
    assert (chaser["person"], chaser["asks"]) == ("mia", [ASK])


async def test_one_that_is_away_is_said_to_be_away(office: Office) -> None:
    office.world.entries["medical"] = entry(base_url="http://127.0.0.1:9")
    with pytest.raises(PartnerUnavailable):
        await office.desk.reconcile("medical")


async def test_a_reader_of_the_feed_that_does_not_ask_is_named_with_what_waits_for_it(office: Office) -> None:
    reader = Partner(id="hris", kind=PartnerKind.HRIS, name="Personnel", feed=True, subscribes=("hire.ended",))
    office.world.entries = {"hris": reader}
    said = tuple(m.announcement(CASE, kind) for kind in ("hire.ended", "hire.stage_changed", "hire.ended"))
    await Records(office.db).append(m.step(CASE, 0, m.received(), announcements=said))
    [now] = await office.desk.troubled()
    assert (now.id, now.fetched_at, now.unfetched, now.unfetched_since) == ("hris", None, 2, m.NOON)
    feed, asked_at = Feed(office.db), system_now()
    await feed.seen("hris", asked_at)
    [now] = await office.desk.standings()
    assert (now.unfetched, now.unfetched_since) == (2, None)
    played = m.NOON + timedelta(days=40)  # it asked just now, as this installation tells the time
    assert now.fetched_at is not None
    assert abs(now.fetched_at - played) < timedelta(minutes=5)
    assert await office.desk.troubled() == []
    later = PartnerDesk(office.db, office.world, lambda: asked_at + timedelta(hours=25))
    [late] = await later.troubled()
    assert late.unfetched_since is not None
    assert abs(late.unfetched_since - played) < timedelta(minutes=5)
    everything = (await feed.page(START, EVERYTHING, 10)).upto
    await feed.seen("hris", asked_at, everything)
    assert await later.troubled() == []
