"""The command line against another machine's installation: over a real socket, by token, it says what it says beside the store."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from acts.in_person import TokenDesk
from cli.main import app
from cli.remote import told
from cli.terminal import Terminal
from config.settings import Settings
from connectors.log_key import load_log_key
from domain.errors import BadInput
from domain.tokens import Scope
from sandbox.installation import free_port
from store.arrivals import Arrival
from store.database import Database, migrate
from store.inbox import Inbox
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN, write

HIRE = f"hire/{WITHDRAWN}"
COMMAND = (sys.executable, "-m", "cli", "api")


@dataclass
class Both:
    """One store, seen from beside it and through its API."""

    local: Settings
    remote: Settings

    def run(self, settings: Settings, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(words), obj=Terminal(read_settings=lambda: settings), env={"MUSTER_PERSON": ""})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    def both(self, *words: str) -> tuple[tuple[int, str, str], tuple[int, str, str]]:
        return self.run(self.local, *words), self.run(self.remote, *words)


#: An event that waits for a case nobody knows.
STRAY = Arrival(
    source="portal",
    event_id="evt-9",
    type="offer.answered",
    sha256="0" * 64,
    received_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    case="hire/nobody22",
    payload=b"{}",
)


async def _stored(url: str) -> str:
    """The play in a store, with everybody in it; the secret of the head of HR's token."""
    await migrate(url)
    db = await Database.open(url)
    try:
        await write(db)
        await staffed(db)
        await Inbox(db).accept(STRAY)
        _, secret = await TokenDesk(db).tokens.add("hr_head", "a test", Scope.ACT)
    finally:
        await db.close()
    return secret


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("remote")
    url = f"sqlite+aiosqlite:///{folder / 'muster.db'}"
    token, port = folder / "token", free_port()
    token.write_text(asyncio.run(_stored(url)) + "\n")
    local = Settings(store_url=url, data_dir=folder, temporal_address="127.0.0.1:1", api_port=port)
    # The remote side has no store of its own: whatever looked beside it would find nothing.
    remote = Settings(data_dir=folder / "nowhere", remote_url=f"http://127.0.0.1:{port}", token_file=token)
    env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    own = {"MUSTER_STORE_URL": url, "MUSTER_DATA_DIR": str(folder), "MUSTER_TEMPORAL_ADDRESS": "127.0.0.1:1", "MUSTER_API_PORT": str(port)}
    with subprocess.Popen(COMMAND, env=env | own, stderr=subprocess.DEVNULL) as process:
        try:
            _until_ready(f"http://127.0.0.1:{port}/readyz", process)
            yield Both(local, remote)
        finally:
            process.terminate()


def _until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the API stopped by itself"
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the API was not ready within thirty seconds")


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
    ("event", "list"),
    ("event", "list", "--partner", "medical"),
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
    ("operation", "show", "op-00000000"),
    ("privacy", "erasures"),
    ("privacy", "hold", "list", "--all"),
    ("privacy", "erase", HIRE, "--reason", "asked_by_person", "--as", "hr_head", "--dry-run"),
]


@pytest.mark.parametrize("words", SAME, ids=" ".join)
def test_from_afar_a_command_says_what_it_says_beside_the_store(played: Both, words: tuple[str, ...]) -> None:
    local, remote = played.both(*words)
    if words[1:2] != ("show",) or local[0]:
        assert remote == local
    local, remote = played.both(*words, "--json")
    said = [[json.loads(line) for line in out.splitlines()] for out in (remote[1], local[1])]
    assert within(*said), "what is said from afar is said beside the store too, word for word"
    assert remote[0] == local[0]


def within(some: Any, whole: Any) -> bool:
    """Is everything in `some` in `whole`, at the same place? A token is shown less of a row than a terminal beside the store."""
    if isinstance(some, dict) and isinstance(whole, dict):
        return all(name in whole and within(value, whole[name]) for name, value in some.items())
    if isinstance(some, list) and isinstance(whole, list):
        return len(some) == len(whole) and all(map(within, some, whole))
    return bool(some == whole)


