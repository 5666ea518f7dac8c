"""Pages for the people's API: rows after a given place, by keyset, never counted off from the beginning.

Every page is ordered by its sort columns and, last, by what makes a row unique; so that walking all pages meets every row once, and a
row that changes meanwhile at most moves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from domain.words import Party
from store.database import Database
from store.queries import Queries, Row, dicts
from store.tables import conditions, deadlines, hires, journal, operations, vacancies

OPEN = ("open", "lapse_due")


@dataclass(frozen=True)
class Key:
    """One sort column. NULL comes last; a column that goes down has none."""

    column: ColumnElement[Any]
    down: bool = False

    @property
    def order(self) -> ColumnElement[Any]:
        return self.column.desc() if self.down else self.column.asc().nulls_last()

    def after(self, value: Any) -> ColumnElement[bool]:
        if value is None:
            return false()
        return self.column < value if self.down else or_(self.column > value, self.column.is_(None))

    def same(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == value


HIRES = {
    "deadline": (Key(hires.c.next_deadline), Key(hires.c.case_id)),
    "received": (Key(hires.c.received_at), Key(hires.c.case_id)),
    "case": (Key(hires.c.case_id),),
}
DEADLINES = (Key(deadlines.c.due_at), Key(deadlines.c.case_id), Key(deadlines.c.key))
JOURNAL = (Key(journal.c.number),)
VACANCIES = (Key(vacancies.c.published_at, down=True), Key(vacancies.c.reference))
OPERATIONS = (Key(operations.c.at, down=True), Key(operations.c.operation))


@dataclass(frozen=True)
class Concerns:
    """Which hires somebody's office is concerned with: those with one of these conditions, and those that need one of these acts now."""

    conditions: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()


class Pages:
    """Each method gives at most `limit` rows after the place `after`: the values of the last row in the page's own keys, or None."""

    def __init__(self, db: Database, queries: Queries) -> None:
        self._db, self._queries = db, queries

    async def hires(
        self,
        wanted: dict[str, Any],
        *,
        needs: str | None = None,
        concerns: Concerns | None = None,
        sort: str = "deadline",
        after: Sequence[Any] | None = None,
        limit: int = 50,
    ) -> list[Row]:
        """Hires whose columns have all these values; `needs` is an act; `concerns` cuts them to somebody's office."""
        return await self._page(select(hires).where(*self._wanted(wanted, needs, concerns)), HIRES[sort], after, limit)

    async def count(self, wanted: dict[str, Any], *, needs: str | None = None, concerns: Concerns | None = None) -> int:
        """How many hires `hires` would give, page by page."""
        query = select(func.count()).select_from(hires).where(*self._wanted(wanted, needs, concerns))
        return await self._db.read(lambda rx: int(rx.execute(query).scalar_one()))

    def _wanted(self, wanted: dict[str, Any], needs: str | None, concerns: Concerns | None) -> list[ColumnElement[bool]]:
        found = [hires.c[name] == value for name, value in wanted.items()]
        found += [] if needs is None else [self._queries.needing(needs)]
        return found + ([] if concerns is None else [self.of(concerns)])

    async def those(self, cases_: Iterable[str], concerns: Concerns | None = None) -> list[Row]:
        """These hires, cut to somebody's office, the one with the nearest deadline first."""
        query = select(hires).where(hires.c.case_id.in_(list(cases_)))
        query = query if concerns is None else query.where(self.of(concerns))
        return await self._page(query, HIRES["deadline"], None, 1000)

    async def concerned(self, case_id: str, concerns: Concerns) -> bool:
        """Is this hire one of somebody's office?"""
        query = select(hires.c.case_id).where(hires.c.case_id == case_id, self.of(concerns))
        return bool(await self._db.read(lambda rx: rx.execute(query).first()))

    async def deadlines(
        self,
        now: datetime,
        *,
        parties: Iterable[str] | None = None,
        until: datetime | None = None,
        overdue: bool = False,
        after: Sequence[Any] | None = None,
        limit: int = 50,
    ) -> list[Row]:
        """Open deadlines of cases that are not on hold, by when they are due; `until` counts the limit of what is overdue already."""
        held = select(hires.c.case_id).where(hires.c.held)
        query = select(deadlines).where(deadlines.c.state.in_(OPEN), deadlines.c.case_id.not_in(held), deadlines.c.party != Party.NOBODY)
        if parties is not None:
            query = query.where(deadlines.c.party.in_(list(parties)))
        if overdue:
            query = query.where(deadlines.c.due_at <= now)
        if until is not None:
            over = and_(deadlines.c.due_at <= now, deadlines.c.limit_at > now)
            query = query.where(case((over, deadlines.c.limit_at), else_=deadlines.c.due_at) <= until)
        return await self._page(query, DEADLINES, after, limit)

    async def timeline(self, case_id: str, after: Sequence[Any] | None = None, limit: int = 50) -> list[Row]:
        """A journal, entry by entry."""
        return await self._page(select(journal).where(journal.c.case_id == case_id), JOURNAL, after, limit)

    async def vacancies(self, after: Sequence[Any] | None = None, limit: int = 50) -> list[Row]:
        """Vacancies without spec and rules, the newest first."""
        columns = [c for c in vacancies.c if c.name not in ("spec", "rules")]
        return await self._page(select(*columns), VACANCIES, after, limit)

    async def operations(self, after: Sequence[Any] | None = None, limit: int = 50) -> list[Row]:
        """Acts on many hires, the newest first, without their items."""
        return await self._page(select(operations), OPERATIONS, after, limit)

    def of(self, concerns: Concerns) -> ColumnElement[bool]:
        """True for the hires of somebody's office."""
        has = [conditions.c.condition == each for each in concerns.conditions]
        has += [conditions.c.condition.startswith(f"{each}.", autoescape=True) for each in concerns.conditions]
        with_one = select(conditions.c.case_id).where(or_(false(), *has))
        return or_(hires.c.case_id.in_(with_one), *(self._queries.needing(act) for act in sorted(concerns.acts)))

    async def _page(self, query: Select[Any], keys: Sequence[Key], after: Sequence[Any] | None, limit: int) -> list[Row]:
        query = query.order_by(*(key.order for key in keys)).limit(limit)
        if after is not None:
            query = query.where(_beyond(keys, after))
        return await self._db.read(lambda rx: dicts(rx, query))


def _beyond(keys: Sequence[Key], after: Sequence[Any]) -> ColumnElement[bool]:
    """Later in the first key, or the same there and later in the next …"""
    pairs = list(zip(keys, after, strict=True))
    return or_(*(and_(*(k.same(v) for k, v in pairs[:n]), key.after(value)) for n, (key, value) in enumerate(pairs)))
