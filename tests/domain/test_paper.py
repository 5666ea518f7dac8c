"""What comes on paper counts as if a partner's system had said it, once a second person has confirmed it."""

from datetime import timedelta

import pytest

from domain.errors import BadInput, FourEyes, NotNow
from domain.words import Ending, Stage
from tests.world import World, at_stage


def offered() -> tuple[World, str]:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract")
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    return world, case


def test_a_contract_signed_on_paper_needs_two_people_and_then_counts() -> None:
    world, case = offered()
    on = (world.at + timedelta(days=30)).date().isoformat()
    world.act(case, "enter_paper", "ines", paper="contract", on=on)
    state = world.hire(case)
    assert (state.stage, state.signed, state.needs()[0]) == (Stage.CONTRACT, None, "confirm_paper:contract")
    with pytest.raises(FourEyes):
        world.act(case, "confirm_paper", "ines", paper="contract")
    world.act(case, "confirm_paper", "otto", paper="contract")
    state = world.hire(case)
    assert (state.stage, state.signed, state.papers) == (Stage.ENTRY, True, {})
    assert state.enters_on is not None
    assert state.enters_on.isoformat() == on
    assert [fact.model_dump()["entered_by"] for fact in world.store.facts(case, "paper_confirmed")] == ["person:ines"]


def test_a_contract_declined_on_paper_ends_the_hire_as_the_candidate_chose() -> None:
    world, case = offered()
    world.act(case, "enter_paper", "ines", paper="contract", signed=False)
    world.act(case, "confirm_paper", "otto", paper="contract")
    assert (world.hire(case).ending, world.hire(case).ended_by) == (Ending.CONTRACT_DECLINED, "candidate")


def test_a_first_day_and_an_absence_are_reported_on_paper() -> None:
    world, case = at_stage(Stage.ENTRY)
    world.forward(days=30)
    with pytest.raises(BadInput, match="the first day has a date"):
        world.act(case, "enter_paper", "ines", paper="entry")
    world.act(case, "enter_paper", "ines", paper="no_show")
    world.act(case, "confirm_paper", "otto", paper="no_show")
    assert world.hire(case).no_show
    world.act(case, "enter_paper", "ines", paper="entry", on=world.at.date().isoformat())
    world.act(case, "confirm_paper", "otto", paper="entry")
    assert world.hire(case).stage is Stage.PROBATION


def test_an_assessment_handed_in_on_paper_is_in_time_when_it_was_typed_in_in_time() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    world.act(case, "enter_paper", "ines", paper="assessment", reference="V1")
    world.forward(days=10)  # past the limit: confirming is ours to be late with, not the candidate's
    world.act(case, "confirm_paper", "otto", paper="assessment")
    assert world.hire(case).assessment_answered


def test_what_could_not_count_is_refused_when_it_is_typed_in() -> None:
    world, case = at_stage(Stage.CONTRACT)
    with pytest.raises(NotNow, match="no contract has been offered yet"):
        world.act(case, "enter_paper", "ines", paper="contract")
    with pytest.raises(NotNow, match="waits for a second person"):
        world.act(case, "confirm_paper", "otto", paper="contract")
