"""Policy overlays on open cases: previewed, proposed, approved by another person, applied case by case, lifted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from acts.carrier import Carrier
from config.files import load_calendar
from domain.errors import NotFound, Refusal
from domain.hire import fold
from domain.messages import ActRequest
from domain.overlays import Overlay, Standing, approve, brief, figures_of, lift, propose, under, why_not
from domain.rehearsal import DeadlineMove, set_anew
from store.clock import DoorClock
from store.database import Database
from store.overlays import Overlays
from store.people import People
from store.queries import Queries
from store.vacancies import Vacancies


@dataclass(frozen=True)
class Affected:
    """One open hire: how the overlay would change it, or `why_not` it would not."""

    case: str
    vacancy: str
    stage: str
    held: bool
    why_not: str
    deadlines: tuple[DeadlineMove, ...]


@dataclass(frozen=True)
class Item:
    """What became of one case of a round: `done`, or the code and the sentence of the refusal."""

    case: str
    done: bool
    code: str = ""
    message: str = ""


class OverlayDesk:
    """A desk's own part: `Desk.overlays`."""

    def __init__(self, db: Database, people: People, queries: Queries, clock: DoorClock, carrier: Callable[[], Carrier]) -> None:
        self._kept, self._vacancies = Overlays(db), Vacancies(db)
        self._people, self._queries, self._clock, self._carrier = people, queries, clock, carrier

    async def preview(self, overlay: Overlay) -> list[Affected]:
        """Every open hire in the overlay's scope, with what would change; the exempt ones with that reason. Nothing is written."""
        now, published = await self._clock.now(), {each.spec.reference: each for each in await self._vacancies.list()}
        found = []
        for case, journal in sorted((await self._queries.journals(overlay.vacancy)).items()):
            state = fold(journal)
            reason = why_not(overlay, state)
            if reason in ("case_closed", "out_of_scope"):
                continue
            stands = published[state.vacancy]
            rules = under(stands.rules, {**state.figures, **figures_of(overlay, stands.rules)})
            moves = () if reason else set_anew(state, stands, rules, load_calendar(stands.rules.calendar), now, load_calendar)
            found.append(Affected(case, state.vacancy, str(state.stage), state.held is not None, reason, moves))
        return found

    async def propose(self, person: str, overlay: Overlay) -> Standing:
        """Raises NotFound (person), NotAllowed, Conflict."""
        who = await self._people.staff(person)
        stands = await self._find(overlay.overlay)
        proposed = propose(overlay, stands, person, who.roles, await self._clock.now())
        return proposed if stands is not None else await self._kept.put(None, proposed)

    async def approve(self, person: str, overlay: str, sha256: str) -> Standing:
        """Raises NotFound, NotAllowed, FourEyes, NotNow."""
        who, stands = await self._people.staff(person), await self._kept.get(overlay)
        return await self._kept.put(stands, approve(stands, sha256, person, who.roles, await self._clock.now()))

    async def lift(self, person: str, overlay: str) -> Standing:
        """From now on no case gets it; `apply` then takes it from those that have it. Raises NotFound, NotAllowed, NotNow."""
        who, stands = await self._people.staff(person), await self._kept.get(overlay)
        return await self._kept.put(stands, lift(stands, person, who.roles, await self._clock.now()))

    async def apply(self, person: str, overlay: str) -> list[Item]:
        """Bring every case in line with the overlay, one act each: lay it where it belongs, or take it away once it is lifted.

        A round broken off is simply repeated: the request of each act is the overlay's and the case's own. Raises NotFound.
        """
        who, stands = await self._people.staff(person), await self._kept.get(overlay)
        act = "lift_overlay" if stands.state == "lifted" else "apply_overlay"
        asked: dict[str, Any] = {"act": act, "person": person, "roles": tuple(who.roles), "args": {"overlay": overlay}}
        return [await self._one(case, ActRequest(request=f"{act}-{overlay}-{case}", **asked)) for case in await self._concerned(stands)]

    async def list(self) -> list[dict[str, Any]]:
        return [brief(each) for each in await self._kept.list()]

    async def standing(self, overlay: str) -> Standing:
        """One overlay as it stands. Raises NotFound."""
        return await self._kept.get(overlay)

    async def show(self, overlay: str) -> dict[str, Any]:
        """One overlay, with the cases it is laid on now. Raises NotFound."""
        stands = await self._kept.get(overlay)
        laid = [case for case, journal in sorted((await self._queries.journals()).items()) if overlay in fold(journal).overlays]
        return brief(stands) | {"laid_on": laid}

    async def _one(self, case: str, request: ActRequest) -> Item:
        try:
            await self._carrier().ask(case, request)
        except Refusal as refusal:
            return Item(case, False, refusal.code, refusal.message)
        return Item(case, True)

    async def _concerned(self, stands: Standing) -> Iterable[str]:
        states = {case: fold(journal) for case, journal in sorted((await self._queries.journals(stands.overlay.vacancy)).items())}
        if stands.state == "lifted":
            return [case for case, state in states.items() if stands.id in state.overlays and not state.ended]
        return [case for case, state in states.items() if not why_not(stands.overlay, state)]

    async def _find(self, overlay: str) -> Standing | None:
        try:
            return await self._kept.get(overlay)
        except NotFound:
            return None
