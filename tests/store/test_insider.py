"""Whoever has SQL and the log's key cannot change what a checkpoint outside covers: a few of each attack of `prove_audit_insider`."""

import random

import pytest

from store.database import Database
from tests.insider import ATTACKS, insider

SEED = 20261123


@pytest.mark.parametrize("kind", ATTACKS)
async def test_one_checkpoint_outside_shows_every_attack_on_what_it_covers(db: Database, kind: str) -> None:
    here = await insider(db, cases=3, facts=6)
    draw = random.Random(f"{SEED}/{kind}")
    assert all([here.seen(await here.after(ATTACKS[kind], draw)) for _ in range(4)])


async def test_what_is_newer_than_the_last_checkpoint_outside_can_be_edited_unseen(db: Database) -> None:
    here = await insider(db, cases=3, facts=6)
    draw = random.Random(SEED)
    assert not any([here.seen(await here.after_newer(draw)) for _ in range(4)])
