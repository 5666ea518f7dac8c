"""A case held against the log: what an honest store gives, and what the insider's hand leaves, by the first bad entry."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, delete, text, update

from acts.desk import Desk
from acts.evidence import Evidence
from acts.verifying import CLAIMS, Verified
from config.settings import Settings
from connectors.log_key import load_log_key
from domain.errors import NotAllowed, NotFound
from domain.log.tree import leaf_hash
from domain.looking import Category, Look, Reader
from store.checkpoints import Checkpoints
from store.tables import checkpoints, hires, journal, leaf_contents, leaves
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING

CASE = f"hire/{AT_CONDITIONS}"
THIRD = (journal.c.case_id == CASE) & (journal.c.number == 3)
#: What a database's owner does first.
GUARDS = (
    "journal_no_update",
    "journal_no_delete",
    "leaves_no_update",
    "leaves_no_delete",
    "checkpoints_no_update",
    "leaf_contents_no_update",
)


async def signed(desk: Desk, settings: Settings) -> None:
    await Checkpoints(desk.db, Evidence(settings).key).sign()


async def by_hand(desk: Desk, *done: Executable) -> None:
    def work(tx: Any) -> None:
        for guard in GUARDS:
            tx.execute(text(f"DROP TRIGGER IF EXISTS {guard}"))
        for each in done:
            tx.execute(each)

    await desk.db.write(work)


def state(found: Verified) -> dict[str, bool | None]:
    return {each.name: None if each.skipped else not each.differences for each in found.found.checks}


async def test_an_honest_case_holds_in_every_claim(desk: Desk, installed: Settings) -> None:
    await signed(desk, installed)
    found = await desk.audit.verified("auditor", CASE)
    assert found.holds
    assert found.first is None
    assert state(found) == {name: None if name == "history" else True for name in CLAIMS}
    assert (found.newer, found.own) == (0, len(await desk.queries.entries(CASE)))


async def test_what_is_newer_than_the_checkpoint_is_counted_and_not_claimed(desk: Desk, installed: Settings) -> None:
    await signed(desk, installed)
    await desk.auditing.diff(CASE, 3)  # tells nothing special: no leaf
    await desk.audit.export("auditor", CASE, "tribunal")  # a leaf of its own, and a checkpoint
    await desk.reads.note(Reader("person:auditor"), Look(CASE, frozenset({Category.IDENTITY}), "test"))
    assert (await desk.audit.verified("auditor", CASE)).newer == 1


async def test_without_a_key_or_a_checkpoint_the_signature_is_said_to_be_unchecked(desk: Desk) -> None:
    assert state(await desk.audit.verified("auditor", CASE))["signature"] is None
    assert state(await Desk(desk.db).audit.verified("auditor", CASE))["signature"] is None


@pytest.mark.parametrize(
    ("done", "claim", "first"),
    [
        (update(journal).where(THIRD).values(actor="person:somebody_else"), "contents", ("fact_not_as_logged", f"{CASE} 3")),
        (delete(journal).where(THIRD), "contents", ("content_missing", None)),
        (update(leaves).where(leaves.c.position == 5).values(sha256="0" * 64), "log", ("leaf_altered", "5")),
        (delete(leaves).where(leaves.c.position == 5), "log", ("leaf_gap", "5")),
        (update(checkpoints).values(root="AAAA"), "log", ("checkpoint_other_leaves", None)),
        (update(checkpoints).values(note="origin\n1\nAAAA\n"), "signature", ("checkpoint_not_signed", None)),
        (update(hires).where(hires.c.case_id == CASE).values(stage="probation"), "shown", ("read_model_differs", f"{CASE}: hires")),
    ],
)
async def test_what_somebody_did_past_muster_is_red_with_the_first_bad_entry(
    desk: Desk, installed: Settings, done: Executable, claim: str, first: tuple[str, str | None]
) -> None:
    await signed(desk, installed)
    await by_hand(desk, done)
    found = await desk.audit.verified("auditor", CASE)
    assert not found.holds
    assert state(found)[claim] is False
    assert found.first is not None
    assert found.first.code == first[0]
    assert first[1] in (None, found.first.about)


async def test_a_leaf_rewritten_with_its_hash_does_not_fit_the_checkpoint_before_it(desk: Desk, installed: Settings) -> None:
    await signed(desk, installed)
    other = '{"v":1,"kind":"fact"}'
    await by_hand(desk, update(leaves).where(leaves.c.position == 5).values(body=other, sha256=leaf_hash(other.encode()).hex()))
    found = await desk.audit.verified("auditor", CASE)
    assert found.first is not None
    assert found.first.code == "checkpoint_other_leaves"


async def test_a_checkpoint_of_another_key_is_not_ours(desk: Desk, installed: Settings, tmp_path: Path) -> None:
    forged = load_log_key(tmp_path / "elsewhere.key", f"{installed.source}/log")
    await Checkpoints(desk.db, forged).sign()
    assert state(await desk.audit.verified("auditor", CASE))["signature"] is False


async def test_the_first_bad_fact_is_named_by_its_number(desk: Desk, installed: Settings) -> None:
    await signed(desk, installed)
    await by_hand(desk, update(journal).where(THIRD).values(actor="person:somebody_else"))
    assert (await desk.audit.verified("auditor", CASE)).fact == 3
    await by_hand(desk, update(journal).where(THIRD).values(actor="partner:portal"))
    assert (await desk.audit.verified("auditor", f"hire/{AT_SHORTLISTING}")).fact is None


async def test_who_may_export_may_verify_and_nobody_else(desk: Desk) -> None:
    for person in ("hr_officer", "appointing_authority", "nobody"):
        with pytest.raises(NotAllowed):
            await desk.audit.verified(person, CASE)
    with pytest.raises(NotFound):
        await desk.audit.verified("auditor", "hire/none")


async def test_content_of_another_leaf_is_held_against_it_too(desk: Desk, installed: Settings) -> None:
    await desk.reads.note(Reader("person:auditor"), Look(CASE, frozenset({Category.IDENTITY}), "test"))
    await signed(desk, installed)
    await by_hand(desk, update(leaf_contents).values(content={"reader": "person:nobody"}))
    found = await desk.audit.verified("auditor", CASE)
    assert found.first is not None
    assert found.first.code == "content_not_as_logged"
