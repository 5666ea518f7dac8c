"""What leaves for auditors, from a real store: whole, checked, noted in the log, and only for those who may have it."""

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import Connection, delete, insert, text, update

from acts.audit import Wanted
from acts.checkpointing import checkpointed
from acts.desk import Desk
from acts.evidence import Evidence
from config.settings import Settings
from domain.errors import BadInput, Conflict, NotAllowed, NotFound, NotNow
from domain.log.leaf import Kind
from domain.log.verify import Finding, Kept, code, keys_of, members_of, verify
from store import log
from store.checkpoints import Checkpoints
from store.histories import Histories
from store.names import system_now
from store.tables import erasures, journal, leaf_contents, log_keys
from tests.gateway.api.played import AT_CONDITIONS, NAME

CASE = f"hire/{AT_CONDITIONS}"
QUICK = Wanted(languages=())  # no paper: it takes a second to set


def said(found: list[Finding], claim: str) -> str:
    return next(each.words for each in found if each.claim == claim)


def lines(raw: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in members_of(raw)["leaves.jsonl"].splitlines()]


def outside(desk: Desk, settings: Settings) -> Checkpoints:
    return Checkpoints(desk.db, Evidence(settings).key)


async def test_a_dossier_holds_every_leaf_of_the_case_and_stands_against_the_whole_log(desk: Desk) -> None:
    raw = await desk.audit.export("auditor", CASE, "tribunal", QUICK)
    whole = await desk.audit.log("auditor", "tribunal")
    found = verify(raw, log=whole)
    assert code(found) == 0, found
    assert "the log holds nothing else about the case" in said(found[-8:], "completeness")
    contents = [line["disclosed"]["content"] for line in lines(raw)]  # type: ignore[index]
    assert len([each for each in contents if "fact" in each]) == len(await desk.queries.entries(CASE))
    assert (contents[-1]["about"], contents[-1]["reader"], contents[-1]["purpose"]) == ("dossier", "person:auditor", "tribunal")
    assert "export" in contents[-1]["what"]
    assert [row["about"] for row in await desk.reads.of(CASE)] == ["dossier"]
    assert NAME.encode() not in raw


async def test_the_terms_every_decision_names_are_attached_by_their_hash(desk: Desk) -> None:
    members = members_of(await desk.audit.export("auditor", CASE, "tribunal", QUICK))
    published = await desk.vacancies_store.get("250442")
    terms = json.loads(members[f"policies/{published.sha256}.json"])
    assert (terms["rules"]["name"], terms["rules"]["version"]) == (published.rules.name, published.rules.version)


async def test_exports_are_for_auditors_the_data_protection_officer_and_the_head_of_hr(desk: Desk) -> None:
    for person in ("auditor", "data_protection_officer", "hr_head"):
        assert code(verify(await desk.audit.export(person, CASE, "tribunal", QUICK))) == 0
    for person in ("hr_officer", "appointing_authority", "key_administrator", "nobody"):
        with pytest.raises(NotAllowed):
            await desk.audit.export(person, CASE, "tribunal", QUICK)
        with pytest.raises(NotAllowed):
            await desk.audit.log(person, "tribunal")
    with pytest.raises(NotFound):
        await desk.audit.export("auditor", "hire/none", "tribunal", QUICK)
    with pytest.raises(BadInput):
        await desk.audit.export("auditor", CASE, "Because I say so", QUICK)
    with pytest.raises(NotNow):  # a desk that was not given a log key
        await Desk(desk.db).audit.export("auditor", CASE, "tribunal", QUICK)


async def test_the_texts_of_letters_go_only_to_who_may_read_them_and_asks(desk: Desk) -> None:
    with_texts = Wanted(languages=(), letters=True)
    with pytest.raises(NotAllowed):
        await desk.audit.export("auditor", CASE, "tribunal", with_texts)
    raw = await desk.audit.export("data_protection_officer", CASE, "tribunal", with_texts)
    assert members_of(raw)["letters/001-acknowledgement.txt"] == f"Your application\0Dear {NAME}\0".encode()
    assert code(verify(raw)) == 0
    without = await desk.audit.export(
        "data_protection_officer", CASE, "tribunal", Wanted(languages=(), letters=True, redact=frozenset({"letter_written"}))
    )
    assert not [name for name in members_of(without) if name.startswith("letters/")]


