"""One delivery per committed event and subscriber: fanned out from the outbox, sent in order per case and subscriber, or given up.

Fan-out happens in a transaction of its own, before sending, and not in the step that announces: a step knows no partners file, and a
case must not wait for a list of subscribers. It takes rows by their state (`spread_at` is NULL), so a row that commits late is never
passed over; one row is spread once. Steps of a case commit one after the other, and rows are taken in their order, so the deliveries of
a case come into being in its order too. A subscriber added later hears what is spread from then on: what commits from then on, and what
was committed but still waited for a relay at that moment; nothing older.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, exists, func, insert, literal, or_, select

from domain.log.leaf import Kind, instant
from store import log
from store.database import Database
from store.names import new_id
from store.outbox import Parcel
from store.tables import deliveries, outbox, subscribers

Row = dict[str, Any]

SPREAD_AT_ONCE = 200
OFF = "subscription_off"

_earlier = deliveries.alias("earlier")


class Subscriber(Protocol):
    """What of a partner fan-out asks."""

    @property
    def id(self) -> str: ...
    def hears(self, kind: str, vacancy: str | None = None) -> bool: ...


class Deliveries:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def spread(self, among: Iterable[Subscriber], now: datetime) -> int:
        """Make the deliveries of events that have none yet; how many events those were. What nobody hears is done at once."""
        if not await self._db.read(lambda rx: rx.execute(select(outbox.c.seq).where(_unspread()).limit(1)).all()):
            return 0
        return await self._db.write(partial(_spread, list(among), now))

    async def due(self, now: datetime) -> list[str]:
        """The subscribers something may be sent to now."""
        query = select(deliveries.c.partner).distinct().where(_due(now), ~_has_earlier()).order_by(deliveries.c.partner)
        return await self._db.read(lambda rx: list(rx.execute(query).scalars()))

    async def lease(self, partner: str, limit: int, now: datetime, seconds: float) -> list[Parcel]:
        """Take up to `limit` of this subscriber's for `seconds`: of each case only the first that is neither sent nor given up."""
        rows = await self._db.write(partial(_lease, partner, limit, now, now + timedelta(seconds=seconds)))
        return [_parcel(row) for row in rows]

    async def renew(self, ids: Sequence[str], until: datetime) -> None:
        """Whoever holds these is alive."""
        held = deliveries.update().where(deliveries.c.id.in_(ids), deliveries.c.state == "pending", deliveries.c.lease_until.is_not(None))
        await self._db.write(lambda tx: tx.execute(held.values(lease_until=until)))

    async def sent(self, parcel: Parcel, at: datetime, status: int | None) -> None:
        """It was received."""
        await self._settle(parcel, at, state="sent", sent_at=at, last_status=status, error="")

    async def failed(self, parcel: Parcel, at: datetime, next_at: datetime, error: str, status: int | None) -> None:
        """It was not received; try again at `next_at`."""
        await self._settle(parcel, at, next_at=next_at, last_status=status, error=error)

    async def dead(self, parcel: Parcel, at: datetime, error: str, status: int | None) -> None:
        """Given up: what comes after it for this subscriber in its case may leave now."""
        await self._settle(parcel, at, state="dead", last_status=status, error=error)

    async def skip(self, parcel: Parcel, at: datetime, error: str) -> None:
        """Nobody is there any more to take it."""
        await self._settle(parcel, at, state="skipped", error=error)

    async def switch_off(self, partner: str, at: datetime) -> None:
        """It answered 410. Nothing leaves for it any more; what waits, and what comes, is kept as skipped until somebody resumes it."""
        await self._db.write(partial(_switch_off, self._db, partner, at))

    async def _settle(self, parcel: Parcel, at: datetime, **values: Any) -> None:
        await self._db.write(partial(_settle, self._db, parcel, at, values))


def _spread(among: Sequence[Subscriber], now: datetime, tx: Connection) -> int:
    fresh = select(outbox).where(_unspread()).order_by(outbox.c.seq).limit(SPREAD_AT_ONCE)
    # Not SKIP LOCKED: two relays spread one after the other, or a case's second event could get ahead of its first.
    rows = tx.execute(fresh.with_for_update()).mappings().all()
    off = set(tx.execute(select(subscribers.c.partner).where(subscribers.c.off_at.is_not(None))).scalars())
    made = [_fresh(row, each.id, off) for row in rows for each in among if each.hears(row["type"], _vacancy(row))]
    if made:
        tx.execute(insert(deliveries), made)
    tx.execute(outbox.update().where(outbox.c.id.in_([row["id"] for row in rows])).values(spread_at=now))
    _close(tx, [row["id"] for row in rows], now)
    return len(rows)


def _fresh(row: RowMapping, partner: str, off: set[str]) -> Row:
    state: Row = {"state": "skipped", "error": OFF} if partner in off else {"state": "pending", "error": ""}
    waiting: Row = dict.fromkeys(("next_at", "lease_until", "last_status", "sent_at")) | {"attempts": 0}
    return {"id": new_id(), "parcel": row["id"], "seq": row["seq"], "partner": partner, "case_id": row["case_id"], **state, **waiting}


def _vacancy(row: RowMapping) -> str | None:
    kind, _, reference = row["subject"].partition("/")
    said = row["body"].get("vacancy")
    return reference if kind == "vacancy" else said if isinstance(said, str) else None


