"""People: a receipt means it is written, a refusal says why and leaves nothing behind."""

from typing import Any

import pytest

from domain import errors
from domain import facts as f
from domain.words import PostState, Stage
from tests.stories.conftest import Scene, publish


async def events(scene: Scene, case: str) -> int:
    return len((await scene.handle(case).fetch_history()).events)


async def refused(scene: Scene, case: str, name: str, code: str, error: type[errors.Problem], **how: Any) -> None:
    """Refused, and neither journal nor history know of it."""
    journal, history = len(scene.store.journals[case]), await events(scene, case)
    with pytest.raises(error) as caught:
        await scene.act(case, name, **how)
    assert (type(caught.value), caught.value.code) == (error, code)
    assert (len(scene.store.journals[case]), await events(scene, case)) == (journal, history)


async def test_what_the_validator_refuses_leaves_no_event(scene: Scene) -> None:
    case = await scene.screening()
    await refused(scene, case, "screem", "unknown_act", errors.BadInput, eligible=True)
    await refused(scene, case, "screen", "bad_arguments", errors.BadInput, eligible="perhaps")
    await refused(scene, case, "screen", "bad_arguments", errors.BadInput, eligible=True, colour="red")
    await refused(scene, case, "screen", "bad_arguments", errors.BadInput, eligible=False, reason="Mr Example is too old")
    await refused(scene, case, "screen", "wrong_role", errors.NotAllowed, roles=("auditor",), eligible=True)
    await refused(scene, case, "screen", "wrong_role", errors.NotAllowed, roles=("no_such_role",), eligible=True)
    await refused(scene, case, "issue_offer", "wrong_stage", errors.NotNow)
    await scene.act(case, "hold", reason="security_situation")
    await refused(scene, case, "screen", "on_hold", errors.NotNow, eligible=True)


async def test_a_refusal_that_depends_on_the_case_writes_nothing(scene: Scene) -> None:
    case = await scene.assessment()
    before = list(scene.store.journals[case])
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(case, "mark_assessment", score=50)
    assert caught.value.code == "not_answered"
    assert scene.store.journals[case] == before


async def test_the_same_request_twice_is_done_once_and_gives_the_same_receipt(scene: Scene) -> None:
    case = await scene.screening()
    first = await scene.act(case, "screen", request="r-" + case, eligible=True)
    again = await scene.act(case, "screen", request="r-" + case, eligible=True)
    assert first == again
    assert (first.stage, first.number) == ("shortlisting", scene.state(case).number)
    assert len(scene.entries(case, f.Screened)) == 1


async def test_an_act_on_a_case_that_ended_is_refused_without_saying_how_it_ended(scene: Scene) -> None:
    case = await scene.apply()
    await scene.tell(case, "application.withdrawn")
    await scene.result(case)
    number = scene.state(case).number
    with pytest.raises(errors.CaseClosed) as caught:
        await scene.act(case, "hold", reason="too_late")
    assert (caught.value.code, "withdrawn" in caught.value.message) == ("case_closed", False), "how it ended may be an answer"
    assert scene.state(case).number == number


async def test_who_proposes_a_contract_cannot_approve_it_and_only_these_terms_are_approved(scene: Scene) -> None:
    case = await scene.contract()
    await scene.act(case, "propose_contract", person="ann")
    sha256 = scene.state(case).terms_sha256
    with pytest.raises(errors.FourEyes):
        await scene.act(case, "approve_contract", person="ann", sha256=sha256)
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(case, "approve_contract", person="bob", sha256="0" * 64)
    assert caught.value.code == "other_terms"
    assert not scene.state(case).approved
    await scene.act(case, "approve_contract", person="bob", sha256=sha256)
    [approved] = scene.entries(case, f.ContractApproved)
    assert (approved.sha256, approved.proposed_by) == (sha256, "person:ann")


