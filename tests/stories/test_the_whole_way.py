"""One hire, from the application to the end of probation."""

from domain import facts as f
from domain.hire import fold
from domain.words import Ending, Stage
from tests.stories.conftest import Scene

TIME_SKIPPING = "TIME_SKIPPING"


async def test_a_hire_goes_the_whole_way(scene: Scene) -> None:
    case = await scene.probation()
    assert scene.state(case).stage is Stage.PROBATION
    await scene.act(case, "decide_probation", person="line.manager", confirmed=True)
    assert await scene.result(case) == "appointed_and_confirmed"
    state = scene.state(case)
    assert (state.ending, state.ended_by) == (Ending.APPOINTED_AND_CONFIRMED, "person:line.manager")
    stages = [fact.stage for fact in scene.entries(case, f.StageEntered)]
    assert stages == [s for s in Stage if s is not Stage.RESERVE]


async def test_each_authority_is_asked_once(scene: Scene) -> None:
    case = await scene.contract()
    asks = [key for a in scene.authorities.values() for key in a.asks]
    assert sorted(asks) == sorted(
        f"{case}/{about}/request/1" for about in ("assessment", "clearance", "medical", "verification", "accreditation")
    )


async def test_a_hire_to_entry_on_duty_stays_under_220_history_events(scene: Scene) -> None:
    case = await scene.probation()
    history = await scene.handle(case).fetch_history()
    counted = [e for e in history.events if "TIME_SKIPPING" not in _name(e.event_type)]
    assert len(counted) < 220, len(counted)


async def test_the_journal_is_dense_and_is_the_state(scene: Scene) -> None:
    case = await scene.probation()
    journal = scene.store.journals[case]
    assert [e.number for e in journal] == list(range(1, len(journal) + 1))
    assert (await scene.handle(case).query("state"))["number"] == fold(journal).number


def _name(event_type: int) -> str:
    from temporalio.api.enums.v1 import EventType

    return EventType.Name(event_type)  # type: ignore[arg-type]
