"""`muster audit …` and `muster hire show --as-of` beside a real store: what is asked, what is told, and how it ends."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.terminal import Terminal
from config.settings import Settings
from connectors.seal import available
from store.database import Database, migrate
from tests.kept import competition, written

FIRST = "h002"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "muster.db"

    async def made() -> None:
        await migrate(f"sqlite+aiosqlite:///{path}")
        db = await Database.open(f"sqlite+aiosqlite:///{path}")
        await written(db, competition())
        await db.close()

    asyncio.run(made())
    return path


class Muster:
    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, temporal_address="127.0.0.1:1", partners_file=folder / "nobody.toml")

    def __call__(self, *words: str, code: int = 0) -> str:
        told = Terminal(read_settings=lambda: self.settings)
        result = CliRunner().invoke(app, list(words), obj=told, env={"MUSTER_PERSON": "auditor", "NO_COLOR": "1"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.stdout


@pytest.fixture
def muster(whole: Path, tmp_path: Path) -> Muster:
    shutil.copy(whole, tmp_path / "muster.db")
    return Muster(tmp_path)


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_search_is_told_in_lines_and_says_how_to_go_on(muster: Muster) -> None:
    said = muster("audit", "search", "--actor", "hr.officer", "--limit", "2")
    assert "--after" in said
    after = re.findall(r"--after (\d+)", said)[0]
    rest = lines(muster("audit", "search", "--actor", "hr.officer", "--after", after, "--json"))
    assert rest
    assert all(int(str(row["position"])) > int(after) for row in rest)
    assert "nothing of that" in muster("audit", "search", "--actor", "nobody")


def test_a_search_for_a_person_without_a_purpose_is_refused_and_with_one_is_noted(muster: Muster) -> None:
    muster("audit", "search", "--candidate", f"hire/{FIRST}", code=2)
    muster("audit", "search", "--candidate", f"hire/{FIRST}", "--purpose", "complaint")
    (read,) = lines(muster("audit", "search", "--leaf", "read", "--json"))
    assert (read["actor"], read["reason"], read["stream"]) == ("person:auditor", "complaint", f"hire/{FIRST}")


def test_interventions_are_told_in_both_languages(muster: Muster) -> None:
    assert "waiver" in muster("audit", "interventions", "--vacancy", "250442")
    assert "dispense" in muster("audit", "interventions", "--language", "fr")
    assert "Nothing lay outside" in muster("audit", "interventions", "--since", "2031-01-01")


def test_a_hire_is_shown_as_it_was(muster: Muster) -> None:
    rows = lines(muster("audit", "search", "--what", "held", "--json"))
    then = json.loads(muster("hire", "show", FIRST, "--as-of", str(rows[0]["at"]), "--json"))
    now = json.loads(muster("hire", "show", FIRST, "--json"))
    assert (then["held"], now["held"]) == (True, False)
    assert then["number"] < now["number"]
    muster("hire", "show", FIRST, "--as-of", "2020-01-01", code=3)
    muster("hire", "show", FIRST, "--as-of", "yesterday", code=2)


def test_what_a_fact_changed_is_a_sentence_a_field(muster: Muster) -> None:
    waived = next(row for row in lines(muster("hire", "timeline", FIRST, "--json")) if row["kind"] == "condition_waived")
    said = muster("audit", "diff", FIRST, str(waived["number"]))
    assert re.search(r"- conditions verification, state: \w+ before, waived after", said)
    assert "waived après" in muster("audit", "diff", FIRST, str(waived["number"]), "--language", "fr")
    muster("audit", "diff", FIRST, "9999", code=3)


def test_the_report_of_a_whole_store_finds_nothing_amiss(muster: Muster) -> None:
    said = muster("audit", "report")
    assert "Adverse endings, each with its person and reason: 1" in said
    assert "Nothing is missing: 0 differences." in said
    told = json.loads(muster("audit", "report", "--json", "--since", "2026-03-01"))
    assert told["faults"] == []
    muster("audit", "report", "--since", "2026-03-02", "--until", "2026-03-01", code=2)


def test_the_report_is_a_sealed_paper_too_and_nothing_is_written_over(muster: Muster, tmp_path: Path) -> None:
    paper = tmp_path / "report.pdf"
    said = muster("audit", "report", "--pdf", str(paper), "--language", "fr")
    assert "Issues défavorables" in said
    raw = paper.read_bytes()
    assert raw.startswith(b"%PDF-")
    assert (b"/ETSI.CAdES.detached" in raw) == available()
    muster("audit", "report", "--pdf", str(paper), code=2)
    assert paper.read_bytes() == raw
