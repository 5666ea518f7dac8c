"""How somebody likes the console, and the views they saved."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Delete, Update, delete, func, insert, or_, select, true, update

from domain.errors import Conflict, NotFound
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import preferences, views

#: So many views of one list somebody may keep.
MOST = 30


class Preferences:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, person: str) -> dict[str, Any]:
        """What they chose; empty for somebody who chose nothing."""
        query = select(preferences.c.body).where(preferences.c.person == person)
        return dict(await self._db.read(lambda rx: rx.execute(query).scalar_one_or_none()) or {})

    async def put(self, person: str, **chosen: Any) -> None:
        """Keep what they chose beside what they chose before."""
        body = {**await self.of(person), **chosen}
        new = self._db.insert(preferences).values(person=person, body=body)
        await self._db.write(lambda tx: tx.execute(new.on_conflict_do_update(index_elements=["person"], set_={"body": body})))

    async def views(self, person: str, screen: str | None = None) -> list[dict[str, Any]]:
        """Their own views and those shared with everybody, of one screen or of all, by name."""
        seen = or_(views.c.owner == person, views.c.shared)
        of = true() if screen is None else views.c.screen == screen
        query = select(views).where(of, seen).order_by(views.c.screen, views.c.name, views.c.view)
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])

    async def save_view(self, person: str, screen: str, name: str, query: str, at: datetime, *, shared: bool = False) -> str:
        """A named address of a screen; its id. Raises Conflict for somebody who has `MOST` views of it already."""
        row = {"view": new_id(), "screen": screen, "name": name, "query": query, "owner": person, "shared": shared, "saved_at": utc(at)}
        kept = select(func.count()).where(views.c.owner == person, views.c.screen == screen)

        def work(tx: Connection) -> None:
            if tx.execute(kept).scalar_one() >= MOST:
                raise Conflict(f"nobody has more than {MOST} views of a list: delete one first", code="too_many_views")
            tx.execute(insert(views).values(row))

        await self._db.write(work)
        return str(row["view"])

    async def change_view(self, person: str, view: str, **changed: str | bool) -> None:
        """Another name, or whether it is shared. Only its owner changes a view. Raises NotFound."""
        await self._of_mine(update(views).where(views.c.view == view, views.c.owner == person).values(changed))

    async def drop_view(self, person: str, view: str) -> None:
        """Only its owner drops a view. Raises NotFound."""
        await self._of_mine(delete(views).where(views.c.view == view, views.c.owner == person))

    async def _of_mine(self, change: Update | Delete) -> None:
        if not await self._db.write(lambda tx: tx.execute(change).rowcount):
            raise NotFound("there is no such view of yours", code="unknown_view")
