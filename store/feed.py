"""What was announced, in the order in which it was committed: the outbox read as a feed, and where each of its readers stands.

The outbox's own numbers are taken when a row is put and not when it commits: whoever remembers the last one it saw skips what
commits late. The audit log's positions are taken under a lock that is held until the commit, so they are dense and in that order,
and every announcement hangs on the leaf of the fact it was made with. So a place in the feed is a leaf's position, and the number
of the announcement within that step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from domain.events import PREFIX
from store.columns import utc
from store.database import Database
from store.outbox import Parcel, parcel_of
from store.tables import cases, feed_readers, leaves, log_size, outbox

#: More announcements than one step ever makes: the place behind all of a position.
ALL = 2**31 - 1
#: Leaves looked at by one statement, and statements by one page: a reader of a rare type is not answered late.
WINDOW, WINDOWS = 5_000, 20


@dataclass(frozen=True, order=True)
class Place:
    """Behind announcement `n` of the leaf at `position`."""

    position: int
    n: int


START = Place(-1, ALL)


@dataclass(frozen=True)
class Wanted:
    """What somebody would hear of: these types, about these vacancies; None for all of them."""

    types: frozenset[str] | None = None
    vacancies: frozenset[str] | None = None

    @classmethod
    def of(cls, subscribes: Iterable[str], vacancies: Iterable[str]) -> "Wanted":
        """As a partner's entry says it: "*" for all types, no vacancy for all of them."""
        types = frozenset(subscribes)
        return cls(None if "*" in types else types, frozenset(vacancies) or None)


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Announced:
    """An announcement, its place, and the hash of its leaf."""

    place: Place
    leaf: str
    parcel: Parcel


@dataclass(frozen=True)
class Page:
    """Announcements in order; `upto` is how far was looked, with the hash of that leaf, `more` whether there may be more behind that."""

    found: tuple[Announced, ...]
    upto: Place
    leaf: str
    more: bool


@dataclass(frozen=True)
class Reader:
    """Where a partner stands: what it has acknowledged, since when, and when it last asked."""

    partner: str
    acknowledged: Place
    acknowledged_at: datetime
    seen_at: datetime


class Feed:
    def __init__(self, db: Database, *, window: int = WINDOW) -> None:
        self._db, self._window = db, window

    async def size(self) -> int:
        """How many leaves there are: it grows with everything that commits."""
        return await self._db.read(_size)

    async def leaf(self, position: int) -> str | None:
        """The hash of the leaf at this position; None if there is none."""
        return await self._db.read(partial(_leaf, position=position))

    async def page(self, after: Place, wanted: Wanted, limit: int) -> Page:
        """Up to `limit` of the wanted announcements behind `after`, as one moment saw them."""
        return await self._db.read(partial(self._page, after, wanted, limit))

    def _page(self, after: Place, wanted: Wanted, limit: int, rx: Connection) -> Page:
        head = _size(rx) - 1
        for _ in range(WINDOWS):
            last = min(after.position + self._window, head)
            rows = rx.execute(_between(after, last, wanted).limit(limit)).mappings().all()
            found = tuple(Announced(Place(row["position"], row["n"]), row["leaf"], parcel_of(row)) for row in rows)
            if len(found) == limit:
                return Page(found, found[-1].place, found[-1].leaf, True)
            after = max(after, Place(last, ALL))
            if found or after.position >= head:
                break
        return Page(found, after, _leaf(rx, after.position) or "", after.position < head)

    async def waiting(self, after: Place, wanted: Wanted) -> tuple[int, datetime | None]:
        """How many of the wanted announcements stand behind `after`, and when the oldest was made."""
        behind = _between(after, None, wanted).order_by(None).subquery()
        query = select(func.count(), func.min(behind.c.at))
        row = await self._db.read(lambda rx: rx.execute(query).one())
        return int(row[0]), row[1]

    # ---- the readers ------------------------------------------------------------------------------------------------------

    async def seen(self, partner: str, at: datetime, acknowledged: Place | None = None) -> None:
        """A partner asked, and with the place it asked from it says that it has everything up to there. That never goes back."""
        place = START if acknowledged is None else acknowledged
        row = {"partner": partner, "position": place.position, "n": place.n, "acknowledged_at": utc(at), "seen_at": utc(at)}
        new = self._db.insert(feed_readers).values(row).on_conflict_do_nothing(index_elements=["partner"])
        this = feed_readers.update().where(feed_readers.c.partner == partner)
        further = or_(feed_readers.c.position < place.position, and_(feed_readers.c.position == place.position, feed_readers.c.n < place.n))

        def work(tx: Connection) -> None:
            tx.execute(new)
            tx.execute(this.where(feed_readers.c.seen_at < utc(at)).values(seen_at=utc(at)))
            tx.execute(this.where(further).values(position=place.position, n=place.n, acknowledged_at=utc(at)))

        await self._db.write(work)

    async def readers(self) -> list[Reader]:
        """Everybody who ever asked, the one silent for longest first."""
        query = select(feed_readers).order_by(feed_readers.c.seen_at, feed_readers.c.partner)
        rows = await self._db.read(lambda rx: rx.execute(query).all())
        return [Reader(row.partner, Place(row.position, row.n), row.acknowledged_at, row.seen_at) for row in rows]


def _size(rx: Connection) -> int:
    return int(rx.execute(select(log_size.c.size)).scalar_one_or_none() or 0)


def _leaf(rx: Connection, position: int) -> str | None:
    return rx.execute(select(leaves.c.sha256).where(leaves.c.position == position)).scalar_one_or_none()


def _between(after: Place, last: int | None, wanted: Wanted) -> Select[Any]:
    """The wanted announcements behind `after`, up to the leaf at `last`, in order."""
    here = and_(outbox.c.case_id == leaves.c.case_id, outbox.c.number == leaves.c.number)
    behind = or_(leaves.c.position > after.position, and_(leaves.c.position == after.position, outbox.c.n > after.n))
    these: list[ColumnElement[bool]] = [outbox.c.kind == "event", leaves.c.position >= after.position, behind]
    if last is not None:
        these.append(leaves.c.position <= last)
    if wanted.types is not None:
        these.append(outbox.c.type.in_(sorted({*wanted.types, *(PREFIX + name for name in wanted.types)})))
    if wanted.vacancies is not None:
        these.append(outbox.c.case_id.in_(select(cases.c.case_id).where(cases.c.vacancy.in_(sorted(wanted.vacancies)))))
    rows = select(outbox, leaves.c.position, leaves.c.sha256.label("leaf")).join(leaves, here)
    return rows.where(*these).order_by(leaves.c.position, outbox.c.n)
