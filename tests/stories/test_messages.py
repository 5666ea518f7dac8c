"""Machines: twice, late, early, in any order, contradicting themselves."""

import asyncio
import random
from datetime import date, timedelta

import pytest

from domain import facts as f
from domain.errors import Stale
from domain.messages import ActRequest
from domain.words import Stage
from tests.stories.conftest import ALL_ROLES, Scene

UNTIL = date(2040, 1, 31)


async def test_the_same_event_twice_changes_nothing(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.tell(case, "medical.replied", id_="evt-1" + case, outcome="fit", reference="R")
    before = list(scene.store.journals[case])
    await scene.tell(case, "medical.replied", id_="evt-1" + case, outcome="unfit", reference="R")
    await scene.tell(case, "candidate.available")  # whatever came before it has been read
    assert scene.store.journals[case][: len(before)] == before
    assert {e.fact.kind for e in scene.store.journals[case][len(before) :]} == {"candidate_availability"}


async def test_the_same_answer_under_another_id_is_on_record_and_changes_nothing(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.tell(case, "medical.replied", outcome="fit", reference="R")
    before = scene.state(case)
    again = await scene.tell(case, "medical.replied", outcome="fit", reference="R")
    assert scene.store.closed[again] == ("superseded", "repeated")
    assert scene.state(case).conditions == before.conditions
    assert scene.state(case).deadlines == before.deadlines


async def test_a_late_answer_changes_nothing(scene: Scene) -> None:
    case = await scene.assessment()
    limit = scene.state(case).deadlines["assessment_answer"].due_at
    await scene.forward_to(case, limit)
    late = await scene.tell(case, "assessment.completed", received_at=limit + timedelta(seconds=1), reference="V")
    assert scene.store.closed[late] == ("superseded", "late")
    state = scene.state(case)
    assert (state.assessment_answered, state.lapse_due) == (False, {"assessment_answer"})
    await scene.act(case, "confirm_lapse")
    assert await scene.result(case) == "assessment_lapsed"


async def test_an_answer_to_a_case_that_ended_is_closed_and_changes_nothing(scene: Scene) -> None:
    case = await scene.apply()
    await scene.tell(case, "application.withdrawn")
    assert await scene.result(case) == "withdrawn"
    before = scene.state(case)
    after = await scene.tell(case, "offer.answered", received_at=before.ended_at, accepted=True)
    assert scene.store.closed[after] == ("superseded", "case_closed")
    assert (scene.state(case).ending, scene.state(case).ended_at) == (before.ending, before.ended_at)


async def test_a_reply_that_comes_before_its_question_is_kept(scene: Scene) -> None:
    case = await scene.offer()
    await scene.act(case, "issue_offer")
    early = await scene.tell(case, "accreditation.replied", outcome="accepted", valid_until=UNTIL.isoformat(), reference="HN-1")
    assert scene.store.closed[early] == ("parked", "before_its_question")
    assert early in scene.state(case).parked
    await scene.tell(case, "offer.answered", accepted=True)
    await scene.answer(case, "clearance", "medical")
    await scene.until(case, lambda s: s.conditions["accreditation"].state == "satisfied")
    assert scene.store.closed[early][0] == "applied"
    state = scene.state(case)
    assert (state.parked, state.conditions["accreditation"].reference) == ({}, "HN-1")
    assert scene.authorities["host-nation"].asks == [f"{case}/accreditation/request/1"], "asked all the same, once"


REPLIES = {
    "clearance": ["clearance.forms_received", "clearance.acknowledged", "clearance.replied"],
    "medical": ["medical.file_received", "medical.acknowledged", "medical.replied"],
    "verification": ["verification.acknowledged", "verification.replied"],
    "accreditation": ["accreditation.acknowledged", "accreditation.replied"],
}
SAYS = {"clearance": "granted", "medical": "fit", "verification": "confirmed", "accreditation": "accepted"}


@pytest.mark.parametrize("seed", range(6))
async def test_replies_in_any_order_end_in_the_same_state(scene: Scene, seed: int) -> None:
    """Some arrive before the offer is answered, all of them shuffled; the papers after the reply they were for, too."""
    mail = [m for about in REPLIES.values() for m in about]
    random.Random(seed).shuffle(mail)
    case = await scene.offer()
    await scene.act(case, "issue_offer")
    early = seed * 2 % len(mail)
    for n, type_ in enumerate(mail):
        if n == early:
            await scene.tell(case, "offer.answered", accepted=True)
        about = type_.partition(".")[0]
        said = {"outcome": SAYS[about], "valid_until": UNTIL.isoformat(), "reference": f"R-{about}"} if "replied" in type_ else {}
        await scene.tell(case, type_, **said)  # type: ignore[arg-type]
    state = await scene.until(case, lambda s: s.stage is Stage.CONTRACT)
    assert {str(c): (n.state, n.outcome, n.valid_until, n.reference, n.round) for c, n in state.conditions.items()} == {
        about: ("satisfied", SAYS[about], UNTIL, f"R-{about}", 1) for about in REPLIES
    }
    assert (state.parked, set(state.deadlines), state.needs()) == ({}, {"decision:propose_contract"}, ["propose_contract"])
    asks = [key for a in scene.authorities.values() for key in a.asks]
    assert len(asks) == len(set(asks)) == 5
    assert {fate for fate, _ in scene.store.closed.values()} <= {"applied", "superseded"}


async def test_a_contradiction_waits_for_a_person_and_overwrites_nothing(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.tell(case, "clearance.replied", outcome="granted", valid_until=UNTIL.isoformat(), reference="R1")
    second = await scene.tell(case, "clearance.replied", outcome="refused", reference="R2")
    assert scene.store.closed[second][0] == "applied", "both are on record"
    state = scene.state(case)
    assert state.needs() == ["settle_reply:clearance"]
    assert [fact.outcome for fact in scene.entries(case, f.ConditionReplied)] == ["granted", "refused"]
    await scene.answer(case, "medical", "verification")
    assert scene.state(case).stage is Stage.CONDITIONS, "nothing goes on over a contradiction"
    await scene.act(case, "settle_reply", person="hr.head", condition="clearance", outcome="granted", reason="second_was_another_person")
    settled = scene.state(case).conditions["clearance"]
    assert (settled.state, settled.outcome, settled.valid_until) == ("satisfied", "granted", UNTIL)
    await scene.answer(case, "accreditation")
    assert scene.state(case).stage is Stage.CONTRACT


async def test_nobody_enters_on_duty_over_a_clearance_withdrawn_meanwhile(scene: Scene) -> None:
    case = await scene.entry()
    await scene.tell(case, "clearance.withdrawn", reference="W")
    await scene.forward(case, days=30)
    entered = await scene.tell(case, "duty.entered", entered_on=(await scene.time(case)).date().isoformat())
    assert scene.store.closed[entered][0] == "parked"
    assert scene.state(case).stage is Stage.ENTRY
    assert "settle_reply:clearance" in scene.state(case).needs()
    await scene.act(case, "settle_reply", condition="clearance", outcome="granted", reason="withdrawn_by_mistake")
    assert scene.state(case).stage is Stage.PROBATION


async def test_a_result_that_expired_before_the_day_of_entry_is_asked_for_again(scene: Scene) -> None:
    case = await scene.conditions()
    soon = (await scene.time(case) + timedelta(days=35)).date()
    await scene.answer(case, "medical", valid_until=soon)
    await scene.answer(case, "clearance", "verification", "accreditation")
    await scene.act(case, "propose_contract")
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    await scene.tell(case, "contract.signed", signed=True, enters_on=scene.state(case).terms["enters_on"])
    await scene.forward(case, days=40)  # ten days late, and meanwhile the opinion has expired
    await scene.until(case, lambda s: s.conditions["medical"].round == 2)
    came = await scene.tell(case, "duty.entered", entered_on=(await scene.time(case)).date().isoformat())
    assert (scene.state(case).stage, scene.store.closed[came][0]) == (Stage.CONDITIONS, "parked")
    assert scene.authorities["medical"].asks == [f"{case}/medical/request/{n}" for n in (1, 2)]
    await scene.tell(case, "medical.replied", outcome="fit", reference="R9")
    assert (scene.state(case).stage, scene.store.closed[came][0]) == (Stage.PROBATION, "applied")


async def test_an_authority_that_is_away_is_asked_until_it_answers(scene: Scene) -> None:
    scene.authorities["medical"].failures = 2
    case = await scene.offer()
    await scene.act(case, "issue_offer")
    await scene.tell(case, "offer.answered", accepted=True)
    await scene.forward(case, minutes=1)
    await scene.until(case, lambda s: s.conditions["medical"].ask)
    assert scene.authorities["medical"].asks == [f"{case}/medical/request/1"]


async def test_an_authority_that_takes_no_request_is_asked_by_hand(scene: Scene) -> None:
    scene.authorities["verification"].refuses = True
    case = await scene.offer()
    await scene.act(case, "issue_offer")
    await scene.tell(case, "offer.answered", accepted=True)
    state = await scene.until(case, lambda s: s.failed_asks)
    assert "ask_by_hand:verification" in state.needs()
    await scene.act(case, "ask_by_hand", about="verification")
    state = scene.state(case)
    assert (state.failed_asks, state.conditions["verification"].state) == ({}, "requested")
    assert "verification" in state.deadlines
    await scene.tell(case, "verification.replied", outcome="confirmed", reference="R")
    assert scene.state(case).conditions["verification"].state == "satisfied"


async def test_of_two_acts_decided_on_the_same_version_one_is_done_and_one_is_stale(scene: Scene) -> None:
    case = await scene.apply()
    number = scene.state(case).number
    asks = [
        ActRequest(request=f"r{n}", act="hold", person="hr.officer", roles=ALL_ROLES, args={"reason": "security_situation"}, version=number)
        for n in (1, 2)
    ]
    first, second = await asyncio.gather(*(scene.carrier.ask(case, each) for each in asks), return_exceptions=True)
    said = [each for each in (first, second) if isinstance(each, Stale)]
    assert [each.code for each in said] == ["stale"]
    done = asks[0] if isinstance(second, Stale) else asks[1]
    assert (await scene.carrier.ask(case, done)).number == scene.state(case).number, "asked again it is done already, not stale"
    assert len(scene.entries(case, f.Held)) == 1
