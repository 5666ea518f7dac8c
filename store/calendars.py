"""The calendars published in this installation: one row a version, never changed."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from domain.calendars import Calendar
from domain.errors import Conflict
from domain.log.leaf import Kind
from store import log
from store.columns import utc
from store.database import Database
from store.names import system_now
from store.tables import calendars


class Calendars:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[tuple[str, str], Calendar] = {}

    async def publish(self, calendar: Calendar, person: str) -> Calendar:
        """Keep a version; the same again changes nothing. Raises Conflict for other days under the same version."""
        return await self._db.write(partial(self._publish, calendar, person))

    def _publish(self, calendar: Calendar, person: str, tx: Connection) -> Calendar:
        row = {"id": calendar.id, "version": calendar.version, "sha256": calendar.sha256, "body": calendar.model_dump(mode="json")}
        by: dict[str, Any] = {"published_by": person, "published_at": utc(system_now())}
        new = self._db.insert(calendars).values(row | by).on_conflict_do_nothing().returning(calendars.c.id)
        first = tx.execute(new).first() is not None
        which = select(calendars.c.sha256).where(calendars.c.id == calendar.id, calendars.c.version == calendar.version)
        if tx.execute(which).scalar_one() != calendar.sha256:
            raise Conflict(f"calendar {calendar.label} was published with other days; raise its version", code="other_content")
        if first:
            said = {name: (row | by)[name] for name in ("version", "sha256", "published_by")}
            log.add(tx, log.about(Kind.DECISION, f"calendar/{calendar.id}", calendar.version, by["published_at"], **said))
        return calendar

    async def published(self, name: str) -> list[tuple[Calendar, str, datetime]]:
        """Every version of one calendar that was published here, the lowest first; with by whom and when."""
        query = select(calendars.c.body, calendars.c.published_by, calendars.c.published_at).where(calendars.c.id == name)
        rows = await self._db.read(lambda rx: [tuple(row) for row in rx.execute(query)])
        return sorted(((Calendar.model_validate(body), by, at) for body, by, at in rows), key=lambda each: each[0].age)

    async def in_force(self) -> dict[str, Calendar]:
        """The newest published version of each id. What was read once is kept: a version never changes."""
        known = await self._db.read(lambda rx: [(row.id, row.version) for row in rx.execute(select(calendars.c.id, calendars.c.version))])
        if any(each not in self._kept for each in known):
            rows = await self._db.read(lambda rx: [row.body for row in rx.execute(select(calendars.c.body))])
            read = [Calendar.model_validate(row) for row in rows]
            self._kept = {(each.id, each.version): each for each in read}
        return {each.id: each for each in sorted(self._kept.values(), key=lambda each: each.age)}
