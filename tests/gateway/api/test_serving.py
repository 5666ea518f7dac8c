"""The API as an operator runs it: settings from the environment, a real socket, a token from the command line, a signal to stop."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import httpx

COMMAND = (sys.executable, "-m", "cli")


async def run(env: dict[str, str], *words: str) -> str:
    process = await asyncio.create_subprocess_exec(*COMMAND, *words, env=env, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def until_ready(http: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    for _ in range(300):
        assert process.returncode is None, "the API stopped by itself"
        try:
            if (await http.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.05)
    raise AssertionError("the API was not ready within fifteen seconds")


async def test_over_a_real_socket_without_temporal(store: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    settings = {"STORE_URL": f"sqlite+aiosqlite:///{store}", "DATA_DIR": str(store.parent), "API_PORT": port, "LOG_FORMAT": "json"}
    env |= {f"MUSTER_{name}": value for name, value in settings.items()}
    await run(env, "staff", "add", "helga", "--name", "Helga Example", "--email", "helga@example.org", "--role", "hr_head")
    made = json.loads(await run(env, "staff", "token", "add", "helga", "--label", "a test", "--json"))

    process = await asyncio.create_subprocess_exec(*COMMAND, "api", env=env, stderr=asyncio.subprocess.PIPE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        try:
            await until_ready(http, process)
            headers = {"authorization": f"Bearer {made['secret']}"}
            answer = await http.get("/api/v1/me", headers=headers)
            assert answer.json()["roles"] == ["hr_head"]
            await run(env, "staff", "token", "revoke", made["token"])
            assert (await http.get("/api/v1/me", headers=headers)).status_code == 401
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    log = said.decode()
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "api.answered" and line["route"] == "/api/v1/me"] == [200, 401]
    assert "mst_" not in log
    assert "Helga" not in log
    assert made["secret"] not in await run(env, "staff", "token", "list", "--json")
