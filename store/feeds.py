"""Calendar feeds, by the hash of their secret. The secret itself is nowhere."""

from datetime import date, datetime

from sqlalchemy import insert, select

from store.database import Database
from store.tables import calendar_feeds


class Feeds:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def put(self, person: str, sha256: str, at: datetime) -> None:
        """A new feed; the one before it ends."""
        ended = calendar_feeds.update().where(calendar_feeds.c.person == person, calendar_feeds.c.revoked_at.is_(None))
        new = insert(calendar_feeds).values(sha256=sha256, person=person, created_at=at)
        await self._db.write(lambda tx: (tx.execute(ended.values(revoked_at=at)), tx.execute(new)))

    async def revoke(self, person: str, at: datetime) -> bool:
        """Was there one to end?"""
        ended = calendar_feeds.update().where(calendar_feeds.c.person == person, calendar_feeds.c.revoked_at.is_(None))
        return await self._db.write(lambda tx: bool(tx.execute(ended.values(revoked_at=at)).rowcount))

    async def of(self, person: str) -> tuple[datetime, date | None] | None:
        """When their feed was made, and on which day it was last fetched; None without one."""
        mine = (calendar_feeds.c.person == person, calendar_feeds.c.revoked_at.is_(None))
        query = select(calendar_feeds.c.created_at, calendar_feeds.c.last_used).where(*mine)
        row = await self._db.read(lambda rx: rx.execute(query).first())
        return (row[0], row[1]) if row else None

    async def used(self, sha256: str, today: date) -> str | None:
        """Whose live feed has this hash; that it was fetched is noted once a day."""
        live = (calendar_feeds.c.sha256 == sha256, calendar_feeds.c.revoked_at.is_(None))
        row = await self._db.read(lambda rx: rx.execute(select(calendar_feeds.c.person, calendar_feeds.c.last_used).where(*live)).first())
        if row is None:
            return None
        if row.last_used != today:
            await self._db.write(lambda tx: tx.execute(calendar_feeds.update().where(*live).values(last_used=today)))
        return str(row.person)
