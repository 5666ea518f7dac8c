"""Steps against fakes: done twice is done once, an alarm is an alarm, a refusal carries its code."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.asking import Ask, Asking
from activities.hire import Asked, At, Do, HireSteps, NoteAsked, Take
from domain import errors
from domain import facts as f
from domain.messages import ActRequest, Step
from domain.words import Stage
from tests.fakes import FakeAuthority, FakeStore, FakeWatch, message
from tests.world import ALL_ROLES, World, at_stage
from worker.translate import Translate, told


@pytest.fixture
def env() -> ActivityEnvironment:
    return ActivityEnvironment()


def request(act: str, request_: str = "r-1", **args: Any) -> ActRequest:
    return ActRequest(request=request_, act=act, person="ann", roles=ALL_ROLES, args=args)


async def test_a_step_tried_again_returns_what_the_first_try_wrote(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.SCREENING)
    do = Do(**world.where(case), request=request("screen", eligible=True))
    first = await env.run(world.hires.do_act, do)
    again = await env.run(world.hires.do_act, do)
    assert first == again
    assert [e.fact.kind for e in first.entries if e.fact.kind == "screened"] == ["screened"]
    assert len(world.store.facts(case, "screened")) == 1
    assert len([x for x in world.store.steps if x.startswith(f"{case} act/r-1")]) == 1


async def test_a_step_tried_again_writes_its_letters_once(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.OFFER)
    do = Do(**world.where(case), request=request("issue_offer"))
    await env.run(world.hires.do_act, do)
    letters = [x.letter for x in world.store.letters]
    world.hires._desk.hires._kept.clear()  # another worker, which has nothing in its hands
    await env.run(world.hires.do_act, do)
    assert [x.letter for x in world.store.letters] == letters
    assert len(letters) == len(set(letters))


async def test_a_worker_whose_kept_state_is_behind_reads_the_journal_and_goes_on(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    stale = world.where(case)
    kept = world.hires._desk.hires._kept[case].model_copy(deep=True)
    world.act(case, "hand_over", owner="bob")  # written elsewhere
    world.hires._desk.hires._kept[case] = kept
    done = await env.run(world.hires.do_act, Do(**stale, request=request("hand_over", owner="eve")))
    assert [(e.fact.kind, getattr(e.fact, "owner", "")) for e in done.entries] == [("handed_over", "bob"), ("handed_over", "eve")]
    assert world.hire(case).owner == "eve"


class AlwaysBehind(FakeStore):
    async def append(self, step: Step) -> tuple[f.Entry, ...]:
        raise errors.JournalConflict("other facts", case=step.case)


async def test_a_conflict_that_stays_is_an_alarm(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    world.hires._desk.journal = AlwaysBehind(journals=world.store.journals)
    with pytest.raises(errors.JournalConflict):
        await env.run(world.hires.do_act, Do(**world.where(case), request=request("hand_over", owner="bob")))


async def test_a_refused_act_writes_nothing_and_carries_its_code(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    before = list(world.store.journals[case])
    with pytest.raises(errors.NotNow) as caught:
        await env.run(world.hires.do_act, Do(**world.where(case), request=request("mark_assessment", score=1)))
    assert caught.value.code == "not_answered"
    assert world.store.journals[case] == before


async def test_the_interceptor_tells_temporal_what_a_problem_is() -> None:
    refusal = told(errors.FourEyes("another person", code="four_eyes", case="hire/x"))
    assert (refusal.type, refusal.non_retryable, refusal.details[0]) == ("FourEyes", True, {"code": "four_eyes", "case": "hire/x"})
    trouble = told(errors.PartnerUnavailable("away", retry_after=7))
    assert (trouble.type, trouble.non_retryable, trouble.next_retry_delay) == ("PartnerUnavailable", False, timedelta(seconds=7))

    class Fails(ActivityInboundInterceptor):
        def __init__(self) -> None:
            pass

        async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's name
            raise errors.PostTaken("taken", code="post_taken")

    with pytest.raises(ApplicationError) as caught:
        await Translate().intercept_activity(Fails()).execute_activity(None)  # type: ignore[arg-type]
    assert (caught.value.type, caught.value.non_retryable) == ("PostTaken", True)


async def test_the_clock_waits_for_mail_but_the_end_of_a_hold_does_not(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    limit = world.hire(case).deadlines["assessment_answer"].due_at
    world.store.undelivered[case] = [limit - timedelta(hours=1)]
    at = At(**{**world.where(case), "at": limit + timedelta(minutes=1)})
    waiting = await env.run(world.hires.keep_deadlines, at)
    assert (waiting.waits, waiting.entries) == (True, [])
    world.act(case, "hold", reason="a_reason", until=(world.at + timedelta(days=1)).isoformat())
    end = await env.run(world.hires.keep_deadlines, At(**{**world.where(case), "at": world.at + timedelta(days=2)}))
    assert (end.waits, world.hire(case).held) == (False, None)


async def test_asks_noted_twice_are_noted_once(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    key = world.hire(case).conditions["medical"].ask
    world.answer(case, "medical")
    again = NoteAsked(**world.where(case), asked=(Asked(about="medical", authority="medical", key=key),))
    done = await env.run(world.hires.note_asked, again)
    assert done.entries == []
    assert world.hire(case).conditions["medical"].state == "satisfied"


async def test_a_message_of_no_known_type_is_closed_with_a_reason(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.SCREENING)
    take = Take(**world.where(case), message=message("m-x", "tea.served", world.at))
    await env.run(world.hires.take_message, take)
    assert world.store.closed["m-x"] == ("superseded", "unknown_type")


# ---- asking --------------------------------------------------------------------------------------------------------------


def asking(world: World, authority: FakeAuthority) -> Asking:
    return Asking({"medical": authority}, world.store, FakeWatch())


def ask(case: str, authority: str = "medical") -> Ask:
    return Ask(key=f"{case}/medical/request/1", authority=authority, about="medical", case=case, vacancy="250442", candidate="P001")


async def test_an_ask_brings_back_the_key_and_the_channel(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    authority = FakeAuthority(channel="paper")
    asked = await env.run(asking(world, authority).ask_authority, ask(case))
    assert (asked.key, asked.channel, asked.reference, asked.failed) == (f"{case}/medical/request/1", "paper", "R-1", "")
    assert authority.asks == [asked.key]


async def test_an_authority_nobody_configured_is_not_found(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    with pytest.raises(errors.NotFound) as caught:
        await env.run(asking(world, FakeAuthority()).ask_authority, ask(case, "nation-xx"))
    assert caught.value.code == "no_such_partner"


async def test_an_authority_that_is_away_is_trouble_and_one_that_refuses_a_refusal(env: ActivityEnvironment) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    with pytest.raises(errors.PartnerUnavailable):
        await env.run(asking(world, FakeAuthority(failures=1)).ask_authority, ask(case))
    with pytest.raises(errors.Refusal):
        await env.run(asking(world, FakeAuthority(refuses=True)).ask_authority, ask(case))


def test_every_step_is_a_named_activity() -> None:
    steps = [name for name, thing in vars(HireSteps).items() if callable(thing) and not name.startswith("_")]
    assert all(hasattr(getattr(HireSteps, name), "__temporal_activity_definition") for name in steps)
