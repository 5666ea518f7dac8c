"""Nobody is both pairs of eyes: a part of `tests/proofs/prove_access_approvals.py`, and what it found."""

import random

import pytest

from domain.errors import FourEyes, NotAllowed
from domain.four_eyes import PAIRS
from domain.messages import ActRequest
from domain.words import Role, Stage
from tests.approvals import Blind, Tally, played, scenes
from tests.world import World, at_stage


def tally(kind: type[ActRequest], runs: int = 8) -> Tally:
    found = Tally()
    for scene in scenes():
        for n in range(runs):
            played(scene, random.Random(f"{scene.name}/{n}"), 40, found, kind)
    return found


def test_whoever_tries_to_be_both_is_refused_and_everything_that_takes_two_gets_done() -> None:
    found = tally(ActRequest)
    assert (found.alone, found.other_bytes) == ([], [])
    assert found.decided.keys() >= {pair.act for pair in PAIRS} - {"reject_contract"}
    assert found.refused["four_eyes"] > 0


def test_with_the_check_taken_out_the_same_runs_find_self_approvals() -> None:
    assert len(tally(Blind).alone) > 10


def deputy(world: World, case: str, act: str, **args: object) -> None:
    """`ben` acts with the role of `ann`, who is away."""
    world.do(case, ActRequest(request="d1", act=act, person="ben", roles=(), stands_in={"ann": (str(Role.HR_HEAD),)}, args=args))


def test_a_deputy_does_not_decide_in_the_name_of_who_found_or_excluded() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    world.act(case, "report_integrity", "zoe", allegation="false_statement", evidence="doc-1")
    world.forward(days=30)
    world.act(case, "conclude_integrity", "ann", upheld=True, reason="found_so")
    with pytest.raises(FourEyes):
        deputy(world, case, "decide_integrity_steps", steps="warning", reason="found_so")
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "screen", "ann", eligible=False, reason="nationality.not_a_member")
    world.tell(case, "review.lodged", reference="rev-1")
    with pytest.raises(FourEyes):
        deputy(world, case, "decide_review", upheld=False, reason="no_error")


def test_who_proposed_measures_does_not_grant_them_with_another_role() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    world.tell(case, "accommodation.requested", reference="med-1")
    world.act(case, "propose_measures", "doc", measures=["breaks"])
    with pytest.raises(FourEyes):
        world.act(case, "grant_measures", "doc", measures=["breaks"])


def test_an_office_confirms_no_reply_on_a_condition_of_another_office() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "enter_reply", "doc", condition="medical", outcome="fit", reference="R-1", valid_until="2028-01-01")
    for role in (Role.SECURITY_OFFICE, Role.ACCREDITATION_DESK):
        with pytest.raises(NotAllowed, match="medical"):
            world.act(case, "confirm_reply", "eva", roles=(str(role),), condition="medical")
    world.act(case, "confirm_reply", "eva", roles=(str(Role.MEDICAL_OFFICE),), condition="medical")