def _lease(partner: str, limit: int, now: datetime, until: datetime, tx: Connection) -> Sequence[RowMapping]:
    if is_off(tx, partner):  # switched off by another relay while this one was being spread
        _skip_waiting(tx, partner, now)
        return []
    event = (outbox.c.number, outbox.c.at, outbox.c.type, outbox.c.subject, outbox.c.body)
    wanted = select(deliveries, *event).join(outbox, outbox.c.id == deliveries.c.parcel)
    wanted = wanted.where(deliveries.c.partner == partner, _due(now), ~_has_earlier()).order_by(deliveries.c.seq).limit(limit)
    rows = tx.execute(wanted.with_for_update(skip_locked=True, of=deliveries)).mappings().all()
    leased = deliveries.update().where(deliveries.c.id.in_([row["id"] for row in rows]))
    tx.execute(leased.values(lease_until=until, attempts=deliveries.c.attempts + 1))
    return rows


def _settle(db: Database, parcel: Parcel, at: datetime, values: Row, tx: Connection) -> None:
    lock(tx, [parcel.id])
    still = deliveries.update().where(deliveries.c.id == parcel.delivery, deliveries.c.state == "pending")
    if tx.execute(still.values(lease_until=None, **values)).rowcount:
        _close(tx, [parcel.id], at)
        if values.get("state") != "skipped":
            _note_health(db, tx, parcel.partner, at, values["error"])
        if "state" in values:
            told = {name: values.get(name) for name in ("state", "error", "last_status")}
            about = {"delivery": parcel.delivery, "parcel": parcel.id, "partner": parcel.partner, "type": parcel.type}
            log.add(tx, log.about(Kind.EFFECT, parcel.case, f"{parcel.delivery}/{instant(at)}", at, **about, **told))


def _note_health(db: Database, tx: Connection, partner: str, at: datetime, error: str) -> None:
    row: Row = {"partner": partner, "error": error, "off_at": None}
    row |= {"failing_since": at, "heard_at": None} if error else {"failing_since": None, "heard_at": at}
    since = func.coalesce(subscribers.c.failing_since, literal(at, subscribers.c.failing_since.type))
    changed = {"error": error, "failing_since": since} if error else {"error": "", "failing_since": None, "heard_at": at}
    tx.execute(db.insert(subscribers).values(**row).on_conflict_do_update(index_elements=["partner"], set_=changed))


def _switch_off(db: Database, partner: str, at: datetime, tx: Connection) -> None:
    _skip_waiting(tx, partner, at)
    row: Row = {"partner": partner, "error": "http_410", "failing_since": at, "heard_at": None, "off_at": at}
    off = {"off_at": at, "error": "http_410"}
    tx.execute(db.insert(subscribers).values(**row).on_conflict_do_update(index_elements=["partner"], set_=off))


def _skip_waiting(tx: Connection, partner: str, at: datetime) -> None:
    waiting = and_(deliveries.c.partner == partner, deliveries.c.state == "pending")
    parcels = list(tx.execute(select(deliveries.c.parcel).where(waiting).order_by(deliveries.c.seq)).scalars())
    lock(tx, parcels)
    tx.execute(deliveries.update().where(waiting).values(state="skipped", error=OFF, lease_until=None))
    _close(tx, parcels, at)


def is_off(tx: Connection, partner: str) -> bool:
    """Whether this subscription was switched off."""
    query = select(subscribers.c.partner).where(subscribers.c.partner == partner, subscribers.c.off_at.is_not(None))
    return tx.execute(query).first() is not None


def lock(tx: Connection, parcels: Sequence[str]) -> None:
    """Whoever changes deliveries of an event holds the event's row first: two that end its last two would each see the other waiting."""
    for some in _some(parcels):
        tx.execute(select(outbox.c.seq).where(outbox.c.id.in_(some)).order_by(outbox.c.seq).with_for_update())


def _close(tx: Connection, parcels: Sequence[str], at: datetime) -> None:
    """An event whose deliveries have all come to an end has come to its own: dead if one of them is."""
    of = select(deliveries.c.seq).where(deliveries.c.parcel == outbox.c.id).correlate(outbox)
    waiting, dead = of.where(deliveries.c.state == "pending").exists(), of.where(deliveries.c.state == "dead").exists()
    for some in _some(parcels):
        done = outbox.update().where(outbox.c.id.in_(some), outbox.c.state == "pending", ~waiting)
        tx.execute(done.values(state=case((dead, "dead"), else_="sent"), sent_at=at))


def _some(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """At most so many ids in one statement as both engines take."""
    return (ids[n : n + 500] for n in range(0, len(ids), 500))


def _unspread() -> ColumnElement[bool]:
    return and_(outbox.c.state == "pending", outbox.c.kind == "event", outbox.c.spread_at.is_(None))


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now)
    return and_(deliveries.c.state == "pending", or_(deliveries.c.next_at.is_(None), deliveries.c.next_at <= now), free)


def _has_earlier() -> ColumnElement[bool]:
    same = and_(_earlier.c.partner == deliveries.c.partner, _earlier.c.case_id == deliveries.c.case_id, _earlier.c.seq < deliveries.c.seq)
    return exists().where(same, _earlier.c.state == "pending").correlate(deliveries)


def _parcel(row: Mapping[Any, Any]) -> Parcel:
    names = ("number", "at", "type", "subject", "body", "partner")
    same: Row = {name: row[name] for name in names}
    return Parcel(id=row["parcel"], case=row["case_id"], kind="event", attempts=row["attempts"] + 1, delivery=row["id"], **same)
