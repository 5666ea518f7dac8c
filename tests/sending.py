"""A relay that is killed over and over while it tells a moody receiver; writers that commit when they like; hostile addresses."""

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from config.settings import Settings
from sandbox.installation import Door, environment
from store.database import Database, migrate
from store.deliveries import Deliveries
from store.names import new_id, system_now
from store.outbox import Outbox
from store.tables import cases, outbox
from tests.agreeing import disagreements

PER_SUBSCRIBER = 8
#: One event must not be given up by the mood of a receiver: many short waits in place of the written schedule.
WAITS = [0.05] * 60
LEASE_S, TIMEOUT_S = 1.5, 0.4


@dataclass
class Moody:
    """Answers 200, 429, 500 or not at all, as it pleases; keeps the order in which it first took each event."""

    draw: random.Random
    port: int = 0
    taken: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ids: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                event = json.loads(await reader.readexactly(length))
                mood = self.draw.choices(("200 OK", "500 X", "429 Slow", "hang"), (80, 8, 8, 4))[0]
                self.answers[mood[:4].strip()] += 1
                if mood == "hang":
                    await asyncio.sleep(TIMEOUT_S * 3)
                    return
                if mood == "200 OK":
                    self.take(event)
                wait = "Retry-After: 0\r\n" if mood.startswith("429") else ""
                writer.write(f"HTTP/1.1 {mood}\r\n{wait}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def take(self, event: dict[str, Any]) -> None:
        self.ids[event["id"]] += 1
        if self.ids[event["id"]] == 1:
            self.taken[event["subject"]].append(event["data"]["n"])

    @property
    def repeats(self) -> int:
        return sum(self.ids.values()) - len(self.ids)

    def disorder(self) -> int:
        """How many events came, for the first time, after a later one of their case."""
        return sum(a > b for found in self.taken.values() for a, b in pairwise(found))


def put_cases(count: int, tx: Connection) -> None:
    now = system_now()
    each: dict[str, Any] = {"kind": "hire", "vacancy": "v", "linked": False, "created_at": now}
    tx.execute(insert(cases), [{"case_id": f"hire/{n}", "candidate": f"c{n}", **each} for n in range(count)])


def event(case: int, n: int) -> dict[str, Any]:
    waiting: dict[str, Any] = {"state": "pending", "attempts": 0, "next_at": None, "lease_until": None, "sent_at": None, "error": ""}
    row = {"id": new_id(), "case_id": f"hire/{case}", "number": n + 1, "n": 0, "at": system_now(), "kind": "event", "type": "hire.held"}
    return {**row, "subject": f"hire/{case}", "body": {"vacancy": "v", "n": n}, "spread_at": None, **waiting}


@asynccontextmanager
async def moody(seed: int) -> AsyncIterator[Moody]:
    receiver = Moody(random.Random(seed))
    async with await asyncio.start_server(receiver.serve, "127.0.0.1", 0) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver


@dataclass(frozen=True)
class Sent:
    messages: int
    kills: int
    lost: int
    disorder: int
    repeats: int
    undone_told: int
    answers: dict[str, int]
    disagreements: list[str]


async def killed(folder: Path, *, messages: int, kills: int, undone: int, seed: int, cases_: int = 40) -> Sent:
    """`messages` events to a moody receiver while the relay process is killed -9 `kills` times; `undone` transactions roll back."""
    draw = random.Random(seed)
    async with moody(seed) as receiver:
        settings = _settings(folder, receiver.port)
        await migrate(settings.store_url)
        db = await Database.open(settings.store_url)
        env = environment(settings) | {"MUSTER_RELAY__LEASE_S": str(LEASE_S), "MUSTER_RELAY__WAITS": json.dumps(WAITS)}
        door = Door("relay", env | {"MUSTER_RELAY__PER_SUBSCRIBER": str(PER_SUBSCRIBER)}, folder / "relay.log")
        try:
            await db.write(lambda tx: put_cases(cases_, tx))
            door.start()
            never = await _told_and_killed(db, door, receiver, draw, messages, kills, undone, cases_)
            async with asyncio.timeout(120):
                while await Outbox(db).pending():  # noqa: ASYNC110 - another process empties it
                    await asyncio.sleep(0.1)
            apart = await disagreements(db, but=["parcel_without_fact"])  # these events were put into the outbox without a case's step
        finally:
            await door.stop()
            await db.close()
    told_in_vain = len(never & receiver.ids.keys())
    lost = messages - len(receiver.ids)
    return Sent(messages, kills, lost, receiver.disorder(), receiver.repeats, told_in_vain, dict(receiver.answers), apart)


async def _told_and_killed(
    db: Database, door: Door, receiver: Moody, draw: random.Random, messages: int, kills: int, undone: int, cases_: int
) -> set[str]:
    never: set[str] = set()
    numbers: Counter[int] = Counter()
    share = -(-messages // (kills + 1))
    left, back = messages, undone
    for round_ in range(kills + 1):
        some = [draw.randrange(cases_) for _ in range(min(share, left))]
        left -= len(some)
        rows = []
        for case in some:
            rows.append(event(case, numbers[case]))
            numbers[case] += 1
        before = len(receiver.ids)
        await db.write(partial(_put, rows))
        for _ in range(min(back, -(-undone // (kills + 1)))):
            back -= 1
            never.add(await _undone(db, draw.randrange(cases_)))
        if round_ < kills:
            await _until(receiver, before)
            await asyncio.sleep(draw.uniform(0, 0.25))
            door.kill()
            door.start()
    return never


def _put(rows: list[dict[str, Any]], tx: Connection) -> None:
    if rows:
        tx.execute(insert(outbox), rows)


async def _undone(db: Database, case: int) -> str:
    row = event(case, 900_000 + random.getrandbits(16))

    def work(tx: Connection) -> None:
        tx.execute(insert(outbox), [row])
        raise _Undo

    with suppress(_Undo):
        await db.write(work)
    return str(row["id"])


class _Undo(Exception):
    pass


async def _until(receiver: Moody, more_than: int) -> None:
    async with asyncio.timeout(60):
        while len(receiver.ids) <= more_than:  # noqa: ASYNC110 - another process makes it so
            await asyncio.sleep(0.02)


def _settings(folder: Path, port: int) -> Settings:
    address = f'base_url = "http://127.0.0.1:{port}"\ntimeout_s = {TIMEOUT_S}\n'
    (folder / "partners.toml").write_text(f'[partners.portal]\nkind = "portal"\nname = "p"\nsubscribes = ["*"]\n{address}')
    return Settings(data_dir=folder, partners_file=folder / "partners.toml")


class Everything:
    id = "portal"

    def hears(self, kind: str, vacancy: str | None = None) -> bool:
        return True


@dataclass(frozen=True)
class Written:
    messages: int
    skipped: int
    disorder: int


async def written_at_once(url: str, *, writers: int, each: int, seed: int) -> Written:
    """`writers` side by side, each committing its case's events after a delay of its own, while a relay takes what is committed."""
    opened = [await Database.open(url) for _ in range(-(-writers // 4))]
    try:
        await opened[0].write(lambda tx: put_cases(writers, tx))
        done = asyncio.Event()
        reading = asyncio.create_task(_taken(opened[0], done))
        await asyncio.gather(*(_writer(opened[n % len(opened)], n, each, random.Random(seed + n)) for n in range(writers)))
        done.set()
        found = await reading
    finally:
        for db in opened:
            await db.close()
    disorder = sum(numbers != sorted(numbers) for numbers in found.values())
    return Written(writers * each, writers * each - sum(map(len, found.values())), disorder)


async def _writer(db: Database, case: int, each: int, draw: random.Random) -> None:
    for n in range(each):
        async with db.transaction() as tx:
            await tx.execute(insert(outbox), [event(case, n)])
            await asyncio.sleep(draw.uniform(0, 0.05))


async def _taken(db: Database, done: asyncio.Event) -> dict[str, list[int]]:
    box, found = Deliveries(db), defaultdict[str, list[int]](list)
    while True:
        last = done.is_set()
        await box.spread([Everything()], system_now())
        parcels = await box.lease("portal", 20, system_now(), 30)
        for parcel in parcels:
            found[parcel.case].append(parcel.body["n"])
            await box.sent(parcel, system_now(), 200)
        if last and not parcels:
            return found
