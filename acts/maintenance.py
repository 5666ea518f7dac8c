"""Planned maintenance of the systems we talk to: a person says from when until when one is away; nothing about its door is alarmed then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from domain.deeds import check_deed
from domain.errors import NotFound
from domain.maintenance import Window, planned
from store.clock import DoorClock
from store.database import Database
from store.maintenance import Maintenance
from store.people import People


class World(Protocol):
    """Who is known of the systems. `acts.outside.Outside` fits."""

    def partners(self) -> Mapping[str, Any]: ...


class MaintenanceDesk:
    """Without a `world` no system is known, and nothing can be planned."""

    def __init__(self, db: Database, people: People, clock: DoorClock, world: World | None) -> None:
        self._kept, self._people, self._clock, self._world = Maintenance(db), people, clock, world

    async def windows(self) -> dict[str, list[Window]]:
        """What is planned and not over, by system, the next first."""
        return await self._kept.windows(await self._clock.now())

    async def plan(self, person: str, partner: str, begins: datetime, until: datetime) -> str:
        """State one; its id. Raises NotAllowed, NotFound for a system nobody knows, BadInput for what is no plan."""
        check_deed("plan_maintenance", (await self._people.staff(person)).roles)
        now = await self._clock.now()
        planned(begins, until, now)
        if self._world is None or partner not in self._world.partners():
            raise NotFound(f"there is no partner {partner!r} in the partners file", code="no_such_partner")
        return await self._kept.plan(person, now, partner, begins, until)

    async def end(self, person: str, partner: str, plan: str) -> None:
        """It is over sooner, or does not take place. Raises NotAllowed, NotFound, NotNow."""
        check_deed("plan_maintenance", (await self._people.staff(person)).roles)
        await self._kept.end(person, await self._clock.now(), partner, plan)
