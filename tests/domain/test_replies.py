"""What a message does: its effect, parked because it is early, or set aside because nothing follows from it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.words import Condition, Stage
from tests.world import World, at_stage


def conditions(world: World, case: str) -> dict[str, str]:
    return {str(c): str(n.state) for c, n in world.hire(case).conditions.items()}


@pytest.mark.parametrize(
    ("type_", "stage"),
    [
        ("assessment.completed", Stage.ASSESSMENT),
        ("interview.completed", Stage.INTERVIEW),
        ("offer.answered", Stage.OFFER),
        ("contract.signed", Stage.CONTRACT),
        ("duty.no_show", Stage.ENTRY),
    ],
)
def test_before_its_stage_it_waits_and_after_it_changes_nothing(type_: str, stage: Stage) -> None:
    data: dict[str, Any] = {"accepted": True, "signed": True, "reference": "R", "attended": True}
    order: list[Stage] = [s for s in Stage if s is not Stage.RESERVE]
    early, case = at_stage(order[order.index(stage) - 1])
    assert early.fate(early.tell(case, type_, **data)) == "parked"
    late, other = at_stage(order[order.index(stage) + 1])
    before = late.hire(other)
    assert late.fate(late.tell(other, type_, **data)) == "superseded"
    assert late.hire(other).model_copy(update={"number": before.number, "seen_steps": before.seen_steps}) == before


def test_a_later_application_replaces_the_earlier_before_closing_and_not_after() -> None:
    world, case = at_stage(Stage.RECEIVED)
    second = world.tell(case, "application.submitted", payload="A9", channel="public", nations=["FR"])
    assert (world.fate(second), world.hire(case).application, world.hire(case).nations) == ("applied", "A9", ("FR",))
    world.close()
    third = world.tell(case, "application.submitted", payload="A10", channel="public")
    assert (world.fate(third), world.hire(case).application) == ("superseded", "A9")


def test_receipt_at_the_closing_is_in_time_and_a_second_later_is_late() -> None:
    world = World()
    closes_at = world.published[0].closes_at
    assert closes_at is not None
    assert not world.hire(world.apply(received_at=closes_at)).late
    late = world.apply(received_at=closes_at + timedelta(seconds=1))
    assert world.hire(late).late
    assert set(world.hire(late).deadlines) == {"decision:confirm_late"}, "its only clock is that of who confirms it"


def test_one_extension_of_the_offer_is_the_candidates_for_the_asking() -> None:
    world, case = at_stage(Stage.OFFER)
    assert world.fate(world.tell(case, "offer.extension_requested")) == "parked", "the offer is not issued yet"
    world.act(case, "issue_offer")
    state = world.hire(case)
    assert (state.offer_extensions, state.parked) == (1, {})
    assert world.fate(world.tell(case, "offer.extension_requested")) == "superseded"


def test_an_interim_answer_settles_nothing() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.replied", outcome="interim", reference="R")
    assert conditions(world, case)["clearance"] == "requested"
    world.answer(case, "clearance")
    assert conditions(world, case)["clearance"] == "satisfied"


def test_a_condition_that_waits_for_others_is_asked_when_they_are_done() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    assert conditions(world, case)["accreditation"] == "waiting"
    world.answer(case, "medical")
    assert conditions(world, case)["accreditation"] == "waiting"
    world.answer(case, "clearance")
    assert conditions(world, case)["accreditation"] == "requested"


def test_the_papers_start_the_authoritys_time_and_name_the_nation() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    assert "clearance" not in world.hire(case).deadlines
    world.tell(case, "clearance.forms_received")
    deadlines = world.hire(case).deadlines
    assert ("clearance_forms" in deadlines, deadlines["clearance"].who) == (False, "BE")


def test_papers_after_a_refusal_start_no_clock() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "clearance.replied", outcome="refused", reference="R")
    assert world.fate(world.tell(case, "clearance.forms_received")) == "superseded"
    assert "clearance" not in world.hire(case).deadlines


def test_what_the_hire_does_not_need_is_set_aside() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    assert world.fate(world.tell(case, "secondment.replied", outcome="agreed", reference="R")) == "superseded"
    assert world.fate(world.tell(case, "medical.replied", outcome="granted", reference="R")) == "superseded"


def test_a_settled_contradiction_keeps_the_validity_of_the_answer_chosen() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    until = date(2031, 5, 1)
    world.tell(case, "clearance.replied", outcome="refused", reference="R1")
    world.tell(case, "clearance.replied", outcome="granted", valid_until=until.isoformat(), reference="R2")
    world.act(case, "settle_reply", condition="clearance", outcome="granted", reason="mistaken_identity")
    assert world.hire(case).conditions[Condition.CLEARANCE].valid_until == until
    assert world.fate(world.tell(case, "clearance.replied", outcome="granted", reference="R3")) == "superseded"


def test_a_budget_refused_before_the_conditions_are_open_is_not_forgotten() -> None:
    world, case = at_stage(Stage.OFFER)
    post = world.hire(case).post
    world.act(case, "issue_offer")
    # as if the post had been published without its money
    world.store.journals[case].append(
        f.Entry(
            case=case, number=len(world.store.journals[case]) + 1, at=world.at, actor="muster", step="x",
            fact=f.PostFunded(post=post, funded=False),
        )
    )  # fmt: skip
    early = world.tell(case, "post.funding", post=post, funded=False)
    assert world.fate(early) == "parked"
    world.tell(case, "offer.answered", accepted=True)
    assert (world.fate(early), conditions(world, case)["budget"]) == ("applied", "refused")
    assert "withdraw_offer:budget" in world.hire(case).needs()


def test_funding_of_another_post_is_none_of_its_business() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    assert world.fate(world.tell(case, "post.funding", post="250442-6", funded=False)) == "superseded"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_an_impossible_day_never_stops_a_case(day: str) -> None:
    world, case = at_stage(Stage.ENTRY)
    assert world.fate(world.tell(case, "duty.entered", entered_on=day)) == "superseded"
    signing, other = at_stage(Stage.CONTRACT)
    signing.act(other, "propose_contract")
    signing.act(other, "approve_contract", "hr.head", sha256=signing.hire(other).terms_sha256)
    assert signing.fate(signing.tell(other, "contract.signed", signed=True, enters_on=day)) == "superseded"


def test_who_is_on_duty_is_not_cancelled() -> None:
    world, case = at_stage(Stage.PROBATION)
    told = world.tell(case, "vacancy.cancelled", sender="case:vacancy/250442", decided_by="person:x", reason="post_abolished")
    assert (world.fate(told), world.hire(case).stage) == ("superseded", Stage.PROBATION)


def test_probation_decided_by_event_names_the_person() -> None:
    world, case = at_stage(Stage.PROBATION)
    world.tell(case, "probation.decided", confirmed=False, decided_by="p-114")
    assert (world.hire(case).ending, world.hire(case).ended_by) == ("probation_not_confirmed", "person:p-114")


def test_what_waits_when_the_case_ends_is_closed_with_it() -> None:
    world, case = at_stage(Stage.OFFER)
    early = world.tell(case, "medical.replied", outcome="fit", reference="R")
    world.tell(case, "application.withdrawn")
    assert world.store.closed[early] == ("superseded", "case_closed")
    assert world.hire(case).parked == {}


def test_a_result_that_had_expired_before_it_came_settles_nothing() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "medical.file_received")
    world.tell(case, "medical.replied", outcome="fit", valid_until="2001-01-01", reference="R")
    assert conditions(world, case)["medical"] not in ("satisfied", "refused")
    assert world.hire(case).conditions[Condition.MEDICAL].reference == "R", "it is on record all the same"
