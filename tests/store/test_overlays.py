"""Overlays through the desk, over a real store: who is affected, who decides, what becomes of each case."""

from datetime import timedelta

import pytest

from acts.carrier import Carrier
from acts.desk import Desk
from domain.errors import Conflict, FourEyes, NotFound, NotNow
from domain.messages import ActRequest, Receipt
from domain.overlays import Overlay
from domain.words import Stage
from store.database import Database
from tests.store.test_rehearsing import keep
from tests.world import at_stage

LONGER = Overlay.model_validate(
    {"overlay": "longer", "kind": "durations", "reason": "staff_shortage", "figures": {"verification": {"target": 50, "limit": 80}}}
)


class FakeCarrier(Carrier):
    """Refuses every case but those it is told; remembers what it was asked."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses, self.asked = refuses, list[tuple[str, ActRequest]]()

    async def ask(self, case: str, request: ActRequest) -> Receipt:
        self.asked.append((case, request))
        if case == self.refuses:
            raise NotNow("the case is on hold", code="on_hold")
        return Receipt(case=case, number=1)


async def test_the_list_of_affected_hires_comes_before_the_decision_and_changes_nothing(db: Database) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    await keep(db, world)
    desk = Desk(db)
    await desk.clock.set(world.at)
    [affected] = await desk.overlays.preview(LONGER)
    assert (affected.case, affected.why_not, [move.key for move in affected.deadlines]) == (case, "", ["verification"])
    assert (affected.deadlines[0].will.due_at - affected.deadlines[0].was.due_at).days == 20
    [exempt] = await desk.overlays.preview(LONGER.model_copy(update={"exempt": (case,)}))
    assert (exempt.why_not, exempt.deadlines) == ("exempt", ())
    assert await desk.overlays.preview(LONGER.model_copy(update={"stages": (Stage.SCREENING,)})) == []
    assert await desk.overlays.list() == []


async def test_two_people_decide_and_a_round_says_what_became_of_each_case(db: Database) -> None:
    world, case = at_stage(Stage.CONDITIONS)
    await keep(db, world)
    carrier = FakeCarrier()
    desk = Desk(db, carrier)
    await desk.clock.set(world.at + timedelta(days=1))
    for person, role in (("helga", "hr_head"), ("aude", "appointing_authority")):
        await desk.put_staff(person, person, f"{person}@example.org", [role])
    proposed = await desk.overlays.propose("helga", LONGER)
    assert await desk.overlays.propose("aude", LONGER) == proposed
    with pytest.raises(Conflict):
        await desk.overlays.propose("helga", LONGER.model_copy(update={"vacancy": "250442"}))
    with pytest.raises(FourEyes):
        await desk.overlays.approve("helga", "longer", LONGER.sha256)
    await desk.overlays.approve("aude", "longer", LONGER.sha256)
    with pytest.raises(NotNow):
        await desk.overlays.approve("aude", "longer", LONGER.sha256)
    items = await desk.overlays.apply("helga", "longer")
    assert [(item.case, item.done) for item in items] == [(case, True)]
    carrier.refuses = case
    again = await desk.overlays.apply("helga", "longer")
    assert [(item.done, item.code) for item in again] == [(False, "on_hold")]
    assert len({request.step for _, request in carrier.asked}) == 1, "a round that is repeated asks the same of the same case"
    assert (await desk.overlays.lift("helga", "longer")).state == "lifted"
    assert await desk.overlays.apply("helga", "longer") == [], "no case in the store has it"
    assert (await desk.overlays.show("longer"))["state"] == "lifted"
    with pytest.raises(NotFound):
        await desk.overlays.show("none")
