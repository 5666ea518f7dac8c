"""Real gateways over one store: duplicates that race, keys that change under load, callers of bad will. The proof does more of each."""

from pathlib import Path

from tests.siege.races import race
from tests.siege.rotation import rotate
from tests.siege.streams import flood


async def test_events_delivered_twenty_times_at_once_to_two_gateways_are_one_effect_and_one_receipt_each(tmp_path: Path) -> None:
    found = await race(tmp_path, events=15, deliveries=20)
    assert found.faults(15, 20) == []


async def test_a_key_changes_under_load_without_one_valid_event_refused_or_one_taken_after(tmp_path: Path) -> None:
    found = await rotate(tmp_path, events=120)
    assert (found.refused_wrongly, found.taken_wrongly, found.other) == (0, 0, [])
    assert found.refused_rightly > 5
    assert found.taken > 80


async def test_hostile_streams_cost_no_memory_and_nobody_else_their_turn(tmp_path: Path) -> None:
    found = await flood(tmp_path, slow=40, body_bytes=64 * 1024 * 1024, bodies=4, deep=1_000_000, healthy=30, patience_s=1)
    assert found.grown < 64 * 1024 * 1024
    assert found.healthy == {202: 30}
    assert max(found.poured) < 64 * 1024 * 1024
    assert set(found.endless) <= {"413", "cut off"}
    assert set(found.deep) <= {400, 413, 0}
