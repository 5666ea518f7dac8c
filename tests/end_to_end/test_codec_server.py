"""The codec server as Temporal's own command line uses it: a real history, a real server, a real socket."""

import asyncio
import base64
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from acts.in_person import TokenDesk
from acts.opening import ERASED
from domain.tokens import Scope
from domain.words import Role
from store.keys import erase
from store.names import system_now
from tests.canary import keys_in, stage
from tests.stories.conftest import executable


def words(history: str) -> str:
    """What the payloads of a history say, as far as they can be read."""
    return "\n".join(base64.b64decode(raw).decode(errors="replace") for raw in re.findall(r'"data": "([^"]+)"', history))


async def said(*words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode()


@asynccontextmanager
async def api(folder: Path) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {
        "STORE_URL": f"sqlite+aiosqlite:///{folder / 'keys.db'}",
        "DATA_DIR": str(folder),
        "KEYRING_FILE": str(folder / "keyring.json"),
        "API_PORT": port,
        "CODEC_ORIGIN": "http://localhost:8233",
    }
    env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    env |= {f"MUSTER_{name}": value for name, value in settings.items()}
    with (folder / "api.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "cli", "api", env=env, stdout=log, stderr=log)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            await _ready(http)
        yield f"http://127.0.0.1:{port}/api/v1/codec"
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def _ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


async def test_temporals_command_line_shows_a_history_through_it_until_the_person_is_erased(tmp_path: Path) -> None:
    async with keys_in(tmp_path) as (keys, db, _), stage(tmp_path / "server", keys) as scene:
        desk = TokenDesk(db)
        await desk.put_staff("helga", "Helga", "helga@example.org", [Role.HR_OFFICER])
        await desk.put_staff("audrey", "Audrey", "audrey@example.org", [Role.AUDITOR])
        tokens = {person: (await desk.tokens.add(person, "a test", Scope.READ))[1] for person in ("helga", "audrey")}
        case = await scene.offer()
        target = scene.env.client.service_client.config.target_host
        show = (executable(), "workflow", "show", "--address", target, "--namespace", "default", "-w", case, "--output", "json")

        async with api(tmp_path) as endpoint:
            through = (*show, "--codec-endpoint", endpoint, "--codec-auth")
            assert "application.submitted" not in words((await said(*show))[1])
            assert "application.submitted" in words((await said(*through, f"Bearer {tokens['helga']}"))[1])
            code, refused = await said(*through, f"Bearer {tokens['audrey']}", "--command-timeout", "3s")
            assert (code != 0, words(refused)) == (True, "")  # it tries again until its time is over, and shows nothing
            await db.write(lambda tx: erase(tx, [case], system_now()))
            code, erased = await said(*through, f"Bearer {tokens['helga']}")
            assert (code, ERASED in words(erased), "application.submitted" in words(erased)) == (0, True, False)
        assert tokens["helga"] not in (tmp_path / "api.log").read_text()
