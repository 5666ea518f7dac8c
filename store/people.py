"""The personal tables, read by random id, and the staff who act. Nothing here is copied anywhere else."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select

from domain.errors import BadInput, NotFound
from domain.messages import Letter
from store.database import Database
from store.names import folded
from store.tables import applications, cases, hires, letters, outbox, payloads, people, staff

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
        row = await self._one(select(people).where(people.c.candidate == candidate), f"candidate {candidate}")
        return Person(row["candidate"], row["name"], row["email"], row["language"])

    async def named(self, candidates: Iterable[str]) -> dict[str, str]:
        """The names of these candidates by their ids; who is not there any more is left out."""
        found = {}
        for candidate in candidates:
            try:
                found[candidate] = (await self.contact(candidate)).name
            except NotFound:
                continue
        return found

    async def application(self, ref: str) -> Application:
        """An application as it was received; `body` is the personal part of the event."""
        row = await self._one(select(applications).where(applications.c.application == ref), f"application {ref}")
        return Application(row["application"], row["candidate"], row["case_id"], row["received_at"], row["body"])

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
        return bytes((await self._one(select(payloads.c.body).where(payloads.c.ref == ref), f"payload {ref}"))["body"])

    async def letter(self, letter: str) -> Letter:
        """A letter as it is to be sent."""
        row = dict(await self._one(select(*_TEXT).where(letters.c.letter == letter), f"letter {letter}"))
        return Letter(case=row.pop("case_id"), **row)

    async def paper(self, letter: str) -> bytes | None:
        """The PDF of a letter as it was sent; None while it has none."""
        row = await self._one(select(letters.c.pdf).where(letters.c.letter == letter), f"letter {letter}")
        return None if row["pdf"] is None else bytes(row["pdf"])

    async def keep_paper(self, letter: str, pdf: bytes, made_with: str) -> bytes:
        """Keep the PDF of a letter, before it is sent for the first time. What is kept already stays, and is what to send."""
        new = {"pdf": pdf, "pdf_sha256": hashlib.sha256(pdf).hexdigest(), "pdf_made_with": made_with}
        first = letters.update().where(letters.c.letter == letter, letters.c.pdf.is_(None)).values(new)
        await self._db.write(lambda tx: tx.execute(first))
        kept = await self.paper(letter)
        assert kept is not None  # written just now, or before
        return kept

    async def letters(self, case: str) -> list[dict[str, Any]]:
        """The letters of a case in the order they were written: template, language, when written and sent, hashes; not what they say."""
        shown = ("letter", "template", "language", "at", "sha256", "pdf_sha256", "pdf_made_with")
        rows = select(*(letters.c[name] for name in shown)).where(letters.c.case_id == case)
        posted = select(outbox.c.seq, outbox.c.body, outbox.c.sent_at).where(outbox.c.case_id == case, outbox.c.kind == "letter")
        found, parcels = await self._db.read(lambda rx: (rx.execute(rows).mappings().all(), rx.execute(posted).all()))
        sent = {body["letter"]: (seq, at) for seq, body, at in parcels}
        return [{**row, "sent_at": sent[row["letter"]][1]} for row in sorted(found, key=lambda row: sent[row["letter"]][0])]

    async def put_staff(self, person: str, name: str, email: str, roles: Iterable[str], language: str = "") -> None:
        """Add a member of staff, or change one. Without a `language` they are written to in the installation's own."""
        row = {"name": name, "email": email, "roles": sorted(str(role) for role in roles), "language": language}
        statement = self._db.insert(staff).values(person=person, **row)
        await self._db.write(lambda tx: tx.execute(statement.on_conflict_do_update(index_elements=["person"], set_=row)))

    async def staff(self, person: str) -> Staff:
        return _staff(await self._one(select(staff).where(staff.c.person == person), f"person {person}"))

    async def find(self, words: str, limit: int = 50) -> list[dict[str, Any]]:
        """The people whose name or address holds every word, accents and capitals aside, each with `cases`: vacancy, stage, ending.

        Raises BadInput for words that say nothing.
        """
        wanted = folded(words).split()
        if not wanted:
            raise BadInput("say part of a name or of an address", code="nothing_to_find", field="words")
        query = select(people.c.candidate, people.c.name, people.c.email, people.c.language).order_by(people.c.folded, people.c.candidate)
        query = query.where(*(people.c.folded.contains(word, autoescape=True) for word in wanted)).limit(limit)
        found = await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])
        theirs = await self._cases_of([row["candidate"] for row in found])
        return [row | {"cases": theirs.get(row["candidate"], [])} for row in found]

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

    async def _one(self, query: Select[Any], what: str) -> RowMapping:
        row: RowMapping | None = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotFound(f"there is no {what}", code="unknown")
        return row


def _staff(row: RowMapping) -> Staff:
    return Staff(row["person"], row["name"], row["email"], tuple(row["roles"]), row["language"])
