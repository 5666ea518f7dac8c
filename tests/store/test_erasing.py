"""Many people and an erasure of some of them: a small count of `prove_privacy_erasure`."""

import random
from pathlib import Path

from tests.erasing import erased
from tests.store import making as m


async def test_of_some_erased_nothing_opens_any_more_and_everything_else_still_holds(tmp_path: Path) -> None:
    outcome = await erased(tmp_path, 30, 10, random.Random(20261123), m.NOON)
    assert outcome.holds(30, 10), outcome
