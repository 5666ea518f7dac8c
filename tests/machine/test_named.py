"""The proof `privacy_human` in small: every negative ending of a walk names the person who decided it."""

from hypothesis import HealthCheck, given, settings

from tests.machine.moves import Move
from tests.machine.walk import Tally, rescued, starts, walk, walks
from tests.named import Read, read, without_persons


def test_every_negative_ending_names_a_person_and_one_that_did_not_would_be_found() -> None:
    found, control = Read(), Read()

    @settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(starts, walks, rescued)
    def any_walk(how_far: str, moves: list[Move], luck: int) -> None:
        for journal in walk(how_far, moves, luck == 0, Tally()).store.journals.values():
            read(journal, found)
            read(without_persons(journal), control)

    any_walk()
    assert found.negative
    assert found.lapses
    assert found.unnamed == 0
    assert control.unnamed == control.negative == found.negative
