"""The feed: a partner without an address fetches what it subscribes to, over a real socket where it is a stream."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx
import pytest
import uvicorn

from config.guard import Guard
from config.partners import Partner, PartnerKey
from connectors.deliveries import Post
from connectors.signatures import SigningKey, key_text, sign, verify
from domain.events import PREFIX, PartnerKind
from gateway import reading
from gateway.app import Parts, create_app
from gateway.feed import AT_ONCE, Feed, wanted_by
from store.database import Database
from store.deliveries import Deliveries
from store.feed import START
from store.feed import Feed as Log
from store.records import Records
from tests.gateway.door import OURS, key_of, prover
from tests.store import making as m


def reader(name: str, *subscribes: str, **more: Any) -> Partner:
    key = key_of(name).verifying()
    keys = (PartnerKey(id=key.id, public=key_text(key)),)
    return Partner(id=name, kind=PartnerKind.HRIS, name=name, feed=True, subscribes=subscribes, keys=keys, **more)


EVERYBODY = (reader("hris", "hire.ended", "deadline.missed"), reader("portal", "*"), reader("deaf"), reader("one", "*", vacancies=("7",)))
PARTNERS = {partner.id: partner for partner in EVERYBODY}


def feed_of(db: Database, **more: Any) -> Feed:
    return Feed(Log(db), dict(PARTNERS), OURS, "muster", **more)


def app_of(feed: Feed) -> Guard:
    async def ready() -> None: ...

    return create_app(Parts((reading.routes(feed, prover(PARTNERS)),), ready=ready, keys=(OURS.verifying(),)))


def asked(query: str, partner: str = "hris", *, key: SigningKey | None = None, line: bytes | None = None, last: str = "") -> dict[str, str]:
    signature = sign(key or key_of(partner), "question-1", reading.signed_text(query, last) if line is None else line)
    return {"muster-partner": partner, **signature, **({"last-event-id": last} if last else {})}


@pytest.fixture
def feed(db: Database) -> Feed:
    return feed_of(db)


@pytest.fixture
async def http(feed: Feed) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app_of(feed), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def get(http: httpx.AsyncClient, query: str = "", partner: str = "hris", **more: Any) -> httpx.Response:
    return await http.get(f"/feed?{query}" if query else "/feed", headers=asked(query, partner, **more))


async def happen(db: Database, case: str, *types: str) -> None:
    said = tuple(m.announcement(case, each) for each in types)
    await Records(db).append(m.step(case, 0, m.received(candidate=case), announcements=said))


async def test_a_partner_reads_what_it_subscribes_to_and_nothing_else_page_by_page(db: Database, http: httpx.AsyncClient) -> None:
    for n in range(3):
        await happen(db, f"hire/case{n}", "hire.stage_changed", "hire.ended", "deadline.missed")
    subjects, query, more = [], "limit=4", True
    while more:
        answer = await get(http, query)
        assert answer.status_code == 200
        said = answer.json()
        assert {event["type"] for event in said["events"]} <= {PREFIX + "hire.ended", PREFIX + "deadline.missed"}
        subjects += [(json.loads(event["body"])["subject"], event["type"]) for event in said["events"]]
        query, more = f"after={said['next']}&limit=4", said["more"]
    assert subjects == [(f"hire/case{n}", PREFIX + kind) for n in range(3) for kind in ("hire.ended", "deadline.missed")]
    assert len((await get(http, "", "portal")).json()["events"]) == 9
    assert (await get(http, "", "deaf")).json()["events"] == []
    assert (await get(http, "", "one")).json()["events"] == []


async def test_an_event_is_the_same_as_the_relay_sends_and_its_signature_holds_as_evidence(db: Database, http: httpx.AsyncClient) -> None:
    await happen(db, "hire/a", "hire.ended")
    pushed = Partner(id="hris", kind=PartnerKind.HRIS, name="x", base_url="https://hris.example", subscribes=("*",))
    await Deliveries(db).spread([pushed], m.NOON)
    [parcel] = await Deliveries(db).lease("hris", 10, m.NOON, 30)
    sent: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(204)

    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as client:
        post = Post(OURS, "muster", client)
        await post.send(pushed, parcel.id, post.event(parcel.id, parcel.type, parcel.subject, parcel.body, parcel.at))
    [event] = (await get(http)).json()["events"]
    assert event["body"].encode() == sent[0].content
    assert event["webhook-id"] == sent[0].headers["webhook-id"] == json.loads(event["body"])["id"]
    signature = [(name.encode(), event[name].encode()) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    assert verify(signature, event["body"].encode(), [OURS.verifying()]).message_id == parcel.id


async def test_nothing_is_sent_to_a_partner_that_fetches() -> None:
    mixed = reader("hris", "*", base_url="https://hris.example")
    assert not mixed.hears("hire.ended")
    assert mixed.model_copy(update={"feed": False}).hears("hire.ended")


async def test_the_whole_request_line_is_signed(db: Database, http: httpx.AsyncClient) -> None:
    assert (await get(http, "limit=5", line=b"GET /feed")).status_code == 401
    assert (await get(http, "limit=5", line=b"GET /feed?limit=6")).status_code == 401
    assert (await get(http, "limit=5", key=key_of("portal"))).status_code == 401
    assert (await http.get("/feed")).status_code == 401
    assert (await get(http, "limit=5")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=05",
        "limit=",
        "wait=31",
        "wait=-1",
        "limit=5&limit=6",
        "before=3",
        "after=a%2d",
        "&",
        "limit=5&",
        "limit",
    ],
)
async def test_a_question_that_is_none_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await get(http, query)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")


async def test_a_cursor_that_was_not_given_to_this_partner_is_refused(db: Database, http: httpx.AsyncClient) -> None:
    await happen(db, "hire/a", "hire.ended")
    mine = (await get(http)).json()["next"]
    assert (await get(http, f"after={mine}")).json()["events"] == []
    theirs = (await get(http, "", "portal")).json()["next"]
    position, n, check = mine.split("-")
    forged = [
        theirs,
        f"{position}-{n}-{'0' * 24}",
        f"0-0-{check}",
        f"99-0-{check}",
        "x",
        f"{'f' * 14}-0-{check}",
        check,
        f"{position}-1-{check}",
    ]
    for cursor in forged:
        answer = await get(http, f"after={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_cursor"), cursor


async def test_waiting_ends_as_soon_as_something_comes_and_with_nothing_when_nothing_comes(db: Database, http: httpx.AsyncClient) -> None:
    start = (await get(http)).json()["next"]
    begun = monotonic()
    waiting = asyncio.create_task(get(http, f"after={start}&wait=30"))
    await asyncio.sleep(0.1)
    await happen(db, "hire/other", "hire.stage_changed")  # not for this one: it goes on waiting
    await asyncio.sleep(0.4)
    assert not waiting.done()
    await happen(db, "hire/a", "hire.ended")
    assert [event["type"] for event in (await waiting).json()["events"]] == [PREFIX + "hire.ended"]
    assert monotonic() - begun < 10
    said = (await get(http, f"after={(await waiting).json()['next']}&wait=1")).json()
    assert (said["events"], said["more"]) == ([], False)


async def test_a_door_that_closes_answers_whoever_waits(feed: Feed, http: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(get(http, "wait=30"))
    await asyncio.sleep(0.3)
    feed.closing.set()
    assert (await asyncio.wait_for(waiting, 5)).json()["events"] == []


async def test_a_partner_holds_only_so_many_connections_open(http: httpx.AsyncClient) -> None:
    waiting = [asyncio.create_task(get(http, "wait=2")) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.5)
    answer = await get(http)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "too_many_readers", "5")
    assert (await get(http, "", "portal")).status_code == 200
    assert {one.status_code for one in await asyncio.gather(*waiting)} == {200}
    assert (await get(http)).status_code == 200


async def test_asking_with_a_cursor_is_written_down_as_having_arrived(db: Database, http: httpx.AsyncClient) -> None:
    await happen(db, "hire/a", "hire.ended", "deadline.missed")
    first = (await get(http, "limit=1")).json()["next"]
    [stands] = await Log(db).readers()
    assert (stands.partner, stands.acknowledged) == ("hris", START)
    await get(http, f"after={first}")
    [stands] = await Log(db).readers()
    assert await Log(db).waiting(stands.acknowledged, wanted_by(PARTNERS["hris"])) == (1, m.NOON)


# ---- as a stream -------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def serving(feed: Feed) -> AsyncIterator[httpx.AsyncClient]:
    """The door on a real socket, closed as `muster gateway` closes it."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app_of(feed), lifespan="off", log_config=None, timeout_graceful_shutdown=3))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=20, trust_env=False) as client:
        try:
            yield client
        finally:
            feed.closing.set()
            server.should_exit = True
            await asyncio.wait_for(running, 10)


