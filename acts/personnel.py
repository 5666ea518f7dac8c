"""The staff: who stands in for whom, who is away, what waits for each. No story is needed, nothing waits: a note is one step."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain import staff
from domain.acts import ACTS
from domain.errors import NotAllowed
from domain.facts import AnyFact
from domain.messages import Step
from domain.staff import StaffState
from domain.words import Role
from domain.words import roles as roles_among
from store.clock import DoorClock
from store.database import Database
from store.people import People, Staff
from store.queries import Queries, Row
from store.records import Records


@dataclass(frozen=True)
class Task:
    """One thing a case needs, as somebody finds it on their list. `for_` is the principal whose role it takes; empty: one's own."""

    case: str
    vacancy: str
    stage: str
    need: str
    next_deadline: Any
    owner: str
    mine: bool
    for_: str = ""


class Personnel:
    def __init__(self, db: Database, people: People, queries: Queries, clock: DoorClock) -> None:
        self._people, self._queries, self._clock, self._journals = people, queries, clock, Records(db)

    # ---- what somebody enters ---------------------------------------------------------------------------------------------

    async def absent(self, by: str, person: str, starts_on: date, ends_on: date, deputy: str = "") -> StaffState:
        """Enter an absence; a deputy gets all roles of the person for the time. Raises NotFound, BadInput, NotAllowed."""
        if deputy:
            await self._people.staff(deputy)
        who = await self._people.staff(by)
        today = await self._today()
        return await self._note(person, by, staff.enter_absence(person, by, who.roles, starts_on, ends_on, deputy, today))

    async def delegate(self, by: str, person: str, to: str, roles: Iterable[str], starts_on: date, ends_on: date) -> StaffState:
        """Give some of a person's roles to another one for a time. Raises NotFound, BadInput, NotAllowed."""
        own, who = await self._people.staff(person), await self._people.staff(by)
        await self._people.staff(to)
        given = staff.delegate(person, by, who.roles, to, tuple(roles), own.roles, starts_on, ends_on, await self._today())
        return await self._note(person, by, given)

    async def revoke(self, by: str, person: str, note: int) -> StaffState:
        """Take back an absence or a delegation. Raises NotFound, NotAllowed."""
        who = await self._people.staff(by)
        return await self._note(person, by, staff.revoke(await self.state(person), note, by, who.roles))

    async def _note(self, person: str, by: str, fact: AnyFact) -> StaffState:
        before = await self.state(person)
        step = Step(
            case=f"staff/{person}",
            after=before.number,
            step=f"note/{secrets.token_hex(8)}",
            at=await self._clock.now(),
            actor=f"person:{by}",
            facts=(fact,),
        )
        await self._journals.append(step)
        return await self.state(person)

    # ---- what follows from it ---------------------------------------------------------------------------------------------

    async def state(self, person: str) -> StaffState:
        """One person's absences and delegations. Raises NotFound."""
        await self._people.staff(person)
        found = staff.fold(await self._journals.journal(f"staff/{person}"))
        return found if found.person else found.model_copy(update={"person": person})

    async def stands_in(self, person: str) -> dict[str, tuple[str, ...]]:
        """Whose roles this person may use today."""
        journals = await self._queries.staff_journals()
        if not journals:
            return {}
        staffing = {each.person: each.roles for each in await self._people.list_staff()}
        return staff.stands_in(person, await self._today(), [staff.fold(journal) for journal in journals], staffing)

    async def away(self) -> frozenset[str]:
        """Who is absent today."""
        return staff.away(await self._today(), [staff.fold(journal) for journal in await self._queries.staff_journals()])

    async def worklist(self, person: str, needy: Iterable[Row] | None = None) -> list[Task]:
        """What open hires need that this person may do today: their own cases first, then by deadline. Raises NotFound.

        `needy` are the hires to look at, where somebody has read them (`Queries.in_need`).
        """
        who = await self._people.staff(person)
        rights = {"": roles_among(who.roles)} | {p: roles_among(given) for p, given in (await self.stands_in(person)).items()}
        away, found = await self.away(), []
        for hire in await self._queries.in_need() if needy is None else needy:
            found += [task for need in hire["needs"] if (task := _task(hire, need, person, rights, away)) is not None]
        return sorted(found, key=lambda t: (not t.mine, t.next_deadline is None, t.next_deadline or 0, t.case, t.need))

    async def owner(self, person: str) -> Staff:
        """Somebody who may own cases. Raises NotFound, NotAllowed."""
        who = await self._people.staff(person)
        if not {Role.HR_OFFICER, Role.HR_HEAD} & roles_among(who.roles):
            raise NotAllowed(f"a case is owned by HR; {person} is {', '.join(who.roles)}", code="not_hr")
        return who

    async def _today(self) -> date:
        return (await self._clock.now()).date()


def _task(hire: dict[str, Any], need: str, person: str, rights: dict[str, frozenset[Role]], away: frozenset[str]) -> Task | None:
    act = ACTS.get(need.partition(":")[0])
    if act is None:
        return None
    whose = next((principal for principal, roles in rights.items() if act.roles & roles), None)
    if whose is None:
        return None
    owner = hire["owner"] or ""
    mine = owner == person or (owner != "" and owner == whose) or (owner in away and owner in rights)
    return Task(hire["case_id"], hire["vacancy"], hire["stage"] or "", need, hire["next_deadline"], owner, mine, whose)
