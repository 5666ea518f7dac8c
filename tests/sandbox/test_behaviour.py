"""What partners and candidates do: by the seed, by what they are asked, and never before they could know."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import AskBody
from domain.words import Condition, Stage
from sandbox.agenda import Agenda
from sandbox.behaviour import Behaviour
from sandbox.partners import Answer, Partner, Street, everybody
from sandbox.population import POOL, TWIN, Fate, Persona, population
from sandbox.world import World

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
CLOSINGS = {vacancy: NOW + timedelta(days=40) for vacancy in (POOL, TWIN, "270311")}
CASE = "hire/abcd2345"
Said = tuple[str, str, dict[str, Any], datetime]


class Listening(Street):
    """A street whose gateway takes everything and remembers it."""

    def __init__(self, agenda: Agenda) -> None:
        super().__init__(everybody(["BE"], ["BE"]), Path("unused"), lambda: agenda.now)
        self.said: list[Said] = []

    async def say(self, partner: str, kind: str, subject: str, data: Mapping[str, Any], event_id: str) -> Answer:
        self.said.append((partner, kind, dict(data), self._clock()))
        return Answer(202, {"case": CASE})


class Scene:
    """One candidate, and everything that is said about them."""

    def __init__(self, **fate: Any) -> None:
        self.agenda = Agenda(NOW)
        self.street = Listening(self.agenda)
        self.world = World(7, self.agenda, self.street, CLOSINGS)
        self.behaviour = Behaviour(self.world)
        drawn = next(p for p in population(7, CLOSINGS, NOW) if p.vacancy == POOL)
        self.persona: Persona = replace(drawn, fate=Fate(merit=85, **fate))
        self.world.persona_of[CASE] = self.persona

    def asked(self, kind: str, partner: str = "nation-be", details: dict[str, Any] | None = None, subject: str = CASE) -> None:
        ask = AskBody.model_validate({"id": f"{subject}/{kind}/request/1", "kind": kind, "subject": subject, "details": details or {}})
        self.behaviour.asked(self.street.partners[partner], ask)

    def heard(self, kind: str, partner: str = "portal", **data: Any) -> None:
        self.behaviour.heard(self.street.partners[partner], kind, CASE, data)

    async def play(self) -> list[str]:
        """To the end; what was said, each thing once, in order."""
        while (moment := self.agenda.next) is not None:
            self.agenda.now = moment
            for item in self.agenda.take(moment):
                await item.do()
        return list(
            dict.fromkeys(f"{kind} {data.get('outcome', data.get('accepted', ''))}".strip() for _, kind, data, _ in self.street.said)
        )


async def test_a_nation_acknowledges_and_answers() -> None:
    scene = Scene()
    scene.asked("clearance")
    assert sorted(await scene.play()) == ["clearance.acknowledged", "clearance.replied granted"]


async def test_a_silent_nation_never_answers() -> None:
    scene = Scene(replies={Condition.CLEARANCE: ()})
    scene.asked("clearance")
    assert await scene.play() == ["clearance.acknowledged"]


@pytest.mark.parametrize("outcomes", [("granted", "refused"), ("interim", "granted")])
async def test_an_authority_may_say_two_things_in_a_row(outcomes: tuple[str, str]) -> None:
    scene = Scene(replies={Condition.CLEARANCE: outcomes})
    scene.asked("clearance")
    replies = [line for line in await scene.play() if line.startswith("clearance.replied")]
    assert replies == [f"clearance.replied {outcome}" for outcome in outcomes]


async def test_the_medical_service_tells_a_negative_itself() -> None:
    scene = Scene(replies={Condition.MEDICAL: ("unfit",)})
    scene.asked("medical", "medical")
    assert {"medical.replied unfit", "candidate.told"} <= set(await scene.play())


async def test_a_candidate_answers_an_offer_within_its_week() -> None:
    scene = Scene()
    scene.heard("offer.issued", post="p1")
    assert await scene.play() == ["offer.answered True"]
    assert scene.street.said[0][3] - NOW < timedelta(days=7)


async def test_one_who_lets_an_offer_lapse_answers_too_late() -> None:
    scene = Scene(offer="silent")
    scene.heard("offer.issued", post="p1")
    await scene.play()
    assert scene.street.said[0][3] - NOW > timedelta(days=8)


async def test_one_who_asks_for_time_answers_after_it() -> None:
    scene = Scene(offer="asks_time")
    scene.heard("offer.issued", post="p1")
    assert await scene.play() == ["offer.extension_requested", "offer.answered True"]


async def test_one_who_leaves_at_a_stage_leaves_there_and_nowhere_else() -> None:
    scene = Scene(leaves_at=Stage.INTERVIEW)
    scene.heard("hire.stage_changed", stage="assessment")
    assert await scene.play() == []
    scene.heard("hire.stage_changed", stage="interview")
    assert await scene.play() == ["application.withdrawn"]


async def test_the_budget_authority_sits_on_its_own_day() -> None:
    scene = Scene()
    scene.asked("budget", "budget", {"post": "240655-1"}, f"vacancy/{TWIN}")
    assert await scene.play() == ["budget.decided approved"]
    assert scene.street.said[0][3] > CLOSINGS[TWIN] + timedelta(days=100)


async def test_whoever_is_expected_and_does_not_come_is_reported() -> None:
    scene = Scene(comes=False)
    scene.heard("appointment.made", partner="hris", post="p1", enters_on="2027-03-02")
    assert await scene.play() == ["duty.no_show"]
    assert scene.street.said[0][3] > datetime(2027, 3, 2, tzinfo=UTC)


async def test_the_portal_learns_the_case_from_the_receipt() -> None:
    scene = Scene()
    scene.world.persona_of.clear()
    scene.behaviour.apply(scene.persona)
    await scene.play()
    assert scene.world.who(CASE) is scene.persona
    assert scene.world.who(f"{CASE}-2") is scene.persona
    assert scene.world.who("hire/stranger") is None


async def test_nobody_answers_for_a_case_they_do_not_know() -> None:
    scene = Scene()
    scene.asked("clearance", subject="hire/stranger")
    scene.behaviour.heard(Partner("portal", scene.street.partners["portal"].kind, "x"), "offer.issued", "hire/stranger", {})
    assert await scene.play() == []
