"""When each door was up. A run writes that it is alive every few seconds; between two runs of a door it was shut."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select

from domain.outage import Outage, Run, outages
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import door_log

#: How far back an outage is looked for.
LOOK_BACK = timedelta(days=120)


class DoorLog:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, door: str, at: datetime) -> str:
        """A door opens; returns the id of this run."""
        run = new_id()
        row = {"run": run, "door": door, "began_at": utc(at), "alive_at": utc(at)}
        await self._db.write(lambda tx: tx.execute(insert(door_log), [row]))
        return run

    async def alive(self, run: str, at: datetime) -> None:
        """The door is still open. A clock that was set back changes nothing."""
        later = door_log.update().where(door_log.c.run == run, door_log.c.alive_at < utc(at))
        await self._db.write(lambda tx: tx.execute(later.values(alive_at=utc(at))))

    async def outages(self, now: datetime, door: str = "gateway") -> list[Outage]:
        """When that door was shut, as far as it matters now."""
        columns = select(door_log.c.began_at, door_log.c.alive_at)
        wanted = columns.where(door_log.c.door == door, door_log.c.alive_at > utc(now) - LOOK_BACK)
        return outages(await self._db.read(lambda rx: [Run(row.began_at, row.alive_at) for row in rx.execute(wanted)]))
