"""`muster up` for real: everything starts, what dies is started again, and Ctrl-C leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.up import Child, environment
from config.settings import Settings


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()


class Running:
    """An installation in a folder of its own, started as a person would."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "up.log"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")} | {"MUSTER_DATA_DIR": str(folder)}
        with self.log.open("wb") as out:
            command = [sys.executable, "-m", "cli", "up", "--any-ports"]
            self.process = subprocess.Popen(command, env=self.env, stdout=out, stderr=out, start_new_session=True)

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def children(self) -> dict[str, int]:
        """The pids below `up`, by what they run."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and len(words) > 1:  # a zombie has no words left
                found[words[3] if words[1:3] == ["-m", "cli"] else words[1]] = int(folder.name)
        return found

    def muster(self, *words: str) -> subprocess.CompletedProcess[str]:
        told = re.search(r"MUSTER_TEMPORAL_ADDRESS=(\S+)", self.said())
        assert told
        env = self.env | {"MUSTER_TEMPORAL_ADDRESS": told[1]}
        return subprocess.run([sys.executable, "-m", "cli", *words], env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    up = Running(tmp_path)
    try:
        wait_for(lambda: "Ctrl-C stops it." in up.said() or up.process.poll() is not None)
        yield up
    finally:
        up.process.send_signal(signal.SIGTERM)
        up.process.wait(40)


@pytest.mark.slow
def test_an_installation_runs_mends_itself_and_goes_without_a_trace(running: Running) -> None:
    assert "Muster is running." in running.said()
    before = running.children()
    assert set(before) == {"worker", "dispatcher", "relay", "console", "gateway", "api", "server"}

    assert running.muster("staff", "load", "demo").returncode == 0
    assert running.muster("vacancy", "publish", "270311", "--as", "helga").returncode == 0
    os.kill(before["worker"], signal.SIGKILL)
    wait_for(lambda: running.children().get("worker", before["worker"]) != before["worker"])
    assert "The worker was killed (signal 9)" in running.said()
    wait_for(lambda: "published" in running.muster("vacancy", "timeline", "270311").stdout)

    refused = running.muster("vacancy", "decide-report", "270311", "--sha256", "a", "--approved", "--as", "aude", "--json")
    assert (refused.returncode, json.loads(refused.stderr)["error"]["code"]) == (4, "nothing_to_decide")
    assert running.muster("recover").stdout == "Temporal knows every open case: nothing to start.\n"

    after = running.children()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(40) == 0
    assert not [name for name, pid in after.items() if alive(pid)]


def test_a_child_that_ends_is_started_again_after_a_while_that_grows(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child("no-such-door", {**os.environ}, tmp_path / "log")
    child.start()
    child.process.wait(30)
    child.look(said.append)
    assert len(said) == 1
    assert "The no-such-door ended (exit code 2)" in said[0]
    assert "in 1 s" in said[0]
    child.again_at = 0
    child.look(said.append)
    child.process.wait(30)
    child.look(said.append)
    assert "in 2 s" in said[1]


def test_the_children_get_what_was_decided(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, temporal_address="127.0.0.1:7", gateway_port=9)
    env = environment(settings)
    assert env["MUSTER_STORE_URL"] == f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    assert (env["MUSTER_TEMPORAL_ADDRESS"], env["MUSTER_GATEWAY_PORT"]) == ("127.0.0.1:7", "9")


def test_without_a_file_of_partners_there_is_one_beside_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(data_dir=tmp_path / "var").partners_path == tmp_path / "var" / "partners.toml"
    (tmp_path / "partners.toml").touch()
    assert Settings(data_dir=tmp_path / "var").partners_path == Path("partners.toml")
