"""How it stands with the systems we talk to, counted by the store: what came, what waits, what was given up. Nothing personal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from domain.asked import OPEN
from store.database import Database
from store.queries import dicts
from store.tables import conditions, deliveries, delivery_acts, inbox, outbox, partner_reach, strays, subscribers

Row = dict[str, Any]
#: So many of the last requests to a system tell how fast it answers.
LOOKED_BACK_AT = 300


@dataclass
class Counts:
    """One system's traffic. `in_open` is under way to its case, `parked` and `unrouted` wait for their moment, their case or a person;
    `pending` is to be told, `dead` was given up; `asked` waits for its answer."""

    last_heard: datetime | None = None
    in_open: int = 0
    in_oldest: datetime | None = None
    parked: int = 0
    unrouted: int = 0
    unrouted_oldest: datetime | None = None
    pending: int = 0
    pending_oldest: datetime | None = None
    dead: int = 0
    skipped: int = 0
    asked: int = 0
    asked_oldest: datetime | None = None


class Systems:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def counts(self) -> dict[str, Counts]:
        """By system, of those something came from, went to or was asked of."""
        return await self._db.read(_counts)

    async def needing(self, away: Collection[str], *, letters: bool) -> int:
        """How many systems need somebody, those in maintenance only for what was given up or is lost; and letters given up."""
        return await self._db.read(lambda rx: len(_needy(rx, away)) + (_undelivered(rx) if letters else 0))

    async def came(self, partner: str, state: str | None, limit: int) -> list[Row]:
        """What came from one system, the newest first: the envelope, and the names of the fields it said."""
        of = inbox.c
        shown = (of.id, of.source.label("partner"), of.event_id, of.type, of.case_id, of.received_at.label("at"), of.state, of.reason)
        more = (of.attempts, of.closed_at, of.closed_by_step.label("led_to"), of.sha256, of.key_id, of.linked_to, of.data)
        query = select(*shown, *more).where(of.source == partner).order_by(of.received_at.desc(), of.seq.desc()).limit(limit)
        query = query if state is None else query.where(of.state == state)
        rows = await self._db.read(lambda rx: dicts(rx, query))
        return [{**{name: row[name] for name in row if name != "data"}, "fields": sorted(row["data"])} for row in rows]

    async def causes(self, partner: str) -> list[Row]:
        """Why deliveries to one system were given up: `error`, how many, since when, until when."""
        of, at = deliveries.c, outbox.c.at
        query = select(of.error, func.count().label("n"), func.min(at).label("first"), func.max(at).label("last"))
        query = query.join(outbox, outbox.c.id == of.parcel).where(of.partner == partner, of.state == "dead")
        return await self._db.read(lambda rx: dicts(rx, query.group_by(of.error).order_by(func.count().desc(), of.error)))

    async def answers(self, partner: str) -> list[timedelta]:
        """How long each of its last answers took: from the request to the first reply of its own. Those by hand or on paper are none."""
        return await self._db.read(lambda rx: _waits(rx, partner))

    async def acted(self, partner: str, limit: int) -> list[Row]:
        """What operators did about it, the latest first."""
        query = select(delivery_acts).where(delivery_acts.c.partner == partner).order_by(delivery_acts.c.seq.desc()).limit(limit)
        return await self._db.read(lambda rx: dicts(rx, query))


def _needy(rx: Connection, away: Collection[str]) -> set[str]:
    failing = select(partner_reach.c.partner).where(partner_reach.c.failures > 0)
    unheard = select(subscribers.c.partner).where(subscribers.c.failing_since.is_not(None), subscribers.c.off_at.is_(None))
    at_the_door = {name for query in (failing, unheard) for name in rx.execute(query).scalars()} - set(away)
    off = select(subscribers.c.partner).where(subscribers.c.off_at.is_not(None))
    dead = select(deliveries.c.partner).where(deliveries.c.state == "dead").distinct()
    lost = select(strays.c.source).where(strays.c.state == "unrouted").distinct()
    return at_the_door | {name for query in (off, dead, lost) for name in rx.execute(query).scalars()}


def _undelivered(rx: Connection) -> int:
    given_up = select(func.count()).select_from(outbox).where(outbox.c.state == "dead", outbox.c.kind == "letter")
    return int(rx.execute(given_up).scalar_one())


def _waits(rx: Connection, partner: str) -> list[timedelta]:
    of = conditions.c
    asked = select(of.case_id, of.condition, of.requested_at).where(of.authority == partner, of.requested_at.is_not(None))
    rows = rx.execute(asked.order_by(of.requested_at.desc()).limit(LOOKED_BACK_AT)).all()
    came = select(inbox.c.case_id, inbox.c.type, inbox.c.received_at).where(inbox.c.source == partner)
    came = came.where(inbox.c.case_id.in_({row.case_id for row in rows}), inbox.c.type.endswith(".replied"), inbox.c.state == "applied")
    replies: dict[tuple[str, str], list[datetime]] = {}
    for case, kind, at in rx.execute(came):
        replies.setdefault((case, kind.removesuffix(".replied")), []).append(at)
    found = []
    for case, condition, at in rows:
        after = [each for each in replies.get((case, condition.partition(".")[0]), ()) if each >= at]
        found += [min(after) - at] if after else []
    return found


def _counts(rx: Connection) -> dict[str, Counts]:
    found: dict[str, Counts] = {}

    def of(partner: str) -> Counts:
        return found.setdefault(partner, Counts())

    for partner, at in rx.execute(_ours(select(inbox.c.source, func.max(inbox.c.received_at))).group_by(inbox.c.source)):
        of(partner).last_heard = at
    waiting = _ours(select(inbox.c.source, inbox.c.state, func.count(), func.min(inbox.c.received_at)))
    for state in ("open", "parked"):  # one by one: each has its own small index
        for partner, _, n, oldest in rx.execute(waiting.where(inbox.c.state == state).group_by(inbox.c.source, inbox.c.state)):
            _put(of(partner), state, n, oldest)
    lost = select(strays.c.source, func.count(), func.min(strays.c.received_at), func.max(strays.c.received_at))
    for partner, n, oldest, newest in rx.execute(lost.where(strays.c.state == "unrouted").group_by(strays.c.source)):
        row = of(partner)
        row.unrouted, row.unrouted_oldest = n, oldest
        row.last_heard = max(at for at in (row.last_heard, newest) if at)
    _told(rx, of)
    open_ = select(conditions.c.authority, func.count(), func.min(conditions.c.requested_at))
    for partner, n, oldest in rx.execute(open_.where(conditions.c.state.in_(map(str, OPEN))).group_by(conditions.c.authority)):
        row = of(partner)
        row.asked, row.asked_oldest = n, oldest
    return found


def _told(rx: Connection, of: Any) -> None:
    counted = select(deliveries.c.partner, deliveries.c.state, func.count()).where(deliveries.c.state != "sent")
    for partner, state, n in rx.execute(counted.group_by(deliveries.c.partner, deliveries.c.state)):
        setattr(of(partner), state, n)
    oldest = select(deliveries.c.partner, func.min(outbox.c.at)).join(outbox, outbox.c.id == deliveries.c.parcel)
    for partner, at in rx.execute(oldest.where(deliveries.c.state == "pending").group_by(deliveries.c.partner)):
        of(partner).pending_oldest = at


def _put(row: Counts, state: str, n: int, oldest: datetime) -> None:
    if state == "parked":
        row.parked = n
    else:
        row.in_open, row.in_oldest = n, oldest


def _ours(query: Select[Any]) -> Select[Any]:
    """Of systems alone: cases and people write to the inbox as well."""
    return query.where(~inbox.c.source.startswith("case:"), ~inbox.c.source.startswith("person:"))