def test_a_hold_is_placed_from_afar_and_lifted_in_person_only(played: Both) -> None:
    code, out, err = played.run(played.remote, "privacy", "hold", "place", HIRE, "--reason", "complaint", "--as", "hr_head", "--json")
    assert code == 0, err
    hold = json.loads(out)["hold"]
    code, _, err = played.run(played.remote, "privacy", "erase", HIRE, "--reason", "asked_by_person", "--as", "hr_head", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (4, "legal_hold")
    code, _, err = played.run(played.remote, "privacy", "hold", "lift", hold, "--as", "hr_head", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (4, "approval_in_person")
    for person in ("hr_head", "data_protection_officer"):
        assert played.run(played.local, "privacy", "hold", "lift", hold, "--as", person)[0] == 0
    code, out, err = played.run(played.remote, "privacy", "erase", HIRE, "--reason", "asked_by_person", "--as", "hr_head", "--json")
    assert code == 0, err
    assert json.loads(out)["goes"]["people"] == 1
    erasure = json.loads(out)["erasure"]
    assert erasure in played.run(played.remote, "privacy", "erasures")[1]
    code, _, err = played.run(played.remote, "privacy", "approve", erasure, "--as", "hr_head", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (4, "approval_in_person")
    code, _, err = played.run(played.remote, "privacy", "withdraw", erasure, "--as", "hr_head", "--json")
    assert code == 0, err
    assert erasure not in played.run(played.local, "privacy", "erasures")[1]


def test_what_must_run_beside_the_store_says_so(played: Both) -> None:
    for words in (("migrate",), ("recover",), ("worker",), ("staff", "token", "list")):
        code, out, err = played.run(played.remote, *words)
        assert (code, out) == (4, ""), err
        assert "beside the store" in err


def test_a_token_speaks_for_its_own_person_and_never_approves(played: Both) -> None:
    code, _, err = played.run(played.remote, "overlay", "lift", "x", "--as", "hr_officer", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (4, "not_yours")
    approval = ("policy", "approve", "standard", "1", "--sha256", "f" * 64, "--as", "hr_head", "--json")
    code, _, err = played.run(played.remote, *approval)
    assert (code, json.loads(err)["error"]["code"]) == (4, "approval_in_person")


def test_a_door_that_is_closed_is_trouble_and_a_missing_token_is_said(played: Both, tmp_path: Path) -> None:
    nowhere = played.remote.model_copy(update={"remote_url": "http://127.0.0.1:1"})
    code, _, err = played.run(nowhere, "hire", "list", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (6, "remote_unreachable")
    without = played.remote.model_copy(update={"token_file": None})
    code, _, err = played.run(without, "hire", "list", "--json")
    assert (code, json.loads(err)["error"]["code"]) == (2, "token_missing")
    assert "mst_" not in repr(Settings(data_dir=tmp_path, token="mst_secret"))  # type: ignore[arg-type]


def test_an_answer_of_something_else_is_never_taken_for_ours() -> None:
    assert told(httpx.Response(502, text="<html>")).code == "not_a_muster"
    assert not isinstance(told(httpx.Response(404, json={"error": "nope"})), BadInput)


def test_a_dossier_made_far_away_is_the_file_it_is_beside_the_store(played: Both, tmp_path: Path) -> None:
    load_log_key(played.local.log_key, f"{played.local.source}/log")
    for settings, name in ((played.local, "here.zip"), (played.remote, "there.zip")):
        words = (
            "audit",
            "export",
            AT_CONDITIONS,
            "--as",
            "hr_head",
            "--to",
            str(tmp_path / name),
            "--language",
            "en",
            "--redact",
            "medical",
        )
        assert played.run(settings, *words)[0] == 0
        assert played.run(settings, *words)[0] == 2  # nothing is written over a file
        assert played.run(settings, "audit", "verify", str(tmp_path / name))[0] == 0
    assert played.run(played.remote, "audit", "log-export", "--as", "hr_head", "--to", str(tmp_path / "log"))[0] == 0
    assert played.run(played.remote, "audit", "verify", str(tmp_path / "there.zip"), "--log", str(tmp_path / "log"))[0] == 0
    (tmp_path / "log").write_bytes((tmp_path / "log").read_bytes().replace(b'"v":1', b'"v":2', 1))
    code, said, _ = played.run(played.local, "audit", "verify", str(tmp_path / "log"), "--json")
    assert code == 6
    assert [json.loads(line)["held"] for line in said.splitlines()] == [True, True, False, None, None, None, None]
