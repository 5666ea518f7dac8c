"""What people may do: the table, and its refusals."""

from typing import Any

import pytest

from domain.acts import ACTS, allowed, check
from domain.errors import BadInput, CaseClosed, NotAllowed, NotNow, Refusal
from domain.messages import ActRequest
from domain.words import Condition, Role, Stage
from tests.world import ALL_ROLES, World, at_stage


def request(act: str, roles: tuple[str, ...] = ALL_ROLES, **args: Any) -> ActRequest:
    return ActRequest(request="r", act=act, person="ann", roles=roles, args=args)


def test_every_act_is_somebodys_somewhere_and_says_what_it_does() -> None:
    for act in ACTS.values():
        assert act.roles <= set(Role)
        assert act.roles
        assert act.stages
        assert act.says.endswith(".")
        assert act.args.model_config["extra"] == "forbid"


def test_every_stage_has_an_act_that_ends_it_or_moves_it_on() -> None:
    for stage in Stage:
        assert [a for a in ACTS.values() if stage in a.stages]


@pytest.mark.parametrize("name", sorted(ACTS))
def test_nobody_without_the_role_does_it(name: str) -> None:
    act = ACTS[name]
    others = tuple(str(r) for r in Role if r not in act.roles)
    world, case = at_stage(next(s for s in Stage if s in act.stages))
    with pytest.raises(Refusal) as caught:
        world.act(case, name, roles=others, **needed(name))
    assert caught.value.code == "wrong_role"


@pytest.mark.parametrize("name", sorted(n for n, a in ACTS.items() if a.stages != frozenset(Stage)))
def test_an_act_belongs_to_its_stages(name: str) -> None:
    act = ACTS[name]
    world, case = at_stage(next(s for s in Stage if s not in act.stages))
    with pytest.raises(NotNow) as caught:
        world.act(case, name, **needed(name))
    assert caught.value.code == "wrong_stage"


def needed(name: str) -> dict[str, Any]:
    known: dict[str, Any] = {
        "calendar": "hq-brussels",
        "version": "2026.1",
        "condition": "medical",
        "outcome": "fit",
        "reason": "a_reason",
        "eligible": True,
        "shortlisted": True,
        "confirmed": True,
        "upheld": True,
        "score": 1,
        "starts_at": "2026-05-01T10:00:00Z",
        "sha256": "0" * 64,
        "deadline": "offer",
        "days": 3,
        "about": "medical",
        "vacancy": "270311",
        "post": "p",
        "grade": "G8",
        "owner": "bob",
        "approved": True,
        "overlay": "freeze-1",
        "enters_on": "2027-01-04",
        "slots": ["2026-09-01T10:00:00Z"],
        "competencies": {"1": 50},
        "message": "m1",
        "paper": "contract",
        "number": 3,
        "allegation": "ai_used",
        "steps": "continue",
    }
    return {field: known[field] for field, info in ACTS[name].args.model_fields.items() if info.is_required()}


def test_words_are_checked_before_anything_else() -> None:
    world, case = at_stage(Stage.SCREENING)
    state = world.hire(case)
    with pytest.raises(BadInput, match="there is no act"):
        check(state, request("fire"))
    with pytest.raises(BadInput, match="eligible"):
        check(state, request("screen"))
    with pytest.raises(BadInput, match="zone"):
        check(state, request("hold", reason="a_reason", until="2026-05-01T10:00:00"))


def test_a_case_that_ended_takes_no_act() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.tell(case, "application.withdrawn")
    for name in ACTS:
        with pytest.raises(CaseClosed):
            world.act(case, name, **needed(name))
    assert allowed(world.hire(case), frozenset(Role)) == []


