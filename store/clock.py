"""The door clock: the system's, unless a demonstration has set one."""

from datetime import datetime

from sqlalchemy import select

from store.database import Database
from store.names import system_now
from store.tables import clock


class DoorClock:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def now(self) -> datetime:
        """The moment by which receipt and lateness are judged, in UTC."""
        async with self._db.reading() as rx:
            return (await rx.execute(select(clock.c.now))).scalar_one_or_none() or system_now()

    async def set(self, instant: datetime | None) -> None:
        """Stop the clock at `instant`; None lets the system's count again. Only the conductor of a demonstration does this."""
        statement = self._db.insert(clock).values(id=1, now=instant)
        async with self._db.transaction() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"now": instant}))
