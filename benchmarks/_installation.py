"""A whole installation on loopback for a benchmark: Temporal, store, doors as processes of their own, partners that only say yes."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request

from acts.desk import Desk, open_desk
from config.embedded import EmbeddedServer, start_server
from config.settings import Settings
from connectors.signatures import SigningKey, key_text, new_signing_key, sign
from domain.words import Role
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


@dataclass
class Installation:
    settings: Settings
    server: EmbeddedServer
    desk: Desk
    http: httpx.AsyncClient
    keys: dict[str, SigningKey]
    sent: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    async def send(self, partner: str, type_: str, subject: str, data: dict[str, Any]) -> dict[str, Any]:
        """One signed event over a real socket; returns the receipt."""
        self.sent += 1
        event_id = f"b-{self.sent}"
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": partner,
            "type": f"int.muster.{type_}",
            "subject": subject,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "datacontenttype": "application/json",
            "data": data,
        }
        body = json.dumps(event).encode()
        headers = {**sign(self.keys[partner], event_id, body), "muster-partner": partner, "content-type": "application/cloudevents+json"}
        answer = await self.http.post("/events", content=body, headers=headers)
        if answer.status_code != 202:
            raise RuntimeError(f"{type_}: {answer.status_code} {answer.text}")
        receipt: dict[str, Any] = answer.json()
        return receipt


@asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """Everything up, everything gone afterwards: processes are ended by id, the folder is removed."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="muster-bench-")))
        server = await start_server(folder / "temporal")
        stack.push_async_callback(server.stop)
        partners_port = await _partners(stack)
        keys = {name: new_signing_key(f"{name}-1") for name in PARTNERS}
        (folder / "partners.toml").write_text(_partners_file(keys, partners_port))
        environment = {
            "MUSTER_DATA_DIR": str(folder),
            "MUSTER_PARTNERS_FILE": str(folder / "partners.toml"),
            "MUSTER_TEMPORAL_ADDRESS": server.address,
            "MUSTER_GATEWAY_PORT": str(_free_port()),
            "MUSTER_SMTP_PORT": str(await _mail_sink(stack)),
            "MUSTER_LOG_LEVEL": "warning",
        }
        os.environ.update(environment)
        settings = Settings()
        await migrate(settings.store_url)
        for door in DOORS:
            process = subprocess.Popen([sys.executable, "-m", "cli", door], env={**os.environ})  # noqa: ASYNC220 - ours to end
            stack.callback(_end, process)
        desk = await stack.enter_async_context(open_desk(settings))
        await desk.put_staff("chief", "C. Hief", "chief@example.org", [str(r) for r in Role])
        await desk.put_staff("second", "S. Econd", "second@example.org", [str(r) for r in Role])
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.gateway_port}", timeout=30))
        await _ready(http)
        yield Installation(settings, server, desk, http, keys)


def _partners_file(keys: dict[str, SigningKey], port: int) -> str:
    entries = [
        f'[partners.{name}]\nkind = "{kind}"\nname = "{name}"\nbase_url = "http://127.0.0.1:{port}/{name}"\n'
        f"nations = {['BE'] if name.startswith('nation') else []}\n"
        f'[[partners.{name}.keys]]\nid = "{keys[name].id}"\npublic = "{key_text(keys[name].verifying())}"\n'
        for name, kind in PARTNERS.items()
    ]
    return "\n".join(entries)


async def _partners(stack: AsyncExitStack) -> int:
    """Partners that acknowledge every request at once."""
    app = FastAPI()

    @app.post("/{partner}/asks")
    async def asked(partner: str, request: Request) -> dict[str, Any]:
        body = await request.json()
        return {"id": body["id"], "state": "received", "reference": f"{partner}-1", "expected": None}

    port = _free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    task = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    return port


async def _mail_sink(stack: AsyncExitStack) -> int:
    from aiosmtpd.controller import Controller

    class Sink:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            return "250 OK"

    port = _free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    stack.callback(controller.stop)
    return port


def _free_port() -> int:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


async def _ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
