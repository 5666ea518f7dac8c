"""docs/integrating.md does what it says: its commands and both its examples, taken from the page itself, against a real door."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.house.repository import ROOT

PAGE = (ROOT / "docs" / "integrating.md").read_text("utf-8")
FILES = dict(re.findall(r"<!-- file: ([\w.]+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL))
MUSTER = (sys.executable, "-m", "cli")


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def environment(store: Path, port: int) -> dict[str, str]:
    settings = {"STORE_URL": f"sqlite+aiosqlite:///{store}", "PARTNERS_FILE": str(store.with_name("partners.toml"))}
    settings |= {"DATA_DIR": str(store.parent), "GATEWAY_PORT": str(port), "GATEWAY_HOST": "127.0.0.1"}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_") and "proxy" not in name.lower()}
    return ours | {f"MUSTER_{name}": value for name, value in settings.items()} | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def folder(tmp_path: Path, environment: dict[str, str], store: Path) -> Path:
    """A folder as an integrator has it: the files of the page, and the key that the page's own command makes."""
    store.with_name("partners.toml").touch()
    here = tmp_path / "integrator"
    here.mkdir()
    for name, text in FILES.items():
        (here / name).write_text(text, "utf-8")
    command = next(line for line in PAGE.splitlines() if line.startswith("muster partner add"))
    subprocess.run([*MUSTER, *shlex.split(command)[1:]], cwd=here, env=environment, check=True, capture_output=True, timeout=60)
    return here


@pytest.fixture
def gateway(folder: Path, environment: dict[str, str], port: int) -> Iterator[str]:
    process = subprocess.Popen([*MUSTER, "gateway"], cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def shown(name: str) -> str:
    """The command the page gives for one of its files."""
    found = re.search(rf"`(\w+ {re.escape(name)} [^`]+)`", PAGE)
    assert found, name
    return found[1]


def run(command: str, gateway: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command.replace("http://127.0.0.1:8480", gateway))
    program = [*MUSTER] if words[0] == "muster" else [sys.executable] if words[0] == "python" else words[:1]
    return subprocess.run([*program, *words[1:]], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_page_shows_three_files_and_its_python_is_about_forty_lines() -> None:
    assert set(FILES) == {"event.json", "send.py", "send.sh"}
    assert len(FILES["send.py"].splitlines()) <= 50


@pytest.mark.parametrize("name", ["send.py", "send.sh"])
def test_an_example_of_the_page_is_accepted_again_with_the_same_receipt_and_shows_a_refusal(
    name: str, gateway: str, folder: Path, environment: dict[str, str]
) -> None:
    first = run(shown(name), gateway, folder, environment)
    assert first.returncode == 0, first.stdout + first.stderr
    receipt = json.loads(first.stdout)
    assert (receipt["event"], receipt["source"]) == ("first-application-1", "my-portal")
    assert receipt["case"].startswith("hire/")
    assert json.loads(run(shown(name), gateway, folder, environment).stdout) == receipt

    (folder / "event.json").write_text(FILES["event.json"].replace("int.muster.application.submitted", "int.muster.duty.entered"), "utf-8")
    refused = run(shown(name), gateway, folder, environment)
    assert refused.returncode != 0
    assert json.loads(refused.stdout or refused.stderr)["code"] == "invalid"


def test_the_commands_of_the_page_work_as_they_stand(gateway: str, folder: Path, environment: dict[str, str]) -> None:
    sent = run("muster event send my-portal --key my-portal.key --sample application.submitted --json", gateway, folder, environment)
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["source"] == "my-portal"
    tested = run("muster partner test my-portal --key my-portal.key --json", gateway, folder, environment)
    assert json.loads(tested.stdout)["ok"] is True, tested.stderr
    rotated = run("muster partner rotate my-portal --key-file new.key --json", gateway, folder, environment)
    assert len(json.loads(rotated.stdout)["live"]) == 2, rotated.stderr
    old = json.loads(rotated.stdout)["keys"][0]["id"]
    assert run(f"muster partner revoke my-portal {old}", gateway, folder, environment).returncode == 0
    # the running door has taken both up: the old key proves nothing, the new one does
    assert run(shown("send.py"), gateway, folder, environment).returncode != 0
    assert run(shown("send.py").replace("my-portal.key", "new.key"), gateway, folder, environment).returncode == 0
    by_hand = run("muster event send my-portal --key new.key --sample application.submitted --print", gateway, folder, environment)
    curled = subprocess.run(["sh", "-c", by_hand.stdout], capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert json.loads(curled.stdout)["event"].startswith("try-")
