"""The board: hires by stage, a few of each column and how many there are, never all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from store.database import Database
from store.pages import Concerns, Pages
from store.queries import Row, dicts
from store.tables import conditions, hires

#: By what a board may be divided into lanes.
LANES: Mapping[str, ColumnElement[Any]] = {"vacancy": hires.c.vacancy, "owner": hires.c.owner}


@dataclass(frozen=True)
class Cell:
    """One place of the board: some stages, of one lane where the board has any; `stages` empty: those who ended since `ended_since`."""

    stages: tuple[str, ...]
    lane: str | None = None
    ended_since: datetime | None = None


class Boards:
    """`wanted` are values of columns, `concerns` cuts everything to somebody's office."""

    def __init__(self, db: Database, pages: Pages) -> None:
        self._db, self._pages = db, pages

    async def counts(
        self, now: datetime, wanted: Mapping[str, str], concerns: Concerns | None = None, by: str = "", lanes: Iterable[str | None] = ()
    ) -> list[Row]:
        """Open hires by `stage`, and by `lane` if asked: `n`, how many are `overdue`, and since when the `oldest` stands there."""
        overdue = func.sum(case((hires.c.next_deadline <= now, 1), else_=0))
        columns = [hires.c.stage, func.count().label("n"), overdue.label("overdue"), func.min(hires.c.since).label("oldest")]
        query = select(*columns).where(hires.c.ending.is_(None), hires.c.stage.is_not(None), *self._where(wanted, concerns))
        query = query.group_by(hires.c.stage)
        if by:
            query = query.add_columns(LANES[by].label("lane")).group_by(LANES[by]).where(_among(LANES[by], lanes))
        return await self._rows(query)

    async def lanes(self, by: str, wanted: Mapping[str, str], concerns: Concerns | None, limit: int) -> list[str | None]:
        """The lanes with most open hires, the fullest first; None for the hires that nobody owns."""
        query = select(LANES[by].label("lane")).where(hires.c.ending.is_(None), hires.c.stage.is_not(None), *self._where(wanted, concerns))
        rows = await self._rows(query.group_by(LANES[by]).order_by(func.count().desc(), LANES[by]).limit(limit))
        return [row["lane"] for row in rows]

    async def ended(self, since: datetime, wanted: Mapping[str, str], concerns: Concerns | None = None) -> int:
        """How many ended since then."""
        query = select(func.count()).where(hires.c.ending.is_not(None), hires.c.since > since, *self._where(wanted, concerns))
        return await self._db.read(lambda rx: int(rx.execute(query).scalar_one()))

    async def cards(
        self, cells: Iterable[Cell], wanted: Mapping[str, str], concerns: Concerns | None, by: str, limit: int
    ) -> dict[Cell, list[Row]]:
        """The first hires of each place, those with the nearest deadline; of the ended ones the newest. One reading of the store."""
        where = self._where(wanted, concerns)
        queries = {cell: _of_cell(cell, by).where(*where).limit(limit) for cell in cells}
        return await self._db.read(lambda rx: {cell: dicts(rx, query) for cell, query in queries.items()})

    async def conditions(self, cases: Iterable[str]) -> dict[str, list[Row]]:
        """The conditions of each of these hires."""
        query = select(conditions).where(conditions.c.case_id.in_(list(cases))).order_by(conditions.c.case_id, conditions.c.condition)
        found: dict[str, list[Row]] = {}
        for row in await self._rows(query):
            found.setdefault(row["case_id"], []).append(row)
        return found

    def _where(self, wanted: Mapping[str, str], concerns: Concerns | None) -> list[ColumnElement[bool]]:
        own = [hires.c[name] == value for name, value in wanted.items()]
        return own if concerns is None else [*own, self._pages.of(concerns)]

    async def _rows(self, query: Select[Any]) -> list[Row]:
        return await self._db.read(lambda rx: dicts(rx, query))


def _among(column: ColumnElement[Any], values: Iterable[str | None]) -> ColumnElement[bool]:
    given = list(values)
    some = column.in_([value for value in given if value is not None])
    return some | column.is_(None) if None in given else some


def _of_cell(cell: Cell, by: str) -> Select[Any]:
    query = select(hires)
    if by:
        query = query.where(LANES[by].is_(None) if cell.lane is None else LANES[by] == cell.lane)
    if cell.ended_since is not None:
        query = query.where(hires.c.ending.is_not(None), hires.c.since > cell.ended_since)
        return query.order_by(hires.c.since.desc(), hires.c.case_id.desc())
    query = query.where(hires.c.ending.is_(None), hires.c.stage.in_(cell.stages))
    return query.order_by(hires.c.next_deadline.nulls_last(), hires.c.case_id)
