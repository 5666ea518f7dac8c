"""The personal rows as they are written and read: which subject's key, which compartment, which place each value is bound to."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from domain.compartments import of_event, of_letter
from domain.sealing import Compartment
from store.arrivals import Contact
from store.tables import people, people_words
from store.vault import Pen

Row = dict[str, Any]
CONTACT = ("name", "email", "language")
#: What of a letter is about the person it goes to.
SEALED_OF_LETTERS = ("to", "subject", "body", "calendar")


def write(tx: Connection, pen: Pen, candidate: str, contact: Contact) -> None:
    """The newest way to reach somebody there is a row of, and the words they are found by."""
    said = contact.model_dump()
    row = {name: pen.seal_text(candidate, Compartment.IDENTITY, ("people", name, candidate), said[name]) for name in CONTACT}
    tx.execute(update(people).where(people.c.candidate == candidate).values(row))
    tx.execute(delete(people_words).where(people_words.c.candidate == candidate))
    found_by = [{"word": word, "candidate": candidate} for word in sorted(pen.blind_words(contact.name, contact.email))]
    if found_by:
        tx.execute(insert(people_words), found_by)


def contact_of(pen: Pen, row: Mapping[str, Any]) -> Contact:
    """How to reach the person of a row of `people`."""
    who = row["candidate"]
    return Contact(**{name: pen.open_text(who, Compartment.IDENTITY, ("people", name, who), row[name]) for name in CONTACT})


def application_body(pen: Pen, ref: str, candidate: str, body: Mapping[str, Any]) -> Any:
    """An application's personal part as it stands in its row."""
    return pen.seal_json(candidate, Compartment.IDENTITY, ("applications", "body", ref), dict(body))


def application_opened(pen: Pen, row: Mapping[str, Any]) -> dict[str, Any]:
    """The same as it came."""
    where = ("applications", "body", row["application"])
    body: dict[str, Any] = pen.open_json(row["candidate"], Compartment.IDENTITY, where, row["body"])
    return body


def payload_row(pen: Pen, ref: str, subject: str, type_: str, body: bytes) -> Row:
    """The signed bytes of an event as their row."""
    compartment = of_event(type_)
    sealed = pen.seal(subject, compartment, ("payloads", "body", ref), body)
    return {"ref": ref, "subject": subject, "compartment": str(compartment), "body": sealed}


def payload_opened(pen: Pen, ref: str, subject: str, compartment: str, body: bytes) -> bytes:
    """The bytes exactly as they were signed."""
    return pen.open(subject, Compartment(compartment), ("payloads", "body", ref), bytes(body))


def letter_row(pen: Pen, letter: Mapping[str, Any]) -> Row:
    """A letter as its row: `case` is `case_id` there."""
    row = dict(letter)
    row["case_id"] = row.pop("case")
    for name in SEALED_OF_LETTERS:
        if row[name] is not None:
            row[name] = pen.seal_text(row["candidate"], of_letter(row["template"]), ("letters", name, row["letter"]), row[name])
    return row


def letter_opened(pen: Pen, row: Mapping[str, Any]) -> Row:
    """The same as it was written; `pdf` too, where it is among the columns."""
    found = dict(row)
    compartment = of_letter(found["template"])
    for name in SEALED_OF_LETTERS:
        if found[name] is not None:
            found[name] = pen.open_text(found["candidate"], compartment, ("letters", name, found["letter"]), found[name])
    return found


def pdf_sealed(pen: Pen, row: Mapping[str, Any], pdf: bytes) -> bytes:
    """A letter's PDF as it stands in its row; `row` says whose it is."""
    return pen.seal(row["candidate"], of_letter(row["template"]), ("letters", "pdf", row["letter"]), pdf)


def pdf_opened(pen: Pen, row: Mapping[str, Any]) -> bytes | None:
    """The same as it was sent."""
    if row["pdf"] is None:
        return None
    return pen.open(row["candidate"], of_letter(row["template"]), ("letters", "pdf", row["letter"]), bytes(row["pdf"]))


def note_row(pen: Pen, note: Mapping[str, Any]) -> Row:
    """A note as its row."""
    return {**note, "body": pen.seal_text(note["candidate"], Compartment.IDENTITY, ("notes", "body", note["note"]), note["body"])}


def note_opened(pen: Pen, row: Mapping[str, Any]) -> Row:
    """The same as it was written."""
    return {**row, "body": pen.open_text(row["candidate"], Compartment.IDENTITY, ("notes", "body", row["note"]), row["body"])}
