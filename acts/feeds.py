"""A calendar feed for a member of staff: an address only they know, with what they follow; no names, and revoked at any time."""

from collections.abc import Callable
from datetime import date, datetime

from acts.compartments import deadlines as told_of
from acts.compartments import opened
from acts.secrecy import fresh, hashed, well_formed
from domain.agenda import FOLLOWS, AgendaItem, agenda
from domain.errors import NotFound
from domain.words import roles as roles_among
from store.agenda import Agendas
from store.clock import DoorClock
from store.database import Database
from store.feeds import Feeds
from store.names import system_now
from store.people import People, Staff

#: A diary is no archive: so many deadlines, the next ones.
MOST = 500


class FeedBook:
    """A desk's own part: `Desk.feeds`. Feeds live by the system's clock, what is due by the door's."""

    def __init__(self, db: Database, people: People, clock: DoorClock, now: Callable[[], datetime] = system_now) -> None:
        self._kept, self._agendas, self._people, self._clock, self._now = Feeds(db), Agendas(db), people, clock, now

    async def make(self, person: str) -> str:
        """The secret of a new feed; an earlier one ends. Raises NotFound."""
        await self._people.staff(person)
        secret = fresh()
        await self._kept.put(person, hashed(secret), self._now())
        return secret

    async def revoke(self, person: str) -> bool:
        return await self._kept.revoke(person, self._now())

    async def of(self, person: str) -> tuple[datetime, date | None] | None:
        """When the feed of a person was made and last fetched; None without one."""
        return await self._kept.of(person)

    async def read(self, secret: str) -> tuple[Staff, list[AgendaItem]]:
        """Whose feed it is, and what is in it: what their roles follow and their own hires, as far as they may know of it today.

        Raises NotFound for a secret that is none, was revoked, or is of somebody who does not work here any more.
        """
        person = await self._kept.used(hashed(secret), self._now().date()) if well_formed(secret) else None
        if person is None:
            raise NotFound("there is no such calendar", code="unknown_feed")
        who = await self._people.staff(person)
        roles = roles_among(who.roles)
        parties = {str(party) for role in roles for party in FOLLOWS.get(role, ())}
        rows = await self._agendas.followed(parties, person, MOST)
        return who, agenda(told_of(rows, opened(roles)), await self._clock.now())
