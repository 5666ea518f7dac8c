"""Planned maintenance: from when until when a system is known to be away, so that nobody is alarmed meanwhile."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select

from domain.errors import NotFound, NotNow
from domain.maintenance import Window
from store.database import Database
from store.names import new_id
from store.queries import dicts
from store.replays import enter
from store.tables import maintenance

Row = dict[str, Any]


class Maintenance:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def windows(self, now: datetime) -> dict[str, list[Window]]:
        """What is planned and not over, by system, the next first."""
        of = maintenance.c
        query = select(maintenance).where(of.ended_at.is_(None), of.until > now).order_by(of.begins, of.plan)
        found: dict[str, list[Window]] = {}
        for row in await self._db.read(lambda rx: dicts(rx, query)):
            window = Window(**{name: row[name] for name in ("plan", "begins", "until", "person")})
            found.setdefault(row["partner"], []).append(window)
        return found

    async def plan(self, person: str, at: datetime, partner: str, begins: datetime, until: datetime) -> str:
        """Keep one; its id."""
        return await self._db.write(partial(_plan, person, at, partner, begins, until))

    async def end(self, person: str, at: datetime, partner: str, plan: str) -> None:
        """It does not take place, or was over sooner. Raises NotFound, NotNow when it is over."""
        await self._db.write(partial(_end, person, at, partner, plan))


def _plan(person: str, at: datetime, partner: str, begins: datetime, until: datetime, tx: Connection) -> str:
    plan = new_id()
    row: Row = {"plan": plan, "partner": partner, "begins": begins, "until": until, "person": person, "planned_at": at}
    tx.execute(insert(maintenance).values(**row, ended_by=None, ended_at=None))
    enter(tx, at, person=person, act="maintenance_planned", partner=partner, delivery=plan)
    return plan


def _end(person: str, at: datetime, partner: str, plan: str, tx: Connection) -> None:
    mine = maintenance.c.plan == plan, maintenance.c.partner == partner
    row = tx.execute(select(maintenance).where(*mine).with_for_update()).mappings().first()
    if row is None:
        raise NotFound("there is no such maintenance", code="unknown_plan")
    if row["ended_at"] is not None or row["until"] <= at:
        raise NotNow("this maintenance is over", code="plan_over")
    tx.execute(maintenance.update().where(*mine).values(ended_by=person, ended_at=at))
    enter(tx, at, person=person, act="maintenance_ended", partner=partner, delivery=plan)
