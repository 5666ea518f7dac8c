"""A hire that was in flight elsewhere, as a story: it is begun from its imported journal and goes on where it stood."""

from datetime import UTC, datetime

import pytest

from config.files import load_calendar
from domain.announcements import messages_of
from domain.importing import Origin, begin
from domain.importing_file import read
from domain.messages import Step
from domain.moment import Moment
from domain.words import ConditionState, PostState, Stage
from tests.domain.test_importing import text
from tests.stories.conftest import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def imported(scene: Scene, **said: str) -> str:
    """A case written as the desk writes it, then started from its journal."""
    reference = scene.published.spec.reference
    post = scene.published.spec.posts[0].id
    [row], wrong = read(text({"vacancy": reference, "post": post, "nationalities": "BE", **said}))
    assert not wrong
    case, at = f"hire/{scene.queue[-6:]}", datetime.now(UTC)
    scene.store.cases[case] = (reference, "P-imported")
    scene.store.applications["A-imported"] = {}
    m = Moment(at, "person:helga", scene.published, load_calendar("hq-brussels"))
    state, facts = begin(row, Origin("f" * 64, "helga", case, "P-imported", "A-imported"), m, funded=True)
    told = tuple(messages_of(state, tuple(facts)))
    await scene.store.append(Step(case=case, after=0, step="import/x/2", at=at, actor=m.actor, facts=tuple(facts), messages=told))
    await scene.carrier.start(case)
    await scene.pump()
    return case


async def test_an_imported_hire_at_its_conditions_goes_on_to_the_first_day(scene: Scene) -> None:
    await scene.open()
    case = await imported(scene)
    await scene.until(case, lambda s: s.conditions["clearance"].state is ConditionState.REQUESTED)
    assert "nation-be" in scene.authorities
    assert scene.authorities["verification"].asks == [], "it was confirmed elsewhere"
    assert not scene.store.letters
    await scene.tell(case, "clearance.replied", outcome="granted", valid_until="2031-01-01", reference="C")
    await scene.tell(case, "medical.replied", outcome="fit", reference="M")
    await scene.until(case, lambda s: s.conditions["accreditation"].state is ConditionState.REQUESTED)
    await scene.tell(case, "accreditation.replied", outcome="accepted", reference="A")
    await scene.until(case, lambda s: s.stage is Stage.CONTRACT)
    await scene.act(case, "propose_contract")
    await scene.act(case, "approve_contract", person="hr.head", sha256=scene.state(case).terms_sha256)
    enters_on = scene.state(case).terms["enters_on"]
    await scene.tell(case, "contract.signed", signed=True, enters_on=enters_on)
    await scene.until(case, lambda s: s.stage is Stage.ENTRY)
    await scene.forward_to(case, datetime.fromisoformat(f"{enters_on}T07:00:00+00:00"))
    await scene.tell(case, "duty.entered", entered_on=enters_on)
    await scene.until(case, lambda s: s.stage is Stage.PROBATION)
    await scene.pump()
    assert scene.vacancy().posts[scene.state(case).post].state is PostState.FILLED
