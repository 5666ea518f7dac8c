from domain import facts as f
from domain.words import Stage
from tests.world import at_stage


def test_a_case_that_is_handed_over_has_another_owner_and_the_journal_keeps_each() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "hand_over", owner="ann")
    world.act(case, "hand_over", owner="bob")
    assert world.hire(case).owner == "bob"
    assert [e.fact.owner for e in world.store.journals[case] if isinstance(e.fact, f.HandedOver)] == ["ann", "bob"]
