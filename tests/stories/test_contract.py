"""The contract, played: whose policy, whose money, whose approval, which day (recruitment.md §5)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from config.files import load_rules
from domain import errors
from domain import facts as f
from domain.editions import Edition
from domain.words import Ending, Stage
from tests.domain.test_comparison import changed
from tests.stories.conftest import Scene, publish


async def refused(scene: Scene, case: str, name: str, code: str, person: str = "hr.head", **args: object) -> None:
    before = len(scene.store.journals[case])
    with pytest.raises(errors.Refusal) as caught:
        await scene.act(case, name, person=person, **args)  # type: ignore[arg-type]
    assert (caught.value.code, len(scene.store.journals[case])) == (code, before)


async def test_the_policy_in_use_on_the_day_of_appointment_counts_and_old_terms_are_not_approved(scene: Scene) -> None:
    case = await scene.contract()
    await scene.act(case, "propose_contract", person="ann")
    old = scene.state(case).terms_sha256
    rules, now = changed(version="2027.1", contract__years=2), await scene.time(case)
    edition = Edition(rules=rules, proposed_by="helga", proposed_at=now, effective_from=now, approved_by="aude", published_at=now)
    scene.store.editions = [edition]
    await refused(scene, case, "approve_contract", "policy_changed", sha256=old)
    await scene.act(case, "propose_contract", person="ann")
    terms = scene.state(case).terms
    assert (terms["years"], terms["policy"], terms["changed"]) == (
        2,
        "standard@2027.1",
        [{"figure": "years", "at_publication": load_rules("standard").contract.years, "now": 2}],
    )
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    assert scene.state(case).approved


async def test_no_contract_is_offered_for_a_post_without_money_and_all_before_it_goes_on(scene: Scene) -> None:
    case = await scene.conditions(await scene.offer(funded=False))
    await scene.answer(case, "clearance", "medical", "verification", "accreditation")
    await refused(scene, case, "propose_contract", "wrong_stage")
    assert scene.state(case).stage is Stage.CONDITIONS, "everything is met but the money"
    post = scene.state(case).post
    await scene.tell(case, "post.funding", post=post, funded=True, reference="B1")
    await scene.act(case, "propose_contract", person="ann")
    await scene.tell(case, "post.funding", post=post, funded=False, reference="B2")  # taken back before the approval
    await refused(scene, case, "approve_contract", "not_funded", sha256=scene.state(case).terms_sha256)
    assert "settle_reply:budget" in scene.state(case).needs()
    await scene.act(case, "withdraw_offer", condition="budget", reason="budget_refused")
    assert scene.state(case).ending is Ending.BUDGET_REFUSED


async def test_money_refused_after_the_conditional_offer_ends_a_hire_only_by_a_person(scene: Scene) -> None:
    case = await scene.conditions(await scene.offer(funded=False))
    await scene.tell(case, "post.funding", post=scene.state(case).post, funded=False, reference="B1")
    assert (scene.state(case).ending, "withdraw_offer:budget" in scene.state(case).needs()) == (None, True)
    await scene.act(case, "withdraw_offer", condition="budget", reason="budget_refused")
    assert (scene.state(case).ending, scene.state(case).ended_by) == (Ending.BUDGET_REFUSED, "person:hr.officer")


async def test_terms_go_back_are_withdrawn_and_are_approved_anew(scene: Scene) -> None:
    case = await scene.contract()
    await scene.act(case, "propose_contract", person="ann")
    await scene.act(case, "reject_contract", person="hr.head", sha256=scene.state(case).terms_sha256, reason="wrong_day")
    assert scene.state(case).needs() == ["propose_contract"]
    await scene.act(case, "propose_contract", person="ann")
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    await scene.act(case, "withdraw_proposal", reason="wrong_day")
    late = await scene.tell(case, "contract.signed", signed=True)
    assert scene.store.closed[late] == ("superseded", "terms_withdrawn"), "signed for terms that stand no longer"
    assert [x.template for x in scene.store.letters][-1] == "contract_withdrawn"
    on = (await scene.time(case)).date() + timedelta(days=40)
    await scene.act(case, "propose_contract", person="ann", enters_on=on.isoformat())
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    assert scene.state(case).stage is Stage.CONTRACT
    await scene.tell(case, "contract.signed", signed=True, enters_on=on.isoformat())
    assert (scene.state(case).stage, scene.state(case).enters_on) == (Stage.ENTRY, on)


async def test_another_day_of_entry_is_for_a_person_and_it_is_postponed_once(scene: Scene) -> None:
    case = await scene.contract()
    await scene.act(case, "propose_contract", person="ann")
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    approved = date.fromisoformat(scene.state(case).terms["enters_on"])
    await scene.tell(case, "contract.signed", signed=True, enters_on=(approved + timedelta(days=9)).isoformat())
    assert (scene.state(case).stage, scene.state(case).needs()) == (Stage.CONTRACT, ["keep_entry_date"])
    await scene.act(case, "keep_entry_date", reason="post_needed")
    await scene.tell(case, "contract.signed", signed=True, enters_on=approved.isoformat())
    later = approved + timedelta(days=20)
    await scene.act(case, "postpone_entry", person="hr.head", enters_on=later.isoformat(), reason="notice_period")
    await refused(scene, case, "postpone_entry", "postponed_once", enters_on=(later + timedelta(days=9)).isoformat(), reason="again")
    assert (scene.state(case).enters_on, scene.state(case).terms["enters_on"]) == (later, later.isoformat())
    await scene.forward_to(case, datetime(later.year, later.month, later.day, 8, tzinfo=UTC))
    await scene.tell(case, "duty.entered", entered_on=later.isoformat())
    assert scene.state(case).stage is Stage.PROBATION


async def test_the_higher_grade_takes_the_appointing_authority(scene: Scene) -> None:
    twin = scene.published.spec.posts[0].model_copy(update={"grade_low": "G8", "grade_high": "G10"})
    [case] = await scene.competition({"serving": True, "channel": "internal"}, published=publish(posts=(twin,)))
    await scene.act(case, "propose_higher_grade", person="ann", reason="experience_in_grade")
    with pytest.raises(errors.FourEyes):
        await scene.act(case, "decide_higher_grade", person="ann", approved=True, reason="experience_in_grade")
    with pytest.raises(errors.NotAllowed):
        await scene.act(case, "decide_higher_grade", person="bob", roles=("hr_head",), approved=True, reason="experience_in_grade")
    await scene.act(case, "decide_higher_grade", person="authority", approved=True, reason="experience_in_grade")
    await scene.contract(case)
    await scene.act(case, "propose_contract", person="ann")
    assert (scene.state(case).terms["grade"], scene.entries(case, f.HigherGradeDecided)[0].proposed_by) == ("G10", "person:ann")
