"""What changed, in the order it was committed: the facts of the audit log by the case they are about, for whoever watches."""

from dataclasses import dataclass

from sqlalchemy import select

from store.database import Database
from store.tables import leaves, log_size

#: Whoever was away for more than so many facts is told that everything may have changed.
MOST = 500


@dataclass(frozen=True)
class Change:
    """A fact was written to a case. `position` is its leaf's, and where to go on watching."""

    position: int
    case: str


class Changes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def position(self) -> int:
        """How many leaves there are: from here on nothing has been told yet."""
        return await self._db.read(lambda rx: rx.execute(select(log_size.c.size)).scalar_one_or_none() or 0)

    async def since(self, position: int) -> list[Change]:
        """The facts from a position on, at most `MOST`."""
        query = select(leaves.c.position, leaves.c.case_id).where(leaves.c.position >= position, leaves.c.case_id.is_not(None))
        found = query.order_by(leaves.c.position).limit(MOST)
        return await self._db.read(lambda rx: [Change(*row) for row in rx.execute(found)])
