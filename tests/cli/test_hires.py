"""Many hires at once on the command line: shown first, done only with --yes, each with what became of it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from acts.bulk import Filter
from domain.errors import NotAllowed
from domain.foresight import Foreseen, Moved
from domain.operation import Item, Operation
from tests.cli.conftest import Muster
from tests.cli.fakes import FakeDesk

AT = datetime(2027, 3, 2, 14, 30, tzinfo=UTC)
DONE = Operation(
    operation="op-1",
    act="hold",
    args={"reason": "security_situation"},
    person="ines",
    at=AT,
    items=(Item(case="hire/a", state="done", number=12), Item(case="hire/b", state="failed", code="EngineUnavailable", why="away")),
)


@dataclass
class FakeBulk:
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    async def preview(self, person: str, act: str, args: dict[str, Any], which: Filter) -> list[Foreseen]:
        self.asked.append(("preview", person, act, args, which))
        moved = (Moved("clearance_forms", AT, AT.replace(day=9)),)
        return [
            Foreseen("hire/a", possible=True, moved=moved),
            Foreseen("hire/b", possible=False, code="on_hold", why="the case is on hold"),
        ]

    async def begin(self, person: str, act: str, args: dict[str, Any], which: Filter) -> Operation:
        self.asked.append(("begin", person, act, args, which))
        return DONE

    async def own(self, person: str, name: str) -> Operation:
        if person != DONE.person:
            raise NotAllowed("who began an operation goes on with it", code="not_yours")
        return DONE

    async def carry_out(self, name: str) -> Operation:
        self.asked.append(("carry_out", name))
        return DONE

    async def list(self) -> Any:
        return [DONE]

    async def get(self, name: str) -> Operation:
        return DONE

    async def cancel(self, name: str) -> Operation:
        self.asked.append(("cancel", name))
        return DONE


@pytest.fixture
def bulk(desk: FakeDesk) -> FakeBulk:
    desk.bulk = FakeBulk()
    return desk.bulk  # type: ignore[no-any-return]


def test_without_yes_it_only_shows_what_would_happen_to_each(muster: Muster, bulk: FakeBulk) -> None:
    words = ["--vacancy", "250442", "--stage", "conditions", "--nation", "BE", "--case", "a", "--case", "hire/b"]
    said = muster("hires", "act", "hold", "--as", "ines", "--reason", "security_situation", *words)
    assert said.code == 0
    assert "clearance forms to 2027-03-09" in said.out
    assert "the case is on hold" in said.out
    assert "Nothing is done yet: 1 of 2 would be done." in said.out
    which = Filter(vacancy="250442", stage="conditions", nation="BE", cases=("hire/a", "hire/b"))
    assert bulk.asked == [("preview", "ines", "hold", {"reason": "security_situation"}, which)]


def test_with_yes_it_is_kept_and_carried_out_and_says_what_is_left(muster: Muster, bulk: FakeBulk) -> None:
    said = muster("hires", "act", "hold", "--as", "ines", "--reason", "security_situation", "--vacancy", "250442", "--yes")
    assert [what for what, *_ in bulk.asked] == ["begin", "carry_out"]
    assert "Operation op-1 (hold): 1 done, 1 failed." in said.out
    assert "muster operation resume op-1" in said.out


def test_an_operation_is_shown_gone_on_with_and_cancelled(muster: Muster, bulk: FakeBulk) -> None:
    assert "op-1" in muster("operation", "list").out
    assert "EngineUnavailable" not in muster("operation", "show", "op-1").out
    shown = json.loads(muster("operation", "show", "op-1", "--json").out)
    assert (shown["state"], shown["items"][1]["code"]) == ("open", "EngineUnavailable")
    assert muster("operation", "resume", "op-1", "--as", "ines").code == 0
    assert muster("operation", "cancel", "op-1").code == 0
    assert bulk.asked == [("carry_out", "op-1"), ("cancel", "op-1")]


def test_nobody_goes_on_with_an_operation_in_the_name_of_who_began_it(muster: Muster, bulk: FakeBulk) -> None:
    said = muster("operation", "resume", "op-1", "--as", "tom")
    assert (said.code != 0, "who began an operation goes on with it" in said.err) == (True, True)
    assert muster("operation", "resume", "op-1").code != 0, "who asks is said"
    assert bulk.asked == []
