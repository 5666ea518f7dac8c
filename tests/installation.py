"""A whole installation on loopback, as an operator runs it: Temporal, store, the doors as processes, real SMTP, partners over real HTTP.

Time is real here. Everything started is ended by id when the block ends, whatever happened in it. End-to-end tests, proofs and
benchmarks all stand on this.
"""

import asyncio
import hashlib
import json
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request

from acts.desk import Desk, open_desk
from config.embedded import EmbeddedServer, start_server
from config.keyring import FileKeyring
from config.settings import Settings
from connectors.signatures import SigningKey, key_text, new_signing_key, sign
from domain.events import CONTENT_TYPE, PREFIX
from domain.words import Role
from sandbox.installation import Door, NotStarted, environment, free_port
from sandbox.mail import Sink
from store.database import migrate

PARTNERS = {
    "portal": "portal",
    "assessment": "assessment_platform",
    "nation-be": "national_authority",
    "medical": "medical_adviser",
    "verification": "verification_agency",
    "host-nation": "host_nation",
    "hris": "hris",
}
DOORS = ("worker", "gateway", "dispatcher", "relay")
READY_S = 60
#: How long a partner goes on sending while the gateway is away.
PATIENCE_S = 60


@dataclass
class Partners:
    """What the partners were asked, by idempotency key; they take every ask at once and answer only when a test says so."""

    requests: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: What each ask is about, as the partner reads it: (partner, subject, kind).
    about: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    port: int = 0
    #: Seconds between an ask being on record and its answer: time for whoever asked to die.
    slowness_s: float = 0

    def application(self) -> FastAPI:
        app = FastAPI()

        @app.post("/{partner}/asks")
        async def asked(partner: str, request: Request) -> dict[str, Any]:
            raw = await request.body()
            body = json.loads(raw)
            key = request.headers["idempotency-key"]
            self.requests[key] += 1
            self.bodies[key].add(hashlib.sha256(raw).hexdigest())
            self.about[key] = (partner, body["subject"], body["kind"])
            await asyncio.sleep(self.slowness_s)
            return {"id": body["id"], "state": "received", "reference": f"{partner}-1", "expected": None}

        return app

    def of(self, case: str) -> list[str]:
        """What was asked about one case: the kinds, sorted."""
        return sorted(kind for _, subject, kind in self.about.values() if subject == case)


@dataclass
class Engine:
    """Temporal, always at the same address, in a folder that may be lost."""

    folder: Path
    server: EmbeddedServer

    async def stop(self) -> None:
        await self.server.stop()

    async def lose(self) -> None:
        """Stop it and remove its database; nothing answers at its address afterwards."""
        await self.server.stop()
        shutil.rmtree(self.folder)

    async def start(self) -> None:
        """Start it on whatever stands in its folder."""
        self.server = await start_server(self.folder, port=int(self.server.address.rpartition(":")[2]))


