"""Clocks: a hold stops them, an extension moves them, they wait for the post, and nothing that was down makes one forget."""

from datetime import UTC, datetime, timedelta

from domain import facts as f
from domain.deadlines import instants
from domain.facts import DeadlineSet
from domain.words import Stage
from tests.stories.conftest import Scene, make_scene, publish, when


def after(deadline: DeadlineSet, at: datetime) -> list[datetime]:
    return [instant for instant, _ in instants(deadline) if instant > at]


async def test_a_hold_moves_every_deadline_by_exactly_the_stopped_time(scene: Scene) -> None:
    case = await scene.conditions()
    before = dict(scene.state(case).deadlines)
    await scene.act(case, "hold", reason="security_situation")
    held_at = scene.state(case).held_at
    assert held_at is not None
    await scene.forward(case, days=400)  # past every one of them
    state = scene.state(case)
    assert (state.next_instant, state.turn()) == (None, ["nobody"])
    assert scene.entries(case, f.DeadlineReminded) == []
    await scene.act(case, "resume")
    [resumed] = scene.entries(case, f.Resumed)
    stopped = timedelta(seconds=resumed.seconds)
    assert stopped >= timedelta(days=400)
    now = scene.state(case)
    assert {k: after(d, held_at) for k, d in now.deadlines.items()} == {
        k: [i + stopped for i in after(d, held_at)] for k, d in before.items()
    }
    assert now.number == scene.state(case).number
    await scene.forward(case, days=15)  # the reminder of the forms, ten days after the beginning
    assert "clearance_forms" in {fact.key for fact in scene.entries(case, f.DeadlineReminded)}


async def test_the_vacancys_closing_does_not_move_for_one_case_on_hold(scene: Scene) -> None:
    case = await scene.apply()
    closing = scene.state(case).deadlines["closing"]
    await scene.act(case, "hold", reason="security_situation")
    await scene.forward(case, days=30)
    assert scene.state(case).stage is Stage.RECEIVED
    await scene.act(case, "resume")
    state = await scene.until(case, lambda s: s.stage is Stage.SCREENING)
    assert closing.due_at < state.stage_since  # type: ignore[operator]


