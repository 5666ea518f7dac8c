"""What our requests found at the partners' doors, and which of them may have arrived: written around every request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from domain.errors import PartnerUnavailable
from domain.log.leaf import Kind, instant
from domain.reach import Arrived, Reach, admitted, failed, moved, reached
from store import log
from store.clock import DoorClock
from store.database import Database
from store.names import system_now
from store.tables import inbox, partner_asks, partner_chasers, partner_reach


@dataclass(frozen=True)
class Tried:
    """What is known of a request before its next try: how often it was tried, whether it may have arrived, what was answered."""

    tries: int = 0
    arrived: Arrived = "no"
    reference: str = ""
    expected: date | None = None


class Partners:
    """`clock` is the machine's own: a door that is shut is shut in real time, whatever time a demonstration plays."""

    def __init__(self, db: Database, clock: Callable[[], datetime] = system_now) -> None:
        self._db, self._clock = db, clock

    async def begin(self, partner: str, key: str = "") -> Tried:
        """A request is about to be sent; with a `key`, it is noted that it may arrive from now on, and what was known before is returned.

        Raises PartnerUnavailable, naming the time, while the partner is left alone and another request is the probe.
        """
        now = self._clock()
        found, wait = await self._db.write(partial(_begin, self._db, partner, key, now))
        if wait:
            raise PartnerUnavailable(
                f"{partner} does not answer; asked again in {wait.total_seconds():.0f} s",
                code="resting",
                retry_after=max(wait.total_seconds(), 1.0),
                partner=partner,
                arrived="no",
            )
        return found

    async def answered(
        self, partner: str, key: str = "", arrived: Arrived = "yes", reference: str = "", expected: date | None = None
    ) -> None:
        """It answered; with a `key`, whether the request is with it now."""
        await self._settle(partner, key, arrived, reference, expected, lambda reach: reached(reach, self._clock()))

    async def failed(self, partner: str, error: str, key: str = "", arrived: Arrived = "maybe", retry_after: float | None = None) -> None:
        """It did not answer. `error` is a code."""
        wanted = None if retry_after is None else timedelta(seconds=retry_after)
        await self._settle(partner, key, arrived, "", None, lambda reach: failed(reach, error, self._clock(), wanted))

    async def reaches(self) -> dict[str, Reach]:
        """How every partner asked so far stands, by id, as this installation tells the time (`DoorClock`)."""
        rows = await self._db.read(lambda rx: rx.execute(select(partner_reach)).mappings().all())
        ahead = await DoorClock(self._db).ahead()
        return {row["partner"]: moved(Reach(**row), ahead) for row in rows}

    async def last_heard(self) -> dict[str, datetime]:
        """When each partner's last event was received, by id; also one that was parked or came late: it is alive."""
        query = select(inbox.c.source, func.max(inbox.c.received_at)).group_by(inbox.c.source)
        return {row[0]: row[1] for row in await self._db.read(lambda rx: rx.execute(query).all())}

    async def references(self, partner: str) -> dict[str, str]:
        """Their own file number for each ask they answered, by our key."""
        query = select(partner_asks.c.key, partner_asks.c.reference).where(
            partner_asks.c.partner == partner, partner_asks.c.reference != ""
        )
        return {row[0]: row[1] for row in await self._db.read(lambda rx: rx.execute(query).all())}

    async def chased(self, partner: str) -> list[dict[str, Any]]:
        """What was written to it about overdue answers, the latest first."""
        query = select(partner_chasers).where(partner_chasers.c.partner == partner).order_by(partner_chasers.c.at.desc())
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])

    async def chase(self, row: dict[str, Any]) -> None:
        """Note that a chaser was sent; the same one twice is one."""
        statement = self._db.insert(partner_chasers).values(**row).on_conflict_do_nothing(index_elements=["chaser"])
        await self._db.write(lambda tx: tx.execute(statement))

    async def tried(self, key: str) -> Tried:
        """What is known of one request."""
        return await self._db.read(partial(_tried, key))

    async def _settle(
        self, partner: str, key: str, arrived: Arrived, reference: str, expected: date | None, change: Callable[[Reach], Reach]
    ) -> None:
        def settle(tx: Connection) -> None:
            _keep(self._db, tx, change(_reach(tx, partner)))
            if key:
                known = {"arrived": arrived, "reference": reference, "expected": expected}
                tx.execute(partner_asks.update().where(partner_asks.c.key == key).values(**known))
                at, said = self._clock(), {"ask": key, "arrived": str(arrived), "reference": reference}
                day = expected.isoformat() if expected else None
                log.add(tx, log.about(Kind.EFFECT, f"partner/{partner}", f"{key}/{instant(at)}", at, expected=day, **said))

        await self._db.write(settle)


def _begin(db: Database, partner: str, key: str, now: datetime, tx: Connection) -> tuple[Tried, timedelta]:
    reach, wait = admitted(_reach(tx, partner), now)
    if wait:
        return Tried(), wait
    _keep(db, tx, reach)
    before = _tried(key, tx) if key else Tried()
    if key:
        first: dict[str, Any] = {"key": key, "partner": partner, "first_tried_at": now, "tries": 1, "reference": ""}
        # an answer that is on record stays: the request is with them, whatever a repeat brings
        again = {"tries": partner_asks.c.tries + 1, **({} if before.arrived == "yes" else {"arrived": "maybe"})}
        insert = db.insert(partner_asks).values(**first, arrived="maybe")
        tx.execute(insert.on_conflict_do_update(index_elements=["key"], set_=again))
    return before, timedelta()


def _reach(tx: Connection, partner: str) -> Reach:
    query = select(partner_reach).where(partner_reach.c.partner == partner).with_for_update()
    row = tx.execute(query).mappings().first()
    return Reach(**row) if row else Reach(partner=partner)


def _keep(db: Database, tx: Connection, reach: Reach) -> None:
    values = reach.model_dump()
    tx.execute(db.insert(partner_reach).values(**values).on_conflict_do_update(index_elements=["partner"], set_=values))


def _tried(key: str, rx: Connection) -> Tried:
    row = rx.execute(select(partner_asks).where(partner_asks.c.key == key)).mappings().first()
    return Tried(row["tries"], row["arrived"], row["reference"], row["expected"]) if row else Tried()
