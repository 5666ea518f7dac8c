"""Conditions with a shelf life, on a server that skips time (`recruitment.md` §4)."""

from datetime import timedelta

import pytest

from domain import facts as f
from domain.words import Stage
from tests.fakes import FakeAuthority
from tests.stories.conftest import Scene

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
