"""Events over a real NATS JetStream broker on loopback: same envelope, same intake, same log, whatever falls over on the way."""

import asyncio
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from config.partners import BadConfiguration
from config.settings import NatsSettings, Settings
from connectors.signatures import verify
from domain.errors import StoreUnavailable
from gateway import jetstream
from gateway.broker import READER, Incoming, Message, Outgoing
from gateway.intake import Intake
from gateway.jetstream import Door
from gateway.receipts import Receipts, receipt_holds
from store.arrivals import Acceptance, Arrival, MakeReceipt
from store.clock import DoorClock
from store.database import Database
from store.feed import EVERYTHING, START, Place
from store.feed import Feed as Log
from store.inbox import Inbox
from store.records import Records
from tests.domain.event_samples import event
from tests.gateway.door import OURS, partners, prover, query, signed
from tests.house.repository import ROOT
from tests.store import making as m

SERVER = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
if SERVER is None:
    pytest.skip("the program nats-server is not installed (Debian: nats-server)", allow_module_level=True)


class Broker:
    """A broker of our own with a folder of its own: killed without a word, started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        command = [str(SERVER), "-js", "-a", "127.0.0.1", "-p", str(self.port), "-sd", str(self.folder)]
        self.process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once, and is ended by its id
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
        raise AssertionError("the broker does not come up")

    def kill(self, how: int = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    one = Broker(tmp_path / "jetstream")
    yield one
    one.kill()


class Sulking(Inbox):
    """A store that is away for the first arrivals."""

    def __init__(self, db: Database, times: int) -> None:
        super().__init__(db)
        self.times = times

    async def accept(self, arrival: Arrival, make_receipt: MakeReceipt | None = None) -> Acceptance:
        self.times -= 1
        if self.times >= 0:
            raise StoreUnavailable("the store is away")
        return await super().accept(arrival, make_receipt)


def door_of(db: Database, broker: Broker, inbox: Inbox | None = None, again_s: float = 5.0) -> Door:
    def taking(now: datetime) -> Intake:
        return Intake(prover(now=lambda: now), inbox or Inbox(db), Receipts(OURS), DoorClock(db))

    incoming = Incoming(taking, lambda name: name in partners(), again_s=again_s)
    return Door(NatsSettings(url=broker.url), incoming, Outgoing(Log(db), OURS, "muster"), ack_wait_s=2.0)


@asynccontextmanager
async def running(door: Door) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(door.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


@asynccontextmanager
async def client_of(broker: Broker) -> AsyncIterator[JetStreamContext]:
    client = Client()
    await client.connect(broker.url, allow_reconnect=False)
    try:
        yield client.jetstream(timeout=5)
    finally:
        await client.close()


async def until(done: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await done():  # noqa: ASYNC110 - it looks at brokers and stores, which set no event of ours
            await asyncio.sleep(0.05)


async def heard(js: JetStreamContext, subject: str, count: int) -> list[Msg]:
    """What stands in the stream under a subject, in order, once there are so many."""
    found: list[Msg] = []
    subscription = await js.pull_subscribe(subject, stream="MUSTER_OUT")
    async with asyncio.timeout(30):
        while len(found) < count:
            try:
                found += await subscription.fetch(count - len(found), timeout=1)
            except TimeoutError:
                continue
    return found


async def nothing_more(js: JetStreamContext) -> None:
    """Nothing waits for the door any more, and nothing will come again."""

    async def settled() -> bool:
        told = await js.consumer_info("MUSTER_IN", jetstream.DURABLE)
        return not told.num_pending and not told.num_ack_pending

    await until(settled)


async def sent(js: JetStreamContext, body: bytes) -> None:
    await js.publish("muster.in.portal", body, headers=signed(body, json.loads(body)["id"]))


async def streams_there(broker: Broker) -> None:
    """The door has made its streams."""
    async with client_of(broker) as js:

        async def made() -> bool:
            return {info.config.name for info in await js.streams_info()} >= {"MUSTER_IN", "MUSTER_OUT"}

        await until(made)


def kept(store: Path) -> list[str]:
    return [row[0] for row in query(store, "SELECT event_id FROM inbox ORDER BY seq")]


async def test_an_event_comes_in_once_however_often_it_is_sent_and_each_time_its_one_receipt_goes_back(
    db: Database, store: Path, broker: Broker
) -> None:
    await broker.start()
    body = event("application.submitted")
    async with running(door_of(db, broker)):
        await streams_there(broker)
        async with client_of(broker) as js:
            for _ in range(3):
                await sent(js, body)
            receipts = await heard(js, "muster.receipt.portal", 3)
            await nothing_more(js)
    assert len(kept(store)) == 1
    assert len({receipt.data for receipt in receipts}) == 1
    assert receipt_holds(json.loads(receipts[0].data), OURS.verifying())
    assert receipts[0].headers is not None
    assert receipts[0].headers["webhook-id"] == json.loads(body)["id"]
    assert receipts[0].headers["muster-status"] == "202"


async def test_what_is_refused_is_answered_with_a_problem_and_never_comes_again(db: Database, store: Path, broker: Broker) -> None:
    await broker.start()
    good = event("application.submitted")
    cases: list[tuple[str, bytes, dict[str, str], str]] = [
        ("muster.in.medical", good, signed(good, json.loads(good)["id"]), "subject_mismatch"),
        ("muster.in.portal", good, signed(good, json.loads(good)["id"]) | {"muster-partner": "medical"}, "subject_mismatch"),
        ("muster.in.portal", good, {"content-type": "application/cloudevents+json", "muster-partner": "portal"}, "header_missing"),
        ("muster.in.portal", good + b" ", signed(good, json.loads(good)["id"]), "no_key_fits"),
        ("muster.in.portal", b"{", signed(b"{", "evt-1"), "not_json"),
        ("muster.in.portal", b" " * 70_000, signed(b"", "evt-2"), "too_large"),
        (
            "muster.in.portal",
            good,
            {"muster-partner": "portal", "authorization": "Bearer x", "content-type": "application/cloudevents+json"},
            "",
        ),
    ]
    async with running(door_of(db, broker)):
        await streams_there(broker)
        async with client_of(broker) as js:
            await js.publish("muster.in.nobody", good, headers=signed(good, "evt-3"))
            for subject, body, headers, _ in cases:
                await js.publish(subject, body, headers=headers)
            problems = await heard(js, "muster.receipt.*", len(cases))
            await nothing_more(js)
            told = await js.consumer_info("MUSTER_IN", jetstream.DURABLE)
    codes = [json.loads(problem.data)["code"] for problem in problems]
    assert [code for code, (*_, wanted) in zip(codes, cases, strict=True) if wanted] == [wanted for *_, wanted in cases if wanted]
    assert json.loads(problems[-1].data)["status"] == 401
    assert all(problem.headers and problem.headers["content-type"] == "application/problem+json" for problem in problems)
    assert told.num_redelivered == 0
    assert kept(store) == []


STRANGE = (
    b"NATS/1.0 503\r\n\r\n",
    b"NATS/1.0 100 Idle Heartbeat\r\n\r\n",
    b"NATS/1.0 503 \xff\xfe\r\n\r\n",
    b"NATS/1.0 404 No Messages\r\nwebhook-id: evt-9\r\n\r\n",
    b"NATS/1.0\r\nno colon\r\n\r\n",
    b"NATS/1.0\r\nStatus: 408\r\n\r\n",
    b"NATS/1.0\r\nwebhook-id: \xed\xa0\x80\r\n\r\n",
    b"garbage\r\n\r\n",
)


async def put_raw(broker: Broker, headers: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    sizes = f"{len(headers)} {len(headers) + 2}".encode()
    line = b'CONNECT {"verbose":false,"headers":true}\r\nHPUB muster.in.portal ' + sizes
    writer.write(line + b"\r\n" + headers + b"{}\r\nPING\r\n")
    async with asyncio.timeout(5):
        while b"PONG" not in await reader.readline():
            pass
    writer.close()


async def test_a_message_that_would_confuse_the_library_holds_up_nobody(db: Database, store: Path, broker: Broker) -> None:
    await broker.start()
    async with running(door_of(db, broker)):
        await streams_there(broker)
        for headers in STRANGE:
            await put_raw(broker, headers)
        async with client_of(broker) as js:
            await sent(js, event("application.submitted"))
            answers = await heard(js, "muster.receipt.portal", len(STRANGE) + 1)
            await nothing_more(js)
            told = await js.consumer_info("MUSTER_IN", jetstream.DURABLE)
    assert [json.loads(answer.data).get("status") for answer in answers] == [403] * len(STRANGE) + [None]
    assert told.num_redelivered == 0
    assert len(kept(store)) == 1


async def test_a_partner_in_the_subject_that_is_a_pattern_or_a_path_is_nobody(db: Database) -> None:
    door = Incoming(lambda now: pytest.fail("nothing may be taken"), lambda name: True)
    for subject in ("muster.in.portal.x", "muster.in.*", "muster.in.", "muster.in.Portal", "muster.out.portal", "x.muster.in.portal"):
        outcome = await door.take(Message(subject, signed(b"{}", "evt-1"), b"{}", datetime.now(UTC)))
        assert (outcome.fate, outcome.partner) == ("refused", ""), subject


async def test_what_waited_at_the_broker_over_night_is_as_fresh_as_when_it_was_handed_in(db: Database, store: Path) -> None:
    def taking(now: datetime) -> Intake:
        return Intake(prover(now=lambda: now), Inbox(db), Receipts(OURS), DoorClock(db))

    body, evening = event("application.submitted"), datetime.now(UTC) - timedelta(hours=12)
    door = Incoming(taking, lambda name: name == "portal")
    headers = signed(body, json.loads(body)["id"], at=evening)
    late = await door.take(Message("muster.in.portal", headers, body, evening + timedelta(hours=1)))
    assert (late.fate, json.loads(late.answer)["code"]) == ("refused", "timestamp_out_of_range")
    assert (await door.take(Message("muster.in.portal", headers, body, evening))).fate == "taken"


async def test_trouble_of_our_own_brings_a_message_again_and_nothing_is_lost(db: Database, store: Path, broker: Broker) -> None:
    await broker.start()
    async with running(door_of(db, broker, Sulking(db, 2), 0.1)):
        await streams_there(broker)
        async with client_of(broker) as js:
            await sent(js, event("application.submitted"))
            await heard(js, "muster.receipt.portal", 1)
            await nothing_more(js)
    assert len(kept(store)) == 1


async def test_a_broker_that_is_away_at_the_start_and_killed_in_between_loses_nothing_and_repeats_nothing(
    db: Database, store: Path, broker: Broker
) -> None:
    bodies = [event("application.submitted", f"evt-{n}") for n in range(24)]
    async with running(door_of(db, broker)):
        await asyncio.sleep(0.7)  # there is nobody yet, and the door keeps trying
        await broker.start()
        await streams_there(broker)
        for n in range(3):
            async with client_of(broker) as js:
                for body in bodies[n * 8 : n * 8 + 8]:
                    await sent(js, body)
                await happen(db, f"hire/case{n}", 5)
            await until(partial(came, store, n * 8 + 1))  # in the middle of it
            broker.kill()
            await asyncio.sleep(0.2)
            await broker.start()
        async with client_of(broker) as js:
            await until(lambda: all_carried(db, store, 24), 60)
            await nothing_more(js)
            told = await heard(js, "muster.out.>", 15)
            assert (await js.stream_info("MUSTER_OUT", subjects_filter="muster.out.>")).state.subjects == {
                "muster.out.hire.stage_changed": 15
            }
    assert sorted(kept(store)) == sorted(f"evt-{n}" for n in range(24))
    said = [json.loads(message.data) for message in told]
    assert [(each["subject"], each["data"]["n"]) for each in said] == [(f"hire/case{k}", n) for k in range(3) for n in range(5)]


async def test_an_event_goes_out_under_its_own_id_signed_as_every_other_and_once_when_told_twice(
    db: Database, store: Path, broker: Broker
) -> None:
    await broker.start()
    await happen(db, "hire/a", 2)
    async with running(door_of(db, broker)):
        await until(lambda: written_down(db))
    with sqlite3.connect(store) as place_lost:  # as after a door killed between handing over and writing down
        place_lost.execute("DELETE FROM feed_readers")
    place_lost.close()
    async with running(door_of(db, broker)), client_of(broker) as js:
        await until(lambda: written_down(db))
        first, second = await heard(js, "muster.out.hire.stage_changed", 2)
        assert (await js.stream_info("MUSTER_OUT")).state.messages == 2
    assert json.loads(first.data)["data"]["n"] < json.loads(second.data)["data"]["n"]
    assert first.headers is not None
    assert first.headers["Nats-Msg-Id"] == first.headers["webhook-id"] == json.loads(first.data)["id"]
    raw = [(name.encode(), value.encode()) for name, value in first.headers.items()]
    assert verify(raw, first.data, [OURS.verifying()]).message_id == first.headers["webhook-id"]


async def test_without_a_broker_configured_the_door_says_which_setting_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="MUSTER_NATS__URL"):
        await jetstream.serve(Settings(data_dir=tmp_path))


WITHOUT_IT = """
import asyncio, sys
sys.modules["nats"] = None
import gateway.wiring
from config.settings import Settings
from gateway.jetstream import serve
try:
    asyncio.run(serve(Settings(nats={"url": "nats://127.0.0.1:1"})))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_the_extra_every_other_door_runs_and_this_one_says_what_to_install() -> None:
    said = subprocess.run([sys.executable, "-c", WITHOUT_IT], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout == 'BadConfiguration the broker\'s library is not installed: pip install ".[nats]"\n'


async def happen(db: Database, case: str, count: int) -> None:
    await Records(db).append(m.step(case, 0, m.received(candidate=case)))
    for n in range(count):
        said = m.announcement(case).model_copy(update={"data": {"n": n}})
        await Records(db).append(m.step(case, n + 1, m.deadline(f"key-{n}"), announcements=(said,)))


async def place(db: Database) -> Place:
    return next((each.acknowledged for each in await Log(db).readers() if each.partner == READER), START)


async def came(store: Path, count: int) -> bool:
    return len(kept(store)) >= count


async def written_down(db: Database) -> bool:
    return bool(await Log(db).readers())


async def all_carried(db: Database, store: Path, came: int) -> bool:
    """So many events came in, and everything announced went out."""
    return len(kept(store)) >= came and not (await Log(db).waiting(await place(db), EVERYTHING))[0]
