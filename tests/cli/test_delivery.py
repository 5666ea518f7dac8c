"""`muster delivery`: looking at what we tell subscribers, and sending it again in somebody's name."""

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
