"""A policy overlay: two people, a scope and exemptions, one fact per case, clocks and words that say why (recruitment.md §7)."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain import facts as f
from domain.errors import Conflict, FourEyes, NotAllowed, NotFound, NotNow
from domain.explanation import explain
from domain.overlays import Durations, Overlay, Standing, approve, figures_of, lift, propose, why_not
from domain.words import Stage
from tests.world import BEGIN, World, at_stage

HEAD, AUTHORITY = ("hr_head",), ("appointing_authority",)
LONGER = {"verification": Durations(target=50, limit=80)}


def overlay(kind: str = "freeze", **words: Any) -> Overlay:
    return Overlay.model_validate({"overlay": "o-1", "kind": kind, "reason": "staff_shortage", **words})


def decided(world: World, wanted: Overlay) -> Standing:
    stands = approve(propose(wanted, None, "helga", HEAD, world.at), wanted.sha256, "aude", AUTHORITY, world.at)
    world.store.overlays[stands.id] = stands
    return stands


def lifted(world: World) -> None:
    world.store.overlays["o-1"] = lift(world.store.overlays["o-1"], "helga", HEAD, world.at)


def days(world: World, case: str, key: str) -> int:
    """From the start of an open deadline to its last day, by the calendar on the wall."""
    deadline = world.hire(case).deadlines[key]
    start, due = (at.astimezone(ZoneInfo("Europe/Brussels")).date() for at in (deadline.started_at, deadline.due_at))
    return (due - start).days


def refused(world: World, case: str, act: str, code: str) -> None:
    before = list(world.store.journals[case])
    with pytest.raises(NotNow) as caught:
        world.act(case, act, overlay="o-1")
    assert (caught.value.code, world.store.journals[case]) == (code, before)


def test_an_overlay_takes_two_people_and_holds_exactly_these_bytes() -> None:
    wanted = overlay()
    proposed = propose(wanted, None, "helga", HEAD, BEGIN)
    assert propose(wanted, proposed, "aude", AUTHORITY, BEGIN) == proposed
    with pytest.raises(Conflict):
        propose(overlay(vacancy="250442"), proposed, "aude", AUTHORITY, BEGIN)
    with pytest.raises(NotAllowed):
        propose(wanted, None, "ines", ("hr_officer",), BEGIN)
    with pytest.raises(FourEyes):
        approve(proposed, wanted.sha256, "helga", HEAD, BEGIN)
    with pytest.raises(NotNow):
        approve(proposed, "0" * 64, "aude", AUTHORITY, BEGIN)
    with pytest.raises(NotNow):
        lift(proposed, "helga", HEAD, BEGIN)
    assert lift(approve(proposed, wanted.sha256, "aude", AUTHORITY, BEGIN), "helga", HEAD, BEGIN).state == "lifted"


def test_a_scope_and_exemptions_say_whom_it_concerns() -> None:
    world, case = at_stage(Stage.SCREENING)
    state = world.hire(case)
    assert why_not(overlay(), state) == ""
    assert why_not(overlay(exempt=[case]), state) == "exempt"
    assert why_not(overlay(vacancy="270311"), state) == "out_of_scope"
    assert why_not(overlay(stages=["conditions"]), state) == "out_of_scope"
    world.tell(case, "application.withdrawn")
    assert why_not(overlay(), world.hire(case)) == "case_closed"


def test_a_freeze_stops_the_clocks_until_it_is_lifted() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    decided(world, overlay())
    due = world.hire(case).deadlines["verification"].due_at
    world.act(case, "apply_overlay", "helga", overlay="o-1")
    [laid] = [e.fact for e in world.store.journals[case] if isinstance(e.fact, f.PolicyOverlaid)]
    assert (laid.overlay_kind, laid.proposed_by, laid.approved_by) == ("freeze", "person:helga", "person:aude")
    assert world.hire(case).turn() == ["nobody"]
    with pytest.raises(NotNow) as caught:
        world.act(case, "resume")
    assert caught.value.code == "frozen"
    refused(world, case, "apply_overlay", "applied_already")
    refused(world, case, "lift_overlay", "not_lifted")
    world.forward(days=10)
    lifted(world)
    world.act(case, "lift_overlay", overlay="o-1")
    assert world.hire(case).held is None
    assert world.hire(case).deadlines["verification"].due_at == due + timedelta(days=10), "stopped time is not counted"
    refused(world, case, "lift_overlay", "not_applied")


def test_new_durations_set_open_deadlines_anew_and_say_why_and_later_ones_have_them_too() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "clearance")
    began = world.hire(case).deadlines["verification"]
    world.act(case, "extend", deadline="verification", days=5, reason="agency_closed")
    decided(world, overlay("durations", figures={**LONGER, "accreditation": Durations(target=45)}))
    world.act(case, "apply_overlay", overlay="o-1")
    now = world.hire(case).deadlines["verification"]
    assert (now.due_at - began.due_at).days == 25, "twenty days more, and the extension stays given"
    assert now.rule.endswith(", extended by 5 days (agency_closed), figures of overlay o-1")
    assert [part.key for part in explain(now.rule)][1:] == ["explain.extended", "explain.because", "explain.overlaid"]
    world.answer(case, "medical")
    assert days(world, case, "accreditation") == 45
    lifted(world)
    world.act(case, "lift_overlay", overlay="o-1")
    state = world.hire(case)
    assert (state.deadlines["verification"].due_at - began.due_at).days == 5
    assert days(world, case, "accreditation") == 30
    assert state.figures == {}
    assert [part.key for part in explain(state.deadlines["accreditation"].rule)][1:] == ["explain.overlay_lifted"]


def test_a_fast_track_interviews_at_the_short_notice_of_the_policy() -> None:
    world, case = at_stage(Stage.INTERVIEW)
    rules = world.published[0].rules
    assert figures_of(overlay("fast_track"), rules) == {"interview": rules.figures("interview_fast_track")}
    decided(world, overlay("fast_track"))
    world.act(case, "apply_overlay", overlay="o-1")
    assert days(world, case, "interview") == rules.figures("interview_fast_track").target


def test_what_is_not_decided_not_yet_in_effect_or_not_meant_changes_nothing() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    with pytest.raises(NotFound):
        world.act(case, "apply_overlay", overlay="o-1")
    proposed = propose(overlay(), None, "helga", HEAD, world.at)
    world.store.overlays["o-1"] = proposed
    refused(world, case, "apply_overlay", "not_approved")
    decided(world, overlay(effective_from=world.at + timedelta(days=3)))
    refused(world, case, "apply_overlay", "not_yet_effective")
    decided(world, overlay(exempt=[case]))
    refused(world, case, "apply_overlay", "exempt")
    decided(world, overlay())
    world.act(case, "hold", reason="a_reason")
    refused(world, case, "apply_overlay", "on_hold")
    world.act(case, "resume")
    world.act(case, "apply_overlay", overlay="o-1")
    assert world.hire(case).held is not None


def test_a_frozen_case_still_ends_when_its_candidate_withdraws() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    decided(world, overlay())
    world.act(case, "apply_overlay", overlay="o-1")
    world.tell(case, "application.withdrawn")
    assert world.hire(case).ended
