"""What is kept about a person, handed out: every row of every table that names them, nothing of anybody else, and the log has it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from acts.desk import Desk
from config.keyring import FileKeyring
from domain.errors import NotAllowed, NotFound
from domain.words import Ending
from store.columns import Kept
from store.database import Database
from store.privacy import PrivacyBook
from store.subject import LEFT_OUT, Everything, Subjects
from store.tables import PERSONAL, leaves, letters, metadata, partner_asks, people, reads
from tests.acts.test_retention import ended
from tests.store import making as m
from tests.store.test_erasure import DPO, HEAD, OFFICER, applied, ground

__all__ = ["ground"]


@pytest.fixture
async def desk(db: Database) -> Desk:
    made = Desk(db)
    await made.clock.set(m.NOON)
    return made


async def person(db: Database, n: int, language: str = "en") -> tuple[str, str]:
    """Somebody with a letter, a look at their file, a request about them; their (case, candidate)."""
    case, candidate = await ended(db, n, Ending.NOT_SELECTED)
    written = {"letter": f"letter-{n}", "case_id": case, "candidate": candidate, "template": "ending", "language": language, "sha256": "f"}
    said = {
        "to": f"quux{n:03}@example.org",
        "subject": "Your application",
        "body": f"Dear Quux{n:03}",
        "calendar_method": "",
        "sha256": "f",
    }
    asked = {"key": f"{case}/clearance/1", "partner": "nsa-be", "first_tried_at": m.NOON, "tries": 1, "arrived": "yes", "reference": "r-1"}

    def work(tx: Any) -> None:
        tx.execute(insert(letters), [written | said | {"at": m.NOON, "pdf": b"%PDF-1.7", "pdf_sha256": "e", "pdf_made_with": "test"}])
        tx.execute(insert(partner_asks), [asked])
        tx.execute(people.update().where(people.c.candidate == candidate).values(language=language))

    await db.write(work)
    await Desk(db).looked(case, {"medical"}, "page")  # type: ignore[arg-type]
    return case, candidate


async def rows_of(db: Database, table: Table) -> list[dict[str, Any]]:
    return await db.read(lambda rx: [dict(row) for row in rx.execute(select(table)).mappings()])


async def uncovered(db: Database, found: Everything) -> list[str]:
    """Tables with a row that names the person, or anything of theirs, which is not in the export: whatever column it stands in."""
    (who,) = found.tables["people"]
    needles = [who["candidate"], who["name"], who["email"], *found.cases]
    missed = []
    for table in metadata.sorted_tables:
        if table.name in LEFT_OUT:
            continue
        columns = list(table.c) if table in PERSONAL else [c for c in table.c if c.type is not Kept]
        there = await rows_of(db, table)
        for row in there:
            said = json.dumps([row[c.name] for c in columns], default=lambda v: v.decode("latin-1") if isinstance(v, bytes) else str(v))
            if any(needle in said for needle in needles) and row not in found.tables.get(table.name, []):
                missed.append(table.name)
    return sorted(set(missed))


async def test_every_row_that_names_the_person_is_in_it_and_none_of_anybody_else(desk: Desk, db: Database) -> None:
    _, candidate = await person(db, 1)
    other, neighbour = await person(db, 2)
    await desk.privacy.place(HEAD, candidate, "complaint")
    found = await Subjects(db).everything(candidate)
    assert await uncovered(db, found) == []
    assert {"people", "applications", "payloads", "letters", "journal", "inbox", "reads", "partner_asks", "holds"} <= set(found.tables)
    said = json.dumps(found.tables, default=lambda v: v.decode("latin-1") if isinstance(v, bytes) else str(v))
    for needle in (other, neighbour, "Quux002", "quux002@example.org", "answer-002-kept"):
        assert needle not in said
    assert found.roles[HEAD] == ("hr_head",)
    assert "staff@example.org" not in said


@pytest.mark.parametrize("table", ["people", "applications", "letters", "inbox", "reads", "partner_asks"])
async def test_a_table_left_out_would_be_found(desk: Desk, db: Database, table: str) -> None:
    _, candidate = await person(db, 1)
    found = await Subjects(db).everything(candidate)
    told = found.tables | {table: []}
    if table == "people":
        told["people"] = [found.tables["people"][0] | {"source": "changed"}]
    assert table in await uncovered(db, Everything(candidate, found.cases, "en", told, {}))


async def test_what_is_sealed_in_the_store_is_handed_out_opened(db: Database, tmp_path: Path) -> None:
    db.ring = FileKeyring.made(tmp_path / "keyring.json", m.NOON)
    _, candidate = await applied(db, 7)
    found = await Subjects(db).everything(candidate)
    assert found.tables["people"][0]["email"] == "quux007@example.org"
    assert found.tables["applications"][0]["body"] == {"studies": "answer-007-kept"}
    assert found.tables["payloads"][0]["body"] == b"answer-007-kept"


@pytest.mark.parametrize(("language", "says"), [("en", "What is kept about you"), ("fr", "Ce qui est conservé à votre sujet")])
async def test_the_archive_holds_the_data_the_letters_and_a_summary_in_their_language(
    desk: Desk, db: Database, language: str, says: str
) -> None:
    case, candidate = await person(db, 1, language)
    made = await desk.privacy.export(DPO, case)
    with zipfile.ZipFile(io.BytesIO(made.content)) as held:
        assert held.read("letters/letter-1.pdf") == b"%PDF-1.7"
        assert json.loads(held.read("data/payloads.json"))[0]["body"] == "answer-001-kept"
        summary = held.read("summary.html").decode()
        roles = json.loads(held.read("data/staff_roles.json"))
    assert says in summary
    assert "ranked_lower" in summary or "ranked" in summary.lower()
    assert "Zebulon Quux001 &lt;quux001@example.org&gt;" in summary
    assert candidate in made.name
    assert "Staff" not in str(roles)


async def test_the_log_has_the_export_and_so_has_who_looked(desk: Desk, db: Database) -> None:
    case, candidate = await person(db, 1)
    await desk.privacy.export(DPO, candidate)
    (entry,) = await PrivacyBook(db).done("export")
    assert (entry["subject"], entry["person"], entry["reason"]) == (candidate, DPO, "access_request")
    refs = await db.read(lambda rx: rx.execute(select(leaves.c.ref).where(leaves.c.stream == "privacy")).scalars().all())
    assert refs == [f"export/{entry['id']}"]
    looks = await db.read(lambda rx: rx.execute(select(reads.c.reader, reads.c.what).where(reads.c.stream == case)).all())
    assert (f"person:{DPO}", ["export"]) in [tuple(row) for row in looks]


async def test_only_the_two_offices_hand_it_out_and_of_the_erased_there_is_nothing(desk: Desk, db: Database) -> None:
    _, candidate = await person(db, 1)
    with pytest.raises(NotAllowed):
        await desk.privacy.export(OFFICER, candidate)
    await desk.privacy.approve(HEAD, await desk.privacy.propose(DPO, candidate, "asked_by_person"))
    with pytest.raises(NotFound):
        await desk.privacy.export(DPO, candidate)
