"""Notes of HR: sealed like the person's own data, bound in the log, handed out to the person and gone with them."""

from pathlib import Path

import pytest
from sqlalchemy import select

from config.keyring import FileKeyring
from domain.errors import NotFound
from domain.log.leaf import Kind
from store.database import Database
from store.notes import Notes
from store.people import People
from store.records import Records
from store.subject import Subjects
from store.tables import leaf_contents, leaves, notes
from store.vacancies import Vacancies
from tests.store import making as m
from tests.store.test_erasure import DPO, HEAD, OFFICER, applied, erase

WORDS = "Prefers a call in the afternoon"


@pytest.fixture(autouse=True)
async def ground(db: Database) -> None:
    await Vacancies(db).publish(m.published())
    await Records(db).append(m.opened())
    for person, role in ((DPO, "data_protection_officer"), (HEAD, "hr_head"), (OFFICER, "hr_officer")):
        await People(db).put_staff(person, "Staff", "staff@example.org", [role])


async def test_a_note_says_who_wrote_it_and_when_and_is_no_entry_of_the_journal(db: Database) -> None:
    case, _ = await applied(db)
    before = await Records(db).journal(case)
    await Notes(db).write(case, "hr_officer", WORDS, m.NOON)
    (note,) = await Notes(db).of(case)
    assert (note.person, note.at, note.body) == ("hr_officer", m.NOON, WORDS)
    assert await Records(db).journal(case) == before
    assert await Notes(db).of("hire/other") == []


async def test_the_log_is_bound_to_a_note_and_never_holds_its_words(db: Database) -> None:
    case, _ = await applied(db)
    note = await Notes(db).write(case, "hr_officer", WORDS, m.NOON)
    where = (leaves.c.kind == str(Kind.NOTE), leaves.c.stream == case, leaves.c.ref == note)
    (leaf,) = await db.read(lambda rx: rx.execute(select(leaves).where(*where)).all())
    content = await db.read(
        lambda rx: rx.execute(select(leaf_contents.c.content).where(leaf_contents.c.position == leaf.position)).scalar_one()
    )
    assert set(content) == {"person", "sha256"}
    assert WORDS not in repr((leaf, content))
    assert (leaf.kind, leaf.ref) == ("note", note)


async def test_a_note_is_sealed_in_its_row_and_opened_for_the_person_it_is_about(db: Database, tmp_path: Path) -> None:
    db.ring = FileKeyring.made(tmp_path / "keyring.json", m.NOON)
    case, candidate = await applied(db)
    await Notes(db).write(case, "hr_officer", WORDS, m.NOON)
    (kept,) = await db.read(lambda rx: rx.execute(select(notes.c.body)).scalars().all())
    assert WORDS not in kept
    assert [note.body for note in await Notes(db).of(case)] == [WORDS]
    assert [row["body"] for row in (await Subjects(db).everything(candidate)).tables["notes"]] == [WORDS]


async def test_a_note_is_gone_with_the_person(db: Database) -> None:
    case, candidate = await applied(db)
    await Notes(db).write(case, "hr_officer", WORDS, m.NOON)
    assert await erase(db, candidate) in (None, ())
    assert await Notes(db).of(case) == []
    assert not await db.read(lambda rx: rx.execute(select(notes)).all())


async def test_nobody_notes_anything_about_a_case_that_is_no_persons(db: Database) -> None:
    with pytest.raises(NotFound):
        await Notes(db).write("hire/nobody", "hr_officer", WORDS, m.NOON)
