"""The door as an operator runs it: settings from the environment, a real socket, a signal to stop."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from connectors.signatures import key_text, verifying_key
from domain.events import cloud_event
from gateway.receipts import receipt_holds
from tests.domain.event_samples import DATA, event
from tests.gateway.door import Caller, key_of

COMMAND = (sys.executable, "-m", "cli", "gateway")


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def environment(store: Path, port: int) -> dict[str, str]:
    partners = store.with_name("partners.toml")
    lines = []
    for partner, kind in (("portal", "portal"), ("hris", "hris")):
        public = key_text(key_of(partner).verifying())
        lines += [f'[partners.{partner}]\nkind = "{kind}"\nname = "{partner}"\nchannel = "paper"']
        lines += [f'[[partners.{partner}.keys]]\nid = "{partner}-1"\npublic = "{public}"']
    partners.write_text("\n".join(lines), "utf-8")
    settings = {"STORE_URL": f"sqlite+aiosqlite:///{store}", "PARTNERS_FILE": str(partners), "DATA_DIR": str(store.parent)}
    settings |= {"GATEWAY_PORT": str(port), "LOG_FORMAT": "json"}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    return ours | {f"MUSTER_{name}": value for name, value in settings.items()}


@pytest.fixture
async def gateway(environment: dict[str, str], port: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, Caller]]:
    process = await asyncio.create_subprocess_exec(*COMMAND, env=environment, stderr=asyncio.subprocess.PIPE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        try:
            await _until_ready(http, process)
            yield process, Caller(http)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _until_ready(http: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    for _ in range(200):
        assert process.returncode is None, "the gateway stopped by itself"
        try:
            if (await http.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.05)
    raise AssertionError("the gateway was not ready within ten seconds")


async def test_over_a_real_socket(gateway: tuple[asyncio.subprocess.Process, Caller]) -> None:
    process, caller = gateway
    (key,) = (await caller.http.get("/keys")).json()["keys"]
    body = event("application.submitted")
    answers = await asyncio.gather(*(caller.send(body) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    receipt = answers[0].json()
    assert receipt_holds(receipt, verifying_key(key["id"], key["public"]))
    entered = cloud_event("evt-2", "hris", "duty.entered", receipt["case"], DATA["duty.entered"])
    assert (await caller.send(entered, "hris")).status_code == 202
    assert (await caller.ask("hris", "evt-2")).json()["state"] == "open"
    assert (await caller.send(event("medical.replied", source="medical"), "medical")).status_code == 401

    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    lines = [json.loads(line) for line in said.decode().splitlines()]
    counted = [line["event"] for line in lines if line["event"].startswith("event.")]
    assert (counted.count("event.accepted"), counted.count("event.repeated"), counted.count("event.refused")) == (2, 19, 1)
    assert "Example" not in said.decode()


async def test_what_is_missing_is_said_at_the_start(environment: dict[str, str], tmp_path: Path) -> None:
    environment["MUSTER_STORE_URL"] = f"sqlite+aiosqlite:///{tmp_path}/empty.db"
    process = await asyncio.create_subprocess_exec(*COMMAND, env=environment, stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode not in (0, None)
    assert "muster migrate" in said.decode()
