"""What the store says of the machinery itself: where its tables stand, what waits in its queues, who is signed in. Nothing personal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from domain.sessions import Bounds
from store.columns import utc
from store.database import Database
from store.migrations import run
from store.tables import deliveries, inbox, outbox, sessions, strays

#: Where something can wait.
QUEUES = ("arrived", "unrouted", "letters", "events", "given_up", "letters_given_up")


@dataclass(frozen=True)
class Queue:
    """What waits in one place: how much, and since when the oldest."""

    name: str
    n: int
    oldest: datetime | None


@dataclass(frozen=True)
class Kept:
    """`revision` is where the tables stand, `needed` where this version expects them."""

    engine: str
    revision: str
    needed: str
    queues: tuple[Queue, ...]
    sessions: int
    people: int


class Machinery:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def kept(self, now: datetime, bounds: Bounds) -> Kept:
        """All of it as of one moment; sessions are those that still count at `now`."""
        return await self._db.read(lambda rx: _kept(rx, now, bounds))


def _kept(rx: Connection, now: datetime, bounds: Bounds) -> Kept:
    came, gone, lost = inbox.c, outbox.c, strays.c
    waiting = (
        (came.received_at, came.state == "open"),
        (lost.received_at, lost.state == "unrouted"),
        (gone.at, gone.state == "pending", gone.kind == "letter"),
        (gone.at, gone.state == "pending", gone.kind != "letter"),
        (gone.at, deliveries.c.state == "dead", deliveries.c.parcel == gone.id),
        (gone.at, gone.state == "dead", gone.kind == "letter"),
    )
    queues = tuple(_queue(rx, name, *of) for name, of in zip(QUEUES, waiting, strict=True))
    mine = (sessions.c.ended_at.is_(None), sessions.c.created_at > utc(now - bounds.longest), sessions.c.seen_at > utc(now - bounds.idle))
    people = int(rx.execute(select(func.count(sessions.c.person.distinct())).where(*mine)).scalar_one())
    return Kept(_engine(rx), run.current(rx) or "", run.head(), queues, _count(rx, *mine), people)


def _queue(rx: Connection, name: str, at: ColumnElement[Any], *where: ColumnElement[bool]) -> Queue:
    n, oldest = rx.execute(select(func.count(), func.min(at)).where(*where)).one()
    return Queue(name, int(n), oldest)


def _count(rx: Connection, *where: ColumnElement[bool]) -> int:
    return int(rx.execute(select(func.count()).where(*where)).scalar_one())


def _engine(rx: Connection) -> str:
    """Which database, in which version."""
    version = rx.dialect.server_version_info or ()
    name = "SQLite" if rx.dialect.name == "sqlite" else "PostgreSQL"
    return " ".join((name, ".".join(map(str, version))))
