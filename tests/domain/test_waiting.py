"""Why a case waits, and why an act is not possible: what is said agrees with what the acts do, in any state a case can come to."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from acts.carrier import refusal_of
from config.files import load_calendar
from config.telling import Teller, explained
from config.words import Words
from domain.acts import ACTS, do
from domain.errors import BadInput, FourEyes, NotFound, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.waiting import Wait, ahead, unmet, waiting, why
from domain.words import Condition, Stage
from tests.domain.test_model_check import play, step
from tests.world import ALL_ROLES, World, at_stage
from workflows.casework import refused

#: Refusals over the very words of the request: nothing of the case stands against the act itself.
OF_THE_WORDS = {"other_terms", "no_post", "extended_twice", "illegal_ending", "not_required"}
REASON = {"reason": "a_reason"}
ARGS: dict[str, dict[str, Any]] = {
    "screen": {"eligible": True},
    "shortlist": {"shortlisted": True},
    "mark_assessment": {"score": 50},
    "mark_interview": {"score": 50},
    "schedule_interview": {"starts_at": "2027-01-01T10:00:00+00:00"},
    "ask_by_hand": {"about": "clearance"},
    "enter_reply": {"condition": "medical", "outcome": "fit"},
    "confirm_reply": {"condition": "medical"},
    "settle_reply": {"condition": "medical", "outcome": "fit", **REASON},
    "withdraw_offer": {"condition": "medical"},
    "decide_probation": {"confirmed": True},
    "withdraw": REASON,
    "report_integrity": {"allegation": "ai_used", "phase": "form"},
    "decide_integrity_steps": {"steps": "continue", **REASON},
    "conclude_integrity": {"upheld": False, **REASON},
    "hold": REASON,
    "reopen_lapse": REASON,
    "recall_by_hand": {"about": "medical"},
    "extend": {"deadline": "entry", "days": 3, **REASON},
    "offer_reuse": {"vacancy": "270311", "post": "270311-1", "grade": "G8"},
    "hand_over": {"owner": "ann"},
}


def tried(world: World, case: str, act: str) -> tuple[NotNow | None, bool]:
    """The refusal of an act by somebody with every role, and whether it would be done."""
    state = world.hire(case)
    words = {"sha256": state.terms_sha256 or "0" * 64} if act == "approve_contract" else ARGS.get(act, {})
    request = ActRequest(request="r", act=act, person="somebody.else", roles=ALL_ROLES, args=words)
    moment = Moment(world.at, "person:somebody.else", world.published[0], load_calendar("hq-brussels"))
    try:
        do(state, request, moment)
    except (FourEyes, BadInput):
        return None, False
    except NotNow as refusal:
        return refusal, False
    return None, True


def agrees(world: World, case: str) -> None:
    state = world.hire(case)
    assert bool(waiting(state, ACTS)) is not state.over, "an open case always waits for something"
    for name in sorted(ARGS.keys() & ACTS.keys()):
        about = str(next((ARGS[name][word] for word in ("condition", "about", "deadline") if word in ARGS[name]), ""))
        against = unmet(state, ACTS[name], ACTS, about)
        refusal, done = tried(world, case, name)
        if done:
            assert not against, (name, against)
        elif refusal is not None:
            assert against or refusal.code in OF_THE_WORDS, (name, refusal.code)
            assert refusal.details["waiting"], "a refusal tells what stands against it"
            assert {"code", "who", "since", "until", "about", "deadline"} == set(refusal.details["waiting"][0])


@pytest.mark.parametrize("stage", Stage)
def test_at_every_stage_what_is_said_is_what_the_acts_do(stage: Stage) -> None:
    agrees(*at_stage(stage))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(Stage), st.lists(step, max_size=15))
def test_after_any_walk_what_is_said_is_what_the_acts_do(start: Stage, walk: list[tuple[Any, ...]]) -> None:
    world, case = at_stage(start)
    for what in walk:
        play(world, case, what)
    agrees(world, case)
    journal = world.store.journals[case]
    for act in ("", *ACTS):
        answer = why(journal, ACTS, act)
        assert all(wait.since and journal[0].at <= wait.since <= journal[-1].at for wait in answer.waits), "since some moment of the case"
        assert len({(wait.code, wait.about) for wait in answer.waits}) == len(answer.waits), "each matter once"
        for language in ("en", "fr"):
            lines = Teller(Words.load(), language, answer.zone).why(answer)
            assert len(lines) == len(answer.waits) + 1
            assert not any("{" in line or "_" in line.replace("a_reason", "") for line in lines), lines


def codes(waits: list[Wait]) -> list[tuple[str, str]]:
    return [(wait.code, wait.about) for wait in waits]


def test_the_conditions_that_are_not_met_are_told_one_by_one() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "verification")
    asked_at = world.at
    world.tell(case, "clearance.forms_received")
    world.forward(days=3)
    answer = why(world.store.journals[case], ACTS, "propose_contract")
    assert codes(list(answer.waits)) == [
        ("wrong_stage", "conditions"),
        ("reply", "clearance"),
        ("papers", "medical"),
        ("after", "accreditation"),
    ]
    _, clearance, medical, accreditation = answer.waits
    assert (clearance.who, clearance.since) == (("nation:BE",), asked_at)
    assert clearance.deadline is not None
    assert clearance.deadline.key == "clearance"
    assert medical.who == ("candidate",)
    assert set(accreditation.names) == {"clearance", "medical"}


def test_since_is_the_moment_from_which_a_matter_has_been_open() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.forward(days=5)
    world.act(case, "hold", reason="a_reason")
    held_at = world.at
    world.forward(days=5)
    (hold,) = why(world.store.journals[case], ACTS).waits
    assert (hold.code, hold.since, hold.who) == ("on_hold", held_at, ("hr_officer", "hr_head"))


def test_what_is_behind_nobody_can_do_any_more() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    (passed,) = why(world.store.journals[case], ACTS, "screen").waits
    assert (passed.code, passed.who) == ("stage_passed", ())


def test_what_a_person_must_do_first_names_the_roles_that_may() -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    first, second = why(world.store.journals[case], ACTS, "mark_assessment").waits
    assert (first.code, second.code, second.who) == ("wrong_stage", "shortlist", ("hr_officer", "hr_head", "hiring_manager"))
    assert second.deadline is not None
    assert second.deadline.key == "shortlisting"


def test_a_possible_act_says_who_can_do_it_and_who_cannot() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract", "ines")
    answer = why(world.store.journals[case], ACTS, "approve_contract")
    assert (answer.possible, answer.who, answer.never_by) == (True, ("hr_head", "appointing_authority"), "person:ines")
    said = Teller(Words.load(), "en").why(answer)
    assert said == [
        "Possible now: approve the contract. Who can do it: head of Human Resources, appointing authority; "
        "but not ines, because a second person is needed."
    ]


def test_an_ended_case_waits_for_nothing() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "withdraw", reason="a_reason")
    answer = why(world.store.journals[case], ACTS)
    assert (answer.waits, answer.ending, answer.possible) == ((), "withdrawn", False)
    assert codes(list(why(world.store.journals[case], ACTS, "screen").waits)) == [("case_closed", "withdrawn")]


def test_an_unknown_act_is_not_found() -> None:
    with pytest.raises(NotFound):
        why([], ACTS, "dance")


def test_a_case_that_has_not_begun_waits_for_nothing() -> None:
    assert waiting(HireState(), ACTS) == []


def test_the_stages_ahead_follow_the_table_of_moves() -> None:
    assert ahead(Stage.PROBATION) == frozenset()
    assert Stage.ENTRY in ahead(Stage.RECEIVED)
    assert Stage.SCREENING not in ahead(Stage.OFFER)


def test_a_refusal_of_the_door_carries_the_same_as_why() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    refusal, _ = tried(world, case, "propose_contract")
    assert refusal is not None
    assert [each["code"] for each in refusal.details["waiting"]] == [
        wait.code for wait in unmet(world.hire(case), ACTS["propose_contract"], ACTS)
    ]
    assert {each["about"] for each in refusal.details["waiting"]} >= {str(Condition.CLEARANCE), str(Condition.MEDICAL)}


def test_what_stands_against_an_act_survives_the_way_through_the_engine() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    refusal, _ = tried(world, case, "propose_contract")
    assert refusal is not None
    carried = refused(refusal)
    arrived = refusal_of(ApplicationError(carried.message, *json.loads(json.dumps(carried.details)), type=carried.type))
    assert (type(arrived), arrived.code, arrived.details) == (NotNow, "wrong_stage", explained(refusal.details))
    papers = next(wait["deadline"] for wait in arrived.details["waiting"] if wait["code"] == "papers")
    assert papers["words"]["en"].startswith(
        "14 days from 17 March 2026, Brussels headquarters calendar 2026.1, due Tuesday 31 March 2026 23:59"
    )
    assert papers["words"]["fr"].startswith("14 jours à compter du 17 mars 2026, calendrier")