async def test_mail_that_comes_during_a_hold_is_kept_and_read_after_it(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.act(case, "hold", reason="security_situation")
    mail = [
        await scene.post(case, "clearance.replied", outcome="granted", reference="R1"),
        await scene.post(case, "medical.replied", outcome="fit", reference="R2"),
    ]
    await scene.forward(case, days=2)
    assert not set(mail) & set(scene.store.closed), "kept, not read"
    await scene.act(case, "resume")
    await scene.read(*mail)
    assert {scene.store.closed[m][0] for m in mail} == {"applied"}
    state = await scene.until(case, lambda s: s.conditions["accreditation"].ask)
    assert [str(c) for c, now in state.conditions.items() if now.state == "satisfied"] == ["clearance", "medical"]


async def test_a_withdrawal_is_read_during_a_hold(scene: Scene) -> None:
    case = await scene.conditions()
    await scene.act(case, "hold", reason="security_situation")
    kept = await scene.post(case, "medical.replied", outcome="fit", reference="R2")
    await scene.tell(case, "application.withdrawn")
    assert await scene.result(case) == "withdrawn"
    await scene.read(kept)
    assert scene.store.closed[kept] == ("superseded", "case_closed")


async def test_a_hold_with_an_end_ends_by_itself_although_mail_is_kept_meanwhile(scene: Scene) -> None:
    case = await scene.conditions()
    until = await scene.time(case) + timedelta(days=10)
    forms = scene.state(case).deadlines["clearance_forms"].due_at
    await scene.act(case, "hold", reason="security_situation", until=until.isoformat())
    assert scene.state(case).next_instant == until
    mail = await scene.post(case, "medical.replied", outcome="fit", reference="R2")
    scene.store.undelivered[case] = [await scene.time(case)]  # its inbox row is open as long as nobody reads it
    await scene.forward(case, days=11)
    await scene.read(mail)
    scene.store.undelivered.clear()
    state = scene.state(case)
    assert (state.held, state.conditions["medical"].state) == (None, "satisfied")
    [resumed] = scene.entries(case, f.Resumed)
    assert state.deadlines["clearance_forms"].due_at == forms + timedelta(seconds=resumed.seconds)
    assert [e.actor for e in scene.store.journals[case] if isinstance(e.fact, f.Resumed)] == ["muster"]


async def test_an_extension_moves_the_limit_and_its_old_instants_bring_nothing(scene: Scene) -> None:
    case = await scene.assessment()
    old = scene.state(case).deadlines["assessment_answer"]
    await scene.act(case, "extend", deadline="assessment_answer", days=5, reason="candidate_ill")
    new = scene.state(case).deadlines["assessment_answer"]
    assert new.due_at - old.due_at == timedelta(days=5)
    await scene.forward_to(case, old.due_at)
    assert scene.state(case).lapse_due == set()
    assert "assessment_answer" not in {fact.key for fact in scene.entries(case, f.DeadlineMissed)}
    await scene.forward_to(case, new.due_at)
    assert scene.state(case).lapse_due == {"assessment_answer"}


async def test_a_case_that_is_lapse_due_is_extended_and_goes_on(scene: Scene) -> None:
    case = await scene.assessment()
    await scene.forward_past(case, "assessment_answer")
    await scene.act(case, "extend", deadline="assessment_answer", days=3, reason="candidate_ill")
    assert scene.state(case).lapse_due == set()
    await scene.tell(case, "assessment.completed", reference="V1")
    assert scene.state(case).assessment_answered


async def test_a_deadline_waits_for_an_event_received_before_it_was_due(scene: Scene) -> None:
    case = await scene.assessment()
    limit = scene.state(case).deadlines["assessment_answer"].due_at
    received_at = limit - timedelta(minutes=5)
    scene.store.undelivered[case] = [received_at]
    await scene.forward_to(case, limit)
    state = scene.state(case)
    assert (state.stage, state.lapse_due) == (Stage.ASSESSMENT, set()), "it waits"
    answer = await scene.post(case, "assessment.completed", received_at=received_at, reference="V1")
    await scene.read(answer)
    scene.store.undelivered.clear()
    await scene.forward(case, minutes=5)
    assert scene.state(case).assessment_answered
    assert scene.entries(case, f.LapseDue) == []


async def test_a_deadline_that_waited_in_vain_takes_effect(scene: Scene) -> None:
    case = await scene.assessment()
    limit = scene.state(case).deadlines["assessment_answer"].due_at
    scene.store.undelivered[case] = [limit - timedelta(minutes=5)]
    await scene.forward_to(case, limit)
    scene.store.undelivered.clear()
    await scene.forward(case, minutes=2)
    assert scene.state(case).lapse_due == {"assessment_answer"}


async def test_a_vacancy_that_closes_while_everything_is_down_closes_on_time(scene: Scene) -> None:
    made = make_scene(scene.env)
    assert made.published.closes_at is not None
    async with made.worker():
        vacancy, early = await made.open(), await made.apply()
    # nobody works: the closing passes meanwhile, for the vacancy and for the hire
    late = "hire/late-" + made.queue
    made.store.cases[late] = (made.published.spec.reference, "P9")
    closes_at = made.published.closes_at
    async with made.worker():
        await made.forward_to(vacancy, closes_at + timedelta(hours=5))
        await when(lambda: made.vacancy().status == "closed")
        await made.forward_to(early, closes_at + timedelta(hours=5))
        await made.until(early, lambda s: s.stage is Stage.SCREENING)
        await made.apply(late, received_at=closes_at + timedelta(seconds=1))
        assert (made.state(early).late, made.state(late).late) == (False, True)
        [closing] = [e for e in made.store.journals[vacancy] if isinstance(e.fact, f.VacancyClosed)]
        assert closing.at >= closes_at


async def test_an_application_received_in_time_is_in_time_however_long_it_lay(scene: Scene) -> None:
    closes_at = scene.published.closes_at
    assert closes_at is not None
    soon = publish(closing=scene.published.spec.closing)
    case = await scene.apply(received_at=closes_at)
    assert (scene.state(case).late, soon.closes_at) == (False, closes_at)
    assert datetime.now(UTC) < closes_at
