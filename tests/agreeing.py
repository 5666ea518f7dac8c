"""Do an installation's records agree after what was done to it? In sentences, for tests and proofs."""

from collections.abc import Collection

from acts.auditing import Auditing
from store.database import Database
from store.queries import Queries


async def disagreements(db: Database, but: Collection[str] = ()) -> list[str]:
    """Every difference of a reconciliation without Temporal; `but` those that a test made itself, by code."""
    found = await Auditing(db, Queries(db), lambda: None).reconcile()
    return [f"reconciliation: {each.code} {each.about}" for each in found.differences if each.code not in but]


async def disagreements_at(url: str) -> list[str]:
    db = await Database.open(url)
    try:
        return await disagreements(db)
    finally:
        await db.close()
