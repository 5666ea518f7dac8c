"""What HR noted about a hire, in their own words: kept apart from the facts, sealed like the person's own data, gone with it.

No workflow, journal, log line or export of a list ever holds a note. The audit log is bound to its hash: that it was written, by whom and
when, and that it was not changed since.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from domain.errors import NotFound
from domain.log.leaf import Kind
from store import contacts, log, vault
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import cases, notes


@dataclass(frozen=True)
class Note:
    """One note. `person` wrote it."""

    note: str
    person: str
    at: datetime
    body: str


class Notes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def write(self, case: str, person: str, body: str, at: datetime) -> str:
        """Keep a note, with its leaf, in one transaction; its id. Raises NotFound for a case that is no person's."""

        def work(tx: Connection) -> str:
            candidate = tx.execute(select(cases.c.candidate).where(cases.c.case_id == case)).scalar_one_or_none()
            if candidate is None:
                raise NotFound(f"there is no {case}", code="unknown")
            new: dict[str, Any] = {"note": new_id(), "case_id": case, "candidate": candidate, "person": person, "at": utc(at), "body": body}
            tx.execute(insert(notes), [contacts.note_row(vault.pen(self._db, tx), new)])
            sha256 = hashlib.sha256(f"{new['note']}\n{body}".encode()).hexdigest()
            log.add(tx, log.about(Kind.NOTE, case, new["note"], utc(at), person=f"person:{person}", sha256=sha256))
            return str(new["note"])

        return await self._db.write(work)

    async def of(self, case: str) -> list[Note]:
        """The notes of a case, opened, the latest first."""
        query = select(notes).where(notes.c.case_id == case).order_by(notes.c.at.desc(), notes.c.note)

        def look(rx: Connection) -> list[Note]:
            pen = vault.pen(self._db, rx)
            opened = (contacts.note_opened(pen, dict(row)) for row in rx.execute(query).mappings())
            return [Note(row["note"], row["person"], row["at"], row["body"]) for row in opened]

        return await self._db.read(look)
