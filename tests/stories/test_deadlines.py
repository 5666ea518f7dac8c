"""Our own decisions have clocks that climb a ladder, and a calendar that changes moves what is open: in real stories."""

from datetime import timedelta

from config.files import load_calendar
from domain import facts as f
from domain.attention import key_for
from domain.words import Stage
from tests.stories.conftest import Scene

OFFER = key_for("issue_offer")


async def test_an_offer_nobody_issues_is_told_up_the_ladder_to_the_persons_who_hold_the_role(scene: Scene) -> None:
    scene.store.staff = {"anna": ("hr_head",), "bert": ("hr_head", "auditor"), "carla": ("appointing_authority",)}
    case = await scene.offer()
    clock = scene.state(case).deadlines[OFFER]
    assert clock.limit_at is not None
    await scene.forward_to(case, clock.limit_at)
    await scene.until(case, lambda s: OFFER in s.escalated)
    assert [(n.person, n.type, n.about["key"]) for n in scene.store.notices] == [("anna", "escalated", OFFER), ("bert", "escalated", OFFER)]
    [rung] = clock.ladder
    await scene.forward_to(case, rung.at)
    await scene.until(case, lambda s: s.fired[OFFER] >= rung.at)
    escalated = scene.entries(case, f.DeadlineEscalated)
    assert [(fact.to, fact.persons) for fact in escalated] == [("hr_head", ("anna", "bert")), ("appointing_authority", ("carla",))]
    assert (scene.state(case).stage, scene.state(case).ending) == (Stage.OFFER, None)
    await scene.act(case, "issue_offer")
    assert OFFER not in scene.state(case).deadlines


async def test_a_new_holiday_moves_an_open_deadline_and_the_story_rings_at_the_new_moment(scene: Scene) -> None:
    case = await scene.offer()
    before = scene.state(case).deadlines[OFFER]
    calendar = load_calendar("hq-brussels")
    day = (before.started_at + timedelta(days=2)).date()
    while not calendar.is_working(day):
        day += timedelta(days=1)
    newer = calendar.model_copy(update={"version": "2099.1", "closed": calendar.closed | {day: "Bridging day"}})
    scene.store.calendars_published.append(newer)
    await scene.act(case, "recompute_deadlines", "hr.head", calendar="hq-brussels", version="2099.1")
    after = scene.state(case).deadlines[OFFER]
    assert after.due_at > before.due_at
    [said] = scene.entries(case, f.DeadlineRecomputed)
    assert (said.was_due_at, said.due_at, said.calendar) == (before.due_at, after.due_at, "hq-brussels@2099.1")
    await scene.forward_to(case, before.due_at)
    assert scene.entries(case, f.DeadlineMissed) == []
    await scene.forward_to(case, after.due_at)
    await scene.until(case, lambda s: s.fired[OFFER] >= after.due_at)
    assert [fact.instant for fact in scene.entries(case, f.DeadlineMissed)] == [after.due_at]
    number = scene.state(case).number
    await scene.act(case, "recompute_deadlines", "hr.head", calendar="hq-brussels", version="2099.1")
    assert scene.state(case).number == number, "asked again, nothing is left to move"
