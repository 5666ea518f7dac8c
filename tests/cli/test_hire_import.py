"""`muster hire import`: shown first, done with --yes, and never half."""

from pathlib import Path
from typing import Any

import pytest

from acts.importing import Outlook, Preview
from domain.importing_file import Mistake
from tests.cli.conftest import Muster
from tests.cli.fakes import FakeDesk


class FakeImporting:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, *mistakes: Mistake) -> None:
        self.mistakes = mistakes
        self.asked: list[tuple[Any, ...]] = []

    async def preview(self, person: str, raw: bytes, source: str) -> Preview:
        self.asked.append(("preview", person, raw, source))
        return Preview("f" * 64, (Outlook(2, "OLD-7", "250442", "conditions", "p1", "new"),), self.mistakes)

    async def carry_out(self, person: str, raw: bytes, source: str) -> Preview:
        self.asked.append(("carry_out", person, raw, source))
        row = Outlook(2, "OLD-7", "250442", "conditions", "p1", "imported", "hire/7q2k9fxm")
        return Preview("f" * 64, (row, Outlook(3, "OLD-8", "250442", "screening", "", "unchanged", "hire/8q2k9fxm")), ())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hires.csv"
    path.write_bytes(b"source_id\n")
    return path


def test_without_yes_it_is_only_shown(muster: Muster, desk: FakeDesk, file: Path) -> None:
    desk.importing = FakeImporting()
    said = muster("hire", "import", str(file), "--as", "helga")
    assert (said.code, [x[0] for x in desk.importing.asked]) == (0, ["preview"])
    assert "1 would be imported; do it with --yes." in said.out


def test_with_yes_it_is_done_and_says_what_had_been_done_before(muster: Muster, desk: FakeDesk, file: Path) -> None:
    desk.importing = FakeImporting()
    said = muster("hire", "import", str(file), "--as", "helga", "--source", "portal", "--yes")
    assert (said.code, desk.importing.asked[-1]) == (0, ("carry_out", "helga", b"source_id\n", "portal"))
    assert "1 imported. 1 were imported before, and stay as they are." in said.out
    assert "hire/7q2k9fxm" in said.out


def test_a_mistake_is_named_and_nothing_is_done(muster: Muster, desk: FakeDesk, file: Path) -> None:
    desk.importing = FakeImporting(Mistake(2, "email", "one e-mail address"))
    said = muster("hire", "import", str(file), "--as", "helga", "--yes")
    assert (said.code, [x[0] for x in desk.importing.asked]) == (2, ["preview"])
    assert "one e-mail address" in said.out
    as_json = muster("hire", "import", str(file), "--as", "helga", "--json")
    assert as_json.json["mistakes"] == [{"line": 2, "column": "email", "right": "one e-mail address"}]


def test_a_file_that_is_not_there_is_said(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    assert muster("hire", "import", str(tmp_path / "no.csv"), "--as", "helga").code == 3
