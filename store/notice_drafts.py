"""Notices on their way to a vacancy: the text as it was given, and what a person has settled so far. Nothing here is published yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from domain.errors import Conflict, NotFound
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import notice_drafts


@dataclass(frozen=True)
class NoticeDraft:
    """`answers` by the name of the question, `posts` as they were filled in. `reference` is the vacancy it became."""

    draft: str
    person: str
    begun_at: datetime
    changed_at: datetime
    source: str
    text: str
    answers: dict[str, str]
    posts: list[dict[str, Any]]
    ended_at: datetime | None
    reference: str | None


class NoticeDrafts:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, person: str, source: str, text: str, at: datetime) -> str:
        draft, now = new_id(), utc(at)
        row = {"draft": draft, "person": person, "source": source, "body": text, "answers": {}, "posts": []}
        await self._db.write(lambda tx: tx.execute(insert(notice_drafts).values(**row, begun_at=now, changed_at=now)))
        return draft

    async def get(self, draft: str) -> NoticeDraft:
        """Raises NotFound."""
        query = select(notice_drafts).where(notice_drafts.c.draft == draft)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotFound("there is no such notice", code="unknown_draft")
        return _draft(row)

    async def open(self) -> list[NoticeDraft]:
        """Those not published and not put aside, the last touched first."""
        query = select(notice_drafts).where(notice_drafts.c.ended_at.is_(None)).order_by(notice_drafts.c.changed_at.desc()).limit(50)
        return await self._db.read(lambda rx: [_draft(row) for row in rx.execute(query).mappings()])

    async def save(self, draft: str, answers: dict[str, str], posts: list[dict[str, Any]], at: datetime) -> None:
        """Raises Conflict for one that was published or put aside meanwhile."""
        await self._change(draft, answers=answers, posts=posts, changed_at=utc(at))

    async def end(self, draft: str, reference: str | None, at: datetime) -> None:
        """Published under this reference, or put aside. Raises Conflict when it was ended before."""
        await self._change(draft, reference=reference, changed_at=utc(at), ended_at=utc(at))

    async def _change(self, draft: str, **values: Any) -> None:
        live = update(notice_drafts).where(notice_drafts.c.draft == draft, notice_drafts.c.ended_at.is_(None))
        if not await self._db.write(lambda tx: tx.execute(live.values(**values)).rowcount):
            raise Conflict("this notice was published or put aside meanwhile", code="draft_ended")


def _draft(row: RowMapping) -> NoticeDraft:
    return NoticeDraft(text=row["body"], **{name: row[name] for name in row if name != "body"})
