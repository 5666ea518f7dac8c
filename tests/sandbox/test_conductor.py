"""The conductor, with an installation of wood: the order of things, and who is moved when."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from sandbox.agenda import Agenda
from sandbox.conductor import Conductor

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


class Wood:
    """Desk, carrier, dispatcher, outbox and people, writing down what is asked of them."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.rows: dict[str, dict[str, Any]] = {}
        self.over: set[str] = set()
        self.clock = SimpleNamespace(set=self._set)
        self.inbox = SimpleNamespace(pending=self.pending)
        self.skipping = SimpleNamespace(settle=self._settle, knows=lambda case: True)

    async def _set(self, moment: datetime) -> None:
        self.story.append(f"clock {moment:%d %b %H:%M}")

    async def reach(self, case: str) -> None:
        self.story.append(f"move {case}")

    async def _settle(self, case: str) -> bool:
        self.story.append(f"settle {case}")
        return True

    async def drain(self, patience_s: float) -> int:
        self.story.append("drain")
        return 0

    async def pending(self) -> int:
        return 0

    async def hires(self) -> list[dict[str, Any]]:
        return list(self.rows.values())

    def look(self, hire: dict[str, Any]) -> None:
        self.story.append(f"look {hire['case_id']}")

    async def watch(self, hires: list[dict[str, Any]]) -> None:
        """Nothing to decide."""

    def hire(self, case: str, number: int, stage: str | None, deadline: datetime | None) -> None:
        ending = None if stage else "withdrawn"
        row = {"case_id": case, "number": number, "stage": stage, "ending": ending, "review": "", "next_deadline": deadline, "needs": []}
        self.rows[case] = row


def conductor(wood: Wood, agenda: Agenda) -> Conductor:
    whoever = cast(Any, wood)
    return Conductor(agenda, whoever, whoever, whoever, whoever, whoever)


async def quiet(moment: datetime, busy: int) -> None:
    """Nobody watches."""


async def test_moment_after_moment_in_order_and_the_clock_before_anything_happens() -> None:
    wood, agenda = Wood(), Agenda(NOW)

    async def late() -> None:
        wood.story.append("late")

    async def early() -> None:
        wood.story.append("early")

    agenda.plan(NOW + timedelta(days=9), "b", "", late)
    agenda.plan(NOW + timedelta(days=2), "a", "", early)
    await conductor(wood, agenda).play(quiet)
    assert wood.story == ["clock 26 Nov 08:00", "early", "drain", "clock 03 Dec 08:00", "late", "drain"]


async def test_a_case_is_moved_past_its_own_deadline_and_only_that_case() -> None:
    wood, agenda = Wood(), Agenda(NOW)
    play = conductor(wood, agenda)
    deadline = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    wood.hire("hire/a", 1, "interview", deadline)
    wood.hire("hire/b", 1, "interview", None)
    await play.opened([], {})
    wood.story.clear()
    assert play.next is not None
    assert play.next > deadline
    wood.rows["hire/a"]["number"] = 2
    wood.rows["hire/a"]["next_deadline"] = None
    await play.moment(play.next)
    assert "move hire/a" in wood.story
    assert "move hire/b" not in wood.story
    assert play.next is None


async def test_a_case_that_goes_on_by_itself_is_waited_for_and_one_that_ended_is_left_alone() -> None:
    wood, agenda = Wood(), Agenda(NOW)
    play = conductor(wood, agenda)
    wood.hire("hire/asks", 1, "conditions", None)
    wood.hire("hire/ended", 1, None, None)
    await play.opened([], {})
    assert "settle hire/asks" in wood.story
    assert not {"settle hire/ended", "look hire/ended"} & set(wood.story)
    assert wood.over == {"hire/ended"}


async def test_what_one_person_does_to_one_case_on_one_day_happens_in_order() -> None:
    wood, agenda = Wood(), Agenda(NOW)

    def step(name: str) -> Any:
        async def happen() -> None:
            wood.story.append(name)

        return happen

    for name in ("3", "1", "2"):
        agenda.plan(NOW + timedelta(days=1), name, "hire/a", step(name))
    await conductor(wood, agenda).play(quiet)
    assert [line for line in wood.story if line.isdigit()] == ["1", "2", "3"]
