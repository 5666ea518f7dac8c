"""Letters kept as they were sent: the text with its journal fact, the PDF with its hash, when it was written and when it left."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from acts.desk import Desk
from domain import facts as f
from domain.errors import NotFound
from domain.letters import text_hash
from domain.messages import Letter, Notice
from store.database import Database
from store.inbox import Inbox
from store.migrations import run
from store.outbox import Outbox
from store.people import People
from store.records import Records
from store.tables import letters
from store.vacancies import Vacancies
from tests.store import making as m


def letter(case: str, name: str) -> Letter:
    made = m.letter(case, name)
    return made.model_copy(update={"sha256": text_hash(made.subject, made.body, made.calendar)})


async def written(db: Database, *names: str) -> str:
    """A hire that was written these letters, one a step; its case."""
    await Vacancies(db).publish(m.published())
    case = (await Inbox(db).accept(m.arrival())).case
    for n, name in enumerate(names):
        new = letter(case, name)
        told = f.LetterWritten(letter=new.letter, template=new.template, language="fr", sha256=new.sha256)
        first = (m.received(),) if n == 0 else ()
        after = len(await Records(db).journal(case))
        await Records(db).append(m.step(case, after, *first, told, letters=(new,)))
    return case


async def test_the_letters_of_a_hire_are_listed_as_written_and_with_the_moment_each_left(db: Database) -> None:
    case = await written(db, "L-b", "L-a")
    for parcel in await Outbox(db).lease(10, m.NOON, 60):
        if parcel.body == {"letter": "L-b"}:
            await Outbox(db).sent(parcel.id, m.NOON + timedelta(minutes=1))
    first, second = await Desk(db).letters(case)
    assert (first["letter"], first["at"], first["sent_at"]) == ("L-b", m.NOON, m.NOON + timedelta(minutes=1))
    assert (second["letter"], second["sent_at"], second["pdf_sha256"]) == ("L-a", None, None)
    assert not {"body", "subject", "to", "pdf"} & set(first), "a list tells which letters, not what they say"


async def test_a_notice_to_staff_about_a_hire_is_no_letter_of_it(db: Database) -> None:
    case = await written(db, "L-a")
    notice = Notice(person="hr-1", type="escalation", about={"case": case})
    await Records(db).append(m.step(case, len(await Records(db).journal(case)), m.received(), notices=(notice,)))
    assert [each["letter"] for each in await Desk(db).letters(case)] == ["L-a"]


async def test_a_letter_is_read_back_whole_with_its_pdf(db: Database) -> None:
    await written(db, "L-a")
    await People(db).keep_paper("L-a", b"%PDF\x00\xff", "typesetter 1")
    found = await Desk(db).letter("L-a")
    assert (found["body"], found["pdf"], found["pdf_made_with"], found["intact"]) == (
        m.letter("x").body,
        b"%PDF\x00\xff",
        "typesetter 1",
        True,
    )


async def test_a_text_that_was_changed_is_not_intact(db: Database) -> None:
    await written(db, "L-a")
    other = "Autre chose."
    changed = {"body": other, "sha256": text_hash(m.letter("x").subject, other)}  # even with the hash beside it made to fit
    await db.write(lambda tx: tx.execute(update(letters).values(changed)))
    assert (await Desk(db).letter("L-a"))["intact"] is False


async def test_of_an_unknown_letter_or_hire_nothing_is_told(db: Database) -> None:
    with pytest.raises(NotFound):
        await Desk(db).letter("L-x")
    with pytest.raises(NotFound):
        await Desk(db).letters("hire/xxxxxxxx")


async def test_letters_of_before_get_their_moment_from_the_journal(db: Database) -> None:
    case = await written(db, "L-a", "L-b")
    async with db.transaction() as tx:
        await tx.run_sync(run.move, "0001")
        await tx.run_sync(run.move, "head")
    assert [row["at"] for row in await People(db).letters(case)] == [m.NOON, m.NOON]
    assert await People(db).letter("L-b") == letter(case, "L-b")