def test_on_hold_only_what_belongs_to_a_hold_is_possible() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "hold", reason="a_reason")
    assert allowed(world.hire(case), frozenset(Role)) == [
        "apply_overlay",
        "discard_message",
        "hand_over",
        "lift_overlay",
        "recompute_deadlines",
        "recuse",
        "resume",
        "withdraw",
    ]
    with pytest.raises(NotNow):
        world.act(case, "hold", reason="a_reason")
    world.act(case, "resume")
    with pytest.raises(NotNow):
        world.act(case, "resume")


def test_a_hold_ends_in_the_future() -> None:
    world, case = at_stage(Stage.SCREENING)
    with pytest.raises(BadInput):
        world.act(case, "hold", reason="a_reason", until=world.at.isoformat())


def test_the_list_is_not_extended_for_one_hire() -> None:
    world, case = at_stage(Stage.RESERVE)
    with pytest.raises(NotNow) as caught:
        world.act(case, "extend", deadline="reserve", days=100, reason="list_needed")
    assert caught.value.code == "list_of_vacancy"


@pytest.mark.parametrize("key", ["closing", "no_such"])
def test_only_an_open_deadline_is_extended_and_never_the_closing(key: str) -> None:
    world, case = at_stage(Stage.RECEIVED)
    with pytest.raises(BadInput) as caught:
        world.act(case, "extend", deadline=key, days=1, reason="a_reason")
    assert caught.value.code == "no_such_deadline"


def test_replies_on_paper_are_the_desks_to_enter() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    for condition, desk in ((Condition.CLEARANCE, Role.SECURITY_OFFICE), (Condition.MEDICAL, Role.MEDICAL_OFFICE)):
        with pytest.raises(NotAllowed):
            world.act(case, "enter_reply", roles=(str(Role.HR_HEAD),), condition=condition, outcome="refused")
        said = {"clearance": "granted", "medical": "fit"}[condition]
        world.act(case, "enter_reply", roles=(str(desk),), condition=condition, outcome=said)
    world.act(case, "enter_reply", roles=(str(Role.HR_OFFICER),), condition="verification", outcome="confirmed")


def test_paper_that_says_the_same_only_confirms() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "medical")
    world.act(case, "enter_reply", "sam", condition="medical", outcome="fit")
    world.act(case, "confirm_reply", "sue", condition="medical")
    now = world.hire(case).conditions[Condition.MEDICAL]
    assert (now.state, now.paper) == ("satisfied", None)


def test_a_day_of_entry_years_away_is_a_slip_of_the_pen() -> None:
    world, case = at_stage(Stage.CONTRACT)
    for day in ("9999-12-31", "1999-01-01"):
        with pytest.raises(BadInput):
            world.act(case, "propose_contract", enters_on=day)


def test_a_contract_is_not_proposed_over_an_open_condition() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.tell(case, "clearance.withdrawn", reference="W")
    with pytest.raises(NotNow) as caught:
        world.act(case, "propose_contract")
    assert caught.value.code == "conditions_open"


def test_papers_that_never_come_are_a_ground_a_person_may_use() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.forward(days=31)
    assert "withdraw_offer:clearance" in world.hire(case).needs()
    world.act(case, "withdraw_offer", condition="clearance")
    assert (world.hire(case).ending, world.hire(case).ended_by) == ("clearance_not_received", "person:hr.officer")


def test_papers_that_come_late_take_the_ground_away() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.forward(days=31)
    world.tell(case, "clearance.forms_received")
    with pytest.raises(NotNow):
        world.act(case, "withdraw_offer", condition="clearance")


def test_a_post_of_the_same_vacancy_is_called_not_reused() -> None:
    world, case = at_stage(Stage.RESERVE)
    with pytest.raises(BadInput):
        world.act(case, "offer_reuse", vacancy="250442", post="250442-1", grade="G8")


def test_what_is_allowed_can_be_checked() -> None:
    world = World()
    case = world.apply()
    assert "withdraw" in allowed(world.hire(case), frozenset({Role.HR_OFFICER}))
    assert allowed(world.hire(case), frozenset({Role.AUDITOR})) == []
