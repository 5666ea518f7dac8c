"""The personal tables, read by random id, and the staff who act. Nothing here is copied anywhere else."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select

from domain.errors import NotFound
from domain.messages import Letter
from store import contacts, vault
from store.database import Database
from store.names import folded
from store.tables import applications, cases, hires, letters, outbox, payloads, people, people_words, staff

T = TypeVar("T")

#: A letter without its PDF, which only those need who send or save it.
_TEXT = [column for column in letters.c if not column.name.startswith("pdf")]


@dataclass(frozen=True)
class Person:
    candidate: str
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class Application:
    application: str
    candidate: str
    case: str
    received_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True)
class Staff:
    person: str
    name: str
    email: str
    roles: tuple[str, ...]
    language: str = ""


class People:
    """Every method raises NotFound for an id that is not, or no longer, there."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def contact(self, candidate: str) -> Person:
        """How to reach a candidate, and in which language."""
        found = await self._people(people.c.candidate == candidate)
        if not found:
            raise NotFound(f"there is no candidate {candidate}", code="unknown")
        return found[0]

    async def named(self, candidates: Iterable[str]) -> dict[str, str]:
        """The names of these candidates by their ids; who is not there any more is left out."""
        return {each.candidate: each.name for each in await self._people(people.c.candidate.in_(list(candidates)))}

    async def application(self, ref: str) -> Application:
        """An application as it was received; `body` is the personal part of the event."""
        query, opened = select(applications).where(applications.c.application == ref), contacts.application_opened
        row, body = await self._opened(query, f"application {ref}", lambda pen, row: (row, opened(pen, row)))
        return Application(row["application"], row["candidate"], row["case_id"], row["received_at"], body)

    async def candidate_of(self, case: str) -> str:
        """The candidate's random id of a hire."""
        query = select(cases.c.candidate).where(cases.c.case_id == case, cases.c.candidate.is_not(None))
        return str((await self._one(query, f"hire {case}"))["candidate"])

    async def about(self, case: str) -> tuple[str, str]:
        """The (vacancy, candidate) a hire is about."""
        query = select(cases.c.vacancy, cases.c.candidate).where(cases.c.case_id == case, cases.c.candidate.is_not(None))
        row = await self._one(query, f"hire {case}")
        return str(row["vacancy"]), str(row["candidate"])

    async def payload(self, ref: str) -> bytes:
        """The bytes of an event exactly as they were signed."""
        query = select(payloads).where(payloads.c.ref == ref)
        return await self._opened(query, f"payload {ref}", lambda pen, row: contacts.payload_opened(pen, **row))

    async def letter(self, letter: str) -> Letter:
        """A letter as it is to be sent."""
        query = select(*_TEXT).where(letters.c.letter == letter)
        row = await self._opened(query, f"letter {letter}", contacts.letter_opened)
        return Letter(case=row.pop("case_id"), **row)

    async def paper(self, letter: str) -> bytes | None:
        """The PDF of a letter as it was sent; None while it has none."""
        query = select(letters.c.letter, letters.c.candidate, letters.c.template, letters.c.pdf).where(letters.c.letter == letter)
        return await self._opened(query, f"letter {letter}", contacts.pdf_opened)

    async def keep_paper(self, letter: str, pdf: bytes, made_with: str) -> bytes:
        """Keep the PDF of a letter, before it is sent for the first time. What is kept already stays, and is what to send."""
        new: dict[str, Any] = {"pdf_sha256": hashlib.sha256(pdf).hexdigest(), "pdf_made_with": made_with}
        without = (letters.c.letter == letter, letters.c.pdf.is_(None))

        def first(tx: Connection) -> None:
            whose = select(letters.c.letter, letters.c.candidate, letters.c.template).where(*without)
            row = tx.execute(whose.with_for_update()).mappings().first()
            if row is not None:
                sealed = contacts.pdf_sealed(vault.pen(self._db, tx), dict(row), pdf)
                tx.execute(letters.update().where(*without).values(new | {"pdf": sealed}))

        await self._db.write(first)
        kept = await self.paper(letter)
        assert kept is not None  # written just now, or before
        return kept

    async def letters(self, case: str) -> list[dict[str, Any]]:
        """The letters of a case in the order they were written: template, language, when written and sent, hashes; not what they say."""
        shown = ("letter", "template", "language", "at", "sha256", "pdf_sha256", "pdf_made_with")
        rows = select(*(letters.c[name] for name in shown)).where(letters.c.case_id == case)
        posted = select(outbox.c.seq, outbox.c.body, outbox.c.sent_at).where(outbox.c.case_id == case, outbox.c.kind == "letter")
        found, parcels = await self._db.read(lambda rx: (rx.execute(rows).mappings().all(), rx.execute(posted).all()))
        sent = {body["letter"]: (seq, at) for seq, body, at in parcels if "letter" in body}  # the others are notices to staff
        return [{**row, "sent_at": sent[row["letter"]][1]} for row in sorted(found, key=lambda row: sent[row["letter"]][0])]

    async def put_staff(self, person: str, name: str, email: str, roles: Iterable[str], language: str = "") -> None:
        """Add a member of staff, or change one. Without a `language` they are written to in the installation's own."""
        row = {"name": name, "email": email, "roles": sorted(str(role) for role in roles), "language": language}
        statement = self._db.insert(staff).values(person=person, **row)
        await self._db.write(lambda tx: tx.execute(statement.on_conflict_do_update(index_elements=["person"], set_=row)))

    async def staff(self, person: str) -> Staff:
        return _staff(await self._one(select(staff).where(staff.c.person == person), f"person {person}"))

    async def find(self, words: str, limit: int = 50) -> list[dict[str, Any]]:
        """The people of whose name or address every word begins some word, accents and capitals aside, each with `cases`: vacancy, stage,
        ending. Raises BadInput for words that say nothing.
        """
        wanted = vault.asked_for(words)

        def look(rx: Connection) -> list[Person]:
            pen = vault.pen(self._db, rx)
            by = [select(people_words.c.candidate).where(people_words.c.word == pen.blind_word(each)) for each in wanted]
            query = select(people).where(*(people.c.candidate.in_(each) for each in by)).order_by(people.c.candidate).limit(limit)
            return [_person(pen, dict(row)) for row in rx.execute(query).mappings()]

        found = sorted(await self._db.read(look), key=lambda each: (folded(each.name, each.email), each.candidate))
        theirs = await self._cases_of([each.candidate for each in found])
        return [vars(each) | {"cases": theirs.get(each.candidate, [])} for each in found]

    async def _cases_of(self, candidates: list[str]) -> dict[str, list[dict[str, Any]]]:
        """Every case of these people; one that has not begun yet has neither stage nor ending."""
        columns = (cases.c.candidate, cases.c.case_id, cases.c.vacancy, cases.c.linked, hires.c.stage, hires.c.ending, hires.c.owner)
        query = select(*columns).outerjoin(hires, hires.c.case_id == cases.c.case_id).where(cases.c.candidate.in_(candidates))
        found: dict[str, list[dict[str, Any]]] = {}
        for row in await self._db.read(lambda rx: rx.execute(query.order_by(cases.c.created_at, cases.c.case_id)).mappings().all()):
            found.setdefault(row["candidate"], []).append({name: value for name, value in row.items() if name != "candidate"})
        return found

    async def list_staff(self) -> list[Staff]:
        query = select(staff).order_by(staff.c.person)
        return await self._db.read(lambda rx: [_staff(row) for row in rx.execute(query).mappings()])

    async def _people(self, which: ColumnElement[bool]) -> list[Person]:
        query = select(people).where(which)
        return await self._db.read(lambda rx: [_person(vault.pen(self._db, rx), dict(row)) for row in rx.execute(query).mappings()])

    async def _opened(self, query: Select[Any], what: str, how: Callable[[vault.Pen, dict[str, Any]], T]) -> T:
        """One row as `how` opens it."""

        def opened(rx: Connection) -> list[T]:
            return [how(vault.pen(self._db, rx), dict(row)) for row in rx.execute(query).mappings()]

        found = await self._db.read(opened)
        if not found:
            raise NotFound(f"there is no {what}", code="unknown")
        return found[0]

    async def _one(self, query: Select[Any], what: str) -> RowMapping:
        row: RowMapping | None = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotFound(f"there is no {what}", code="unknown")
        return row


def _person(pen: vault.Pen, row: Mapping[str, Any]) -> Person:
    contact = contacts.contact_of(pen, row)
    return Person(row["candidate"], contact.name, contact.email, contact.language)


def _staff(row: RowMapping) -> Staff:
    return Staff(row["person"], row["name"], row["email"], tuple(row["roles"]), row["language"])
