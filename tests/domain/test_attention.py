"""Whatever waits for a person of ours has a clock: set when the need arises, closed when it is met, told up the ladder, ending nothing."""

from datetime import timedelta

import pytest

from domain import facts as f
from domain.attention import decides, key_for, untimed
from domain.words import LimitAction, Party, Stage
from tests.world import World, at_stage

OFFER = key_for("issue_offer")


def fact_kinds(world: World, case: str, key: str) -> list[str]:
    return [e.fact.kind for e in world.store.journals[case] if getattr(e.fact, "key", "") == key]


def test_issuing_the_offer_has_a_clock_from_the_selection_to_the_offer() -> None:
    world, case = at_stage(Stage.OFFER)
    clock = world.hire(case).deadlines[OFFER]
    assert (clock.party, clock.at_limit) == (Party.HR, LimitAction.ESCALATE)
    assert clock.rule.startswith("10 working days from ")
    world.act(case, "issue_offer")
    assert OFFER not in world.hire(case).deadlines
    assert fact_kinds(world, case, OFFER) == ["deadline_set", "deadline_closed"]


def test_the_contract_has_one_for_who_proposes_and_one_for_who_approves() -> None:
    world, case = at_stage(Stage.CONTRACT)
    assert set(world.hire(case).deadlines) == {key_for("propose_contract")}
    world.act(case, "propose_contract")
    assert set(world.hire(case).deadlines) == {key_for("approve_contract")}
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    assert set(world.hire(case).deadlines) == {"contract"}


def test_a_contradiction_and_a_refusal_have_one_until_a_person_has_settled_them() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.replied", outcome="refused", reference="R")
    assert key_for("withdraw_offer:clearance") in world.hire(case).deadlines
    world.tell(case, "clearance.replied", outcome="granted", reference="R2")
    clocks = {key for key in world.hire(case).deadlines if decides(key)}
    assert clocks == {key_for("settle_reply:clearance")}
    world.act(case, "settle_reply", condition="clearance", outcome="granted", reason="a_reason")
    assert not any(decides(key) for key in world.hire(case).deadlines)


def test_a_lapse_that_nobody_confirms_is_told_up_the_ladder_and_ends_nothing() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    world.forward(days=10)
    key = key_for("confirm_lapse")
    assert key in world.hire(case).deadlines
    world.forward(days=100)
    state = world.hire(case)
    told = [e.fact for e in world.store.journals[case] if isinstance(e.fact, f.DeadlineEscalated) and e.fact.key == key]
    assert [fact.to for fact in told] == ["hr_head", "appointing_authority"]
    assert (state.ending, state.next_instant) == (None, None)
    world.act(case, "extend", deadline="assessment_answer", days=30, reason="illness")
    assert key not in world.hire(case).deadlines


def test_an_allegation_gets_its_clock_only_when_the_candidate_has_had_their_say() -> None:
    world, case = at_stage(Stage.INTERVIEW)
    world.tell(case, "integrity.reported", allegation="ai_used", evidence="E")
    key = key_for("conclude_integrity:1")
    assert key not in world.hire(case).deadlines
    world.tell(case, "allegation.answered", reference="A")
    assert key in world.hire(case).deadlines
    since = world.hire(case).deadlines[key].started_at
    world.forward(days=1)
    world.tell(case, "interview.scheduled", starts_at=(world.at + timedelta(days=1)).isoformat(), minutes=30, place="HQ")
    assert world.hire(case).deadlines[key].started_at == since, "another step does not begin it again"
    world.act(case, "conclude_integrity", "hr.head", upheld=False, reason="unfounded")
    assert key not in world.hire(case).deadlines


def test_a_decision_outlives_the_stage_it_arose_in() -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    world.tell(case, "integrity.reported", allegation="ai_used", evidence="E")
    world.tell(case, "allegation.answered", reference="A")
    key = key_for("conclude_integrity:1")
    since = world.hire(case).deadlines[key].started_at
    world.forward(days=2)
    world.act(case, "shortlist", shortlisted=True)
    assert world.hire(case).deadlines[key].started_at == since


def test_an_absence_and_a_late_application_have_one() -> None:
    world, case = at_stage(Stage.ENTRY)
    world.tell(case, "duty.no_show")
    assert key_for("confirm_no_show") in world.hire(case).deadlines
    late = World()
    other = late.apply(received_at=late.at + timedelta(days=30))
    assert set(late.hire(other).deadlines) == {key_for("confirm_late")}


def test_a_hold_stops_it_and_gives_it_back() -> None:
    world, case = at_stage(Stage.OFFER)
    due = world.hire(case).deadlines[OFFER].due_at
    world.act(case, "hold", reason="a_reason")
    world.forward(days=40)
    assert fact_kinds(world, case, OFFER) == ["deadline_set"]
    world.act(case, "resume")
    assert world.hire(case).deadlines[OFFER].due_at == due + timedelta(days=40)


def test_it_can_be_given_more_time_like_any_other() -> None:
    world, case = at_stage(Stage.OFFER)
    due = world.hire(case).deadlines[OFFER].due_at
    world.act(case, "extend", deadline=OFFER, days=5, reason="illness")
    assert world.hire(case).deadlines[OFFER].due_at > due
    assert "extended by 5 working days" in world.hire(case).deadlines[OFFER].rule


@pytest.mark.parametrize("stage", list(Stage))
def test_nothing_waits_for_a_person_without_a_clock(stage: Stage) -> None:
    world, case = at_stage(stage)
    state = world.hire(case)
    assert {key_for(need) for need in untimed(state)} == {key for key in state.deadlines if decides(key)}
    for need in state.needs():
        assert state.deadlines, f"{need} at {stage} has no deadline of any kind"
