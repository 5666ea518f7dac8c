"""docs/controls.md names tests: each of them is one there is, and every row of its tables names at least one."""

import re

import pytest

from tests.house.repository import ROOT

PAGE = (ROOT / "docs" / "controls.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| control")]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_a_control_is_shown_by_tests_there_are(row: str) -> None:
    shown = NAMED.findall(row.rsplit("|", 2)[1])
    assert shown
    for file, name in shown:
        assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), f"{file}::{name}"


def test_the_guide_of_the_auditors_leads_here() -> None:
    assert "(controls.md)" in (ROOT / "docs" / "auditing.md").read_text("utf-8")
    assert len(ROWS) > 20