@dataclass
class Installation:
    """What runs, and a partner's and a person's way into it."""

    settings: Settings
    engine: Engine
    doors: dict[str, Door]
    desk: Desk
    http: httpx.AsyncClient
    keys: dict[str, SigningKey]
    partners: Partners
    letters: Path
    sent: int = 0
    #: Every receipt given, by (partner, event id).
    receipts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    # ---- as a partner -----------------------------------------------------------------------------------------------------

    def event(self, partner: str, type_: str, subject: str, data: dict[str, Any]) -> tuple[str, bytes]:
        """A new event of `partner`: its id, and the bytes it will always be sent as."""
        self.sent += 1
        event = {
            "specversion": "1.0",
            "id": f"e-{self.sent}",
            "source": partner,
            "type": f"{PREFIX}{type_}",
            "subject": subject,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "datacontenttype": "application/json",
            "data": data,
        }
        return f"e-{self.sent}", json.dumps(event).encode()

    async def post(self, partner: str, event_id: str, body: bytes) -> httpx.Response:
        """Once over a real socket, signed now."""
        headers = {**sign(self.keys[partner], event_id, body), "muster-partner": partner, "content-type": CONTENT_TYPE}
        return await self.http.post("/events", content=body, headers=headers)

    async def send(self, partner: str, type_: str, subject: str, data: dict[str, Any]) -> dict[str, Any]:
        """A new event, sent as a good partner does: the same bytes again until there is a receipt, which is returned."""
        event_id, body = self.event(partner, type_, subject, data)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answer = await self.post(partner, event_id, body)
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code < 500:
                    break
                await asyncio.sleep(0.1)
        if answer.status_code != 202:
            raise RuntimeError(f"{type_}: {answer.status_code} {answer.text}")
        receipt: dict[str, Any] = answer.json()
        self.receipts[partner, event_id] = receipt
        return receipt

    async def told(self, partner: str, event_id: str) -> dict[str, Any]:
        """What the gateway tells its sender about an event."""
        path = f"/events/{partner}/{event_id}"
        headers = {**sign(self.keys[partner], "question", f"GET {path}".encode()), "muster-partner": partner}
        answer = await self.http.get(path, headers=headers)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    # ---- as an operator ---------------------------------------------------------------------------------------------------

    def kill(self, *names: str) -> None:
        """-9, and no wait for anything."""
        for name in names:
            self.doors[name].kill()

    def start(self, *names: str) -> None:
        for name in names:
            self.doors[name].start()

    async def command(self, *words: str) -> tuple[int, str]:
        """`muster WORDS` as an operator runs it: exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", *words, env=environment(self.settings), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async def ready(self) -> None:
        """Until the gateway can keep events. Raises NotStarted with what it said last when it ended instead."""
        gateway = self.doors["gateway"]
        async with asyncio.timeout(READY_S):
            while True:
                if (code := gateway.process.poll()) is not None:
                    raise NotStarted(f"the gateway ended (exit code {code}): {gateway.last_words()}")
                try:
                    if (await self.http.get("/readyz")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    def mail(self) -> list[dict[str, Any]]:
        """Every letter the mail server took, in order, repeats included."""
        return [json.loads(line) for line in self.letters.read_text("utf-8").splitlines()] if self.letters.exists() else []

    def logs(self) -> str:
        """What the doors said, for a failed test to show."""
        return "\n".join(f"--- {name}\n{door.log.read_text('utf-8', errors='replace')[-3000:]}" for name, door in self.doors.items())


@asynccontextmanager
async def installation(store_url: str = "", folder: Path | None = None) -> AsyncIterator[Installation]:
    """Everything up; a fresh folder unless one is given, SQLite in it unless a store is named. Everything gone afterwards."""
    async with AsyncExitStack() as stack:
        root = stack.enter_context(_folder(folder))
        FileKeyring.made(root / "keys" / "keyring.json", datetime.now(UTC))
        engine = Engine(root / "temporal", await start_server(root / "temporal"))
        stack.push_async_callback(engine.stop)
        sink = stack.enter_context(Sink(root / "mail.jsonl", lambda: datetime.now(UTC)).open())
        partners = await _partners(stack)
        keys = {name: new_signing_key(f"{name}-1") for name in PARTNERS}
        (root / "partners.toml").write_text(_partners_file(keys, partners.port))
        settings = Settings(
            data_dir=root,
            store_url=store_url,
            partners_file=root / "partners.toml",
            temporal_address=engine.server.address,
            gateway_port=free_port(),
            smtp_port=sink.port,
        )
        await migrate(settings.store_url)
        env = environment(settings)
        doors = {name: Door(name, env, root / "logs" / f"{name}.log") for name in DOORS}
        desk = await stack.enter_async_context(_desk(settings))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.gateway_port}", timeout=30))
        place = Installation(settings, engine, doors, desk, http, keys, partners, root / "mail.jsonl")
        stack.push_async_callback(_end, doors)
        place.start(*DOORS)
        await place.ready()
        yield place


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[Desk]:
    async with open_desk(settings, reader=None) as desk:
        for person, name in {"chief": "C. Hief", "second": "S. Econd"}.items():
            await desk.put_staff(person, name, f"{person}@example.org", [str(r) for r in Role])
        yield desk


async def _end(doors: dict[str, Door]) -> None:
    await asyncio.gather(*(door.stop() for door in doors.values() if hasattr(door, "process")))


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="muster-") as made:
        yield Path(made)


def _partners_file(keys: dict[str, SigningKey], port: int) -> str:
    entries = [
        f'[partners.{name}]\nkind = "{kind}"\nname = "{name}"\nbase_url = "http://127.0.0.1:{port}/{name}"\n'
        f"nations = {['BE'] if name.startswith('nation') else []}\n"
        f'[[partners.{name}.keys]]\nid = "{keys[name].id}"\npublic = "{key_text(keys[name].verifying())}"\n'
        for name, kind in PARTNERS.items()
    ]
    return "\n".join(entries)


async def _partners(stack: AsyncExitStack) -> Partners:
    partners = Partners(port=free_port())
    server = uvicorn.Server(uvicorn.Config(partners.application(), host="127.0.0.1", port=partners.port, log_config=None))
    task = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    return partners
