"""Conditions with a shelf life, on a server that skips time (`recruitment.md` §4)."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain import facts as f
from domain.errors import FourEyes, NotNow
from domain.words import Stage
from tests.fakes import FakeAuthority
from tests.stories.conftest import Scene, make_scene, publish

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_dual_national_is_asked_for_by_both_nations_and_both_must_grant(scene: Scene) -> None:
    scene.authorities["nation-fr"] = FakeAuthority()
    case = await scene.conditions(nations=["BE", "FR"])
    await scene.until(case, lambda s: s.conditions["clearance.fr"].ask)
    asked = {x.slot: x.ask for x in scene.entries(case, f.ConditionRequested)}
    assert asked["clearance.fr"] == f"{case}/clearance.fr/request/1"
    assert [kind for kind, _ in scene.authorities["nation-fr"].told] == ["clearance"], "an authority is asked for what it knows"
    await scene.tell(case, "clearance.forms_received")
    assert {"nation:BE", "nation:FR"} <= set(scene.state(case).turn())
    await scene.tell(case, "medical.replied", outcome="fit", reference="R")
    await scene.tell(case, "verification.replied", outcome="confirmed", reference="R")
    await scene.tell(case, "clearance.replied", outcome="granted", reference="R", ask=asked["clearance"])
    assert not scene.state(case).conditions["accreditation"].ask
    await scene.tell(case, "clearance.replied", outcome="granted", reference="R", ask=asked["clearance.fr"])
    await scene.until(case, lambda s: s.conditions["accreditation"].ask)
    await scene.tell(case, "accreditation.replied", outcome="accepted", reference="R")
    assert scene.state(case).stage is Stage.CONTRACT


async def test_an_answer_to_an_expired_round_is_kept_and_settles_nothing(scene: Scene) -> None:
    case = await scene.entry()
    on = (await scene.time(case) + timedelta(days=400)).date().isoformat()
    await scene.tell(case, "duty.entered", entered_on=on)
    await scene.until(case, lambda s: s.conditions["medical"].round == 2)
    first, second = [x.ask for x in scene.entries(case, f.ConditionRequested) if x.slot == "medical"]
    late = await scene.tell(case, "medical.replied", outcome="fit", reference="R", ask=first)
    assert scene.store.closed[late] == ("superseded", "earlier_round")
    assert scene.state(case).stage is Stage.CONDITIONS
    await scene.tell(case, "medical.replied", outcome="fit", reference="R", ask=second)
    assert scene.state(case).conditions["medical"].settled


async def test_unfit_waits_for_the_appeal_and_the_new_opinion_counts(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.tell(case, "medical.replied", outcome="unfit", reference="R1")
    with pytest.raises(NotNow) as refusal:
        await scene.act(case, "withdraw_offer", condition="medical", reason="condition_refused")
    assert refusal.value.code == "appeal_window"
    assert [x.template for x in scene.entries(case, f.LetterWritten)].count("appeal_window") == 1
    await scene.tell(case, "medical.appealed", reference="A1")
    await scene.until(case, lambda s: s.conditions["medical"].round == 2)
    kind, details = scene.authorities["medical"].told[-1]
    assert (kind, details["because"]) == ("medical", "appeal")
    await scene.tell(case, "medical.replied", outcome="fit", reference="R2", ask=f"{case}/medical/request/2")
    assert scene.state(case).conditions["medical"].settled


async def test_nobody_appeals_and_a_person_withdraws_the_offer_after_the_window(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.tell(case, "medical.replied", outcome="unfit", reference="R1")
    await scene.forward_past(case, "medical_appeal")
    await scene.until(case, lambda s: "withdraw_offer:medical" in s.needs())
    await scene.act(case, "withdraw_offer", condition="medical", reason="condition_refused")
    assert await scene.result(case) == "medically_unfit"


async def test_a_result_expires_while_the_hire_waits_and_is_asked_for_again(scene: Scene) -> None:
    case = await scene.conditions()
    until = (await scene.time(case) + timedelta(days=30)).date()
    await scene.tell(case, "medical.replied", outcome="fit", valid_until=until.isoformat(), reference="R")
    await scene.forward(case, days=32)
    state = await scene.until(case, lambda s: s.conditions["medical"].round == 2)
    assert state.stage is Stage.CONDITIONS
    assert scene.authorities["medical"].told[-1][1]["because"] == "expired_before_entry"


async def test_a_condition_on_hold_stands_still_until_its_date(scene: Scene) -> None:
    case = await scene.conditions()
    before = scene.state(case).deadlines["verification"].due_at
    at = await scene.time(case)
    await scene.act(
        case, "hold_condition", condition="verification", reason="candidate_abroad", until=(at + timedelta(days=70)).isoformat()
    )
    await scene.forward(case, days=69)
    told = [x.key for x in scene.entries(case, f.DeadlineReminded) + scene.entries(case, f.DeadlineEscalated)]
    assert "verification" not in told
    await scene.forward(case, days=2)
    state = await scene.until(case, lambda s: s.conditions["verification"].held is None)
    assert (state.deadlines["verification"].due_at - before).days in (69, 70)


async def test_a_waiver_by_two_persons_stands_for_the_answer(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.answer(case, "clearance", "medical", "accreditation")
    await scene.act(case, "propose_waiver", condition="verification", reason="employer_is_no_more")
    with pytest.raises(FourEyes):
        await scene.act(case, "approve_waiver", condition="verification")
    await scene.act(case, "approve_waiver", person="hr.head", condition="verification")
    assert scene.state(case).stage is Stage.CONTRACT


async def test_a_confirmation_of_too_low_a_level_is_followed_by_an_upgrade_request(server: WorkflowEnvironment) -> None:
    scene = make_scene(server, publish("240655", fast_track=True))
    async with scene.worker():
        case = await scene.offer()
        scene.store.applications[scene.state(case).application] = {"candidate": {"clearance_on_file": {"level": "NS"}}}
        await scene.conditions(case)
        await scene.until(case, lambda s: s.conditions["clearance"].ask)
        assert scene.state(case).conditions["clearance"].form == "confirmation"
        assert "clearance_forms" not in scene.state(case).deadlines
        await scene.tell(case, "clearance.replied", outcome="granted", level="NC", valid_until="2035-01-01", reference="R")
        await scene.until(case, lambda s: s.conditions["clearance"].round == 2)
        assert [x.form for x in scene.entries(case, f.ConditionRequested) if x.slot == "clearance"] == ["confirmation", "upgrade"]
        assert [details["form"] for _, details in scene.authorities["nation-be"].told] == ["confirmation", "upgrade"]
