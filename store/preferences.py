"""How somebody likes the console, and the views they saved."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select

from domain.errors import NotFound
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import preferences, views


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

    async def views(self, person: str, screen: str) -> list[dict[str, Any]]:
        """Their own views of a screen and those shared with everybody, by name."""
        seen = or_(views.c.owner == person, views.c.shared)
        query = select(views).where(views.c.screen == screen, seen).order_by(views.c.name, views.c.view)
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])

    async def save_view(self, person: str, screen: str, name: str, query: str, at: datetime, *, shared: bool = False) -> str:
        """A named address of a screen; its id."""
        row = {"view": new_id(), "screen": screen, "name": name, "query": query, "owner": person, "shared": shared, "saved_at": utc(at)}
        await self._db.write(lambda tx: tx.execute(insert(views).values(row)))
        return str(row["view"])

    async def drop_view(self, person: str, view: str) -> None:
        """Only its owner drops a view. Raises NotFound."""
        mine = delete(views).where(views.c.view == view, views.c.owner == person)
        if not await self._db.write(lambda tx: tx.execute(mine).rowcount):
            raise NotFound("there is no such view of yours", code="unknown_view")
