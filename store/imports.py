"""Hires taken over from elsewhere: the person, the case and its first facts, all of a file in one transaction or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict
from domain.messages import Step
from store.arrivals import Contact
from store.database import Database
from store.names import folded
from store.records import Records
from store.tables import applications, cases, payloads, people


@dataclass(frozen=True)
class Standing:
    """A hire there is already of a person and a vacancy; `row` is the line it was imported from, None for one that applied here."""

    case: str
    row: bytes | None


@dataclass(frozen=True)
class Newcomer:
    """One hire to begin: its ids, the personal part, and the step its journal begins with."""

    case: str
    candidate: str
    application: str
    source: str
    source_id: str
    vacancy: str
    contact: Contact
    received_at: datetime
    body: dict[str, Any]
    row: bytes
    step: Step


class Imports:
    def __init__(self, db: Database) -> None:
        self._db, self._records = db, Records(db)

    async def people(self, source: str, source_ids: Iterable[str]) -> dict[str, str]:
        """The candidates of these persons, as far as the source named them before."""
        query = select(people.c.source_id, people.c.candidate).where(people.c.source == source, people.c.source_id.in_(list(source_ids)))
        return await self._db.read(lambda rx: {row[0]: row[1] for row in rx.execute(query).all()})

    async def standing(self, source: str, source_ids: Iterable[str]) -> dict[tuple[str, str], Standing]:
        """The hires there are of these persons, by (vacancy, source id)."""
        line = select(payloads.c.body).join(applications, applications.c.application == payloads.c.ref)
        imported = line.where(applications.c.case_id == cases.c.case_id, payloads.c.ref.startswith(PREFIX)).limit(1).scalar_subquery()
        query = select(cases.c.vacancy, people.c.source_id, cases.c.case_id, imported.label("row"))
        query = query.join(people, people.c.candidate == cases.c.candidate)
        query = query.where(people.c.source == source, people.c.source_id.in_(list(source_ids)), ~cases.c.linked)
        found = await self._db.read(lambda rx: rx.execute(query).all())
        return {(row.vacancy, row.source_id): Standing(row.case_id, None if row.row is None else bytes(row.row)) for row in found}

    async def begin(self, newcomers: Sequence[Newcomer]) -> None:
        """Begin them all. Raises Conflict, and writes nothing, when somebody else has begun one of them meanwhile."""

        def first(tx: Connection) -> None:
            try:
                for each in newcomers:
                    self._person(tx, each)
            except IntegrityError as error:
                raise Conflict("one of these hires was begun meanwhile; look at the preview again", code="begun_meanwhile") from error

        await self._records.append_all([each.step for each in newcomers], first)

    def _person(self, tx: Connection, new: Newcomer) -> None:
        contact = new.contact.model_dump() | {"folded": folded(new.contact.name, new.contact.email)}
        person = self._db.insert(people).values(candidate=new.candidate, source=new.source, source_id=new.source_id, **contact)
        tx.execute(person.on_conflict_do_update(index_elements=["candidate"], set_=contact))
        case = {"case_id": new.case, "kind": "hire", "vacancy": new.vacancy, "candidate": new.candidate, "linked": False}
        tx.execute(insert(cases), [case | {"created_at": new.step.at}])
        kept = {"application": new.application, "candidate": new.candidate, "case_id": new.case, "body": new.body}
        tx.execute(insert(applications), [kept | {"received_at": new.received_at}])
        tx.execute(insert(payloads), [{"ref": new.application, "body": new.row}])


#: Begins the id of an imported application: the bytes kept under it are the line of the file.
PREFIX = "imported-"
