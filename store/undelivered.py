"""Mail that was given up after every try: looked at, sent again, or noted as posted on paper. Each act has its leaf in the log."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, func, select

from domain.errors import NotFound, NotNow
from domain.log.leaf import Kind, instant
from store import log
from store.database import Database
from store.names import system_now
from store.queries import dicts
from store.replays import enter
from store.tables import outbox

Row = dict[str, Any]
#: Under what name the mail stands among what operators did, beside the partners; and how a letter went that no mail took.
MAIL, ON_PAPER = "mail", "on_paper"
GIVEN_UP = and_(outbox.c.state == "dead", outbox.c.kind == "letter")


class Undelivered:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self, limit: int = 200) -> list[Row]:
        """The newest first: `parcel`, case, type, when it was written, tries, `error`; `letter` or, of mail to our own people, `staff`."""
        of = outbox.c
        shown = (of.id.label("parcel"), of.case_id, of.type, of.at, of.attempts, of.error, of.body)
        rows = await self._db.read(lambda rx: dicts(rx, select(*shown).where(GIVEN_UP).order_by(of.seq.desc()).limit(limit)))
        return [_plain(row) for row in rows]

    async def get(self, parcel: str) -> Row:
        """One that is given up. Raises NotFound, also once it is not any more."""
        found = [row for row in await self.all(limit=100_000) if row["parcel"] == parcel]
        if not found:
            raise NotFound("this letter is not given up, or not any more", code="not_given_up")
        return found[0]

    async def causes(self) -> list[Row]:
        """Why they were given up: `error`, how many, since when, until when."""
        of = outbox.c
        query = select(of.error, func.count().label("n"), func.min(of.at).label("first"), func.max(of.at).label("last"))
        query = query.where(GIVEN_UP).group_by(of.error).order_by(func.count().desc(), of.error)
        return await self._db.read(lambda rx: dicts(rx, query))

    async def again(self, person: str, at: datetime, parcel: str | None, error: str | None) -> list[str]:
        """Have one sent again, or all that were given up for one cause, under the ids they had. Raises NotFound."""
        return await self._db.write(partial(_again, person, at, parcel, error))

    async def posted(self, person: str, at: datetime, parcel: str) -> None:
        """Somebody put it into an envelope: it is sent. Raises NotFound, NotNow for mail to our own people."""
        await self._db.write(partial(_posted, person, at, parcel))


def _plain(row: Row) -> Row:
    body = row.pop("body")
    return {**row, "case_id": row["case_id"] or "", "letter": body.get("letter", ""), "staff": body.get("staff", "")}


def _again(person: str, at: datetime, parcel: str | None, error: str | None, tx: Connection) -> list[str]:
    which = outbox.c.id == parcel if parcel is not None else outbox.c.error == error
    found = list(tx.execute(select(outbox.c.id).where(GIVEN_UP, which).order_by(outbox.c.seq).with_for_update()).scalars())
    if not found:
        raise NotFound("nothing is given up for this any more", code="not_given_up")
    fresh: Row = {"state": "pending", "attempts": 0, "next_at": None, "lease_until": None, "error": ""}
    tx.execute(outbox.update().where(outbox.c.id.in_(found)).values(**fresh))
    for each in found:
        enter(tx, at, person=person, act="letter_again", partner=MAIL, delivery=each)
    return found


def _posted(person: str, at: datetime, parcel: str, tx: Connection) -> None:
    row = tx.execute(select(outbox).where(GIVEN_UP, outbox.c.id == parcel).with_for_update()).mappings().first()
    if row is None:
        raise NotFound("this letter is not given up, or not any more", code="not_given_up")
    if "letter" not in row["body"]:
        raise NotNow("mail to our own people is not posted: it is sent again, or left", code="not_a_letter")
    sent_at = system_now()  # as the relay dates what it sends
    tx.execute(outbox.update().where(outbox.c.id == parcel).values(state="sent", sent_at=sent_at, error=ON_PAPER))
    said = {"parcel": parcel, "type": row["type"], "number": row["number"], "state": "sent", "error": ON_PAPER}
    log.add(tx, log.about(Kind.EFFECT, row["case_id"], f"{parcel}/{instant(sent_at)}", sent_at, **said))
    enter(tx, at, person=person, act="letter_posted", partner=MAIL, delivery=parcel)
