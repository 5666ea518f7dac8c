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

from config.partners import Partner
from config.settings import RelaySettings
from connectors.signatures import verify
from domain import facts as f
from domain.errors import BadInput, NotFound, PartnerUnavailable, StoreUnavailable
from domain.events import PartnerKind
from domain.messages import Announcement, Letter, Step
from gateway.relay import WAITS, Announcer, Relay
from store.database import Database
from store.outbox import Outbox, Parcel
from store.people import People
from store.records import Records
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


HRIS, PORTAL = subscriber("hris", "hire.ended", "appointment.made"), subscriber("portal", "*")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def relay(world: World, db: Database) -> AsyncIterator[Relay]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        partners = {each.id: each for each in (HRIS, PORTAL, Partner(id="paper", kind=PartnerKind.HRIS, name="p", channel="paper"))}
        announcer = Announcer(partners, OURS, "muster", http)
        yield Relay(Outbox(db), People(db), world, world, announcer, RelaySettings(), clock=lambda: world.now, draw=random.Random(1))


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
    assert await relay.once() == 1
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
    assert states(store) == [("hire.ended", "sent", 1)]
    assert await relay.once() == 0


async def test_what_nobody_wants_to_hear_is_done_at_once(relay: Relay, world: World, db: Database, store: Path) -> None:
    world.answers["portal"] = lambda: httpx.Response(410)  # the only one that hears everything is gone
    await tell(db, ("hire.held", {}))
    await relay.once()
    assert world.heard == []
    assert states(store) == [("hire.held", "sent", 1)]


async def test_a_case_is_told_in_order_and_a_failure_holds_back_what_follows(relay: Relay, world: World, db: Database, store: Path) -> None:
    await tell(db, ("hire.held", {"n": 1}), ("hire.resumed", {"n": 2}))
    await tell(db, ("hire.ended", {"n": 3}))
    world.answers["portal"] = lambda: httpx.Response(500)
    for _ in range(4):
        await relay.once()
    assert world.heard == []
    assert states(store) == [("hire.held", "pending", 1), ("hire.resumed", "pending", 0), ("hire.ended", "pending", 0)]
    del world.answers["portal"]
    world.now += timedelta(seconds=6)
    while await relay.once():
        pass
    assert [event["data"]["n"] for host, event in world.heard if host == "portal"] == [1, 2, 3]
    assert len({event["id"] for _, event in world.heard}) == 3


async def test_a_retry_for_one_subscriber_is_no_repeat_for_another(relay: Relay, world: World, db: Database) -> None:
    world.answers["hris"] = lambda: httpx.Response(503, headers={"retry-after": "60"})
    await tell(db, ("hire.ended", {}))
    await relay.once()
    world.now += timedelta(seconds=30)
    assert await relay.once() == 0, "it was asked to wait a minute"
    world.now += timedelta(seconds=31)
    del world.answers["hris"]
    await relay.once()
    assert [host for host, _ in world.heard] == ["portal", "hris"]
    ids = {request.headers["webhook-id"] for request in world.requests}
    stamps = {request.headers["webhook-timestamp"] for request in world.requests if request.url.host == "hris"}
    assert len(ids) == 1
    assert stamps


@pytest.mark.parametrize("status", [301, 404, 429, 500])
async def test_only_2xx_is_success_and_redirects_are_not_followed(
    status: int, relay: Relay, world: World, db: Database, store: Path
) -> None:
    world.answers["portal"] = lambda: httpx.Response(status, headers={"location": "https://elsewhere/"})
    await tell(db, ("hire.held", {}))
    await relay.once()
    assert [request.url.host for request in world.requests] == ["portal"]
    assert query(store, "SELECT state, error FROM outbox") == [("pending", f"portal:{status}")]


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
    assert states(store)[0] == ("hire.held", "dead", 10)
    assert timedelta(hours=70) < world.now - began < timedelta(hours=90)
    del world.answers["portal"]
    await relay.once()
    assert [event["type"] for _, event in world.heard] == ["int.muster.hire.resumed"]


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
        relay = Relay(Outbox(db), People(db), world, world, Announcer({"portal": PORTAL}, OURS, "muster", http), RelaySettings())
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
        slow = {"portal": subscriber("portal", "*", timeout_s=0.05)}
        await Relay(Outbox(db), People(db), world, world, Announcer(slow, OURS, "muster", http), RelaySettings()).once()
    assert query(store, "SELECT state, error FROM outbox") == [("pending", "portal:unreachable")]


async def test_it_stops_when_told_and_outlives_a_store_that_is_away(world: World, db: Database) -> None:
    class Away(Outbox):
        calls = 0

        async def lease(self, limit: int, now: datetime, seconds: float) -> list[Parcel]:
            Away.calls += 1
            if Away.calls == 1:
                raise StoreUnavailable("restarting")
            return []

    async with Announcer.open({}, OURS, "muster") as announcer:
        relay = Relay(Away(db), People(db), world, world, announcer, RelaySettings())
        stop = asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        await asyncio.sleep(1.2)
        stop.set()
        await asyncio.wait_for(running, 1)
    assert 2 <= Away.calls <= 20
