"""One act on many hires, over a real store: previewed, kept before it is done, gone on with after a crash, each hire once."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from acts.bulk import Bulk, Filter
from acts.desk import Desk
from domain.errors import BadInput, EngineUnavailable, NotFound, NotNow
from domain.messages import ActRequest, Receipt
from domain.operation import Item, Operation
from store.clock import DoorClock
from store.database import Database
from store.queries import Queries
from store.vacancies import Vacancies
from tests.store import making as m

HOLD = {"reason": "security_situation"}


@dataclass
class Acts:
    """Acts that are counted; some cases are away for a time, some refuse, and the machine may die in the middle."""

    done: list[tuple[str, str]] = field(default_factory=list)
    away: dict[str, int] = field(default_factory=dict)
    refuse: set[str] = field(default_factory=set)
    dies_after: int = 1000

    async def asked(self, person: str, act: str, args: dict[str, Any], request: str | None = None) -> ActRequest:
        if person == "nobody":
            raise NotFound("no such person")
        return ActRequest(request=request or "r", act=act, person=person, roles=("hr_officer",), args=args)

    async def act(self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None) -> Receipt:
        if len(self.done) >= self.dies_after:
            raise RuntimeError("the machine died")
        if self.away.get(case):
            self.away[case] -= 1
            raise EngineUnavailable("away")
        if case in self.refuse:
            raise NotNow("the case is on hold; resume it first", code="on_hold")
        self.done.append((case, request or ""))
        return Receipt(case=case, number=len(self.done))


def bulk(db: Database, acts: Any) -> Bulk:
    return Bulk(db, acts, Queries(db), Vacancies(db), DoorClock(db))


async def operation(db: Database, *cases: str) -> str:
    """An operation over hires that need not exist: what is tried here is the carrying out."""
    made = bulk(db, Acts())
    items = tuple(Item(case=case) for case in cases)
    await made._kept.begin(Operation(operation="op-1", act="hold", args=HOLD, person="ines", at=m.NOON, items=items))
    return "op-1"


async def test_every_hire_gets_a_receipt_of_its_own_under_the_operation(db: Database) -> None:
    acts = Acts()
    done = await bulk(db, acts).carry_out(await operation(db, "hire/a", "hire/b"))
    assert sorted(acts.done) == [("hire/a", "op-1.a"), ("hire/b", "op-1.b")]
    assert {item.case: (item.state, item.number is not None) for item in done.items} == {"hire/a": ("done", True), "hire/b": ("done", True)}
    assert (done.state, done.counts) == ("done", {"done": 2})


async def test_a_refusal_stands_with_its_words_and_stops_nobody_else(db: Database) -> None:
    done = await bulk(db, Acts(refuse={"hire/a"})).carry_out(await operation(db, "hire/a", "hire/b"))
    assert [(i.state, i.code, i.why) for i in done.items] == [
        ("refused", "on_hold", "the case is on hold; resume it first"),
        ("done", "", ""),
    ]
    assert done.state == "done"


async def test_what_is_away_is_tried_again_and_what_stays_away_is_left_for_resuming(db: Database) -> None:
    acts = Acts(away={"hire/a": 1, "hire/b": 3})
    name = await operation(db, "hire/a", "hire/b")
    first = await bulk(db, acts).carry_out(name)
    assert ([i.state for i in first.items], first.state) == (["done", "failed"], "open")
    second = await bulk(db, acts).carry_out(name)
    assert ([i.state for i in second.items], second.state) == (["done", "done"], "done")
    assert sorted(case for case, _ in acts.done) == ["hire/a", "hire/b"], "nobody twice"


async def test_after_a_crash_in_the_middle_the_rest_is_done_and_nothing_twice(db: Database) -> None:
    cases = [f"hire/{n}" for n in range(12)]
    name = await operation(db, *cases)
    acts = Acts(dies_after=5)
    with pytest.raises(RuntimeError, match="the machine died"):
        await bulk(db, acts).carry_out(name)
    again = Acts()
    done = await bulk(db, again).carry_out(name)
    assert done.state == "done"
    repeated = {case for case, _ in acts.done} & {case for case, _ in again.done}
    assert all(("op-1." + case.removeprefix("hire/")) in dict(acts.done).values() for case in repeated), "under the same request id"
    assert {case for case, _ in acts.done} | {case for case, _ in again.done} == set(cases)


async def test_what_is_cancelled_is_not_done_and_what_is_done_stays_done(db: Database) -> None:
    acts = Acts(away={"hire/b": 3})
    name = await operation(db, "hire/a", "hire/b")
    await bulk(db, acts).carry_out(name)
    cancelled = await bulk(db, acts).cancel(name)
    assert ([i.state for i in cancelled.items], cancelled.state) == (["done", "cancelled"], "cancelled")
    await bulk(db, acts).carry_out(name)
    assert [case for case, _ in acts.done] == ["hire/a"]
    with pytest.raises(NotFound):
        await bulk(db, acts).cancel("op-none")


async def test_only_clocks_are_moved_in_bulk_and_somebody_must_be_meant(db: Database) -> None:
    made = bulk(db, Acts())
    with pytest.raises(BadInput, match="done one by one"):
        await made.preview("ines", "screen", {"eligible": False}, Filter())
    with pytest.raises(BadInput, match="no open hire matches"):
        await made.begin("ines", "hold", HOLD, Filter(vacancy=None))
    with pytest.raises(NotFound):
        await made.begin("nobody", "hold", HOLD, Filter())
    with pytest.raises(NotFound):
        await made.preview("ines", "hold", HOLD, Filter(cases=("hire/none",)))


def test_a_desk_offers_it(db: Database) -> None:
    assert isinstance(Desk(db).bulk, Bulk)
