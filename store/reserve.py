"""The reserve lists as the read model has them: one row a vacancy, never the people."""

from typing import Any

from sqlalchemy import Select, and_, func, select

from store.database import Database
from store.queries import Row, dicts
from store.tables import applications, deadlines, hires, posts, vacancies


class Reserves:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def lists(self) -> list[Row]:
        """Each vacancy with people on its list: reference, titles, how many `people` and `open_posts`, and the clock of the list.

        The one that ends first comes first. `due_at` and `state` are None for a list whose clock does not run.
        """
        return await self._db.read(lambda rx: dicts(rx, _lists()))

    async def papers(self, cases: list[str]) -> dict[str, str]:
        """The newest application of each of these hires, by case."""
        query = select(applications.c.case_id, applications.c.application).where(applications.c.case_id.in_(cases))
        return await self._db.read(lambda rx: {row[0]: row[1] for row in rx.execute(query.order_by(applications.c.received_at))})


def _lists() -> Select[Any]:
    on_it = select(hires.c.vacancy, func.count().label("people")).where(hires.c.stage == "reserve", hires.c.ending.is_(None))
    listed = on_it.group_by(hires.c.vacancy).subquery()
    free = select(posts.c.vacancy, func.count().label("free")).where(posts.c.state == "open").group_by(posts.c.vacancy).subquery()
    clock = and_(deadlines.c.case_id == "vacancy/" + vacancies.c.reference, deadlines.c.key == "reserve")
    columns = (vacancies.c.reference, vacancies.c.title_en, vacancies.c.title_fr, listed.c.people, deadlines.c.due_at, deadlines.c.state)
    query = select(*columns, func.coalesce(free.c.free, 0).label("open_posts")).join(listed, listed.c.vacancy == vacancies.c.reference)
    query = query.outerjoin(free, free.c.vacancy == vacancies.c.reference).outerjoin(deadlines, clock)
    return query.order_by(deadlines.c.due_at.nulls_last(), vacancies.c.reference)
