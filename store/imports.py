"""Hires taken over from elsewhere: the person, the case and its first facts, all of a file in one transaction or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict
from domain.messages import Step
from store import contacts, vault
from store.arrivals import Contact
from store.database import Database
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

        def known(rx: Connection) -> dict[str, str]:
            blind = _blind(vault.pen(self._db, rx), source, source_ids)
            query = select(people.c.source_id, people.c.candidate).where(people.c.source == source, people.c.source_id.in_(blind))
            return {blind[row.source_id]: row.candidate for row in rx.execute(query)}

        return await self._db.read(known)

    async def standing(self, source: str, source_ids: Iterable[str]) -> dict[tuple[str, str], Standing]:
        """The hires there are of these persons, by (vacancy, source id)."""
        line = select(payloads.c.ref).join(applications, applications.c.application == payloads.c.ref)
        imported = line.where(applications.c.case_id == cases.c.case_id, payloads.c.ref.startswith(PREFIX)).limit(1).scalar_subquery()
        query = select(cases.c.vacancy, people.c.source_id, cases.c.case_id, payloads)
        query = query.join(people, people.c.candidate == cases.c.candidate).outerjoin(payloads, payloads.c.ref == imported)

        def standing(rx: Connection) -> dict[tuple[str, str], Standing]:
            pen = vault.pen(self._db, rx)
            blind = _blind(pen, source, source_ids)
            mine = query.where(people.c.source == source, people.c.source_id.in_(blind), ~cases.c.linked)
            return {(row["vacancy"], blind[row["source_id"]]): _standing(pen, row) for row in rx.execute(mine).mappings()}

        return await self._db.read(standing)

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
        pen = vault.pen(self._db, tx)
        known = {"source": new.source, "source_id": pen.blind(new.source, new.source_id)}
        person = self._db.insert(people).values(candidate=new.candidate, name="", email="", language="", **known)
        tx.execute(person.on_conflict_do_nothing(index_elements=["candidate"]))
        contacts.write(tx, pen, new.candidate, new.contact)
        case = {"case_id": new.case, "kind": "hire", "vacancy": new.vacancy, "candidate": new.candidate, "linked": False}
        tx.execute(insert(cases), [case | {"created_at": new.step.at}])
        body = contacts.application_body(pen, new.application, new.candidate, new.body)
        kept = {"application": new.application, "candidate": new.candidate, "case_id": new.case, "body": body}
        tx.execute(insert(applications), [kept | {"received_at": new.received_at}])
        tx.execute(insert(payloads), [contacts.payload_row(pen, new.application, new.candidate, "application.imported", new.row)])


def _blind(pen: vault.Pen, source: str, source_ids: Iterable[str]) -> dict[str, str]:
    """A source's own ids by what their rows are found by."""
    return {pen.blind(source, each): each for each in source_ids}


def _standing(pen: vault.Pen, row: RowMapping) -> Standing:
    kept = None if row["ref"] is None else contacts.payload_opened(pen, row["ref"], row["subject"], row["compartment"], row["body"])
    return Standing(row["case_id"], kept)


#: Begins the id of an imported application: the bytes kept under it are the line of the file.
PREFIX = "imported-"
