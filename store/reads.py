"""Who looked at what, by case and by reader: one row and one leaf of the log for each case somebody looked at, in one transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from domain.log.leaf import Kind, Leaf
from domain.looking import Look, Reader
from store import log
from store.columns import utc
from store.database import Database
from store.names import new_id, system_now
from store.tables import cases, reads

Row = dict[str, Any]


class Reads:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def note(self, reader: Reader, *looks: Look) -> None:
        """Note that somebody looks, before they see it; what tells nothing is not noted. Raises StoreUnavailable: then show nothing."""
        if any(look.what for look in looks):
            await self._db.write(lambda tx: note(tx, reader, *looks))

    async def of(self, case: str) -> list[Row]:
        """Who looked at a case, the first first."""
        return await self._rows(reads.c.stream == case)

    async def about(self, candidate: str) -> list[Row]:
        """Who looked at any case of a candidate."""
        return await self._rows(reads.c.stream.in_(select(cases.c.case_id).where(cases.c.candidate == candidate)))

    async def by(self, who: str) -> list[Row]:
        """What somebody looked at: `person:<id>` or `terminal:<login>`."""
        return await self._rows(reads.c.reader == who)

    async def lately(self, reader: Reader, about: str, since: datetime) -> set[tuple[str, tuple[str, ...]]]:
        """What a reader was noted with on a page since then: the case, and the categories."""
        query = select(reads.c.stream, reads.c.what).where(reads.c.reader == reader.who, reads.c.at >= since, reads.c.about == about)
        return await self._db.read(lambda rx: {(row.stream, tuple(row.what)) for row in rx.execute(query)})

    async def _rows(self, wanted: Any) -> list[Row]:
        query = select(reads).where(wanted).order_by(reads.c.at, reads.c.id)
        return await self._db.read(lambda rx: [{**row, "at": utc(row["at"])} for row in rx.execute(query).mappings()])


def note(tx: Connection, reader: Reader, *looks: Look, at: datetime | None = None) -> None:
    """The same within a transaction of somebody's own, and last in it: see `log.add`."""
    moment = at or system_now()
    rows = [row for look in looks if (row := _row(reader, look, moment))["what"]]
    if rows:
        tx.execute(insert(reads), rows)
        log.add(tx, *map(leaf_of, rows))


def leaf_of(row: Mapping[str, Any]) -> Leaf:
    """The leaf of a row."""
    content = {name: row[name] for name in ("reader", "what", "about", "purpose")}
    return log.about(Kind.READ, row["stream"], row["id"], row["at"], **content)


def _row(reader: Reader, look: Look, at: datetime) -> Row:
    what: Collection[str] = sorted(str(each) for each in look.what if reader.sees(each))
    named = {"id": new_id(), "at": at, "stream": look.stream, "reader": reader.who}
    return {**named, "what": list(what), "about": look.about, "purpose": reader.purpose}
