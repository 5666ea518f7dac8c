"""Publishing a calendar: one head of HR, after seeing every open deadline it moves. Then each case counts again, by an act of its own.

One person is enough, unlike for a policy: a calendar states which days an office is closed, it decides nothing about anybody, no
candidate's time is ever shortened by it, and every deadline that moves says so in its case under that person's name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acts.carrier import Carrier
from config.files import load_calendar, names
from domain.calendars import Calendar, newest
from domain.deeds import check_deed
from domain.errors import BadInput, CaseClosed, Conflict
from domain.hire import fold
from domain.messages import ActRequest
from domain.moment import Moment
from domain.recount import recounts
from store.calendars import Calendars
from store.clock import DoorClock
from store.database import Database
from store.people import People
from store.queries import Queries
from store.vacancies import Vacancies


@dataclass(frozen=True)
class Affected:
    """One open deadline that a calendar moves: the case, what it was, what it will be."""

    case: str
    deadline: str
    was: dict[str, Any]
    will: dict[str, Any]


@dataclass(frozen=True)
class Version:
    """A version of a calendar, and who published it when; nobody did where it came with the software."""

    calendar: Calendar
    by: str = ""
    at: datetime | None = None


class CalendarDesk:
    """What may be done to calendars, and which is in force. A desk's own part: `Desk.calendars`."""

    def __init__(self, db: Database, people: People, clock: DoorClock) -> None:
        self._kept, self._people, self._clock = Calendars(db), people, clock
        self._queries, self._vacancies = Queries(db), Vacancies(db)

    async def in_force(self, name: str) -> Calendar:
        """The version that counts now: of those published here and the one that comes with the software, the highest. Raises NotFound."""
        here = await self._kept.in_force()
        return newest(load_calendar(name) if name in names("calendars") else None, here.get(name)) if name in here else load_calendar(name)

    async def history(self, name: str) -> list[Version]:
        """Every version there is up to the one in force, the lowest first. Raises NotFound."""
        shipped = Version(load_calendar(name))
        here = [Version(*each) for each in await self._kept.published(name) if each[0].age != shipped.calendar.age]
        return sorted([shipped, *here], key=lambda each: each.calendar.age)

    async def preview(self, calendar: Calendar) -> list[Affected]:
        """Every open deadline the calendar would move, by case; nothing is written. Raises BadInput, Conflict."""
        await self._check(calendar)
        here, now = await self._kept.in_force(), await self._clock.now()

        def office(name: str) -> Calendar:
            return calendar if name == calendar.id else newest(load_calendar(name), here.get(name))

        published = {each.spec.reference: each for each in await self._vacancies.list()}
        found: list[Affected] = []
        for case, journal in (await self._queries.journals()).items():
            state = fold(journal)
            if state.vacancy not in published:
                continue
            stands = published[state.vacancy]
            m = Moment(at=now, actor="muster", published=stands, calendar=office(stands.rules.calendar), office=office)
            moved = recounts(state, calendar.id, m)
            found += [Affected(case, each.key, _row(each.was), _row(each.will)) for each in moved]
        return found

    async def publish(self, person: str, calendar: Calendar, carrier: Carrier) -> list[Affected]:
        """Publish it and let every affected case count again, in the name of `person`. Asked again, it goes on where it stopped.

        Raises NotFound (person), NotAllowed, BadInput, Conflict (other days under this version), EngineUnavailable.
        """
        who = await self._people.staff(person)
        check_deed("publish_calendar", who.roles)
        affected = await self.preview(calendar)
        await self._kept.publish(calendar, person)
        for case in dict.fromkeys(each.case for each in affected):
            args = {"calendar": calendar.id, "version": calendar.version}
            asked = ActRequest(
                request=f"calendar-{calendar.id}-{calendar.version}",
                act="recompute_deadlines",
                person=person,
                roles=tuple(who.roles),
                args=args,
            )
            try:
                await carrier.ask(case, asked)
            except CaseClosed:  # it ended meanwhile: no deadline is left to move
                continue
        return affected

    async def _check(self, calendar: Calendar) -> None:
        known = names("calendars")
        if calendar.id not in known:
            raise BadInput(
                f"no policy counts on a calendar {calendar.id!r}; known: {', '.join(known)}", code="unknown_calendar", field="id"
            )
        now = await self.in_force(calendar.id)
        if calendar.age < now.age:
            raise BadInput(f"version {now.version} is in force; a new one is higher than {calendar.version}", code="older", field="version")
        if calendar.age == now.age and calendar.sha256 != now.sha256:
            raise Conflict(f"calendar {now.label} has other days; raise the version", code="other_content")
        if calendar.zone != now.zone:
            raise BadInput(f"calendar {calendar.id} stands in {now.zone}; an office does not move", code="zone_changed", field="zone")


def _row(deadline: Any) -> dict[str, Any]:
    row: dict[str, Any] = deadline.model_dump(include={"rule", "due_at", "limit_at", "calendar", "zone"})
    return row
