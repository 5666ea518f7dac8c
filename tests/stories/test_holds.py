"""Holds and cancellations, wherever a case stands: stopped time is not counted, mail is kept, everybody concerned is told."""

from datetime import timedelta

from domain import facts as f
from domain.words import Ending, PostState, Stage
from tests.stories.conftest import Scene, make_scene


async def test_a_hold_whose_end_passes_while_everything_is_down_has_counted_no_second_of_it(scene: Scene) -> None:
    made = make_scene(scene.env)
    async with made.worker():
        case = await made.conditions()
        before = dict(made.state(case).deadlines)
        until = await made.time(case) + timedelta(days=10)
        await made.act(case, "hold", reason="security_situation", until=until.isoformat())
    # nobody works: the end of the hold passes meanwhile, and mail comes to a door that is open
    kept = await made.post(case, "medical.replied", outcome="fit", reference="R2")
    async with made.worker():
        await made.forward(case, days=12)
        await made.read(kept)
        state = await made.until(case, lambda s: s.held is None)
        [resumed] = made.entries(case, f.Resumed)
        assert resumed.seconds >= timedelta(days=10).total_seconds()
        stopped = timedelta(seconds=resumed.seconds)
        assert state.deadlines["clearance_forms"].due_at == before["clearance_forms"].due_at + stopped
        assert made.entries(case, f.DeadlineReminded) == [], "nothing was due while it stood still"


async def test_a_hold_during_a_stage_with_no_deadline_of_its_own_ends_like_any_other(scene: Scene) -> None:
    assert scene.published.closes_at is not None
    case = await scene.apply(received_at=scene.published.closes_at + timedelta(seconds=1))
    assert not [key for key in scene.state(case).deadlines if not key.startswith("decision:")], "late: it waits for a person alone"
    until = await scene.time(case) + timedelta(days=3)
    await scene.act(case, "hold", reason="security_situation", until=until.isoformat())
    await scene.forward(case, days=4)
    state = await scene.until(case, lambda s: s.held is None)
    assert (state.stage, state.needs()) == (Stage.RECEIVED, ["confirm_late"])


async def test_a_hold_over_the_closing_enters_the_screening_when_it_ends_and_is_not_late_for_it(scene: Scene) -> None:
    """The competition closes for everybody at once; the held case goes on to the screening when its hold ends, with the whole time."""
    case = await scene.apply()
    closes_at = scene.published.closes_at
    assert closes_at is not None
    until = closes_at + timedelta(days=20)
    await scene.act(case, "hold", reason="security_situation", until=until.isoformat())
    await scene.forward_to(case, closes_at)
    assert (scene.state(case).stage, scene.state(case).late) == (Stage.RECEIVED, False)
    await scene.forward_to(case, until)
    state = await scene.until(case, lambda s: s.stage is Stage.SCREENING)
    assert state.deadlines["screening"].started_at >= until


async def test_cancelling_a_vacancy_tells_everybody_wherever_they_stand_and_recalls_what_was_asked(one_post: Scene) -> None:
    first, second = await one_post.competition({}, {}, said=("selected", "reserve"))
    await one_post.conditions(first)
    held = await one_post.assessment()
    await one_post.act(held, "hold", reason="security_situation")
    lapsed = await one_post.assessment()
    await one_post.forward_past(lapsed, "assessment_answer")
    early = await one_post.apply()
    assert one_post.state(lapsed).lapse_due
    assert one_post.state(second).stage is Stage.RESERVE
    await one_post.act(one_post.vacancy_case, "cancel", person="hr.head", reason="post_abolished")
    await one_post.pump()
    for case in (first, second, held, lapsed, early):
        assert await one_post.result(case) == "vacancy_cancelled"
        assert one_post.state(case).ending is Ending.VACANCY_CANCELLED
        told = [letter.template for letter in one_post.store.letters if letter.case == case]
        assert told.count("ending.vacancy_cancelled") == 1
    recalled = {name: authority.recalls for name, authority in one_post.authorities.items()}
    assert len(recalled["medical"]) == len(recalled["nation-be"]) == len(recalled["verification"]) == 1
    assert len(recalled["assessment"]) == 2, "the held one's and the lapsed one's"
    [post] = one_post.vacancy().posts.values()
    assert post.state is PostState.OPEN


async def test_a_contract_signed_on_paper_is_typed_in_by_one_and_confirmed_by_another(scene: Scene) -> None:
    case = await scene.contract()
    await scene.act(case, "propose_contract")
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    on = (await scene.time(case) + timedelta(days=30)).date().isoformat()
    await scene.act(case, "enter_paper", person="ines", paper="contract", on=on)
    assert scene.state(case).stage is Stage.CONTRACT
    await scene.act(case, "confirm_paper", person="otto", paper="contract")
    assert scene.state(case).stage is Stage.ENTRY
