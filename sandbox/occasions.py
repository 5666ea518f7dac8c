"""What people do of their own accord in the demonstration: the rules that no worklist asks for, each at least once.

A candidate whose fate names an occasion meets it when their hire comes to its stage (with the review of an ending: when it has
ended). What is done goes through `acts` or a partner's signed event, like everything else; a refusal is counted, and shown.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from acts.desk import Desk
from domain.words import Stage
from sandbox.behaviour import POSTPONED, Behaviour
from sandbox.population import Persona
from sandbox.world import World

Row = Mapping[str, Any]


class Acting(Protocol):
    """Somebody does an act; True when it was done."""

    def __call__(self, who: str, case: str, act: str, args: dict[str, Any]) -> Awaitable[bool]: ...


@dataclass
class Scene:
    """What an occasion may use: the doors, the time, the candidate."""

    world: World
    desk: Desk
    behaviour: Behaviour
    act: Acting
    case: str
    persona: Persona

    async def hire(self) -> dict[str, Any]:
        return dict(await self.desk.hire(self.case))

    def later(self, days: float, what: str, do: Callable[[], Awaitable[Any]]) -> None:
        """Something more, some days on, on an office afternoon."""
        self.world.agenda.afternoon(days, f"{self.persona.id}/{self.persona.fate.occasion}/{what}", self.case, do)

    def in_days(self, days: float) -> str:
        return (self.world.agenda.now + timedelta(days=days)).isoformat()


Do = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Occasion:
    stage: Stage | None
    after_days: float
    do: Do


OCCASIONS: dict[str, Occasion] = {}


def occasion(name: str, stage: Stage | None, after_days: float = 1) -> Callable[[Do], Do]:
    """Register what happens when a hire of that fate comes to `stage` (None: once it has ended)."""

    def register(do: Do) -> Do:
        OCCASIONS[name] = Occasion(stage, after_days, do)
        return do

    return register


@dataclass
class Occasions:
    """Sees every hire as it changes, and plans its occasion once."""

    world: World
    desk: Desk
    behaviour: Behaviour
    act: Acting
    met: set[str] = field(default_factory=set)

    def look(self, hire: Row) -> None:
        case, persona = str(hire["case_id"]), self.world.who(str(hire["case_id"]))
        if persona is None or "-" in case or case in self.met:
            return
        found = OCCASIONS.get(persona.fate.occasion)
        if found is None or hire["stage"] != found.stage or (found.stage is None and hire["ending"] is None):
            return
        self.met.add(case)
        scene = Scene(self.world, self.desk, self.behaviour, self.act, case, persona)

        async def happen() -> None:
            await found.do(scene)

        self.world.agenda.afternoon(found.after_days, f"{persona.id}/{persona.fate.occasion}", case, happen)


# ---- the occasions, in the order a case could meet them ---------------------------------------------------------------------


@occasion("handed_over", Stage.SCREENING)
async def _handed_over(s: Scene) -> None:
    await s.act("ines", s.case, "hand_over", {"owner": "tom"})


@occasion("held", Stage.SHORTLISTING, 0)
async def _held(s: Scene) -> None:
    """On hold for three weeks; the end of the hold comes by itself."""
    await s.act("ines", s.case, "hold", {"reason": "candidate_abroad", "until": s.in_days(21)})


@occasion("recused", Stage.ASSESSMENT, 0)
async def _recused(s: Scene) -> None:
    """A board member knows the candidate: the chair marks instead."""
    await s.act("oona", s.case, "recuse", {"reason": "conflict_of_interest"})


@occasion("slots", Stage.INTERVIEW, 0)
async def _slots(s: Scene) -> None:
    """Two moments are offered; the candidate takes the second on the portal."""
    days = [s.world.agenda.now + timedelta(days=n) for n in (9, 10)]
    slots = [day.replace(hour=7, minute=30).isoformat() for day in days]
    if await s.act("tom", s.case, "offer_slots", {"slots": slots, "minutes": 45, "place": "room-z-204"}):
        chosen = {"starts_at": slots[1], "minutes": 45, "place": "room-z-204"}
        s.behaviour.send("portal", "interview.scheduled", s.case, chosen, 1)
        s.behaviour.interviewed(s.case, 11)


@occasion("on_paper", Stage.CONDITIONS, 12)
async def _on_paper(s: Scene) -> None:
    """The agency's answer comes on paper: one person types it in, another confirms it."""
    reply = {"condition": "verification", "outcome": "confirmed", "reference": f"paper-{s.persona.id[-6:]}"}
    if await s.act("ines", s.case, "enter_reply", reply):
        s.later(2, "confirm", lambda: s.act("tom", s.case, "confirm_reply", {"condition": "verification"}))


@occasion("extended", Stage.CONDITIONS, 3)
async def _extended(s: Scene) -> None:
    await s.act("ines", s.case, "extend", {"deadline": "medical_file", "days": 14, "reason": "candidate_asked_for_time"})


@occasion("higher_grade", Stage.CONDITIONS, 5)
async def _higher_grade(s: Scene) -> None:
    """A member of the serving staff, to be appointed at the higher of twin grades: proposed, and decided by the authority."""
    if await s.act("ines", s.case, "propose_higher_grade", {"reason": "same_duties_before"}):
        s.later(3, "decide", lambda: s.act("aude", s.case, "decide_higher_grade", {"approved": True, "reason": "same_duties_before"}))


@occasion("postponed", Stage.ENTRY, 0)
async def _postponed(s: Scene) -> None:
    """The present employer does not let go in time: the day of entry is postponed, once."""
    [signed] = [row["body"] for row in await s.desk.timeline(s.case) if row["kind"] == "contract_answered"]
    day = date.fromisoformat(signed["enters_on"]) + timedelta(days=POSTPONED)
    await s.act("aude", s.case, "postpone_entry", {"enters_on": day.isoformat(), "reason": "notice_period_of_the_employer"})


@occasion("paused_condition", Stage.CONDITIONS, 2)
async def _paused_condition(s: Scene) -> None:
    """The agency asked for a fortnight: its condition alone stands still, everything else goes on."""
    args = {"condition": "verification", "reason": "agency_moves_house", "until": s.in_days(10)}
    await s.act("ines", s.case, "hold_condition", args)


@occasion("paper_contract", Stage.CONTRACT, 14)
async def _paper_contract(s: Scene) -> None:
    """The signed contract comes by post: one person types it in, another confirms it."""
    approved = [row["body"] for row in await s.desk.timeline(s.case) if row["kind"] == "contract_proposed"][-1]
    paper = {"paper": "contract", "signed": True, "on": approved["terms"]["enters_on"], "reference": f"post-{s.persona.id[-6:]}"}
    if await s.act("ines", s.case, "enter_paper", paper):
        s.later(2, "confirm", lambda: s.act("tom", s.case, "confirm_paper", {"paper": "contract"}))


@occasion("corrected", Stage.INTERVIEW, 0)
async def _corrected(s: Scene) -> None:
    """The assessment's mark was typed wrongly: a fact of its own supersedes it."""
    [marked] = [row for row in await s.desk.timeline(s.case) if row["kind"] == "assessment_marked"]
    score = min(marked["body"]["score"] + 1, 100)
    await s.act("oona", s.case, "correct", {"number": marked["number"], "score": score, "reason": "typing_mistake"})


async def _review(s: Scene) -> None:
    """The candidate asks for a review within the window."""
    s.behaviour.send("portal", "review.lodged", s.case, {"reference": f"review-{s.persona.id[-6:]}"}, 2)


occasion("reviewed", None)(_review)
occasion("reviewed_in_vain", None)(_review)