async def test_what_is_withheld_is_nowhere_and_its_leaf_still_verifies(desk: Desk) -> None:
    raw = await desk.audit.export("auditor", CASE, "tribunal", Wanted(redact=frozenset({"clearance", "read", "1"})))
    found = verify(raw)
    assert code(found) == 0
    kept = [line["disclosed"]["content"]["fact"] for line in lines(raw) if line["disclosed"]]  # type: ignore[index]
    assert kept
    assert not [fact for fact in kept if "clearance" in json.dumps(fact.get("condition", ""))]
    withheld = [json.loads(str(line["leaf"])) for line in lines(raw) if line["disclosed"] is None]
    assert {"fact", "read"} == {leaf["kind"] for leaf in withheld}
    assert "1" in {leaf["ref"] for leaf in withheld if leaf["kind"] == "fact"}
    assert f"{len(withheld)} redacted" in said(found, "contents")


async def test_a_history_goes_with_a_dossier_that_withholds_nothing_and_its_hash_is_in_the_log(desk: Desk) -> None:
    document = {"workflow_id": CASE, "run_id": "r1", "namespace": "muster", "last_event": 9, "build_id": "b1", "known": {}}
    history = {"events": [{"eventId": "1", "attributes": {"data": "c2VhbGVk"}}]}
    assert await Histories(desk.db).keep({**document, "history": history}, system_now(), system_now())
    raw = await desk.audit.export("auditor", CASE, "tribunal", QUICK)
    assert json.loads(members_of(raw)["history/hire_h003.r1.json"])["history"] == history
    assert code(verify(raw)) == 0
    cut = await desk.audit.export("auditor", CASE, "tribunal", Wanted(languages=(), redact=frozenset({"medical"})))
    assert not [name for name in members_of(cut) if name.startswith("history/")]
    assert "history" in {json.loads(str(line["leaf"]))["kind"] for line in lines(cut) if line["disclosed"]}


async def test_a_misspelt_category_withholds_nothing_and_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput, match=r"nothing here is of the category clearence; there is: .*clearance"):
        await desk.audit.export("auditor", CASE, "tribunal", Wanted(redact=frozenset({"clearence"})))


async def test_a_dossier_goes_on_from_the_last_checkpoint_outside_or_from_the_one_given(
    desk: Desk, installed: Settings, tmp_path: Path
) -> None:
    first = await checkpointed(outside(desk, installed), tmp_path / "outside")
    assert first is not None
    raw = await desk.audit.export("auditor", CASE, "tribunal", QUICK)
    key = keys_of(Evidence(installed).key.text)
    assert code(verify(raw, Kept(first.note.encode(), key))) == 0
    second = await checkpointed(outside(desk, installed), tmp_path / "outside")
    assert second is not None
    assert second.size > first.size
    newer = await desk.audit.export("auditor", CASE, "tribunal", QUICK)
    assert code(verify(newer, Kept(first.note.encode(), key))) == 7  # it brings the way from the second
    assert code(verify(newer, Kept(second.note.encode(), key))) == 0
    given = await desk.audit.export("auditor", CASE, "tribunal", Wanted(languages=(), since=first.note))
    assert code(verify(given, Kept(first.note.encode(), key))) == 0
    with pytest.raises(BadInput):
        await desk.audit.export("auditor", CASE, "tribunal", Wanted(since=first.note.replace("muster", "others")))


async def test_a_part_of_the_log_begins_and_ends_where_one_asks(desk: Desk, installed: Settings) -> None:
    first = await outside(desk, installed).sign()
    assert first is not None
    part = await desk.audit.log("auditor", "yearly_audit", begin=first.size)
    found = verify(part, Kept(first.note.encode(), keys_of(Evidence(installed).key.text)))
    assert code(found) == 0
    assert "1 leaves" in said(found, "form")  # the export's own
    upto = await desk.audit.log("auditor", "yearly_audit", end=first.size)
    assert f"{first.size} leaves lead to" in said(verify(upto), "inclusion")
    for begin, end in ((0, first.size - 1), (first.size, first.size), (-1, first.size)):
        with pytest.raises(BadInput):
            await desk.audit.log("auditor", "yearly_audit", begin, end)


async def test_nothing_leaves_once_somebody_changed_or_took_away_what_the_log_is_bound_to(desk: Desk) -> None:
    await desk.db.write(lambda tx: log.add(tx, log.about(Kind.EFFECT, CASE, "parcel/1", system_now(), state="sent")))
    assert code(verify(await desk.audit.export("auditor", CASE, "tribunal", QUICK))) == 0
    third = (journal.c.case_id == CASE) & (journal.c.number == 3)
    before = (await desk.queries.timeline(CASE))[2]["actor"]
    await desk.db.write(lambda tx: tx.execute(text("DROP TRIGGER journal_no_update")))  # as somebody could who owns the database
    await desk.db.write(lambda tx: tx.execute(update(journal).where(third).values(actor="person:somebody_else")))
    with pytest.raises(NotNow, match="fact 3"):
        await desk.audit.export("auditor", CASE, "tribunal", QUICK)
    await desk.db.write(lambda tx: tx.execute(update(journal).where(third).values(actor=before)))
    await desk.db.write(lambda tx: tx.execute(delete(leaf_contents)))
    with pytest.raises(Conflict, match="is not in the store"):
        await desk.audit.export("auditor", CASE, "tribunal", QUICK)


