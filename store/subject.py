"""Everything kept about one person, table by table: every row that names them, one of their hires or something of theirs.

Tables are asked one and all, by every column of words, so that a new one is in the export from its first day; what is left out is
listed here with the reason.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, or_, select

from domain.errors import NotFound
from domain.sealing import Keyring
from store import contacts, vault
from store.balance import opened
from store.columns import Words
from store.database import Database
from store.tables import applications, cases, holds, inbox, letters, metadata, outbox, payloads, people, staff

Row = dict[str, Any]
#: Tables that name the person and are not handed out, each with the reason.
LEFT_OUT = {
    "log_keys": "the key that keeps the log's entries about the person closed to everybody else",
    "data_keys": "keys; what they open is handed out opened",
    "erased_keys": "says of keys only that they are gone",
    "leaf_contents": "says again, for the log's proofs, what stands in the tables handed out",
}


def _payload(pen: vault.Pen, row: Row) -> Row:
    return row | {"body": contacts.payload_opened(pen, **row)}


def _letter(pen: vault.Pen, row: Row) -> Row:
    return contacts.letter_opened(pen, row) | {"pdf": contacts.pdf_opened(pen, row)}


#: How the rows of the personal tables are opened.
OPENED: dict[str, Callable[[vault.Pen, Row], Row]] = {
    "people": lambda pen, row: row | contacts.contact_of(pen, row).model_dump(),
    "applications": lambda pen, row: row | {"body": contacts.application_opened(pen, row)},
    "payloads": _payload,
    "letters": _letter,
    "notes": lambda pen, row: contacts.note_opened(pen, row),
}


@dataclass(frozen=True)
class Everything:
    """`tables`: the rows by table. `roles`: what the members of staff named in them are here; never their names."""

    candidate: str
    cases: tuple[str, ...]
    language: str
    tables: dict[str, list[Row]]
    roles: dict[str, tuple[str, ...]]


class Subjects:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def everything(self, candidate: str) -> Everything:
        """All of it as of one moment, what is sealed opened. Raises NotFound, and VaultClosed without the keyring."""
        return await self._db.read(lambda rx: _everything(rx, candidate, vault.pen(self._db, rx), self._db.ring))


def _everything(rx: Connection, candidate: str, pen: vault.Pen, ring: Keyring | None) -> Everything:
    if rx.execute(select(people.c.candidate).where(people.c.candidate == candidate)).first() is None:
        raise NotFound(f"there is no candidate {candidate}, or it is erased", code="unknown")
    mine = rx.execute(select(cases.c.case_id, cases.c.vacancy).where(cases.c.candidate == candidate).order_by(cases.c.case_id)).all()
    theirs = [row.case_id for row in mine]
    ids = {candidate, *theirs, *_refs(rx, theirs)}
    tables = {table.name: _rows(rx, table, ids, theirs) for table in metadata.sorted_tables if table.name not in LEFT_OUT}
    covering = select(holds).where(holds.c.kind == "vacancy", holds.c.subject.in_([row.vacancy for row in mine]))
    tables["holds"] += [dict(row) for row in rx.execute(covering).mappings()]
    for name, opening in OPENED.items():
        tables[name] = [opening(pen, row) for row in tables[name]]
    if ring is not None:
        tables["balance_declarations"] = [row | {"sealed": opened(rx, ring, row)} for row in tables["balance_declarations"]]
    return Everything(
        candidate,
        tuple(theirs),
        str(tables["people"][0]["language"]),
        {name: rows for name, rows in tables.items() if rows},
        _roles(rx, tables),
    )


def _refs(rx: Connection, theirs: Collection[str]) -> set[str]:
    """What of theirs is named by an id of its own: messages and their bytes, letters, applications, parcels."""
    columns = ((inbox.c.id, inbox.c.case_id), (inbox.c.payload, inbox.c.case_id), (letters.c.letter, letters.c.case_id))
    columns += ((applications.c.application, applications.c.case_id), (outbox.c.id, outbox.c.case_id))  # type: ignore[assignment]
    return {ref for column, of in columns for ref in rx.execute(select(column).where(of.in_(theirs))).scalars() if ref}


def _rows(rx: Connection, table: Table, ids: Collection[str], theirs: Collection[str]) -> list[Row]:
    words = [column for column in table.c if isinstance(column.type, Words)]
    if table is payloads:
        words = [payloads.c.ref]
    if not words:
        return []
    exact = [column.in_(ids) for column in words]
    below = [column.startswith(f"{case}/", autoescape=True) for column in words for case in theirs]
    return [dict(row) for row in rx.execute(select(table).where(or_(*exact, *below)).order_by(*table.primary_key.columns)).mappings()]


def _roles(rx: Connection, tables: dict[str, list[Row]]) -> dict[str, tuple[str, ...]]:
    """The roles of everybody of the staff whose id stands in a row."""
    said = str([list(row.values()) for rows in tables.values() for row in rows])
    known = rx.execute(select(staff.c.person, staff.c.roles).order_by(staff.c.person))
    return {row.person: tuple(row.roles) for row in known if f"'{row.person}'" in said or f":{row.person}'" in said}
