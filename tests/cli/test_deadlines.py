"""`muster deadlines`: one agenda across all cases, in words, as data, as a calendar file."""

import json
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.cli.conftest import Muster
from tests.cli.fakes import CASE


def keys(muster: Muster, *words: str) -> list[str]:
    return [json.loads(line)["key"] for line in muster("deadlines", "--json", *words).out.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), ["decision:issue_offer", "screening", "clearance"]),
        (("--within", "7d"), ["decision:issue_offer"]),
        (("--within", "2w"), ["decision:issue_offer", "screening"]),
        (("--overdue",), ["screening"]),
        (("--party", "nation"), ["clearance"]),
        (("--role", "office_of_security"), ["clearance"]),
        (("--role", "hr_head"), ["decision:issue_offer", "screening"]),
        (("--role", "auditor"), []),
    ],
)
def test_the_most_pressing_comes_first_and_each_filter_leaves_the_rest_out(
    muster: Muster, words: tuple[str, ...], found: list[str]
) -> None:
    assert keys(muster, *words) == found


def test_people_read_what_it_is_whose_it_is_and_how_it_came_about(muster: Muster) -> None:
    lines = muster("deadlines").out.splitlines()
    assert lines[0].startswith(f"{CASE}  decision: ")
    assert "14 days from 20 February 2027, HQ calendar 2027.1, due Friday 5 March 2027 15:30 (Brussels time)" in lines[0]
    assert "overdue, 14 days" in lines[1]
    assert "national authority (NO)" in lines[2]
    assert muster("deadlines", "--role", "auditor").out == "No open deadline matches.\n"


def test_a_span_that_is_none_is_refused(muster: Muster) -> None:
    said = muster("deadlines", "--within", "soon")
    assert (said.code, "write 12h, 7d or 2w" in said.err) == (2, True)


def test_the_calendar_file_has_an_entry_a_deadline_that_replaces_itself(muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "deadlines.ics"
    assert muster("deadlines", "--ics", str(file)).code == 0
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert len({str(event["uid"]) for event in events}) == len(events) == 3
    assert b"DTEND:20270305T143000Z" in events[0].to_ical()
    assert "14 days from 20 February 2027" in str(events[0]["description"])
    before = [str(event["uid"]) for event in events]
    muster("deadlines", "--ics", str(file))
    assert [str(event["uid"]) for event in Calendar.from_ical(file.read_bytes()).walk("VEVENT")] == before
    assert muster("deadlines", "--ics", str(tmp_path / "no" / "where.ics")).code == 2
