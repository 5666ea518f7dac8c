"""A part of the matrix of access (`tests/proofs/prove_access_matrix.py`): some cells of every address, and a gate left open on purpose."""

import random
from pathlib import Path

import pytest

from acts.compartments import OPENS
from acts.rights import SEES, Resource
from domain.looking import Category
from store.database import Database, migrate
from tests.access import FIELDS, cells, house, matrix, routes_of, weakened


@pytest.fixture
async def empty(tmp_path: Path) -> Database:
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    return await Database.open(url)


async def test_every_address_answers_whom_the_table_says_and_shows_nobody_what_is_not_theirs(empty: Database) -> None:
    mixed = list(cells())
    random.Random(19).shuffle(mixed)
    chosen = {(cell.door, cell.method, cell.path): cell for cell in mixed}
    try:
        found = await matrix(await house(empty), list(chosen.values()))
    finally:
        await empty.close()
    assert (found.differences, sorted(found.leaks)) == ([], [])
    there, asked = routes_of(found)
    assert there - asked == set()


async def test_a_gate_that_asks_nothing_is_found(empty: Database) -> None:
    first = [cell for cell in cells() if (cell.door, cell.path) == ("console", "/audit")]
    try:
        found = await matrix(await house(empty, [weakened()]), first)
    finally:
        await empty.close()
    assert len(found.differences) > 10
    assert "medical_advisers_office sees medical answer at console GET /audit" not in found.leaks
    assert "line_manager sees medical answer at console GET /audit" in found.leaks


def test_what_may_be_seen_of_a_case_is_written_twice_and_the_two_agree() -> None:
    """The table of fields was written down from the rules; the one of rights is what the doors ask."""
    opens = {role: {str(each) for each in seen} for role, seen in OPENS.items()}
    assert FIELDS["name or address"] == FIELDS["a letter's words"] == SEES[Resource.PEOPLE]
    assert FIELDS["a note"] == SEES[Resource.ANSWERS]
    for category in (Category.MEDICAL, Category.CLEARANCE, Category.VERIFICATION):
        assert FIELDS[f"{category} answer"] == {role for role, seen in opens.items() if str(category) in seen}
    assert FIELDS["terms of the contract"] == SEES[Resource.CASES]
    assert FIELDS["score or rank"] == SEES[Resource.COMPETITION] | SEES[Resource.BOARD]
