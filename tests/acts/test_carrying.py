"""The way to a case, and the dispatcher that goes it until every row is closed."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from acts.carrier import kind_of, refusal_of
from acts.dispatcher import Dispatcher
from domain import errors
from domain.messages import Message
from tests.fakes import message

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_refusal_comes_back_as_what_it_was() -> None:
    cause = ApplicationError("another person", {"code": "four_eyes", "case": "hire/x"}, type="FourEyes")
    problem = refusal_of(cause)
    assert type(problem) is errors.FourEyes
    assert (problem.message, problem.code, problem.details) == ("another person", "four_eyes", {"case": "hire/x"})


@pytest.mark.parametrize("type_", [None, "Problem", "NoSuchClass", "refusals", "annotations", "Any"])
def test_an_unknown_refusal_is_still_a_problem_of_ours(type_: str | None) -> None:
    problem = refusal_of(ApplicationError("no", type=type_))
    assert isinstance(problem, errors.Problem)


def test_a_failure_that_is_no_refusal_says_that_the_case_could_not_answer() -> None:
    assert isinstance(refusal_of(None), errors.EngineUnavailable)
    assert isinstance(refusal_of(ValueError("x")), errors.EngineUnavailable)


def test_every_refusal_survives_the_way() -> None:
    for name in (n for n in errors.refusals() if hasattr(errors, n)):
        assert type(refusal_of(ApplicationError("no", {"code": "c"}, type=name))).__name__ == name


def test_a_case_id_says_its_kind() -> None:
    assert (kind_of("hire/x"), kind_of("vacancy/1")) == ("Hire", "Vacancy")


# ---- the dispatcher ------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    case: str
    message: Message


@dataclass
class Shelf:
    """Rows that stay open until `close`; a leased one comes back when its lease is over."""

    rows: list[Row]
    closed: set[str] = field(default_factory=set)
    leased: dict[str, datetime] = field(default_factory=dict)
    released: list[str] = field(default_factory=list)

    async def lease(self, limit: int, now: datetime, seconds: float) -> list[Row]:
        due = [r for r in self.rows if r.message.id not in self.closed and self.leased.get(r.message.id, now) <= now][:limit]
        self.leased.update({r.message.id: now + timedelta(seconds=seconds) for r in due})
        return due

    async def release(self, ids: list[str]) -> None:
        self.released += ids
        for id_ in ids:
            self.leased.pop(id_, None)

    async def pending(self) -> int:
        return len([r for r in self.rows if r.message.id not in self.closed])


@dataclass
class Carrier:
    shelf: Shelf
    sent: list[tuple[str, str]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    closes: bool = True

    async def deliver(self, case: str, message: Message) -> None:
        await asyncio.sleep(0)
        if case in self.down:
            raise errors.EngineUnavailable("away")
        self.sent.append((case, message.id))
        if self.closes:
            self.shelf.closed.add(message.id)


class Clock:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


def office(*rows: tuple[str, str]) -> tuple[Dispatcher, Shelf, Carrier, Clock]:
    shelf = Shelf([Row(case, message(id_, "offer.answered", AT)) for case, id_ in rows])
    carrier, clock = Carrier(shelf), Clock()
    return Dispatcher(shelf, carrier, clock, lease_s=10), shelf, carrier, clock  # type: ignore[arg-type]


async def test_each_case_gets_its_mail_in_order() -> None:
    dispatcher, _, carrier, _ = office(("hire/a", "1"), ("hire/b", "2"), ("hire/a", "3"), ("hire/b", "4"), ("hire/a", "5"))
    assert await dispatcher.once() == 5
    assert [i for case, i in carrier.sent if case == "hire/a"] == ["1", "3", "5"]
    assert [i for case, i in carrier.sent if case == "hire/b"] == ["2", "4"]


async def test_trouble_with_one_case_gives_its_rows_back_and_holds_up_nobody_else() -> None:
    dispatcher, shelf, carrier, _ = office(("hire/a", "1"), ("hire/b", "2"), ("hire/a", "3"))
    carrier.down = {"hire/a"}
    assert await dispatcher.once() == 1
    assert shelf.released == ["1", "3"]
    carrier.down = set()
    assert await dispatcher.once() == 2
    assert [i for case, i in carrier.sent if case == "hire/a"] == ["1", "3"]


async def test_a_row_is_sent_again_until_it_is_closed() -> None:
    dispatcher, shelf, carrier, clock = office(("hire/a", "1"))
    carrier.closes = False
    assert await dispatcher.once() == 1
    assert await dispatcher.once() == 0, "leased"
    clock.at += timedelta(seconds=11)
    assert await dispatcher.once() == 1
    shelf.closed.add("1")
    clock.at += timedelta(seconds=11)
    assert await dispatcher.once() == 0


async def test_draining_ends_when_everything_is_closed_and_gives_up_when_it_is_not() -> None:
    dispatcher, _, carrier, _ = office(("hire/a", "1"), ("hire/b", "2"))
    assert await dispatcher.drain() == 2
    stuck, _, carrier, _ = office(("hire/a", "1"))
    carrier.closes = False
    with pytest.raises(TimeoutError):
        await stuck.drain(patience_s=0.05)


async def test_a_dispatcher_outlives_an_engine_that_is_away() -> None:
    dispatcher, shelf, carrier, _ = office(("hire/a", "1"))
    carrier.down = {"hire/a"}
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(0.05)
    carrier.down = set()
    async with asyncio.timeout(5):
        while "1" not in shelf.closed:  # noqa: ASYNC110 - a fake announces nothing
            await asyncio.sleep(0.01)
    stop.set()
    await running
    assert carrier.sent == [("hire/a", "1")]
