"""Two thousand requests that are almost right: none taken, none a server error, nothing on disk. The proof sends twenty thousand."""

from pathlib import Path

from store.database import Database
from tests.siege.fuzz import fuzz
from tests.siege.mutations import mutate


async def test_two_thousand_mutations_are_all_refused_and_replays_change_nothing(db: Database, store: Path) -> None:
    found = await mutate(db, store, 2_000, seed=1)
    assert found.faults == []
    assert found.rows_after == found.rows_before
    assert found.statuses.total() == 2_000
    assert set(found.statuses) >= {202, 400, 401, 409, 415}
    assert found.statuses[202] == found.repeated
    assert min(found.attempts.values()) > 20


def test_random_bytes_in_headers_and_bodies_bring_about_refusals_only() -> None:
    found = fuzz(1.5, seed=1)
    assert found.faults == []
    assert min(found.tried.values()) > 50