async def test_an_erased_case_still_proves_that_it_was_and_opens_no_more(desk: Desk) -> None:
    who = (await desk.queries.hire(CASE))["candidate"]
    about = {"reason": "asked", "proposed_by": "a", "proposed_at": system_now(), "approved_by": "b", "erased_at": system_now()}

    def erased(tx: Connection) -> None:
        tx.execute(delete(log_keys).where(log_keys.c.stream == CASE))
        tx.execute(delete(leaf_contents))
        tx.execute(insert(erasures), [{"erasure": "e1", "candidate": who, **about}])

    await desk.db.write(erased)
    raw = await desk.audit.export("auditor", CASE, "tribunal")
    found = verify(raw)
    assert code(found) == 0
    # The export itself is noted under a key that begins anew, and is all that opens.
    assert "1 contents disclosed" in said(found, "contents")
    assert f"facts 1 to {len(await desk.queries.entries(CASE))}" in said(found, "completeness")


async def test_a_key_that_is_gone_without_an_erasure_is_an_alarm(desk: Desk) -> None:
    await desk.db.write(lambda tx: tx.execute(delete(log_keys).where(log_keys.c.stream == CASE)))
    with pytest.raises(NotNow, match="is not the one the log is bound to"):
        await desk.audit.export("auditor", CASE, "tribunal", QUICK)


async def test_the_papers_are_sealed_so_that_a_change_is_seen(desk: Desk, installed: Settings) -> None:
    members = members_of(await desk.audit.export("auditor", CASE, "tribunal"))
    for language in ("en", "fr"):
        (seal,) = PdfFileReader(io.BytesIO(members[f"dossier.{language}.pdf"])).embedded_signatures
        status = await asyncio.to_thread(validate_pdf_signature, seal, ValidationContext(trust_roots=[seal.signer_cert]))
        assert status.bottom_line
        assert seal.signer_cert.sha256.hex() == Evidence(installed).sealed_by


def exported_by_command(settings: Settings, away: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    env |= {"MUSTER_DATA_DIR": str(settings.data_dir)}
    for words in (["export", CASE, "--to", f"{away}/case.zip"], ["log-export", "--to", f"{away}/log"]):
        command = [sys.executable, "-m", "cli", "audit", *words, "--as", "auditor", "--purpose", "tribunal"]
        subprocess.run(command, env=env, check=True, capture_output=True)


def stranger(away: Path, *words: str) -> int:
    """The exit code of the dossier's own verifier in an environment without packages, and without network where that can be had."""
    if not (away / "venv").exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", away / "venv"], check=True)
        (away / "verify.py").write_bytes(members_of((away / "case.zip").read_bytes())["verify.py"])
    alone = ["unshare", "-n"] if os.geteuid() == 0 and shutil.which("unshare") else []
    command = [*alone, f"{away}/venv/bin/python", "verify.py", *words]
    return subprocess.run(command, cwd=away, env={"PATH": os.defpath}, capture_output=True, check=False).returncode


async def test_a_stranger_with_a_bare_interpreter_and_no_network_verifies_what_the_command_exported(
    desk: Desk, installed: Settings, tmp_path: Path
) -> None:
    kept, public = await checkpointed(outside(desk, installed), tmp_path / "outside"), Evidence(installed).key.text
    assert kept is not None
    away = tmp_path / "away"
    away.mkdir()
    (away / "kept.txt").write_text(kept.note, "utf-8")

    def codes() -> list[int]:
        exported_by_command(installed, away)
        whole = stranger(away, "case.zip", "--checkpoint", "kept.txt", "--key", public, "--log", "log", "--proofs", ".")
        proof = sorted(away.glob("*.tlog-proof"))[0].name
        others = [stranger(away, proof, "--key", public), stranger(away, "log", "--checkpoint", "kept.txt", "--key", public)]
        (away / "case.zip").write_bytes((away / "case.zip").read_bytes()[:-1])
        return [whole, *others, stranger(away, "case.zip")]

    assert await asyncio.to_thread(codes) == [0, 0, 0, 3]
