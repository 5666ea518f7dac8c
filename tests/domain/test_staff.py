"""Absence, delegation, recusal: who may act, and in whose name (`recruitment.md` §2)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain import facts as f
from domain import staff
from domain.errors import BadInput, FourEyes, NotAllowed, NotFound, Refusal
from domain.facts import AnyFact, Entry
from domain.messages import ActRequest
from domain.words import Role, Stage
from tests.world import World, at_stage

TODAY = date(2027, 3, 1)
FRIDAY = date(2027, 3, 5)
STAFFING = {"helga": ("hr_head", "line_manager"), "ines": ("hr_officer",), "tom": ("hr_officer",)}


def journal(person: str, *facts: AnyFact) -> staff.StaffState:
    at = datetime(2027, 3, 1, tzinfo=UTC)
    return staff.fold(
        Entry(case=f"staff/{person}", number=n, at=at, actor=f"person:{person}", step=f"note/{n}", fact=fact)
        for n, fact in enumerate(facts, 1)
    )


def away(deputy: str = "ines") -> f.AbsenceEntered:
    return f.AbsenceEntered(starts_on=TODAY, ends_on=FRIDAY, deputy=deputy)


def test_a_deputy_has_all_roles_of_the_absent_from_the_first_day_to_the_last() -> None:
    states = [journal("helga", away())]
    assert staff.stands_in("ines", TODAY, states, STAFFING) == {"helga": ("hr_head", "line_manager")}
    assert staff.stands_in("ines", FRIDAY, states, STAFFING) == {"helga": ("hr_head", "line_manager")}
    assert staff.stands_in("ines", date(2027, 3, 6), states, STAFFING) == {}
    assert staff.stands_in("tom", TODAY, states, STAFFING) == {}
    assert staff.away(TODAY, states) == {"helga"}
    assert staff.away(date(2027, 2, 28), states) == set()


def test_a_delegation_gives_only_the_roles_it_names_and_never_one_that_was_lost_since() -> None:
    given = f.RolesDelegated(to="tom", roles=("hr_head",), starts_on=TODAY, ends_on=FRIDAY)
    assert staff.stands_in("tom", TODAY, [journal("helga", given)], STAFFING) == {"helga": ("hr_head",)}
    assert staff.stands_in("tom", TODAY, [journal("helga", given)], STAFFING | {"helga": ("line_manager",)}) == {}


def test_roles_that_were_given_are_not_passed_on() -> None:
    states = [journal("helga", away("ines")), journal("ines", away("tom"))]
    assert staff.stands_in("tom", TODAY, states, STAFFING) == {"ines": ("hr_officer",)}


def test_what_was_entered_can_be_taken_back_by_its_number() -> None:
    state = journal("helga", away())
    state = journal("helga", away(), staff.revoke(state, 1, "helga", ("hr_head",)))
    assert not state.absent_on(TODAY)
    assert state.given == {}
    with pytest.raises(NotFound, match="there are: none"):
        staff.revoke(state, 1, "helga", ("hr_head",))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"starts_on": FRIDAY, "ends_on": TODAY}, BadInput),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 2)}, BadInput),
        ({"ends_on": date(2028, 12, 31)}, BadInput),
        ({"deputy": "helga"}, BadInput),
        ({"by": "ines", "by_roles": ("hr_officer",)}, NotAllowed),
    ],
)
def test_an_absence_that_cannot_be_is_refused(changes: dict[str, Any], wrong: type[Refusal]) -> None:
    words = {
        "person": "helga",
        "by": "helga",
        "by_roles": ("hr_head",),
        "starts_on": TODAY,
        "ends_on": FRIDAY,
        "deputy": "ines",
        "today": TODAY,
    }
    with pytest.raises(wrong):
        staff.enter_absence(**{**words, **changes})


@pytest.mark.parametrize("roles", [(), ("hr_head",)])
def test_only_roles_of_ones_own_are_given(roles: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        staff.delegate("ines", "ines", ("hr_officer",), "tom", roles, ("hr_officer",), TODAY, FRIDAY, TODAY)


# ---- on a case -------------------------------------------------------------------------------------------------------------


def ask(world: World, case: str, act: str, person: str, roles: tuple[str, ...], stands_in: dict[str, tuple[str, ...]], **args: Any) -> None:
    asked = ActRequest(request=f"{person}-{act}", act=act, person=person, roles=roles, stands_in=stands_in, args=args)
    world.do(case, asked)


def test_an_act_in_another_ones_name_says_both_names() -> None:
    world, case = at_stage(Stage.SCREENING)
    ask(world, case, "screen", "marc", ("line_manager",), {"ines": ("hr_officer",)}, eligible=True)
    said = [e for e in world.store.journals[case] if e.step.startswith("act/marc-screen/")]
    assert said[0].fact == f.ActedFor(person="ines")
    assert {e.actor for e in said} == {"person:marc"}


def test_a_role_of_ones_own_is_used_first() -> None:
    world, case = at_stage(Stage.SCREENING)
    ask(world, case, "screen", "tom", ("hr_officer",), {"ines": ("hr_officer",)}, eligible=True)
    assert not [e for e in world.store.journals[case] if e.fact.kind == "acted_for"]


def test_a_deputy_cannot_approve_what_the_principal_proposed() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract", "helga")
    terms = world.hire(case).terms_sha256
    with pytest.raises(FourEyes):
        ask(world, case, "approve_contract", "ines", ("hr_officer",), {"helga": ("hr_head",)}, sha256=terms)


def test_who_stepped_back_does_nothing_more_to_the_case() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "recuse", "ines", roles=("hr_officer",))
    with pytest.raises(NotAllowed, match="conflict of interest"):
        world.act(case, "screen", "ines", eligible=True)
    with pytest.raises(NotAllowed, match="for whom tom would act"):
        ask(world, case, "screen", "tom", ("auditor",), {"ines": ("hr_officer",)}, eligible=True)
    world.act(case, "screen", "tom", eligible=True)
    assert world.hire(case).stage is Stage.SHORTLISTING


def test_another_ones_conflict_is_declared_by_the_head_of_hr_or_the_chair_alone() -> None:
    world, case = at_stage(Stage.INTERVIEW)
    with pytest.raises(NotAllowed):
        world.act(case, "recuse", "ines", roles=(str(Role.HR_OFFICER),), who="oona")
    world.act(case, "recuse", "piotr", roles=(str(Role.BOARD_CHAIR),), who="oona")
    assert world.hire(case).recused == {"oona"}
    with pytest.raises(BadInput, match="already"):
        world.act(case, "recuse", "piotr", roles=(str(Role.BOARD_CHAIR),), who="oona")
