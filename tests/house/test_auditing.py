"""The auditors' guide cannot rot: every command in docs/auditing.md is run, as it stands there and in its order, against a small store."""

import asyncio
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.terminal import Terminal
from config.settings import Settings
from store.database import Database, migrate
from store.people import People
from tests.house.repository import ROOT
from tests.kept import competition, written

PAGE = (ROOT / "docs" / "auditing.md").read_text("utf-8")
COMMANDS = re.findall(r"^    ((?:muster|python) .+)$", PAGE, re.MULTILINE)
CLAIMS = ("Non-alteration", "Completeness", "Order", "Authorship", "Reproducibility", "Absence", "Who looked")
#: The small store has no workflow histories: these say so, in a sentence. tests/stories/test_replaying.py replays real ones.
OTHERWISE = {"muster audit replay --all": {0}, "muster audit replay": {2, 3}}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a competition in it, and the folder the commands are run in."""
    folder = tmp_path_factory.mktemp("audited")

    async def made() -> None:
        url = f"sqlite+aiosqlite:///{folder}/muster.db"
        await migrate(url)
        db = await Database.open(url)
        await written(db, competition())
        await People(db).put_staff("adam", "Adam", "adam@example.org", ["auditor"])
        await People(db).put_staff("kay", "Kay", "kay@example.org", ["key_administrator"])
        await db.close()

    asyncio.run(made())
    return folder


def run(folder: Path, command: str) -> tuple[int, str]:
    """One line of the page, with this store's case and key in the places of the page's."""
    line, _, out = command.replace("ab12cd34", "h002").partition(" > ")
    words = line.split()
    if "PUBLIC" in words:
        words[words.index("PUBLIC")] = json.loads(run(folder, "muster log status --json")[1])["key"]
    if words[0] == "python":
        with zipfile.ZipFile(folder / "case.zip") as dossier:
            dossier.extract("verify.py", folder)
        done = subprocess.run([sys.executable, "-I", *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
    settings = Settings(data_dir=folder, temporal_address="127.0.0.1:1", partners_file=folder / "nobody.toml")
    told = Terminal(read_settings=lambda: settings)
    result = CliRunner().invoke(app, words[1:], obj=told, env={"MUSTER_PERSON": "adam", "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if out:
        (folder / out).write_text(result.stdout, "utf-8")
    return result.exit_code, result.output


def test_every_command_of_the_guide_does_what_it_says(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    wrong, files = [], set(os.listdir(place))
    for command in COMMANDS:
        told = re.search(r"--to (\S+)", command)
        if told and told[1] not in files:
            (place / told[1]).unlink(missing_ok=True)  # the page writes the same file twice; nothing is written over
        code, said = run(place, command)
        expected = next((codes for begins, codes in OTHERWISE.items() if command.startswith(begins)), {0})
        if code not in expected or (not said.strip() and " > " not in command):
            wrong.append((command, code, said[-700:]))
    assert wrong == []


def test_the_guide_goes_claim_by_claim_and_says_of_each_what_it_proves_and_what_it_does_not() -> None:
    sections = dict(re.findall(r"^## \d\. ([\w -]+)\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL))
    assert tuple(sections) == CLAIMS
    for claim, text in sections.items():
        assert "*What it proves.*" in text, claim
        assert "*What it does not.*" in text, claim
        assert re.search(r"^    muster ", text, re.MULTILINE), claim
