"""What an operator sees of deliveries, and does to them: listing, sending again, opening a subscription that was switched off."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, insert, select

from domain.errors import NotFound, NotNow
from domain.log.leaf import Kind
from store import log
from store.clock import DoorClock
from store.database import Database
from store.deliveries import is_off, lock
from store.tables import deliveries, delivery_acts, outbox, subscribers

Row = dict[str, Any]

OVER = ("sent", "dead", "skipped")
#: What of a delivery or a subscriber goes by the machine's clock.
TRIED = ("next_at", "sent_at", "failing_since", "heard_at", "off_at")


class Replays:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, *, state: str | None = None, partner: str | None = None, case: str | None = None, limit: int = 100) -> list[Row]:
        """Deliveries, the newest first, with the type and subject of their event; `event` is the id every attempt carries.

        When they were and will be tried is told as this installation tells the time (`DoorClock`).
        """
        table = deliveries.c
        shown = (table.id, table.partner, table.state, outbox.c.type, outbox.c.subject, table.attempts, table.next_at, table.last_status)
        wanted = select(*shown, table.error, table.sent_at, table.parcel.label("event"), table.case_id, outbox.c.at)
        wanted = wanted.join(outbox, outbox.c.id == table.parcel).order_by(table.seq.desc(), table.partner).limit(limit)
        for column, value in ((table.state, state), (table.partner, partner), (table.case_id, case)):
            wanted = wanted if value is None else wanted.where(column == value)
        return await self._told(await self._db.read(lambda rx: [dict(row) for row in rx.execute(wanted).mappings()]))

    async def health(self) -> list[Row]:
        """How each subscriber that was ever told something is: `state` healthy, failing (since when) or off, and what waits for it."""
        counts = select(deliveries.c.partner, deliveries.c.state, func.count().label("n")).group_by(
            deliveries.c.partner, deliveries.c.state
        )
        return await self._told(
            await self._db.read(lambda rx: _health(rx.execute(counts).mappings().all(), rx.execute(select(subscribers)).mappings().all()))
        )

    async def replay(
        self,
        person: str,
        at: datetime,
        *,
        delivery: str | None = None,
        partner: str | None = None,
        state: str = "dead",
        error: str | None = None,
    ) -> list[str]:
        """Send one delivery again, or all of a subscriber's in `state`, or those of them with one `error`.

        Under the same id, so that a receiver knows it has it already.

        Recorded with the person. Raises NotFound, and NotNow while it still waits or its subscription is off.
        """
        return await self._db.write(partial(_replay, person, at, delivery, partner, state, error))

    async def resume(self, person: str, at: datetime, partner: str) -> None:
        """Open a subscription again that 410 switched off: it hears what comes from now on. Raises NotFound, NotNow."""
        await self._db.write(partial(_resume, person, at, partner))

    async def acts(self, partner: str | None = None) -> list[Row]:
        """Who sent what again, and resumed whom, the newest first."""
        wanted = select(delivery_acts).order_by(delivery_acts.c.seq.desc())
        wanted = wanted if partner is None else wanted.where(delivery_acts.c.partner == partner)
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(wanted).mappings()])

    async def _told(self, rows: list[Row]) -> list[Row]:
        """Attempts go by the machine's clock; the same by this installation's."""
        ahead = await DoorClock(self._db).ahead()
        return [row | {name: row[name] + ahead for name in TRIED if row.get(name)} for row in rows]


def _replay(
    person: str, at: datetime, delivery: str | None, partner: str | None, state: str, error: str | None, tx: Connection
) -> list[str]:
    which = deliveries.c.id == delivery if delivery is not None else (deliveries.c.partner == partner) & (deliveries.c.state == state)
    which = which if error is None else which & (deliveries.c.error == error)
    rows = tx.execute(select(deliveries).where(which).order_by(deliveries.c.seq)).mappings().all()
    if not rows and delivery is not None:
        raise NotFound(f"there is no delivery {delivery}", code="unknown_delivery")
    for name in sorted({row["partner"] for row in rows}):
        if is_off(tx, name):
            raise NotNow(f"{name} is switched off; resume it first", code="subscription_off", partner=name)
    lock(tx, [row["parcel"] for row in rows])
    again = [row for row in rows if row["state"] in OVER]
    if not again and rows:
        raise NotNow("this delivery still waits; it is tried again by itself", code="still_waits")
    for row in again:
        fresh: Row = {"state": "pending", "attempts": 0, "next_at": None, "lease_until": None, "error": ""}
        tx.execute(deliveries.update().where(deliveries.c.id == row["id"]).values(**fresh))
        tx.execute(outbox.update().where(outbox.c.id == row["parcel"]).values(state="pending"))
        enter(tx, at, person=person, act="replay", partner=row["partner"], delivery=row["id"])
    return [row["id"] for row in again]


def _resume(person: str, at: datetime, partner: str, tx: Connection) -> None:
    found = tx.execute(select(subscribers).where(subscribers.c.partner == partner)).mappings().first()
    if found is None:
        raise NotFound(f"{partner} was never told anything", code="unknown_subscriber")
    if found["off_at"] is None:
        raise NotNow(f"{partner} is not switched off", code="not_off", partner=partner)
    tx.execute(subscribers.update().where(subscribers.c.partner == partner).values(off_at=None, failing_since=None, error=""))
    enter(tx, at, person=person, act="resume", partner=partner, delivery=None)


def enter(tx: Connection, at: datetime, **said: Any) -> None:
    """What an operator did, with its leaf in the log: `act`, `person`, `partner`, and in `delivery` what it was done to."""
    seq = tx.execute(insert(delivery_acts).values(at=at, **said).returning(delivery_acts.c.seq)).scalar_one()
    log.add(tx, log.about(Kind.DECISION, f"delivery/{said['partner']}", f"{said['act']}/{seq}", at, **said))


def _health(counts: Any, known: Any) -> list[Row]:
    rows: dict[str, Row] = {}
    for row in known:
        rows[row["partner"]] = {"partner": row["partner"], "state": _state(row)} | {name: row[name] for name in row if name != "partner"}
    for count in counts:
        fresh: Row = {"partner": count["partner"], "state": "healthy", "error": ""}
        row = rows.setdefault(count["partner"], fresh | dict.fromkeys(("failing_since", "heard_at", "off_at")))
        row[count["state"]] = count["n"]
    return [dict.fromkeys(("pending", "sent", "dead", "skipped"), 0) | rows[name] for name in sorted(rows)]


def _state(row: Mapping[Any, Any]) -> str:
    if row["off_at"] is not None:
        return "off"
    return "failing" if row["failing_since"] is not None else "healthy"
