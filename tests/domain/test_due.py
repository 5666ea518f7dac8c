"""What the clock brings, and what it does not."""

from datetime import timedelta

from domain import facts as f
from domain.words import Stage
from tests.world import World, at_stage, publish


def kinds(world: World, case: str, key: str) -> list[str]:
    return [e.fact.kind for e in world.store.journals[case] if getattr(e.fact, "key", "") == key]


def test_reminders_target_and_limit_come_in_order_and_once() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.forward(days=200)
    assert kinds(world, case, "screening") == ["deadline_set", "deadline_reminded", "deadline_missed", "deadline_escalated"]
    assert world.hire(case).stage is Stage.SCREENING, "an escalation ends nothing"


def test_a_limit_of_the_candidates_makes_lapse_due_and_nothing_ends() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    world.forward(days=300)
    state = world.hire(case)
    assert (state.lapse_due, state.stage, state.ending) == ({"assessment_answer"}, Stage.ASSESSMENT, None)


def test_a_nation_is_chased_every_month_and_never_taken_to_have_refused() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.forms_received")
    world.forward(days=700)
    reminded = [x for x in kinds(world, case, "clearance") if x == "deadline_reminded"]
    assert len(reminded) == 18
    assert (world.hire(case).stage, world.hire(case).conditions["clearance"].state) == (Stage.CONDITIONS, "lapsed")


def test_the_closing_opens_the_screening_a_second_later_and_misses_nothing() -> None:
    world, case = at_stage(Stage.RECEIVED)
    closes_at = world.published[0].closes_at
    assert closes_at is not None
    world.forward(seconds=(closes_at - world.at).total_seconds())
    assert world.hire(case).stage is Stage.RECEIVED
    world.forward(seconds=1)
    assert world.hire(case).stage is Stage.SCREENING
    assert kinds(world, case, "closing") == ["deadline_set", "deadline_closed"]


def test_an_ongoing_vacancy_screens_on_receipt_and_a_late_application_has_no_clock() -> None:
    world = World([publish(posts=1, closes_in=None)])
    assert world.hire(world.apply()).stage is Stage.SCREENING
    closing = World()
    late = closing.apply(received_at=closing.at + timedelta(days=30))
    closing.forward(days=60)
    assert (closing.hire(late).stage, closing.next_instant(late)) == (Stage.RECEIVED, None)


def test_an_allegation_outlives_the_stage_it_was_made_in() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.tell(case, "integrity.reported", allegation="ai_used", evidence="E")
    world.act(case, "screen", eligible=True)
    assert "allegation" in world.hire(case).deadlines
    world.tell(case, "allegation.answered", reference="A")
    assert "allegation" not in world.hire(case).deadlines


def test_a_deadline_that_began_during_a_hold_moves_by_what_it_stood_still() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    asks = world.hire(case).deadlines["clearance_forms"]
    world.act(case, "hold", reason="a_reason")
    world.forward(days=10)
    later = asks.model_copy(update={"key": "medical", "started_at": world.at})
    world.store.journals[case].append(
        f.Entry(case=case, number=len(world.store.journals[case]) + 1, at=world.at, actor="muster", step="x", fact=later)
    )
    world.forward(days=5)
    world.act(case, "resume")
    deadlines = world.hire(case).deadlines
    assert deadlines["clearance_forms"].due_at - asks.due_at == timedelta(days=15)
    assert deadlines["medical"].due_at - later.due_at == timedelta(days=5)


def test_a_limit_is_told_up_the_ladder_each_role_on_its_day() -> None:
    world, case = at_stage(Stage.SELECTION)
    limit = world.hire(case).deadlines["selection"].limit_at
    world.forward(days=200)
    told = [e.fact for e in world.store.journals[case] if isinstance(e.fact, f.DeadlineEscalated)]
    assert [(fact.to, fact.instant) for fact in told] == [("hr_head", limit), ("appointing_authority", limit and limit + timedelta(days=7))]
    assert world.hire(case).stage is Stage.SELECTION, "an escalation ends nothing"
