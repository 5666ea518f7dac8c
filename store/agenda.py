"""Open deadlines for calendars: those of some days, and how many fall into each week. Clocks that stand still on hold are left out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from domain.words import Party
from store.database import Database
from store.pages import OPEN
from store.queries import Row, dicts
from store.tables import deadlines, hires


class Agendas:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def between(self, first: datetime, last: datetime, limit: int) -> list[Row]:
        """The open deadlines from one moment to before another, by when they are due."""
        query = _running().where(deadlines.c.due_at >= first, deadlines.c.due_at < last)
        return await self._db.read(lambda rx: dicts(rx, query.order_by(deadlines.c.due_at, deadlines.c.case_id).limit(limit)))

    async def load(self, weeks: Iterable[tuple[datetime, datetime]], *, owners: bool) -> list[list[Row]]:
        """Per span: how many deadlines end there (`n`), by `key` and by `whose`: the party that must move, or the owner of the hire."""
        return await self._db.read(lambda rx: [_load(rx, first, last, owners) for first, last in weeks])

    async def followed(self, parties: Iterable[str], owner: str, limit: int) -> list[Row]:
        """The open deadlines of these parties, and of the hires somebody looks after; the next ones first."""
        theirs = select(hires.c.case_id).where(hires.c.owner == owner, hires.c.ending.is_(None))
        query = _running().where(or_(deadlines.c.party.in_(list(parties)), deadlines.c.case_id.in_(theirs)))
        return await self._db.read(lambda rx: dicts(rx, query.order_by(deadlines.c.due_at, deadlines.c.case_id).limit(limit)))


def _running() -> Select[Any]:
    held = select(hires.c.case_id).where(hires.c.held)
    return select(deadlines).where(deadlines.c.state.in_(OPEN), deadlines.c.case_id.not_in(held), deadlines.c.party != Party.NOBODY)


def _load(rx: Connection, first: datetime, last: datetime, owners: bool) -> list[Row]:
    held = select(hires.c.case_id).where(hires.c.held)
    whose: ColumnElement[Any] = hires.c.owner if owners else deadlines.c.party
    query = select(whose.label("whose"), deadlines.c.key, func.count().label("n")).where(
        deadlines.c.state.in_(OPEN),
        deadlines.c.due_at >= first,
        deadlines.c.due_at < last,
        deadlines.c.party != Party.NOBODY,
        deadlines.c.case_id.not_in(held),
    )
    query = query.select_from(deadlines.join(hires, hires.c.case_id == deadlines.c.case_id)) if owners else query
    return dicts(rx, query.group_by(whose, deadlines.c.key))