async def test_a_reply_on_paper_counts_when_a_second_person_confirms_it(scene: Scene) -> None:
    case = await scene.conditions()
    desk = ("office_of_security",)
    with pytest.raises(errors.NotAllowed):
        await scene.act(case, "enter_reply", roles=("hr_officer",), condition="clearance", outcome="granted")
    with pytest.raises(errors.BadInput):
        await scene.act(case, "enter_reply", roles=desk, condition="clearance", outcome="fit")
    await scene.act(case, "enter_reply", person="sam", roles=desk, condition="clearance", outcome="granted", reference="P1")
    assert scene.state(case).needs()[0] == "confirm_reply:clearance"
    with pytest.raises(errors.FourEyes):
        await scene.act(case, "confirm_reply", person="sam", condition="clearance")
    await scene.act(case, "confirm_reply", person="sue", roles=desk, condition="clearance")
    [reply] = scene.entries(case, f.ConditionReplied)
    assert (reply.outcome, reply.reference, reply.details.channel) == ("granted", "P1", "paper")
    assert scene.state(case).conditions["clearance"].state == "satisfied"


async def test_paper_that_contradicts_overwrites_nothing(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.answer(case, "medical")
    await scene.act(case, "enter_reply", person="sam", condition="medical", outcome="unfit")
    await scene.act(case, "confirm_reply", person="sue", condition="medical")
    assert "settle_reply:medical" in scene.state(case).needs()
    with pytest.raises(errors.BadInput):
        await scene.act(case, "settle_reply", condition="medical", outcome="granted", reason="no_such_answer")


async def test_a_satisfied_condition_is_no_ground_to_withdraw_an_offer(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.answer(case, "verification")
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(case, "withdraw_offer", condition="verification")
    assert caught.value.code == "not_refused"


async def test_an_allegation_is_not_decided_before_the_candidate_could_answer(scene: Scene) -> None:
    case = await scene.screening()
    await scene.act(case, "report_integrity", allegation="ai_used", phase="form")
    await scene.act(case, "screen", eligible=True)  # the selection goes on, and takes nothing from the time to answer
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(case, "conclude_integrity", upheld=True, reason="ai_used")
    assert caught.value.code == "candidate_may_answer"
    await scene.forward_past(case, "allegation")
    await scene.act(case, "conclude_integrity", upheld=False, reason="not_shown")
    assert (scene.state(case).stage, scene.state(case).needs()) == (Stage.SHORTLISTING, ["shortlist"])


# ---- the vacancy's own acts ----------------------------------------------------------------------------------------------


async def test_the_board_reports_on_everybody_and_another_person_decides(scene: Scene) -> None:
    vacancy = await scene.open()
    with pytest.raises(errors.NotNow) as caught:
        await scene.report(("hire/x", "selected"))
    assert caught.value.code == "not_closed"
    first, second = await scene.selection(), await scene.selection()
    early = await scene.assessment()
    await scene.close_vacancy(vacancy)
    with pytest.raises(errors.NotNow) as caught:
        await scene.report((first, "selected"), (second, "reserve"))
    assert caught.value.code == "still_in_play"
    await scene.tell(early, "application.withdrawn")
    for lines in ([(first, "selected")], [(first, "selected"), (second, "reserve"), ("hire/x", "reserve")], [(first, "selected")] * 2):
        with pytest.raises(errors.BadInput) as wrong:
            await scene.report(*lines)
        assert wrong.value.code == "report_incomplete"
    sha256 = await scene.report((first, "selected"), (second, "reserve"), person="chair")
    with pytest.raises(errors.FourEyes):
        await scene.act(vacancy, "decide_report", person="chair", sha256=sha256, approved=True)
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(vacancy, "decide_report", person="authority", sha256="0" * 64, approved=True)
    assert caught.value.code == "other_report"
    with pytest.raises(errors.NotAllowed):
        await scene.act(vacancy, "decide_report", person="authority", roles=("hr_head",), sha256=sha256, approved=True)
    await scene.act(vacancy, "decide_report", person="authority", sha256=sha256, approved=False, reason="reasons_missing")
    assert (scene.vacancy().report_state, await scene.pump()) == ("returned", scene.carried and 0)
    await scene.decide((first, "selected"), (second, "reserve"))
    assert (scene.state(first).stage, scene.state(second).stage) == (Stage.OFFER, Stage.RESERVE)


async def test_posts_are_given_in_rank_and_called_in_rank_and_never_twice(scene: Scene) -> None:
    spec = scene.published.spec
    two = publish(posts=spec.posts[:2])
    cases = await scene.competition({}, {}, {}, {}, published=two)  # four selected, two posts
    vacancy = f"vacancy/{two.spec.reference}"

    def posts() -> dict[str, str | None]:
        return {p.id: p.hire for p in scene.vacancy(vacancy).posts.values()}

    assert list(posts().values()) == cases[:2]
    assert [x.hire for x in scene.vacancy(vacancy).listed] == cases[2:]
    await scene.tell(cases[1], "application.withdrawn")
    await scene.tell(cases[2], "application.withdrawn")  # the next in rank leaves in the same moment
    await scene.pump()
    assert list(posts().values()) == [cases[0], cases[3]]
    assert scene.state(cases[3]).stage is Stage.OFFER
    await scene.tell(cases[3], "application.withdrawn")
    await scene.pump()
    assert list(posts().values()) == [cases[0], None]
    reserved = [e.fact for e in scene.store.journals[vacancy] if isinstance(e.fact, f.PostReserved)]
    assert len({(r.post, r.hire) for r in reserved}) == len(reserved)
    assert scene.vacancy(vacancy).status == "closed", "one post is still spoken for"
    await scene.tell(cases[0], "application.withdrawn")
    await scene.pump()
    assert await scene.result(vacancy) == "lapsed"


async def test_who_withdraws_between_report_and_decision_gets_no_post(one_post: Scene) -> None:
    vacancy = await one_post.open()
    first, second = await one_post.selection(), await one_post.selection()
    await one_post.close_vacancy(vacancy)
    sha256 = await one_post.report((first, "selected"), (second, "selected"))
    await one_post.tell(first, "application.withdrawn")
    await one_post.act(vacancy, "decide_report", person="authority", sha256=sha256, approved=True)
    await one_post.pump()
    [post] = one_post.vacancy().posts.values()
    assert (post.state, post.hire) == (PostState.RESERVED, second)


async def test_a_post_without_money_is_withdrawn_and_not_given(scene: Scene) -> None:
    spec = scene.published.spec
    funded, unfunded = spec.posts[0], spec.posts[1].model_copy(update={"funded": False})
    two = publish(posts=(unfunded, funded))
    vacancy = await scene.open(two)
    await scene.tell(vacancy, "budget.decided", post=unfunded.id, outcome="refused", reference="B1")
    again = await scene.tell(vacancy, "budget.decided", post=unfunded.id, outcome="refused", reference="B1")
    assert scene.store.closed[again] == ("superseded", "changed_nothing")
    case = await scene.selection(published=two)
    await scene.close_vacancy(vacancy)
    await scene.decide((case, "selected"), case=vacancy)
    now = scene.vacancy(vacancy).posts
    assert (now[unfunded.id].state, now[funded.id].hire) == (PostState.WITHDRAWN, case)


async def test_a_post_of_another_vacancy_that_is_gone_meanwhile_leaves_the_person_on_the_list(one_post: Scene) -> None:
    _, second = await one_post.competition({}, {}, said=("selected", "reserve"))
    other = publish(posts=one_post.published.spec.posts[:1])
    elsewhere = await one_post.open(other)
    post = other.spec.posts[0]
    await one_post.act(second, "offer_reuse", vacancy=other.spec.reference, post=post.id, grade="G8")
    await one_post.act(elsewhere, "cancel", person="hr.head", reason="post_abolished")
    await one_post.tell(second, "reuse.answered", accepted=True)
    await one_post.pump()
    state = one_post.state(second)
    assert (state.stage, state.reuse, state.ending) == (Stage.RESERVE, None, None)
    assert f"{second}-2" not in one_post.store.journals
    assert [x.hire for x in one_post.vacancy().listed] == [second]


async def test_acts_on_a_vacancy_that_is_over_are_refused(scene: Scene) -> None:
    vacancy = await scene.open()
    await scene.act(vacancy, "cancel", person="hr.head", reason="post_abolished")
    assert await scene.result(vacancy) == "cancelled"
    with pytest.raises(errors.VacancyClosed):
        await scene.act(vacancy, "cancel", person="hr.head", reason="post_abolished")
