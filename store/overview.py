"""What an overview shows, counted by the store: the flow through the stages, what is stuck, and what was written lately."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, func, select

from domain.signals import POISON
from domain.words import Stage
from store.database import Database
from store.queries import Row, dicts
from store.tables import deliveries, hires, inbox, journal, leaves, log_size, outbox, strays

OPEN = hires.c.ending.is_(None)
#: How far back somebody is told what was written while they were away, in leaves of the log.
REACH = 5000
#: What follows from something else that is told: clocks, letters, parcels.
ASIDE = ("deadline_set", "deadline_closed", "deadline_reminded", "deadline_missed", "letter_written", "undo_planned", "message_set_aside")


class Overviews:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def flow(self, now: datetime, soon: datetime) -> list[Row]:
        """Each stage where somebody stands, in order: `n`, of them `overdue` and due `soon`, since when the `median` and `oldest` do."""
        return await self._db.read(lambda rx: _flow(rx, now, soon))

    async def stuck(self) -> dict[str, int]:
        """Deliveries nobody could make, and events that wait for a person, by kind; what there is none of is not in it."""
        poison = inbox.c.reason.startswith(POISON, autoescape=True)
        asked: dict[str, tuple[Table, ColumnElement[bool]]] = {
            "outbox": (outbox, and_(outbox.c.state == "dead", outbox.c.kind == "letter")),
            "deliveries": (deliveries, deliveries.c.state == "dead"),
            "unrouted": (strays, strays.c.state == "unrouted"),
            "poison": (inbox, and_(inbox.c.state == "parked", poison)),
        }
        queries = {name: select(func.count()).select_from(table).where(where) for name, (table, where) in asked.items()}
        found = await self._db.read(lambda rx: {name: int(rx.execute(query).scalar_one()) for name, query in queries.items()})
        return {name: n for name, n in found.items() if n}

    async def lately(self, since: int, limit: int, owner: str = "") -> tuple[list[Row], int]:
        """The newest entries of hires' journals written since that position of the log, newest first, and where the log ends now.

        With an owner, of the hires that are theirs.
        """
        return await self._db.read(lambda rx: _lately(rx, since, limit, owner))

    async def owns(self, person: str) -> bool:
        """Does somebody look after open hires?"""
        query = select(hires.c.case_id).where(hires.c.owner == person, OPEN).limit(1)
        return await self._db.read(lambda rx: rx.execute(query).first() is not None)


def _flow(rx: Connection, now: datetime, soon: datetime) -> list[Row]:
    overdue = func.sum(case((hires.c.next_deadline <= now, 1), else_=0)).label("overdue")
    near = func.sum(case((and_(hires.c.next_deadline > now, hires.c.next_deadline <= soon), 1), else_=0)).label("soon")
    counted = select(hires.c.stage, func.count().label("n"), overdue, near, func.min(hires.c.since).label("oldest"))
    found = {row["stage"]: row for row in dicts(rx, counted.where(OPEN, hires.c.stage.is_not(None)).group_by(hires.c.stage))}
    return [
        found[stage] | {"median": rx.execute(_median(stage, found[stage]["n"])).scalar()} for stage in map(str, Stage) if stage in found
    ]


def _median(stage: str, n: int) -> Select[Any]:
    known = and_(OPEN, hires.c.stage == stage, hires.c.since.is_not(None))
    return select(hires.c.since).where(known).order_by(hires.c.since).offset(n // 2).limit(1)


def _lately(rx: Connection, since: int, limit: int, owner: str) -> tuple[list[Row], int]:
    size = int(rx.execute(select(log_size.c.size)).scalar_one_or_none() or 0)
    query = select(leaves.c.position, journal, hires.c.vacancy, hires.c.candidate)
    query = query.join(journal, and_(journal.c.case_id == leaves.c.case_id, journal.c.number == leaves.c.number))
    query = query.join(hires, hires.c.case_id == leaves.c.case_id).where(leaves.c.position >= max(since, size - REACH))
    query = query.where(journal.c.kind.not_in(ASIDE))
    query = query.where(hires.c.owner == owner) if owner else query
    return dicts(rx, query.order_by(leaves.c.position.desc()).limit(limit)), size
