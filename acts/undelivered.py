"""Letters that were given up: who may look after them, and what may be done. They are somebody's news: nothing here is done by itself."""

from typing import Any

from domain.deeds import check_deed
from store.clock import DoorClock
from store.database import Database
from store.people import People
from store.undelivered import Undelivered

Row = dict[str, Any]


class UndeliveredDesk:
    def __init__(self, db: Database, people: People, clock: DoorClock) -> None:
        self._kept, self._people, self._clock = Undelivered(db), people, clock

    async def all(self, limit: int = 200) -> list[Row]:
        """What was given up after every try, the newest first: references only, nothing of what is written."""
        return await self._kept.all(limit)

    async def get(self, parcel: str) -> Row:
        """Raises NotFound."""
        return await self._kept.get(parcel)

    async def causes(self) -> list[Row]:
        return await self._kept.causes()

    async def again(self, person: str, parcel: str | None = None, error: str | None = None) -> int:
        """Have one sent again, or all that were given up for one cause; how many. Raises NotAllowed, NotFound."""
        await self._may(person)
        return len(await self._kept.again(person, await self._clock.now(), parcel, error))

    async def posted(self, person: str, parcel: str) -> None:
        """Note that it went on paper. Raises NotAllowed, NotFound, NotNow."""
        await self._may(person)
        await self._kept.posted(person, await self._clock.now(), parcel)

    async def _may(self, person: str) -> None:
        check_deed("look_after_letters", (await self._people.staff(person)).roles)
