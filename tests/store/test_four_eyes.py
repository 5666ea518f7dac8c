"""The database's own four eyes: whoever writes past the acts and the story, no fact that decides stands beside its proposer's own."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.four_eyes import PAIRS, Pair
from domain.words import Role
from store.database import Database
from store.tables import journal, overlays, policies
from tests.store.making import NOON

DECISIONS = [(pair, kind) for pair in PAIRS for kind in pair.second]
CASE = "hire/h001"


async def write(db: Database, number: int, kind: str, actor: str, body: Mapping[str, Any], step: str = "") -> None:
    """A row of the journal by a hand in the tables."""
    row = {"case_id": CASE, "number": number, "at": NOON, "recorded_at": NOON, "actor": actor, "step": step or f"s{number}", "kind": kind}
    await db.write(lambda tx: tx.execute(insert(journal), [{**row, "body": dict(body)}]))


def body(pair: Pair, value: str = "one", by: str = "") -> dict[str, str]:
    return dict.fromkeys(pair.same, value) | ({pair.by: by} if pair.by and by else {})


async def proposed(db: Database, pair: Pair) -> None:
    await write(db, 1, pair.first, "muster" if pair.by else "person:ada", body(pair, by="person:ada"))


@pytest.mark.parametrize(("pair", "kind"), DECISIONS, ids=[f"{pair.act}-{kind}" for pair, kind in DECISIONS])
async def test_nobody_writes_the_decision_on_their_own_proposal_in_whatever_name(db: Database, pair: Pair, kind: str) -> None:
    await proposed(db, pair)
    with pytest.raises(IntegrityError, match="four eyes"):
        await write(db, 2, kind, "person:ada", body(pair))
    await write(db, 2, "acted_for", "person:ben", {"person": "ada"}, "deputy")
    with pytest.raises(IntegrityError, match="four eyes"):
        await write(db, 3, kind, "person:ben", body(pair), "deputy")
    await write(db, 3, kind, "person:ben", body(pair))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.act)
async def test_of_two_proposals_the_newest_counts_and_of_two_things_each_its_own(db: Database, pair: Pair) -> None:
    await proposed(db, pair)
    if pair.same:
        await write(db, 2, pair.second[0], "person:ada", body(pair, "other"))
    await write(db, 3, pair.first, "muster" if pair.by else "person:ben", body(pair, by="person:ben"))
    with pytest.raises(IntegrityError, match="four eyes"):
        await write(db, 4, pair.second[0], "person:ben", body(pair))
    await write(db, 4, pair.second[0], "person:ada", body(pair))


async def test_no_policy_and_no_overlay_is_approved_by_who_proposed_it(db: Database) -> None:
    policy = {
        "name": "standard",
        "version": "9",
        "sha256": "",
        "rules": {},
        "proposed_by": "ada",
        "proposed_at": NOON,
        "approved_by": "ada",
    }
    overlay = {"overlay": "quiet", "sha256": "", "body": {}, "proposed_by": "ada", "proposed_at": NOON, "approved_by": "ada"}
    for table, row in ((policies, policy), (overlays, overlay)):
        with pytest.raises(IntegrityError):
            async with db.transaction() as tx:
                await tx.execute(insert(table), [row])
        async with db.transaction() as tx:
            await tx.execute(insert(table), [{**row, "approved_by": "ben"}])


def test_the_table_names_acts_there_are_each_an_approval_somebody_may_do() -> None:
    every: dict[str, Any] = {**ACTS, **VACANCY_ACTS}
    assert [pair.act for pair in PAIRS if not every[pair.act].approval or not every[pair.act].roles <= set(Role)] == []
    assert [pair.proposes for pair in PAIRS if pair.proposes and pair.proposes not in every] == []
