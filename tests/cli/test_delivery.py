"""`muster delivery`: looking at what we tell subscribers, and sending it again in somebody's name."""

from datetime import datetime
from typing import Any

import pytest

from tests.cli.conftest import Muster
from tests.cli.fakes import FakeDesk


class FakeDeliveries:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def find(self, *which: Any) -> list[dict[str, Any]]:
        self.asked.append(("find", *which))
        return [
            {"id": "d1", "partner": "hris", "state": "dead", "type": "hire.ended", "subject": "hire/a", "attempts": 10, "error": "http_500"}
        ]

    async def health(self) -> list[dict[str, Any]]:
        return [{"partner": "hris", "state": "off", "pending": 0, "dead": 1, "skipped": 2}]

    async def replay(self, *which: Any) -> list[str]:
        self.asked.append(("replay", *which))
        return ["d1"]

    async def resume(self, person: str, partner: str) -> None:
        self.asked.append(("resume", person, partner))


@pytest.fixture
def deliveries(desk: FakeDesk) -> FakeDeliveries:
    desk.deliveries = FakeDeliveries()
    return desk.deliveries  # type: ignore[no-any-return]


def test_what_was_given_up_is_listed_and_sent_again_in_somebodys_name(muster: Muster, deliveries: FakeDeliveries) -> None:
    assert "http_500" in muster("delivery", "list", "--state", "dead", "--partner", "hris").out
    assert muster("delivery", "replay", "d1", "--as", "ines").out == "1 to be sent again.\n"
    assert muster("delivery", "replay", "--partner", "hris", "--skipped", "--as", "ines", "--json").json == {"again": ["d1"]}
    assert muster("delivery", "resume", "hris", "--as", "ines").code == 0
    assert "off" in muster("delivery", "subscribers").out
    assert deliveries.asked == [
        ("find", "dead", "hris", None),
        ("replay", "ines", "d1", None, "dead"),
        ("replay", "ines", None, "hris", "skipped"),
        ("resume", "ines", "hris"),
    ]


@pytest.mark.parametrize(
    "words", [(), ("d1", "--partner", "hris", "--dead"), ("--partner", "hris"), ("--partner", "hris", "--dead", "--skipped")]
)
def test_what_is_sent_again_is_named_in_one_way_only(words: tuple[str, ...], muster: Muster, deliveries: FakeDeliveries) -> None:
    assert muster("delivery", "replay", *words, "--as", "ines").code == 2
    assert deliveries.asked == []


class FakeUndelivered:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def all(self) -> list[dict[str, Any]]:
        return [{"parcel": "p1", "case_id": "hire/a", "type": "letter.offer", "attempts": 10, "error": "mail_refused"}]

    async def again(self, *which: Any) -> int:
        self.asked.append(("again", *which))
        return 1

    async def posted(self, *which: Any) -> None:
        self.asked.append(("posted", *which))


class FakeMaintenance:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def plan(self, *which: Any) -> str:
        self.asked.append(("plan", *which))
        return "w1"

    async def end(self, *which: Any) -> None:
        self.asked.append(("end", *which))


def test_letters_that_were_given_up_are_listed_sent_again_and_noted_as_posted(muster: Muster, desk: FakeDesk) -> None:
    desk.undelivered = FakeUndelivered()
    assert "mail_refused" in muster("letters", "undelivered").out
    assert muster("letters", "again", "p1", "--as", "ines").out == "1 to be sent again.\n"
    assert muster("letters", "again", "--error", "mail_refused", "--as", "ines", "--json").json == {"again": 1}
    assert muster("letters", "again", "--as", "ines").code == 2
    assert muster("letters", "posted", "p1", "--as", "ines").code == 0
    asked = [("again", "ines", "p1", None), ("again", "ines", None, "mail_refused"), ("posted", "ines", "p1")]
    assert desk.undelivered.asked == asked


def test_maintenance_is_planned_with_its_zone_and_ended(muster: Muster, desk: FakeDesk) -> None:
    desk.maintenance = FakeMaintenance()
    words = ("partner", "away", "hris", "--as", "ines", "--from", "2027-03-01T20:00+01:00")
    assert muster(*words, "--until", "2027-03-02T06:00").code == 2, "a moment without its zone is none"
    assert muster(*words, "--until", "2027-03-02T06:00+01:00", "--json").json["plan"] == "w1"
    assert muster("partner", "back", "hris", "w1", "--as", "ines").code == 0
    first, last = (datetime.fromisoformat(f"2027-03-0{day}+01:00") for day in ("1T20:00", "2T06:00"))
    assert desk.maintenance.asked == [("plan", "ines", "hris", first, last), ("end", "ines", "hris", "w1")]
