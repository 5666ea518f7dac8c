"""Need to know: every role at every address is shown the fields that are for it, and no others (T14)."""

import pytest

from domain.words import Role
from store.database import Database, migrate
from tests.matrix import MAY, Matrix, matrix

#: Nobody sits on a board in the play, and nobody is on probation.
NOT_PLAYED = {(Role.BOARD_MEMBER, "score or rank"), (Role.STAFF_OBSERVER, "score or rank"), (Role.LINE_MANAGER, "a case")}


@pytest.fixture(scope="module")
async def found(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('matrix') / 'muster.db'}"
    await migrate(url)
    db = await Database.open(url)
    try:
        return await matrix(db, hires=2, every=5)
    finally:
        await db.close()


async def test_no_role_is_shown_a_field_that_is_not_for_it(found: Matrix) -> None:
    assert found.answers > 300
    assert found.leaks == []


async def test_every_role_is_shown_what_is_for_it(found: Matrix) -> None:
    expected = {(role, what) for what, roles in MAY.items() for role in roles} - NOT_PLAYED
    assert expected - found.seen.keys() == set()
    assert len(expected) > len(Role)
