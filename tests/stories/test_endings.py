"""Every ending of `recruitment.md` §8, told once: how it came about, who decided it, what became of the post."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.files import load_vacancy
from domain import facts as f
from domain.hire import adverse
from domain.words import Ending, PostState, Stage, Verdict
from tests.stories.conftest import Scene, publish

CANDIDATE = "candidate"


async def ended(scene: Scene, case: str, ending: Ending, by: str) -> f.EndingReached:
    """The story is over, so it ended, so decided; the fact that says so."""
    assert await scene.result(case) == ending
    [fact] = scene.entries(case, f.EndingReached)
    assert (fact.ending, fact.decided_by) == (ending, by)
    assert fact.reason
    state = scene.state(case)
    assert (state.ending, state.ended_by, state.stage, state.deadlines) == (ending, by, None, {})
    if adverse(ending):
        assert by.startswith("person:")
    assert isinstance(fact, f.EndingReached)
    return fact


async def first_and_second(scene: Scene, **data: object) -> tuple[str, str]:
    """One post: the first holds it, the second waits on the list."""
    first, second = await scene.competition(dict(data), {}, said=("selected", "reserve"))
    assert scene.state(first).stage is Stage.OFFER
    assert scene.state(second).stage is Stage.RESERVE
    return first, second


async def called(scene: Scene, leaver: str, second: str) -> None:
    """The post is free again and the next in rank holds it."""
    [released] = scene.entries(leaver, f.PostReleased)
    await scene.pump()
    [post] = scene.vacancy().posts.values()
    assert (post.id, post.state, post.hire) == (released.post, PostState.RESERVED, second)
    assert scene.state(second).stage is Stage.OFFER
    [freed] = [e.fact for e in scene.store.journals[scene.vacancy_case] if isinstance(e.fact, f.PostFreed)]
    assert freed.hire == leaver


async def test_appointed_and_confirmed(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.probation(first)
    await one_post.pump()
    await one_post.act(first, "decide_probation", person="line.manager", confirmed=True)
    await ended(one_post, first, Ending.APPOINTED_AND_CONFIRMED, "person:line.manager")
    assert one_post.entries(first, f.PostReleased) == []
    assert one_post.vacancy().status == "closed", "the list outlives the post"
    await one_post.tell(second, "application.withdrawn")
    await one_post.pump()
    assert await one_post.result(one_post.vacancy_case) == "filled"
    [post] = one_post.vacancy().posts.values()
    assert (post.state, post.hire) == (PostState.FILLED, first)


async def test_not_eligible_is_proposed_by_the_checks_and_decided_by_a_person(scene: Scene) -> None:
    scene.verdict = Verdict.FAIL
    case = await scene.screening()
    state = scene.state(case)
    assert state.judged is not None
    assert (state.judged.verdict, state.stage) == (Verdict.FAIL, Stage.SCREENING)
    await scene.act(case, "screen", eligible=False, reason="nationality.not_a_member")
    fact = await ended(scene, case, Ending.NOT_ELIGIBLE, "person:hr.officer")
    assert fact.reason == "nationality.not_a_member"


async def test_late(scene: Scene) -> None:
    assert scene.published.closes_at is not None
    case = await scene.apply(received_at=scene.published.closes_at + timedelta(seconds=1))
    assert scene.state(case).needs() == ["confirm_late"]
    await scene.forward(case, days=60)
    assert scene.state(case).stage is Stage.RECEIVED, "late waits for a person, for ever"
    await scene.act(case, "confirm_late")
    await ended(scene, case, Ending.LATE, "person:hr.officer")


async def test_not_shortlisted(scene: Scene) -> None:
    case = await scene.screening()
    await scene.act(case, "screen", eligible=True)
    await scene.act(case, "shortlist", person="manager", shortlisted=False, reason="others_match_better")
    await ended(scene, case, Ending.NOT_SHORTLISTED, "person:manager")


async def test_assessment_lapsed(scene: Scene) -> None:
    case = await scene.assessment()
    await scene.forward_past(case, "assessment_answer")
    state = scene.state(case)
    assert (state.stage, state.lapse_due) == (Stage.ASSESSMENT, {"assessment_answer"})
    await scene.act(case, "confirm_lapse")
    await ended(scene, case, Ending.ASSESSMENT_LAPSED, "person:hr.officer")


async def test_not_selected(scene: Scene) -> None:
    [case] = await scene.competition({}, said=("not_selected",))
    await ended(scene, case, Ending.NOT_SELECTED, "person:authority")
    assert await scene.result(scene.vacancy_case) == "lapsed"


async def test_reserve_lapsed(scene: Scene) -> None:
    [case] = await scene.competition({}, said=("reserve",))
    await scene.forward_past(case, "reserve")
    assert scene.state(case).lapse_due == {"reserve"}
    await scene.act(case, "confirm_lapse")
    await ended(scene, case, Ending.RESERVE_LAPSED, "person:hr.officer")
    await scene.pump()
    assert scene.vacancy().listed == []
    assert await scene.result(scene.vacancy_case) == "lapsed"


async def test_withdrawn(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.tell(first, "application.withdrawn")
    await ended(one_post, first, Ending.WITHDRAWN, CANDIDATE)
    await called(one_post, first, second)


async def test_conditional_offer_declined(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.act(first, "issue_offer")
    await one_post.tell(first, "offer.answered", accepted=False)
    await ended(one_post, first, Ending.CONDITIONAL_OFFER_DECLINED, CANDIDATE)
    await called(one_post, first, second)


async def test_conditional_offer_lapsed(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.act(first, "issue_offer")
    await one_post.forward_past(first, "offer")
    assert one_post.state(first).post, "the post stays reserved until a person confirms"
    assert await one_post.pump() == 0
    await one_post.act(first, "confirm_lapse")
    await ended(one_post, first, Ending.CONDITIONAL_OFFER_LAPSED, "person:hr.officer")
    await called(one_post, first, second)


@pytest.mark.parametrize(
    ("condition", "outcome", "ending"),
    [
        ("clearance", "refused", Ending.CLEARANCE_REFUSED),
        ("medical", "unfit", Ending.MEDICALLY_UNFIT),
        ("verification", "not_confirmed", Ending.VERIFICATION_FAILED),
        ("accreditation", "refused", Ending.ACCREDITATION_REFUSED),
        ("secondment", "refused", Ending.SECONDMENT_REFUSED),
    ],
)
async def test_an_authority_refuses_and_a_person_withdraws_the_offer(one_post: Scene, condition: str, outcome: str, ending: Ending) -> None:
    first, second = await first_and_second(one_post, seconded_by="BE" if condition == "secondment" else None)
    await one_post.conditions(first)
    if condition == "accreditation":
        await one_post.answer(first, "clearance", "medical")
        await one_post.until(first, lambda s: s.conditions["accreditation"].ask)
    await one_post.tell(first, f"{condition}.replied", outcome=outcome, reference="R")
    state = one_post.state(first)
    assert (state.stage, state.ended) == (Stage.CONDITIONS, False), "a refusal ends nothing by itself"
    if condition == "medical":  # final only when the time to appeal is over
        await one_post.forward_past(first, "medical_appeal")
        state = await one_post.until(first, lambda s: "medical_appeal" not in s.deadlines)
    assert f"withdraw_offer:{condition}" in state.needs()
    await one_post.act(first, "withdraw_offer", person="hr.head", condition=condition)
    await ended(one_post, first, ending, "person:hr.head")
    await called(one_post, first, second)


async def test_clearance_not_received_is_a_persons_decision_at_the_limit(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.conditions(first)
    await one_post.answer(first, "medical", "verification")
    await one_post.tell(first, "clearance.forms_received")
    await one_post.forward_past(first, "clearance")
    state = one_post.state(first)
    assert (state.stage, state.ended, state.conditions["clearance"].state) == (Stage.CONDITIONS, False, "lapsed")
    assert "withdraw_offer:clearance" in state.needs()
    await one_post.act(first, "withdraw_offer", condition="clearance", reason="limit_passed")
    await ended(one_post, first, Ending.CLEARANCE_NOT_RECEIVED, "person:hr.officer")
    await called(one_post, first, second)


async def test_budget_refused(one_post: Scene) -> None:
    spec = one_post.published.spec
    unfunded = publish(posts=tuple(p.model_copy(update={"funded": False}) for p in spec.posts))
    [first, second] = await one_post.competition({}, {}, said=("selected", "reserve"), published=unfunded)
    vacancy = f"vacancy/{unfunded.spec.reference}"
    assert one_post.authorities["budget"].asks == [f"{vacancy}/{spec.posts[0].id}/budget/1"]
    await one_post.contract(first)
    state = one_post.state(first)
    assert state.stage is Stage.CONDITIONS, "everything else is done, the money is not there"
    await one_post.tell(vacancy, "budget.decided", post=spec.posts[0].id, outcome="refused", reference="B")
    await one_post.pump()
    assert "withdraw_offer:budget" in one_post.state(first).needs()
    await one_post.act(first, "withdraw_offer", condition="budget")
    await ended(one_post, first, Ending.BUDGET_REFUSED, "person:hr.officer")
    await one_post.pump()
    [post] = one_post.vacancy(vacancy).posts.values()
    assert post.state is PostState.WITHDRAWN
    assert one_post.state(second).stage is Stage.RESERVE, "nobody is called to a post that is gone"


async def test_placed_elsewhere(one_post: Scene) -> None:
    _, second = await first_and_second(one_post)
    lower = [p.model_copy(update={"grade_low": "G5", "grade_high": "G5"}) for p in load_vacancy("270311").posts]
    other = publish("270311", posts=tuple(lower))
    elsewhere = await one_post.open(other)
    post = next(p for p in other.spec.posts if p.funded)
    await one_post.act(second, "offer_reuse", vacancy=other.spec.reference, post=post.id, grade=post.grade_low)
    await one_post.tell(second, "reuse.answered", accepted=True)
    await one_post.pump()
    await ended(one_post, second, Ending.PLACED_ELSEWHERE, CANDIDATE)
    linked = f"{second}-2"
    assert one_post.vacancy(elsewhere).posts[post.id].hire == linked
    state = one_post.state(linked)
    assert (state.stage, state.post, state.linked_from) == (Stage.OFFER, post.id, second)
    assert one_post.vacancy().listed == []


async def test_contract_declined(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.contract(first)
    await one_post.act(first, "propose_contract")
    await one_post.act(first, "approve_contract", person="hr.head", sha256=one_post.state(first).terms_sha256)
    await one_post.tell(first, "contract.signed", signed=False)
    await ended(one_post, first, Ending.CONTRACT_DECLINED, CANDIDATE)
    await called(one_post, first, second)


async def test_no_show(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.entry(first)
    await one_post.forward(first, days=31)
    await one_post.tell(first, "duty.no_show")
    assert one_post.state(first).needs()[0] == "confirm_no_show"
    await one_post.act(first, "confirm_no_show")
    await ended(one_post, first, Ending.NO_SHOW, "person:hr.officer")
    await called(one_post, first, second)


async def test_integrity(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    await one_post.tell(first, "integrity.reported", allegation="ai_used", evidence="E1")
    await one_post.act(first, "issue_offer")
    assert not one_post.state(first).ended, "an allegation ends nothing by itself"
    await one_post.tell(first, "allegation.answered", reference="A1")
    await one_post.act(first, "conclude_integrity", person="hr.head", upheld=True, reason="ai_used")
    assert not one_post.state(first).ended, "a finding ends nothing either"
    await one_post.act(first, "decide_integrity_steps", person="authority", steps="exclude", reason="ai_used")
    await ended(one_post, first, Ending.INTEGRITY, "person:authority")
    await called(one_post, first, second)


async def test_vacancy_cancelled(one_post: Scene) -> None:
    first, second = await first_and_second(one_post)
    early = await one_post.apply()
    await one_post.act(one_post.vacancy_case, "cancel", person="hr.head", reason="post_abolished")
    await one_post.pump()
    for case in (first, second, early):
        fact = await ended(one_post, case, Ending.VACANCY_CANCELLED, "person:hr.head")
        assert fact.reason == "post_abolished"
    assert await one_post.result(one_post.vacancy_case) == "cancelled"
    [post] = one_post.vacancy().posts.values()
    assert (post.state, post.hire) == (PostState.OPEN, None), "released, and nobody is called to it"


async def test_probation_not_confirmed(one_post: Scene) -> None:
    first, _ = await first_and_second(one_post)
    await one_post.probation(first)
    await one_post.pump()
    await one_post.act(first, "decide_probation", person="line.manager", confirmed=False, reason="requirements_not_met")
    await ended(one_post, first, Ending.PROBATION_NOT_CONFIRMED, "person:line.manager")
    assert one_post.vacancy().posts[one_post.published.spec.posts[0].id].state is PostState.FILLED


def test_every_ending_is_told_above() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert {e for e in Ending if f"Ending.{e.name}" in text} == set(Ending)
