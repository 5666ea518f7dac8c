"""The integrity sub-case: report, reply, finding, further steps; and who is only a witness (`recruitment.md` §7)."""

import pytest

from domain.errors import FourEyes, NotNow
from domain.words import Ending, Stage
from tests.world import World, at_stage

EXCLUDE = {"steps": "exclude", "reason": "ai_used"}


def accused(code: str = "ai_used", evidence: str = "ev-1", phase: str = "video") -> tuple[World, str]:
    world, case = at_stage(Stage.SHORTLISTING)
    world.tell(case, "integrity.reported", sender="partner:assessment", allegation=code, evidence=evidence, phase=phase)
    return world, case


def test_a_flag_of_a_partner_opens_an_allegation_and_nothing_more() -> None:
    world, case = accused()
    state = world.hire(case)
    [only] = state.allegations.values()
    assert (only.number, only.code, only.phase, only.evidence, only.upheld) == (1, "ai_used", "video", "ev-1", None)
    assert (state.stage, state.ended) == (Stage.SHORTLISTING, False)
    assert state.deadlines["allegation"].rule.startswith("10 days from ")
    assert world.store.letters[-1].template == "allegation"
    again = world.tell(case, "integrity.reported", allegation="ai_used", evidence="ev-1", phase="video")
    assert world.fate(again) == "superseded"


def test_several_allegations_of_one_case_are_answered_and_found_each_by_itself() -> None:
    world, case = accused()
    world.tell(case, "integrity.reported", allegation="false_statement", evidence="ev-2", phase="form")
    assert {"allegation", "allegation.2"} <= set(world.hire(case).deadlines)
    world.tell(case, "allegation.answered", reference="A1")
    state = world.hire(case)
    assert (state.allegations[1].answered, state.allegations[2].answered) == (True, False)
    with pytest.raises(NotNow, match="may still answer"):
        world.act(case, "conclude_integrity", "ann", number=2, upheld=True, reason="shown")
    world.act(case, "conclude_integrity", "ann", number=1, upheld=False, reason="not_shown")
    assert "conclude_integrity:2" in world.hire(case).needs()
    assert world.store.letters[-1].template == "allegation_not_upheld"


def test_a_finding_and_what_follows_from_it_are_two_decisions_of_two_persons() -> None:
    world, case = accused()
    world.tell(case, "allegation.answered", reference="A1")
    with pytest.raises(NotNow, match="no finding"):
        world.act(case, "decide_integrity_steps", "bob", **EXCLUDE)  # type: ignore[arg-type]
    world.act(case, "conclude_integrity", "ann", upheld=True, reason="ai_used")
    assert not world.hire(case).ended
    assert world.hire(case).needs()[0] == "decide_integrity_steps:1"
    with pytest.raises(FourEyes):
        world.act(case, "decide_integrity_steps", "ann", **EXCLUDE)  # type: ignore[arg-type]
    world.act(case, "decide_integrity_steps", "bob", **EXCLUDE)  # type: ignore[arg-type]
    assert (world.hire(case).ending, world.hire(case).ended_by) == (Ending.INTEGRITY, "person:bob")


@pytest.mark.parametrize("steps", ["warning", "continue"])
def test_a_finding_need_not_exclude(steps: str) -> None:
    world, case = accused()
    world.tell(case, "allegation.answered", reference="A1")
    world.act(case, "conclude_integrity", "ann", upheld=True, reason="ai_used")
    world.act(case, "decide_integrity_steps", "bob", steps=steps, reason="no_advantage")
    state = world.hire(case)
    assert (state.stage, state.needs()) == (Stage.SHORTLISTING, ["shortlist"])
    assert (world.store.letters[-1].template == "allegation_warning") is (steps == "warning")


def test_who_reports_that_money_was_asked_is_a_witness() -> None:
    world, case = accused("fee_asked", phase="")
    state = world.hire(case)
    assert "allegation" not in state.deadlines, "nobody asks the witness to answer for another"
    assert world.store.letters[-1].template != "allegation"
    assert "conclude_integrity:1" in state.needs()
    world.act(case, "conclude_integrity", "ann", upheld=True, reason="passed_on")
    with pytest.raises(NotNow):
        world.act(case, "decide_integrity_steps", "bob", **EXCLUDE)  # type: ignore[arg-type]
    assert world.hire(case).needs() == ["shortlist"]


def test_silence_is_no_answer_and_ends_nothing() -> None:
    world, case = accused()
    world.forward(days=40)
    state = world.hire(case)
    assert (state.ended, "conclude_integrity:1" in state.needs()) == (False, True)
    world.act(case, "conclude_integrity", "ann", upheld=False, reason="not_shown")
    assert "allegation" not in world.hire(case).deadlines


def test_on_hold_an_allegation_waits_with_the_case() -> None:
    world, case = accused()
    before = world.hire(case).deadlines["allegation"].due_at
    world.act(case, "hold", reason="budget_freeze")
    world.forward(days=30)
    world.act(case, "resume")
    assert (world.hire(case).deadlines["allegation"].due_at - before).days == 30


def test_an_exclusion_on_grounds_of_integrity_can_be_reviewed() -> None:
    world, case = accused()
    world.tell(case, "allegation.answered", reference="A1")
    world.act(case, "conclude_integrity", "ann", upheld=True, reason="ai_used")
    world.act(case, "decide_integrity_steps", "bob", **EXCLUDE)  # type: ignore[arg-type]
    world.tell(case, "review.lodged", reference="rev-1")
    world.act(case, "decide_review", "eve", upheld=True, reason="error_of_fact")
    state = world.hire(case)
    assert (state.stage, state.needs()) == (Stage.SHORTLISTING, ["shortlist"])
