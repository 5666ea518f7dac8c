"""Who looked at what: a row and a leaf each, together or not at all; nothing for what tells nothing."""

import json

import pytest
from sqlalchemy import Connection, select

from domain.log.leaf import Leaf
from domain.looking import Category, Look, Reader, answered, told_by
from store import reads as store_reads
from store.database import Database
from store.reads import Reads
from store.tables import leaves, log_keys

HELGA = Reader("person:helga")
BOTH = frozenset({Category.MEDICAL, Category.CLEARANCE})


async def kinds(db: Database) -> list[tuple[str, str, str]]:
    query = select(leaves.c.kind, leaves.c.stream, leaves.c.ref).order_by(leaves.c.position)
    return await db.read(lambda rx: [(row.kind, row.stream, row.ref) for row in rx.execute(query)])


async def test_a_look_is_a_row_and_a_leaf_that_opens_to_it(db: Database) -> None:
    await Reads(db).note(Reader("person:helga", purpose="review"), Look("hire/a", BOTH, "timeline"), Look("hire/b", BOTH, "timeline"))
    (row,) = await Reads(db).of("hire/a")
    assert (row["reader"], row["what"], row["about"], row["purpose"]) == ("person:helga", ["clearance", "medical"], "timeline", "review")
    assert (await kinds(db))[0] == ("read", "hire/a", row["id"])
    leaf: Leaf = store_reads.leaf_of(row)
    query = select(leaves.c.body, log_keys.c.key).join(log_keys, log_keys.c.stream == leaves.c.stream).where(leaves.c.position == 0)
    kept = (await db.read(lambda rx: rx.execute(query).all()))[0]
    assert leaf.text(kept.key) == kept.body
    assert "helga" not in kept.body
    assert json.loads(kept.body)["kind"] == "read"


async def test_who_looked_is_found_by_case_by_reader_and_by_candidate(db: Database) -> None:
    await Reads(db).note(HELGA, Look("hire/a", BOTH, "hire"))
    await Reads(db).note(Reader("terminal:root"), Look("hire/a", BOTH, "hire"), Look("hire/b", BOTH, "hire"))
    assert [row["reader"] for row in await Reads(db).of("hire/a")] == ["person:helga", "terminal:root"]
    assert sorted(row["stream"] for row in await Reads(db).by("terminal:root")) == ["hire/a", "hire/b"]
    assert await Reads(db).about("nobody") == []


async def test_what_tells_nothing_leaves_no_trace(db: Database) -> None:
    await Reads(db).note(HELGA, Look("hire/a", frozenset(), "hire"))
    assert await kinds(db) == []


async def test_of_a_special_category_a_reader_is_noted_with_what_their_office_sees(db: Database) -> None:
    security = Reader("person:sven", conditions=frozenset({"clearance"}))
    await Reads(db).note(security, Look("hire/a", BOTH, "hire"), Look("hire/b", frozenset({Category.MEDICAL}), "hire"))
    assert [(row["stream"], row["what"]) for row in await Reads(db).by("person:sven")] == [("hire/a", ["clearance"])]


async def test_a_transaction_that_is_undone_takes_its_look_with_it(db: Database) -> None:
    def undone(tx: Connection) -> None:
        store_reads.note(tx, HELGA, Look("hire/a", BOTH))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.write(undone)
    assert await Reads(db).of("hire/a") == []
    assert await kinds(db) == []


def test_what_facts_and_conditions_tell() -> None:
    replied = ("condition_replied", {"condition": "medical", "outcome": "fit"})
    carried = ("application_received", {"carried": [{"condition": "clearance", "outcome": "granted"}]})
    assert told_by([replied, carried]) == BOTH
    assert told_by([("accommodation_requested", {"reference": "x"})]) == {Category.ACCOMMODATION}
    assert (
        told_by([("condition_asked", {"condition": "medical"}), ("condition_replied", {"condition": "budget", "outcome": "granted"})])
        == set()
    )
    assert answered([{"condition": "clearance.fr", "outcome": "granted"}, {"condition": "medical", "outcome": None}]) == {
        Category.CLEARANCE
    }
