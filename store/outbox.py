"""The outbox: what a committed step announces and writes to people, kept in its transaction, sent until received or given up.

Its letters leave from here; its events as deliveries, one per subscriber (`store.deliveries`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select

from domain.log.leaf import Kind, instant
from store import log
from store.database import Database
from store.names import system_now
from store.tables import outbox

Row = dict[str, Any]


@dataclass(frozen=True)
class Parcel:
    """One thing to send. `id` never changes, however often it is tried; `at` is the case's time; a letter's `body` is {"letter": id}.

    `case` is empty for mail to our own people that is about no single case. An event is for one subscriber: `partner`, by `delivery`.
    """

    id: str
    case: str
    number: int
    at: datetime
    kind: str
    type: str
    subject: str
    body: Row
    attempts: int
    partner: str = ""
    delivery: str = ""


class Outbox:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def lease(self, limit: int, now: datetime, seconds: float) -> list[Parcel]:
        """Take up to `limit` due letters for `seconds`; nobody else gets them meanwhile. They leave in any order.

        Events leave as deliveries: `store.deliveries`.
        """
        if not await self._db.read(lambda rx: rx.execute(select(outbox.c.seq).where(_due(now)).limit(1)).all()):
            return []
        rows = await self._db.write(partial(_lease, limit, now, now + timedelta(seconds=seconds)))
        return [parcel_of(row) for row in rows]

    async def sent(self, id: str, at: datetime | None = None) -> None:  # noqa: A002 - the interface others call by this name
        """It was received."""
        await self._settle(id, state="sent", sent_at=at or system_now(), error="")

    async def failed(self, id: str, next_at: datetime, error: str) -> None:  # noqa: A002
        """It was not received; try again at `next_at`. `error` is a word for the operator, without personal data."""
        await self._settle(id, next_at=next_at, error=error)

    async def dead(self, id: str, error: str | None = None) -> None:  # noqa: A002
        """Given up."""
        await self._settle(id, state="dead", **({} if error is None else {"error": error}))

    async def renew(self, ids: Sequence[str], until: datetime) -> None:
        """Whoever holds these is alive."""
        held = outbox.update().where(outbox.c.id.in_(ids), outbox.c.state == "pending", outbox.c.lease_until.is_not(None))
        await self._db.write(lambda tx: tx.execute(held.values(lease_until=until)))

    async def put(self, id: str, type: str, at: datetime, body: Row) -> bool:  # noqa: A002
        """Mail to one of our own people about no single case; False when a parcel of this id was put before."""
        row: Row = {"id": id, "case_id": None, "number": 0, "n": 0, "at": at, "kind": "letter", "type": type, "subject": "", "body": body}
        waiting: Row = {"state": "pending", "attempts": 0, "next_at": None, "lease_until": None, "sent_at": None, "error": ""}
        new = self._db.insert(outbox).values(**row, **waiting).on_conflict_do_nothing(index_elements=["id"]).returning(outbox.c.seq)
        return await self._db.write(lambda tx: tx.execute(new).first()) is not None

    async def last(self, prefix: str) -> datetime | None:
        """When the last parcel was put whose id begins so."""
        query = select(func.max(outbox.c.at)).where(outbox.c.id.startswith(prefix, autoescape=True))
        return await self._db.read(lambda rx: rx.execute(query).scalar_one())

    async def pending(self) -> int:
        """How many parcels wait, leased or not."""
        query = select(func.count()).select_from(outbox).where(outbox.c.state == "pending")
        return await self._db.read(lambda rx: int(rx.execute(query).scalar_one()))

    async def _settle(self, id: str, **values: Any) -> None:  # noqa: A002
        await self._db.write(partial(_settle, id, values))


def _settle(id_: str, values: Row, tx: Connection) -> None:
    """A letter that was handed over, or given up, is an effect: the log has it."""
    still = outbox.update().where(outbox.c.id == id_, outbox.c.state == "pending").values(lease_until=None, **values)
    row = tx.execute(still.returning(outbox.c.case_id, outbox.c.type, outbox.c.state, outbox.c.error, outbox.c.number)).first()
    if row is not None and row.state != "pending":
        at = values.get("sent_at") or system_now()
        said = {"parcel": id_, "type": row.type, "number": row.number, "state": row.state, "error": row.error}
        log.add(tx, log.about(Kind.EFFECT, row.case_id or "staff", f"{id_}/{instant(at)}", at, **said))


def _lease(limit: int, now: datetime, until: datetime, tx: Connection) -> Sequence[RowMapping]:
    wanted = select(outbox).where(_due(now)).order_by(outbox.c.seq).limit(limit)
    rows = tx.execute(wanted.with_for_update(skip_locked=True)).mappings().all()
    leased = outbox.update().where(outbox.c.id.in_([row["id"] for row in rows]))
    tx.execute(leased.values(lease_until=until, attempts=outbox.c.attempts + 1))
    return rows


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    return and_(outbox.c.state == "pending", outbox.c.kind == "letter", or_(outbox.c.next_at.is_(None), outbox.c.next_at <= now), free)


def parcel_of(row: RowMapping) -> Parcel:
    """An outbox row as the parcel it is."""
    names = ("id", "number", "at", "kind", "type", "subject", "body")
    return Parcel(case=row["case_id"] or "", attempts=row["attempts"] + 1, **{name: row[name] for name in names})