class Stream:
    """A reader of server-sent events: the blocks as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def block(self) -> dict[str, str]:
        block: dict[str, str] = {}
        async with asyncio.timeout(15):
            async for line in self._lines:
                if not line:
                    return block
                name, _, value = line.partition(": ")
                block[name] = value
        return {"ended": "yes"}


@asynccontextmanager
async def streaming(
    client: httpx.AsyncClient, query: str = "", last: str = "", partner: str = "hris"
) -> AsyncIterator[tuple[httpx.Response, Stream]]:
    headers = {**asked(query, partner, last=last), "accept": reading.STREAM}
    async with client.stream("GET", f"/feed?{query}" if query else "/feed", headers=headers) as answer:
        yield answer, Stream(answer)


async def test_a_stream_tells_what_there_is_and_what_comes_and_goes_on_where_it_broke_off(db: Database) -> None:
    await happen(db, "hire/a", "hire.ended", "hire.stage_changed", "deadline.missed")
    feed = feed_of(db)
    async with serving(feed) as client:
        async with streaming(client) as (answer, stream):
            assert answer.headers["content-type"].startswith(reading.STREAM)
            assert await stream.block() == {"retry": "3000"}
            first, second = await stream.block(), await stream.block()
            assert [first["event"], second["event"]] == [PREFIX + "hire.ended", PREFIX + "deadline.missed"]
            assert json.loads(first["data"])["cursor"] == first["id"]
            await happen(db, "hire/b", "hire.ended")
            assert json.loads(json.loads((await stream.block())["data"])["body"])["subject"] == "hire/b"
        async with streaming(client, last=first["id"]) as (_, stream):
            await stream.block()
            assert (await stream.block())["id"] == second["id"]


async def test_a_place_in_a_header_is_signed_with_the_request_line(db: Database) -> None:
    await happen(db, "hire/a", "hire.ended", "deadline.missed")
    async with serving(feed_of(db)) as client:
        cursor = (await get(client, "limit=1")).json()["next"]
        headers = {**asked("", line=b"GET /feed"), "accept": reading.STREAM, "last-event-id": cursor}
        assert (await client.get("/feed", headers=headers)).status_code == 401


async def test_a_stream_with_nothing_to_tell_gives_signs_of_life_and_ends_with_the_door(db: Database) -> None:
    feed = feed_of(db, beat_s=0.3)
    await happen(db, "hire/a", "hire.stage_changed")
    async with serving(feed) as client, streaming(client) as (_, stream):
        await stream.block()
        beat = await stream.block()
        assert "id" in beat
        assert ": still here" not in beat.values()
        assert (await get(client, f"after={beat['id']}")).json()["events"] == []
        begun = monotonic()
        feed.closing.set()
        while "ended" not in await stream.block():
            pass
        assert monotonic() - begun < 5


async def test_a_stream_ends_when_its_partners_entry_changes(db: Database) -> None:
    partners = dict(PARTNERS)
    feed = Feed(Log(db), partners, OURS, "muster", beat_s=0.2)
    async with serving(feed) as client, streaming(client) as (_, stream):
        await stream.block()
        partners["hris"] = reader("hris")  # its keys, or its subscriptions, are others now
        while "ended" not in (block := await stream.block()):
            assert "event" not in block


async def test_streams_too_are_counted_and_given_back(db: Database) -> None:
    feed = feed_of(db, beat_s=0.1)
    async with serving(feed) as client:
        for _ in range(AT_ONCE + 1):
            async with streaming(client) as (answer, stream):
                await stream.block()
                assert answer.status_code == 200
        for _ in range(100):
            if (await get(client)).status_code == 200 and not +feed._reading:
                break
            await asyncio.sleep(0.05)
        assert not +feed._reading
