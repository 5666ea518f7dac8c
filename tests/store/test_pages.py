"""Pages by keyset on both engines: every row once, in order, with rows that have no value in the sort column at the end."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from store.database import Database
from store.pages import HIRES, Concerns, Pages
from store.queries import Queries
from store.tables import conditions, hires
from tests.store.making import NOON

NUMBER = 230


def rows() -> list[dict[str, Any]]:
    drawn = random.Random(7)
    fixed: dict[str, Any] = {
        "vacancy": "1",
        "ending": None,
        "ended_by": None,
        "number": 1,
        "late": False,
        "updated_at": NOON,
        "review": "",
        "turn": [],
    }
    fixed |= {"post": None, "rank": None, "score": None, "owner": None}
    return [
        {
            **fixed,
            "case_id": f"hire/{n:04}",
            "candidate": f"c{n}",
            "stage": drawn.choice(["screening", "offer"]),
            "held": drawn.random() < 0.2,
            "needs": drawn.choice([[], ["screen"], ["settle_reply:medical"]]),
            # few different moments, so that many are equal, and some that are none
            "next_deadline": drawn.choice([None, *(NOON + timedelta(days=day) for day in range(5))]),
            "received_at": NOON + timedelta(minutes=drawn.randrange(40)),
        }
        for n in drawn.sample(range(NUMBER), NUMBER)
    ]


async def filled(db: Database) -> Pages:
    made = rows()
    await db.write(lambda tx: tx.execute(insert(hires), made))
    return Pages(db, Queries(db))


async def walk(pages: Pages, sort: str, limit: int, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while page := await pages.hires(more.get("wanted", {}), sort=sort, after=after, limit=limit, needs=more.get("needs")):
        found += page
        after = [page[-1][str(key.column.key)] for key in HIRES[sort]]
    return found


async def test_walking_all_pages_meets_every_row_once_and_in_order(db: Database) -> None:
    pages = await filled(db)
    for sort, column in (("deadline", "next_deadline"), ("received", "received_at"), ("case", "case_id")):
        for limit in (7, 50):
            found = await walk(pages, sort, limit)
            assert len({row["case_id"] for row in found}) == len(found) == NUMBER
            key = [(row[column] is None, row[column] or 0, row["case_id"]) for row in found]
            assert key == sorted(key)


async def test_filters_hold_on_every_page(db: Database) -> None:
    pages = await filled(db)
    wanted = sorted(row["case_id"] for row in rows() if row["stage"] == "offer" and row["held"] and row["needs"] == ["screen"])
    found = await walk(pages, "case", 3, wanted={"stage": "offer", "held": True}, needs="screen")
    assert [row["case_id"] for row in found] == wanted != []


async def test_an_office_finds_the_hires_that_have_its_condition_and_nobody_elses(db: Database) -> None:
    pages = await filled(db)
    row = {"authority": "a", "state": "waiting", "round": 0, "held": False}
    made = [{**row, "case_id": f"hire/{n:04}", "condition": each} for n, each in ((1, "medical"), (2, "clearance"), (3, "clearance.fr"))]
    await db.write(lambda tx: tx.execute(insert(conditions), made))
    found = await pages.hires({}, concerns=Concerns(conditions=frozenset({"clearance"})), sort="case")
    assert [each["case_id"] for each in found] == ["hire/0002", "hire/0003"]
    assert await pages.concerned("hire/0003", Concerns(conditions=frozenset({"clearance"})))
    assert not await pages.concerned("hire/0001", Concerns(conditions=frozenset({"clearance"})))
    assert await pages.hires({}, concerns=Concerns()) == []
    acting = await pages.hires({}, concerns=Concerns(acts=frozenset({"settle_reply"})), limit=NUMBER)
    assert {each["case_id"] for each in acting} == {each["case_id"] for each in rows() if each["needs"] == ["settle_reply:medical"]}
