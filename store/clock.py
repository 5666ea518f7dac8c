"""The door clock: the system's, unless a demonstration has set one."""

from datetime import datetime, timedelta

from sqlalchemy import select

from store.database import Database
from store.names import system_now
from store.tables import clock


class DoorClock:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def now(self) -> datetime:
        """The moment by which receipt and lateness are judged, in UTC."""
        row = await self._db.read(lambda rx: rx.execute(select(clock.c.now)).scalar_one_or_none())
        return row or system_now()

    async def played(self) -> bool:
        """Does a demonstration play the time?"""
        return await self._db.read(lambda rx: rx.execute(select(clock.c.now)).scalar_one_or_none()) is not None

    async def ahead(self) -> timedelta:
        """How far this installation's time is from the machine's own: nothing, unless a demonstration plays it.

        Doors, leases and retries go by the machine's clock; what is told of them is moved by this, so that no sentence compares two clocks.
        """
        row = await self._db.read(lambda rx: rx.execute(select(clock.c.now)).scalar_one_or_none())
        return row - system_now() if row else timedelta()

    async def set(self, instant: datetime | None) -> None:
        """Stop the clock at `instant`; None lets the system's count again. Only the conductor of a demonstration does this."""
        statement = self._db.insert(clock).values(id=1, now=instant)
        await self._db.write(lambda tx: tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"now": instant})))
