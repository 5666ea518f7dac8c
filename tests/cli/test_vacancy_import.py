"""`muster vacancy import` and `jobposting`: nothing is published before a person settled what the notice leaves open."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.files import load_vacancy
from domain.notice import read_notice
from domain.notice.settle import questions
from tests.cli.conftest import Muster
from tests.cli.fakes import AT, VACANCY, FakeDesk
from tests.connectors.pages import pdf
from tests.domain.notice.samples import HERE, ORIGINALS, own
from tests.house.repository import ROOT

TWO = str(HERE / "bilingual_conflicts.txt")
ONE = str(HERE / "no_currency.txt")
CONFLICTS = ("deadline", "salary", "clearance", "clauses.no_fee", "contracts.1", "contracts.2")
SETTLED = [word for name in CONFLICTS for word in ("--settle", f"{name}=en")]
POST = ("--post", "id=A,kind=established,division=Policy, Plans")
FRENCH = ("--settle", "title.fr=Chef de la permanence")


def test_conflicts_refuse_with_both_values_and_the_lines_to_add(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    said = muster("vacancy", "import", TWO, *POST, "--out", str(tmp_path / "v.toml"), "--publish", "--as", "helga")
    assert (said.code, desk.asked, list(tmp_path.iterdir())) == (4, [], [])
    for question in questions(read_notice(own("bilingual_conflicts"))):
        assert f"    --settle {question.name}=en\n    --settle {question.name}=fr\n" in said.err
    assert "English: date 2024-03-10" in said.err
    assert "French:  date 2024-03-11" in said.err
    assert "6 | Application Deadline: 10-Mar-2024" in said.out  # shown with its evidence


def test_a_refusal_is_data_for_a_program(muster: Muster) -> None:
    said = muster("vacancy", "import", TWO, "--settle", "deadline=fr", "--json")
    error = json.loads(said.err)["error"]
    assert (said.code, said.out, error["code"]) == (4, "", "conflicts_open")
    assert [c["name"] for c in error["details"]["conflicts"]] == ["salary", "clearance", "clauses.no_fee", "contracts.1", "contracts.2"]


def test_once_settled_a_vacancy_file_is_written_that_says_how(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    out = tmp_path / "v.toml"
    said = muster("vacancy", "import", TWO, *SETTLED, *POST, "--out", str(out))
    assert (said.code, desk.asked) == (0, [])
    spec = load_vacancy(out)
    assert (spec.reference, str(spec.closing.date), spec.posts[0].division) == ("240210", "2024-03-10", "Policy, Plans")
    assert (spec.posts[0].grade_low, spec.posts[0].kind) == ("G16", "established")
    assert "# Settled: deadline = en" in out.read_text()
    assert "Completed: post A: grade G16, from the notice." in said.out
    assert muster("vacancy", "publish", str(out), "--as", "helga").code == 0


def test_it_publishes_when_asked_to_and_by_a_person(muster: Muster, desk: FakeDesk) -> None:
    assert muster("vacancy", "import", TWO, *SETTLED, *POST, "--publish").code == 2
    said = muster("vacancy", "import", TWO, *SETTLED, *POST, "--publish", "--as", "helga", "--policy", "seconds", "--json")
    assert desk.asked == [("publish", "helga", "240210", "seconds")]
    assert (said.code, said.json["published"], said.json["vacancy"]["posts"][0]["id"]) == (0, True, "A")


def test_without_a_place_to_write_it_is_printed(muster: Muster) -> None:
    said = muster("vacancy", "import", ONE, *FRENCH)
    assert said.code == 0
    assert 'fr = "Chef de la permanence"' in said.out
    assert "Nothing was written" in said.out


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ((ONE,), ["title.fr"]),
        ((str(HERE / "markdown.txt"),), ["title.fr", "clearance", "posts[0].kind"]),
        ((TWO, *SETTLED), ["posts[0].kind"]),
        ((TWO, *SETTLED, "--post", "kind=project,grade=G8"), ["posts[0].grade"]),
        ((str(HERE / "pool_of_two_grades.txt"), *FRENCH), ["posts"]),
    ],
)
def test_what_is_missing_is_named(muster: Muster, words: tuple[str, ...], fields: list[str]) -> None:
    said = muster("vacancy", "import", *words, "--json")
    error = json.loads(said.err)["error"]
    assert (said.code, error["code"], error["details"]["fields"]) == (2, "incomplete", fields)
    assert all(f"  {field}: " in error["message"] for field in fields)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--settle", "deadline"), 2),
        (("--settle", "deadline="), 2),
        (("--settle", "title.fr=a", "--settle", "title.fr=b"), 2),
        (("--settle", "title.en=Something else"), 2),
        (("--settle", "colour=blue"), 2),
        (("--post", "established"), 2),
        (("--post", "colour=blue"), 2),
        (("--post", "kind=permanent"), 2),
        (("--posts", "none.toml"), 3),
        (("--policy", "none", "--publish", "--as", "helga"), 3),
    ],
)
def test_words_that_cannot_be_right_are_refused(muster: Muster, desk: FakeDesk, words: tuple[str, ...], code: int) -> None:
    said = muster("vacancy", "import", ONE, *words)
    assert (said.code, desk.asked) == (code, [])
    assert said.err.startswith("Not done: ")


@pytest.mark.parametrize(("raw", "code"), [(None, 3), (b"just some words", 2), (b"", 2), (b"%PDF-1.7\nbroken", 2)])
def test_a_file_that_is_no_notice_is_refused(muster: Muster, tmp_path: Path, raw: bytes | None, code: int) -> None:
    if raw is not None:
        (tmp_path / "n").write_bytes(raw)
    assert muster("vacancy", "import", str(tmp_path / "n")).code == code


def test_another_vacancys_file_is_not_overwritten(muster: Muster, tmp_path: Path) -> None:
    out = tmp_path / "v.toml"
    assert muster("vacancy", "import", ONE, *FRENCH, "--out", str(out)).code == 0
    assert muster("vacancy", "import", ONE, *FRENCH, "--out", str(out)).code == 0
    assert muster("vacancy", "import", ONE, "--settle", "title.fr=Autre", "--out", str(out)).code == 5


def test_a_pdf_and_a_page_are_imported_like_text(muster: Muster, tmp_path: Path) -> None:
    text = own("no_currency").decode()
    made = {}
    for name, raw in {"n.txt": text.encode(), "n.pdf": pdf(text), "n.html": f"<html><pre>{text}</pre>".encode()}.items():
        (tmp_path / name).write_bytes(raw)
        said = muster("vacancy", "import", str(tmp_path / name), *FRENCH, "--json")
        assert said.code == 0
        made[name] = said.json["vacancy"]
    assert made["n.txt"] == made["n.pdf"] == made["n.html"]
    assert muster("notice", "parse", str(tmp_path / "n.pdf"), "--json").json["reference"] == "260031"


def test_the_founding_notices_become_vacancies(muster: Muster, tmp_path: Path) -> None:
    if not ORIGINALS.exists():
        pytest.skip("the published notices are not beside this checkout")
    assert muster("vacancy", "import", str(ORIGINALS / "240655.txt"), "--out", str(tmp_path / "a.toml")).code == 0
    assert load_vacancy(tmp_path / "a.toml").closing == load_vacancy("240655").closing
    words = ["import", str(ORIGINALS / "250442.txt"), "--out", str(tmp_path / "b.toml")]
    for name in ("info_sessions=fr", "contracts.1=en", "contracts.2=en"):
        assert muster("vacancy", *words).code == 4
        words += ["--settle", name]
    assert muster("vacancy", *words).code == 2
    words += ["--settle", "clearance=NS", "--post", "kind=established,grade=G5-G8", "--post", "kind=project,grade=G10"]
    assert muster("vacancy", *words).code == 0
    assert [post.grade_high for post in load_vacancy(tmp_path / "b.toml").posts] == ["G8", "G10"]


def test_at_a_terminal_each_conflict_is_asked(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    out = tmp_path / "v.toml"
    command = [sys.executable, "-c", "from cli.main import main; main()", "vacancy", "import", TWO, *SETTLED[4:], *POST, "--out", str(out)]
    # A wrong answer is asked again; the second question takes a value of one's own.
    os.write(ours, b'the day after\nfr\n{"amount": 6850, "currency": "EUR", "period": "month"}\n')
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=theirs, capture_output=True, text=True, timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stderr) == (0, "")
    assert "'the day after' is no value of it" in done.stdout
    spec = load_vacancy(out)
    assert (str(spec.closing.date), spec.salary and spec.salary.amount) == ("2024-03-11", "6850.00")


# ---- the export ------------------------------------------------------------------------------------------------------------


class Published(FakeDesk):
    now = "published"

    async def vacancy(self, reference: str) -> dict[str, Any]:
        found = await super().vacancy(reference)
        spec = load_vacancy("250442").model_dump(mode="json")
        return found | {"spec": spec, "published_at": AT, "closes_at": AT, "status": self.now}


class Cancelled(Published):
    now = "cancelled"


@pytest.mark.parametrize("desk", [Published()])
def test_a_published_vacancy_is_exported_as_a_job_posting(muster: Muster, desk: FakeDesk) -> None:
    said = muster("vacancy", "jobposting", VACANCY["reference"], "--occupation", "4110")
    assert (said.code, said.json["@type"], said.json["occupationalCategory"]) == (0, "JobPosting", "4110")
    one = muster("vacancy", "jobposting", VACANCY["reference"], "--json")
    assert (len(one.out.splitlines()), "occupationalCategory" in one.json) == (1, False)


@pytest.mark.parametrize("desk", [Cancelled()])
def test_a_cancelled_vacancy_is_not_advertised(muster: Muster, desk: FakeDesk) -> None:
    assert muster("vacancy", "jobposting", VACANCY["reference"]).code == 4
    assert muster("vacancy", "jobposting", "999").code == 3
