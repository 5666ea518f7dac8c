"""`muster calendar …`: drafted, looked at, checked, compared."""

import json
from pathlib import Path

from config.files import load_calendar, names
from tests.cli.conftest import Muster

BUILD = ("calendar", "build", "NO", "--id", "north", "--zone", "Europe/Oslo", "--name", "North", "--version", "2026.1")
YEARS = ("--from", "2026", "--to", "2027")


def test_every_calendar_that_comes_with_muster_is_listed_with_its_hash(muster: Muster) -> None:
    found = [json.loads(line) for line in muster("calendar", "list", "--json").out.splitlines()]
    assert [each["id"] for each in found] == names("calendars")
    assert {each["sha256"] for each in found} == {load_calendar(name).sha256 for name in names("calendars")}


def test_a_draft_is_a_calendar_that_can_be_read_and_is_never_written_over(muster: Muster, tmp_path: Path) -> None:
    said = muster(*BUILD, *YEARS, "--in", str(tmp_path))
    assert said.code == 0
    made = load_calendar(tmp_path / "north.toml")
    assert (made.label, made.zone, made.first.year, made.last.year) == ("north@2026.1", "Europe/Oslo", 2026, 2027)
    assert [day.isoformat() for day, name in made.closed.items() if name == "Good Friday"] == ["2026-04-03", "2027-03-26"]
    assert muster("calendar", "check", str(tmp_path / "north.toml")).out.startswith(str(tmp_path))
    assert muster(*BUILD, *YEARS, "--in", str(tmp_path)).code == 5


def test_a_country_without_data_and_a_zone_that_is_none_are_refused(muster: Muster, tmp_path: Path) -> None:
    unknown = muster(*("XX" if word == "NO" else word for word in BUILD), *YEARS, "--in", str(tmp_path))
    assert (unknown.code, "no public holidays are known for 'XX'" in unknown.err) == (2, True)
    nowhere = muster(*("Europe/Nowhere" if word == "Europe/Oslo" else word for word in BUILD), *YEARS, "--in", str(tmp_path))
    assert (nowhere.code, "a zone is named like Europe/Brussels" in nowhere.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_difference_names_the_day_and_both_names(muster: Muster, tmp_path: Path) -> None:
    text = Path("config/calendars/hq-brussels.toml").read_text("utf-8")
    changed = tmp_path / "hq-brussels.toml"
    changed.write_text(text.replace('version = "2026.1"', 'version = "2026.2"') + '2029-12-26 = "Bridging day"\n', "utf-8")
    rows = [json.loads(line) for line in muster("calendar", "diff", "hq-brussels", str(changed), "--json").out.splitlines()]
    assert rows == [{"day": "2029-12-26", "was": None, "will": "Bridging day"}]
    assert muster("calendar", "diff", "oslo", "oslo").out.strip() == "No day differs."
    assert "Bridging day" in muster("calendar", "show", str(changed)).out
