"""docs/rights.md is what the tables say today, and everybody who looks for it finds it."""

from cli.rights_page import SHORT, page
from domain.words import Role
from tests.house.repository import ROOT


def test_the_page_is_printed_from_the_tables() -> None:
    assert (ROOT / "docs" / "rights.md").read_text("utf-8") == page().rstrip() + "\n", "python -m cli.rights_page > docs/rights.md"


def test_every_role_has_its_column() -> None:
    assert set(SHORT) == set(Role)
    assert len(set(SHORT.values())) == len(Role)


def test_the_guides_lead_there() -> None:
    for name in ("auditing.md", "console.md", "architecture.md"):
        assert "(rights.md" in (ROOT / "docs" / name).read_text("utf-8"), name
