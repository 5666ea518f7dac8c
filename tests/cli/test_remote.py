"""The command line against another machine's installation: over a real socket, by token, it says what it says beside the store."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from acts.in_person import TokenDesk
from cli.remote import BadInput, told
from config.settings import Settings
from domain.tokens import Scope
from store.database import Database, migrate
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN, write
from tests.gateway.api.test_serving import until_ready

COMMAND = (sys.executable, "-m", "cli")


@dataclass
class Both:
    """One store, seen from beside it and through its API."""

    local: dict[str, str]
    remote: dict[str, str]

    async def run(self, env: dict[str, str], *words: str) -> tuple[int, str, str]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*COMMAND, *words, env=env, stdout=pipe, stderr=pipe)
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def both(self, *words: str) -> tuple[tuple[int, str, str], tuple[int, str, str]]:
        local, remote = await asyncio.gather(self.run(self.local, *words), self.run(self.remote, *words))
        return local, remote


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    folder = tmp_path_factory.mktemp("remote")
    url = f"sqlite+aiosqlite:///{folder / 'muster.db'}"
    await migrate(url)
    db = await Database.open(url)
    await write(db)
    await staffed(db)
    _, secret = await TokenDesk(db).tokens.add("hr_head", "a test", Scope.ACT)
    await db.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    token = folder / "token"
    token.write_text(secret + "\n")
    # The remote side has no store of its own: whatever looked beside it would find nothing.
    nowhere = {"MUSTER_DATA_DIR": str(folder / "nowhere"), "MUSTER_REMOTE_URL": f"http://127.0.0.1:{port}", "MUSTER_TOKEN_FILE": str(token)}
    settings = {"MUSTER_STORE_URL": url, "MUSTER_DATA_DIR": str(folder), "MUSTER_TEMPORAL_ADDRESS": "127.0.0.1:1"}
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "api", env=env | settings | {"MUSTER_API_PORT": port}, stderr=asyncio.subprocess.DEVNULL
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        await until_ready(http, process)
    yield Both(env | settings, env | nowhere)
    process.send_signal(signal.SIGTERM)
    await process.wait()


SAME = [
    ("hire", "list"),
    ("hire", "list", "--vacancy", "270311"),
    ("hire", "show", AT_CONDITIONS),
    ("hire", "timeline", AT_CONDITIONS),
    ("hire", "why", AT_CONDITIONS),
    ("hire", "why", AT_SHORTLISTING, "--language", "fr"),
    ("hire", "status", WITHDRAWN),
    ("hire", "forecast", AT_CONDITIONS),
    ("vacancy", "list"),
    ("vacancy", "show", "270311"),
    ("vacancy", "why", "270311"),
    ("vacancy", "timeline", "270311"),
    ("board", "show", "250442", "--as", "hr_head"),
    ("operation", "list"),
    ("person", "find", "Ada"),
    ("policy", "list"),
    ("policy", "show", "standard"),
    ("overlay", "list"),
    ("staff", "list"),
    ("staff", "worklist", "hr_officer"),
    ("deadlines",),
    ("hire", "show", "aaaaaaaa"),
    ("vacancy", "show", "999999"),
    ("overlay", "show", "no-such-overlay"),
    ("overlay", "lift", "no-such-overlay", "--as", "hr_head"),
    ("operation", "show", "op-00000000"),
]


@pytest.mark.parametrize("words", SAME, ids=" ".join)
async def test_from_afar_a_command_says_what_it_says_beside_the_store(played: Both, words: tuple[str, ...]) -> None:
    local, remote = await played.both(*words)
    assert remote == local
    local, remote = await played.both(*words, "--json")
    assert [json.loads(line) for line in remote[1].splitlines()] == [json.loads(line) for line in local[1].splitlines()]
    assert remote[0] == local[0]


async def test_what_must_run_beside_the_store_says_so(played: Both) -> None:
    for words in (("migrate",), ("recover",), ("worker",), ("staff", "token", "list")):
        code, out, err = await played.run(played.remote, *words)
        assert (code, out) == (4, ""), err
        assert "beside the store" in err


async def test_a_token_speaks_for_its_own_person_and_never_approves(played: Both) -> None:
    code, _, err = await played.run(played.remote, "overlay", "lift", "x", "--as", "hr_officer", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (4, "not_yours")
    approval = ("policy", "approve", "standard", "1", "--sha256", "f" * 64, "--as", "hr_head", "--json")
    code, _, err = await played.run(played.remote, *approval)
    assert (code, json.loads(err)["error"]["code"]) == (4, "approval_in_person")


async def test_a_door_that_is_closed_is_trouble_and_a_missing_token_is_said(played: Both, tmp_path: Path) -> None:
    code, _, err = await played.run(played.remote | {"MUSTER_REMOTE_URL": "http://127.0.0.1:1"}, "hire", "list", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (6, "remote_unreachable")
    without = {name: value for name, value in played.remote.items() if name != "MUSTER_TOKEN_FILE"}
    code, _, err = await played.run(without, "hire", "list", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (2, "token_missing")
    assert "mst_" not in repr(Settings(data_dir=tmp_path, token="mst_secret"))  # type: ignore[arg-type]


def test_an_answer_of_something_else_is_never_taken_for_ours() -> None:
    assert told(httpx.Response(502, text="<html>")).code == "not_a_muster"
    assert not isinstance(told(httpx.Response(404, json={"error": "nope"})), BadInput)
