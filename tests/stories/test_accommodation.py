"""Accommodation, told in time: the candidate's clock stands still until HR has decided (`recruitment.md` §7)."""

import pytest

from domain.accommodation import measures_for_board
from domain.errors import NotNow
from domain.words import Stage
from tests.stories.conftest import Scene


async def test_the_assessment_waits_for_the_measures(scene: Scene) -> None:
    case = await scene.assessment()
    await scene.tell(case, "accommodation.requested", reference="med-1")
    await scene.forward(case, days=20)
    assert scene.state(case).lapse_due == set(), "the time to answer stood still"
    await scene.act(case, "propose_measures", person="doc", measures=["extra_time_25"])
    await scene.act(case, "grant_measures", person="hr.officer", measures=["extra_time_25"])
    await scene.tell(case, "assessment.completed", reference="V1")
    await scene.act(case, "mark_assessment", person="board", score=80)
    state = scene.state(case)
    assert (state.stage, measures_for_board(state)) == (Stage.INTERVIEW, ("extra_time_25",))
    await scene.tell(case, "accommodation.requested", reference="med-2")
    with pytest.raises(NotNow):
        await scene.act(case, "schedule_interview", starts_at="2031-05-01T10:00:00+00:00")
