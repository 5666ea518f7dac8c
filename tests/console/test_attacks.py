"""Every attack on the door there is, each on a ground of its own; `make prove PROOFS=access_sessions` counts them."""

from pathlib import Path

import pytest

from tests.console.attacks import ATTACKS, controls
from tests.console.ground import ground


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_door_holds_against(played_store: Path, tmp_path: Path, name: str) -> None:
    async with ground(played_store, tmp_path) as there:
        won = await ATTACKS[name](there)
    assert not won


async def test_the_ground_is_one_on_which_what_is_allowed_works(played_store: Path, tmp_path: Path) -> None:
    async with ground(played_store, tmp_path) as there:
        assert await controls(there) == []
