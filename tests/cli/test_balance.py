"""`muster balance` and `muster report balance` against a real store: turned on, declared, issued, read in two languages and as CSV."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.terminal import Terminal
from config.keyring import FileKeyring
from config.settings import Settings
from store.balance import Balance, Report
from store.database import Database, migrate
from store.people import People
from tests.cli.conftest import Said
from tests.store.making import NOON

GROUPS = [
    {"group": "man", "entered": 80, "passed": 48, "rate": 0.6, "ratio": 1.0, "below_four_fifths": False, "fisher_p": None},
    {"group": "woman", "entered": 40, "passed": 12, "rate": 0.3, "ratio": 0.5, "below_four_fifths": True, "fisher_p": 0.003409},
]
SELECTION: dict[str, Any] = {"slice": "year/2025", "by": "gender", "least": 10, "counted_before": 3, "people": 120}
SELECTION["steps"] = [{"from": "received", "to": "shortlisted", "entered": 120, "passed": 60, "groups": GROUPS}]
WAITING: dict[str, Any] = {"slice": "vacancy/V1", "by": "waiting", "least": 10, "counted_before": 0, "people": 30}
WAITING["conditions"] = {
    "clearance": {"answers": 30, "nations": [{"nation": "BE", "answers": 30, "median_days": 90, "p90_days": 160}]},
    "medical": {"answers": 0, "nations": []},
}


async def _made(url: str) -> None:
    await migrate(url)
    db = await Database.open(url)
    for person, role in {"dana": "data_protection_officer", "olga": "hr_head", "ines": "hr_officer"}.items():
        await People(db).put_staff(person, person.title(), f"{person}@example.org", [role])
    for body in (SELECTION, WAITING):
        await Balance(db).issue(Report(body["slice"], body["by"], body, "olga", NOON), [])
    await db.close()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("balance"))
    asyncio.run(_made(settings.store_url))
    FileKeyring.made(settings.keyring_path, NOON)
    return settings


def muster(settings: Settings, *words: str, given: str = "") -> Said:
    return Said(CliRunner().invoke(app, list(words), obj=Terminal(read_settings=lambda: settings), input=given))


def test_the_watch_is_turned_on_by_two_offices_at_the_terminal(installed: Settings, tmp_path: Path) -> None:
    assert muster(installed, "balance", "show", "--json").json == {"on": False, "proposed": None, "proposed_by": None}
    assert muster(installed, "balance", "declare", "-", "--as", "dana").code != 0
    assert muster(installed, "balance", "propose", "on", "--as", "olga").code == 0
    assert "olga proposed to turn it on" in muster(installed, "balance", "show").out
    assert muster(installed, "balance", "approve", "--as", "olga").code != 0
    assert muster(installed, "balance", "approve", "--as", "dana").out == "Balance watch is on.\n"
    unknown = muster(installed, "balance", "declare", "-", "--as", "dana", given=json.dumps({"hire": "hire/aaaaaaaa", "consent": True}))
    assert unknown.code != 0
    assert muster(installed, "balance", "declare", str(tmp_path / "none"), "--as", "dana").code == 2
    empty = muster(installed, "balance", "issue", "--period", "2024", "--as", "dana", "--json").json
    assert (empty["people"], empty["steps"]) == (0, [])


def test_a_report_reads_in_both_languages_and_as_csv(installed: Settings) -> None:
    asked = ("report", "balance", "--period", "2025", "--as", "olga")
    english, french = muster(installed, *asked), muster(installed, *asked, "--language", "fr")
    assert "Balance report by gender, applications of 2025: 120 candidates" in english.out
    assert "rule of thumb of the United States" in english.out
    assert "women" in english.out
    assert "femmes" in french.out
    assert "Quatre" not in english.out
    rows = muster(installed, *asked, "--csv").out.splitlines()
    assert rows[0] == "from,to,group,entered,passed,rate,ratio,below_four_fifths,fisher_p"
    assert rows[2] == "received,shortlisted,woman,40,12,0.3,0.5,True,0.003409"
    assert muster(installed, *asked, "--json").json["steps"] == SELECTION["steps"]
    assert muster(installed, *asked[:-1], "ines").code != 0


def test_waiting_times_read_nation_by_nation(installed: Settings) -> None:
    asked = ("report", "balance", "--vacancy", "V1", "--by", "waiting", "--as", "olga")
    said = muster(installed, *asked).out
    assert "security clearance: 30 answers" in said.lower() or "clearance: 30 answers" in said
    assert "No group can be listed." in said
    assert muster(installed, *asked, "--csv").out == "condition,nation,answers,median_days,p90_days\nclearance,BE,30,90,160\n"
