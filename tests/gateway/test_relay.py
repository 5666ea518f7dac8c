"""The relay: what was committed reaches whoever subscribed, signed, in order per case, under an id that never changes."""

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from acts.auditing import Auditing
from config.partners import Partner
from config.settings import WAITS, RelaySettings
from connectors.deliveries import Post
from connectors.signatures import verify
from domain import facts as f
from domain.errors import BadInput, NotFound, NotNow, PartnerUnavailable, StoreUnavailable
from domain.events import PartnerKind
from domain.log.trail import Wanted
from domain.messages import Announcement, Letter, Step
from gateway.announcer import Announcer
from gateway.relay import Relay, system_now
from store.database import Database
from store.deliveries import Deliveries
from store.outbox import Outbox, Parcel
from store.people import People
from store.queries import Queries
from store.records import Records
from store.replays import Replays
from store.tables import delivery_acts
from store.trail import Trail
from store.vacancies import Vacancies
from tests.gateway.door import OURS, query
from tests.store.making import published

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class World:
    """Subscribers behind one transport, a letter box, and a clock that stands still until told."""

    answers: dict[str, Callable[[], httpx.Response]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    papers: list[bytes | None] = field(default_factory=list)
    mail_fails: Exception | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        host = request.url.host
        answer = self.answers.get(host, lambda: httpx.Response(202))()
        if answer.is_success:
            self.heard.append((host, json.loads(request.content)))
        return answer

    async def of(self, letter: Letter) -> bytes | None:
        return f"%PDF {letter.letter}".encode()

    async def send(self, letter: dict[str, Any], paper: bytes | None = None) -> None:
        if self.mail_fails:
            raise self.mail_fails
        self.letters.append(letter)
        self.papers.append(paper)


def subscriber(name: str, *types: str, **more: Any) -> Partner:
    return Partner(id=name, kind=PartnerKind.HRIS, name=name, base_url=f"https://{name}/in", subscribes=types, **more)


DELIVERIES = "SELECT partner, state, attempts, error FROM deliveries"
HRIS, PORTAL = subscriber("hris", "hire.ended", "appointment.made"), subscriber("portal", "*")


@pytest.fixture
def world() -> World:
    return World()


def relay_over(db: Database, world: World, http: httpx.AsyncClient, *partners: Partner) -> Relay:
    settings, post = RelaySettings(), Post(OURS, "muster", http)
    book = {each.id: each for each in partners}
    announcer = Announcer(Deliveries(db), book, post, settings, lambda: world.now, random.Random(1))
    return Relay(Outbox(db), People(db), world, world, announcer, settings, clock=lambda: world.now, draw=random.Random(1))


@pytest.fixture
async def relay(world: World, db: Database) -> AsyncIterator[Relay]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        yield relay_over(db, world, http, HRIS, PORTAL, Partner(id="paper", kind=PartnerKind.HRIS, name="p", channel="paper"))


async def tell(db: Database, *said: tuple[str, dict[str, Any]], case: str = "vacancy/250442", letters: tuple[Letter, ...] = ()) -> None:
    """Commit a step of a case that announces these."""
    records = Records(db)
    after = len(await records.journal(case))
    announcements = tuple(Announcement(type=kind, subject=case, data=data) for kind, data in said)
    step = Step(
        case=case,
        after=after,
        step=f"s{after}",
        at=NOON,
        actor="muster",
        facts=(f.CandidateTold(about=f"step-{after}"),),
        announcements=announcements,
        letters=letters,
    )
    await records.append(step)


def states(store: Path) -> list[tuple[str, str, int]]:
    return [tuple(row) for row in query(store, "SELECT type, state, attempts FROM outbox ORDER BY seq")]


def deliveries(store: Path) -> list[tuple[str, str, int, str]]:
    """Partner, state, attempts and error, in the order of the outbox."""
    return [(p, state, n, error) for p, state, n, error in query(store, f"{DELIVERIES} ORDER BY seq, partner")]


def letter(name: str = "letter-1") -> Letter:
    return Letter(
        letter=name,
        case="vacancy/250442",
        candidate="c1",
        template="acknowledgement",
        language="fr",
        to="zoe@people.example",
        subject="Votre candidature",
        body="Bonjour",
        sha256=hashlib.sha256(b"Bonjour").hexdigest(),
        at=NOON,
    )


async def test_a_subscriber_hears_what_it_asked_for_signed_and_thin(relay: Relay, world: World, db: Database, store: Path) -> None:
    await tell(db, ("hire.ended", {"ending": "withdrawn"}))
    assert await relay.once() == 2
    assert sorted(host for host, _ in world.heard) == ["hris", "portal"]
    event = world.heard[0][1]
    assert event["id"] == query(store, "SELECT id FROM outbox")[0][0]
    assert (event["source"], event["type"], event["subject"]) == ("muster", "int.muster.hire.ended", "vacancy/250442")
    assert (event["time"], event["data"]) == ("2026-03-02T12:00:00Z", {"ending": "withdrawn"})
    for request in world.requests:
        assert (
            verify([(name.lower(), value) for name, value in request.headers.raw], request.content, [OURS.verifying()]).message_id
            == event["id"]
        )
        assert (request.url.path, request.headers["content-type"]) == ("/in/events", "application/cloudevents+json")
    assert states(store) == [("hire.ended", "sent", 0)]
    assert deliveries(store) == [("hris", "sent", 1, ""), ("portal", "sent", 1, "")]
    assert await relay.once() == 0


async def test_what_nobody_wants_to_hear_is_done_at_once(world: World, db: Database, store: Path) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        relay = relay_over(db, world, http, HRIS)
        await tell(db, ("hire.held", {}))
        assert await relay.once() == 0
    assert (world.requests, deliveries(store), states(store)) == ([], [], [("hire.held", "sent", 0)])


async def test_a_subscriber_that_is_down_holds_back_its_own_later_events_of_that_case_and_nobody_else(
    relay: Relay, world: World, db: Database, store: Path
) -> None:
    await Vacancies(db).publish(published("240655"))
    await tell(db, ("hire.ended", {"n": 1}), ("hire.ended", {"n": 2}))
    await tell(db, ("hire.ended", {"n": 3}))
    world.answers["portal"] = lambda: httpx.Response(500)
    for _ in range(4):
        await relay.once()
    assert [(host, event["data"]["n"]) for host, event in world.heard] == [("hris", 1), ("hris", 2), ("hris", 3)]
    assert [row for row in deliveries(store) if row[0] == "portal"] == [
        ("portal", "pending", 1, "http_500"),
        ("portal", "pending", 0, ""),
        ("portal", "pending", 0, ""),
    ]
    assert {state for _, state, _ in states(store)} == {"pending"}
    del world.answers["portal"]
    await tell(db, ("hire.ended", {"n": 9}), case="vacancy/240655")
    await relay.once()
    assert ("portal", 9) in [(host, event["data"]["n"]) for host, event in world.heard], "another case waits for nothing"
    world.now += timedelta(seconds=6)
    while await relay.once():
        pass
    assert [event["data"]["n"] for host, event in world.heard if host == "portal"] == [9, 1, 2, 3]
    assert {state for _, state, _ in states(store)} == {"sent"}


async def test_a_retry_for_one_subscriber_is_no_repeat_for_another_and_waits_as_it_was_asked_to(
    relay: Relay, world: World, db: Database
) -> None:
    world.answers["hris"] = lambda: httpx.Response(503, headers={"retry-after": "60"})
    await tell(db, ("hire.ended", {}))
    await relay.once()
    world.now += timedelta(seconds=30)
    assert await relay.once() == 0, "it was asked to wait a minute"
    world.now += timedelta(seconds=31)
    del world.answers["hris"]
    await relay.once()
    assert [host for host, _ in world.heard] == ["portal", "hris"]
    assert len({request.headers["webhook-id"] for request in world.requests}) == 1


async def test_410_switches_a_subscription_off_for_good_until_somebody_resumes_it(
    relay: Relay, world: World, db: Database, store: Path
) -> None:
    replays = Replays(db)
    world.answers["portal"] = lambda: httpx.Response(410)
    await tell(db, ("hire.held", {"n": 1}), ("hire.resumed", {"n": 2}))
    await relay.once()
    assert deliveries(store) == [("portal", "skipped", 1, "subscription_off"), ("portal", "skipped", 0, "subscription_off")]
    assert {state for _, state, _ in states(store)} == {"sent"}
    assert [row["state"] for row in await replays.health()] == ["off"]
    del world.answers["portal"]
    await tell(db, ("hire.held", {"n": 3}))
    assert await relay.once() == 0
    with pytest.raises(NotNow):
        await replays.replay("ann", NOON, partner="portal", state="skipped")
    await replays.resume("ann", NOON, "portal")
    with pytest.raises(NotNow):
        await replays.resume("ann", NOON, "portal")
    await tell(db, ("hire.held", {"n": 4}))
    await relay.once()
    assert [event["data"]["n"] for _, event in world.heard] == [4], "what was skipped comes only when somebody asks for it"
    assert len(await replays.replay("ann", NOON, partner="portal", state="skipped")) == 3
    while await relay.once():
        pass
    assert [event["data"]["n"] for _, event in world.heard] == [4, 1, 2, 3]
    assert [row["state"] for row in await replays.health()] == ["healthy"]
    assert [(row["act"], row["person"]) for row in await replays.acts("portal")] == [("replay", "ann")] * 3 + [("resume", "ann")]


async def test_who_sent_again_and_who_resumed_is_in_the_log_and_nobody_takes_it_out_of_the_table(
    relay: Relay, world: World, db: Database
) -> None:
    old = {"at": NOON, "person": "bob", "act": "resume", "partner": "portal", "delivery": None}
    await db.write(lambda tx: tx.execute(delivery_acts.insert(), [old]))
    assert await differing(db) == [], "an act from before such acts had leaves"
    world.answers["portal"] = lambda: httpx.Response(410)
    await tell(db, ("hire.held", {"n": 1}))
    await relay.once()
    replays = Replays(db)
    await replays.resume("ann", NOON, "portal")
    await replays.replay("ann", NOON, partner="portal", state="skipped")
    told = [(each.stream, each.what, each.actor) for each in await Trail(db).page(Wanted(interventions=True))]
    assert told == [("delivery/portal", "delivery_resume", "person:ann"), ("delivery/portal", "delivery_replay", "person:ann")]
    assert await differing(db) == []
    await db.write(lambda tx: tx.execute(delivery_acts.insert(), [old]))
    assert await differing(db) == ["decision_without_leaf"]
    await db.write(lambda tx: tx.execute(delivery_acts.delete()))
    assert await differing(db) == ["leaf_without_decision", "leaf_without_decision"]


async def differing(db: Database) -> list[str]:
    found = {check.name: check for check in (await Auditing(db, Queries(db), lambda: None).reconcile()).checks}
    return [each.code for each in found["decisions"].differences]


async def test_a_subscriber_of_some_vacancies_hears_of_no_other(world: World, db: Database) -> None:
    await Vacancies(db).publish(published("240655"))
    one = subscriber("one", "*", vacancies=("240655",))
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        relay = relay_over(db, world, http, one, PORTAL)
        for case in ("vacancy/250442", "vacancy/240655"):
            await tell(db, ("vacancy.closed", {}), case=case)
        while await relay.once():
            pass
    assert sorted((host, event["subject"]) for host, event in world.heard) == [
        ("one", "vacancy/240655"),
        ("portal", "vacancy/240655"),
        ("portal", "vacancy/250442"),
    ]


async def test_a_subscriber_added_later_hears_what_commits_from_then_on_and_nothing_older(world: World, db: Database) -> None:
    await tell(db, ("hire.held", {"n": 1}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        await relay_over(db, world, http, PORTAL).once()
        relay = relay_over(db, world, http, PORTAL, subscriber("late", "*"))
        assert await relay.once() == 0
        await tell(db, ("hire.resumed", {"n": 2}))
        await relay.once()
    assert [event["data"]["n"] for host, event in world.heard if host == "late"] == [2]


async def test_a_subscriber_that_is_no_longer_there_holds_up_nothing(world: World, db: Database, store: Path) -> None:
    world.answers["portal"] = lambda: httpx.Response(500)
    await tell(db, ("hire.held", {}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        await relay_over(db, world, http, PORTAL).once()
        world.now += timedelta(seconds=6)
        await relay_over(db, world, http, HRIS).once()
    assert deliveries(store) == [("portal", "skipped", 2, "no_such_subscriber")]
    assert states(store) == [("hire.held", "sent", 0)]


async def test_what_is_under_way_stays_its_holders_while_that_one_lives_however_short_the_lease(
    world: World, db: Database, store: Path
) -> None:
    hanging = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        await hanging.wait()
        return await world.handle(request)

    quick = RelaySettings(lease_s=0.6)
    await tell(db, ("hire.held", {}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        announcer = Announcer(Deliveries(db), {"portal": PORTAL}, Post(OURS, "muster", http), quick, system_now)
        relay, stop = Relay(Outbox(db), People(db), world, world, announcer, quick), asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        await asyncio.sleep(1.5)
        assert await Deliveries(db).due(system_now()) == [], "its holder lives, and says so"
        stop.set()
        await asyncio.sleep(0.8)
        assert await Deliveries(db).due(system_now()) == [], "also while it only finishes what is on its way"
        hanging.set()
        await running
    assert deliveries(store) == [("portal", "sent", 1, "")]


@pytest.mark.parametrize("status", [301, 404, 429, 500])
async def test_only_2xx_is_success_and_redirects_are_not_followed(
    status: int, relay: Relay, world: World, db: Database, store: Path
) -> None:
    world.answers["portal"] = lambda: httpx.Response(status, headers={"location": "https://elsewhere/"})
    await tell(db, ("hire.held", {}))
    await relay.once()
    assert [request.url.host for request in world.requests] == ["portal"]
    assert deliveries(store) == [("portal", "pending", 1, f"http_{status}")]


async def test_ten_attempts_over_three_days_then_it_is_given_up_and_the_next_may_go(
    relay: Relay, world: World, db: Database, store: Path
) -> None:
    def unreachable() -> httpx.Response:
        raise httpx.ConnectError("refused")

    world.answers["portal"] = unreachable
    await tell(db, ("hire.held", {}), ("hire.resumed", {}))
    began = world.now
    for wait in (0, *WAITS):
        world.now += timedelta(seconds=wait * 1.11)
        assert await relay.once() == 1
    assert deliveries(store)[0] == ("portal", "dead", 10, "unreachable")
    assert states(store)[0] == ("hire.held", "dead", 0)
    assert timedelta(hours=70) < world.now - began < timedelta(hours=90)
    del world.answers["portal"]
    await relay.once()
    assert [event["type"] for _, event in world.heard] == ["int.muster.hire.resumed"]
    world.now += timedelta(days=30)
    assert await relay.once() == 0, "nothing brings it back but a person"
    [dead] = await Replays(db).find(state="dead", partner="portal")
    assert await Replays(db).replay("ann", NOON, delivery=dead["id"]) == [dead["id"]]
    await relay.once()
    assert [event["id"] for _, event in world.heard][1] == dead["event"], "under the same id, so that a receiver knows it"
    assert {state for _, state, _ in states(store)} == {"sent"}


async def test_a_letter_leaves_once_and_as_it_was_written(relay: Relay, world: World, db: Database, store: Path) -> None:
    await tell(db, letters=(letter(),))
    await relay.once()
    assert world.letters == [letter().model_dump(mode="json")]
    assert world.papers == [b"%PDF letter-1"]
    assert [state for _, state, _ in states(store)] == ["sent"]


@pytest.mark.parametrize(
    ("error", "state"),
    [(PartnerUnavailable("mail server away"), "pending"), (BadInput("no such address"), "dead"), (NotFound("x"), "dead")],
)
async def test_a_letter_waits_for_the_mail_server_but_not_for_a_wrong_address(
    error: Exception, state: str, relay: Relay, world: World, db: Database, store: Path
) -> None:
    world.mail_fails = error
    await tell(db, ("hire.held", {}), letters=(letter(),))
    await relay.once()
    assert {kind: state for kind, state, _ in states(store)} == {"hire.held": "sent", "letter.acknowledgement": state}


async def test_one_subscriber_that_hangs_holds_up_nobody_else(db: Database, world: World) -> None:
    hanging = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["type"].endswith("hire.held"):
            await hanging.wait()
        return await world.handle(request)

    await Vacancies(db).publish(published("240655"))
    await tell(db, ("hire.held", {"n": 1}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        relay = relay_over(db, world, http, PORTAL)
        stop = asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        await asyncio.sleep(0.2)
        await tell(db, ("hire.ended", {"n": 2}), ("hire.ended", {"n": 3}), ("hire.ended", {"n": 4}), case="vacancy/240655")
        await asyncio.sleep(0.5)
        assert [event["data"]["n"] for _, event in world.heard] == [2, 3, 4]
        stop.set()
        hanging.set()
        await asyncio.wait_for(running, 1)
    assert [event["data"]["n"] for _, event in world.heard] == [2, 3, 4, 1], "what is on its way is finished first"


async def test_a_slow_subscriber_is_given_up_on_in_time(db: Database, world: World, store: Path) -> None:
    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(202)

    await tell(db, ("hire.held", {}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        await relay_over(db, world, http, subscriber("portal", "*", timeout_s=0.05)).once()
    assert deliveries(store) == [("portal", "pending", 1, "timeout")]


async def test_it_stops_when_told_and_outlives_a_store_that_is_away(world: World, db: Database) -> None:
    class Away(Outbox):
        calls = 0

        async def lease(self, limit: int, now: datetime, seconds: float) -> list[Parcel]:
            Away.calls += 1
            if Away.calls == 1:
                raise StoreUnavailable("restarting")
            return []

    async with httpx.AsyncClient() as http:
        announcer = Announcer(Deliveries(db), {}, Post(OURS, "muster", http), RelaySettings(), system_now)
        relay = Relay(Away(db), People(db), world, world, announcer, RelaySettings())
        stop = asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        await asyncio.sleep(1.2)
        stop.set()
        await asyncio.wait_for(running, 1)
    assert 2 <= Away.calls <= 20
