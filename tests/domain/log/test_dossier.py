"""A dossier and a log export, checked by the one file that goes with them: what holds, and which claim falls when something is changed."""

import hashlib
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from domain.log import verify
from domain.log.dossier import sealed, zipped
from domain.log.note import proof_text
from domain.log.verify import CODES, Finding, Kept, code, keys_of, members_of
from tests.dossiers import KINDS, LETTER, SampleLog, Signer, edit, flips

CASE = "hire/1case0"
LOG = SampleLog(30, handed=12)
DOSSIER = LOG.dossier(CASE, since=7)


def failed(found: list[Finding]) -> str:
    return next((each.claim for each in found if each.held is False), "none")


def resealed(raw: bytes, changed: Mapping[str, bytes], manifest: Mapping[str, object] | None = None) -> bytes:
    """What somebody with the log's key can do: change parts, list them anew, seal the list, and zip it all."""
    parts = {name: data for name, data in members_of(raw).items() if name != "seal.txt"}
    listed = json.loads(parts.pop("manifest.json")) | dict(manifest or {})
    parts |= changed
    listed["members"] = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}
    return zipped(sealed(parts, listed, LOG.signer.note))


def test_every_claim_of_a_dossier_holds() -> None:
    kept = Kept(LOG.checkpoint(7).encode(), keys_of(LOG.signer.public))
    found = verify.verify(DOSSIER, kept, LOG.export())
    assert code(found) == 0
    assert [each.claim for each in found[-8:]] == list(CODES)
    assert all(each.held for each in found)
    assert "holds nothing else about the case" in found[-2].words


def test_the_same_contents_are_the_same_bytes_and_any_zip_program_reads_them() -> None:
    assert LOG.dossier(CASE, since=7) == DOSSIER
    with zipfile.ZipFile(io.BytesIO(DOSSIER)) as archive:
        assert archive.testzip() is None
        assert archive.read("verify.py") == Path(verify.__file__).read_bytes()


def test_no_changed_byte_is_taken() -> None:
    draw = random.Random(20261123)
    assert not [n for n, raw in enumerate(flips(DOSSIER, (1 << draw.randrange(8),))) if code(verify.verify(raw)) == 0]


def test_no_changed_byte_of_the_leaves_is_taken_though_the_log_key_seals_it() -> None:
    leaves = members_of(DOSSIER)["leaves.jsonl"]
    assert not [
        at
        for at in range(0, len(leaves), 7)
        if code(verify.verify(resealed(DOSSIER, {"leaves.jsonl": leaves[:at] + bytes([leaves[at] ^ 1]) + leaves[at + 1 :]}))) == 0
    ]


def test_what_is_withheld_stays_in_its_place_and_is_counted() -> None:
    raw = LOG.dossier(CASE, redacted=frozenset({3, 4}))
    found = verify.verify(raw)
    assert code(found) == 0
    assert "8 contents disclosed, 2 redacted" in {each.claim: each.words for each in found}["contents"]
    assert LOG.disclosures[6]["salt"].encode() not in raw
    assert failed(verify.verify(resealed(raw, {}, {"redacted": 1}))) == "contents"


def test_each_claim_falls_by_its_own_name() -> None:
    lines = LOG.lines(CASE)
    other = SampleLog(30, seed=2)
    content = {"salt": "00" * 32, "content": {"fact": "invented"}}
    kept = Kept(other.checkpoint(7).encode())
    checkpoint = Signer(9).note("\n".join(LOG.checkpoint().split("\n")[:3]) + "\n").encode()
    falls = {
        "form": verify.verify(DOSSIER + b"\n"),
        "alteration": verify.verify(zipped(members_of(DOSSIER) | {"dossier.en.pdf": b"%PDF another"})),
        "signature": verify.verify(resealed(DOSSIER, {"checkpoint.txt": checkpoint})),
        "inclusion": verify.verify(LOG.dossier(CASE, lines=[replace(lines[0], index=1), *lines[1:]])),
        "consistency": verify.verify(DOSSIER, kept),
        "contents": verify.verify(LOG.dossier(CASE, lines=[replace(lines[0], disclosed=content), *lines[1:]])),
        "completeness": verify.verify(LOG.dossier(CASE, lines=[*lines[:4], *lines[5:]])),
    }
    assert {claim: failed(found) for claim, found in falls.items()} == {claim: claim for claim in falls}
    assert [code(found) for found in falls.values()] == [3, 4, 5, 6, 7, 8, 9]
    assert [each.words for each in falls["completeness"] if each.held is False] == ["hire/1case0: fact 5 is missing"]


def test_facts_out_of_order_in_the_log_are_seen() -> None:
    log = SampleLog(0)
    for number in (1, 3, 2):
        log._add(CASE, number, 1)
    assert failed(verify.verify(log.dossier(CASE))) == failed(verify.verify(log.export())) == "order"


def test_a_last_fact_left_out_is_seen_with_the_whole_log_and_only_then() -> None:
    cut = LOG.dossier(CASE, lines=LOG.lines(CASE)[:-1])
    assert code(verify.verify(cut)) == 0
    found = verify.verify(cut, log=LOG.export())
    assert (failed(found), found[-2].words) == ("completeness", f"leaf 28 of the log is about {CASE}, and the dossier does not hold it")


def test_a_history_written_anew_is_seen_from_one_kept_checkpoint() -> None:
    kept, anew = Kept(LOG.checkpoint(7).encode()), SampleLog(0)
    for n in range(30):
        anew._add(f"hire/1case{n % 3}", n // 3 + 1, seed=1 if n != 3 else 5)
    assert code(verify.verify(anew.dossier(CASE, since=7))) == 0
    assert failed(verify.verify(anew.dossier(CASE, since=7), kept)) == "consistency"
    assert failed(verify.verify(anew.export(), kept)) == "consistency"
    assert code(verify.verify(LOG.export(), kept)) == 0


def test_a_letter_no_content_speaks_of_is_refused() -> None:
    assert members_of(DOSSIER)["letters/l1.txt"] == LETTER
    assert failed(verify.verify(resealed(DOSSIER, {"letters/l2.txt": LETTER + b"!"}))) == "contents"


def test_no_edit_of_a_log_export_is_taken_by_whoever_kept_its_checkpoint() -> None:
    log, draw = SampleLog(300), random.Random(20261123)
    raw, other, older = log.export(), SampleLog(300, seed=2).export(), log.export(250)
    kept = Kept(log.checkpoint().encode(), keys_of(log.signer.public))
    assert code(verify.verify(raw, kept)) == 0
    for n in range(800):
        changed = edit(draw, KINDS[n % len(KINDS)], raw, other, older)
        assert changed == raw or code(verify.verify(changed, kept)) != 0, (n, KINDS[n % len(KINDS)])


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 1000])
def test_the_curve_in_the_open_agrees_with_the_library(length: int) -> None:
    draw = random.Random(length)
    signer, message = Signer(length), draw.randbytes(length)
    key, signature = keys_of(signer.public).each[0].public, signer._key.sign(message)
    assert verify.signed_in_the_open(key, signature, message)
    for _ in range(20):
        at = draw.randrange(64)
        bad = signature[:at] + bytes([signature[at] ^ 1 << draw.randrange(8)]) + signature[at + 1 :]
        assert not verify.signed_in_the_open(key, bad, message)
    assert not verify.signed_in_the_open(key, signature, message + b"x")
    s = int.from_bytes(signature[32:], "little") + verify.ORDER
    assert not verify.signed_in_the_open(key, signature[:32] + s.to_bytes(32, "little"), message)


def test_a_stranger_without_muster_runs_the_file_out_of_the_dossier(tmp_path: Path) -> None:
    (tmp_path / "case.zip").write_bytes(DOSSIER)
    (tmp_path / "verify.py").write_bytes(members_of(DOSSIER)["verify.py"])
    (tmp_path / "kept.txt").write_text(LOG.checkpoint(7), "utf-8")
    bare = [sys.executable, "-I", "-S", "-W", "error", "verify.py"]  # neither site packages nor the current folder
    words = ["case.zip", "--checkpoint", "kept.txt", "--key", LOG.signer.public]
    done = subprocess.run([*bare, *words], cwd=tmp_path, env={"PATH": os.defpath}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["holds", claim] for claim in CODES]
    (tmp_path / "case.zip").write_bytes(DOSSIER[:-1])
    done = subprocess.run([*bare, *words, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert [each["held"] for each in json.loads(done.stdout)] == [False] + [None] * 7


def proof(log: SampleLog = LOG, index: int = 4) -> bytes:
    return proof_text(log.leaves[index], index, log.tree.inclusion(index), log.checkpoint()).encode()


def test_a_part_of_the_log_leads_to_the_root_and_goes_on_from_a_kept_checkpoint_wherever_it_begins() -> None:
    key = keys_of(LOG.signer.public)
    for begin in range(30):
        found = verify.verify(LOG.export(begin=begin), Kept(LOG.checkpoint(max(begin, 1)).encode(), key))
        assert code(found) == 0, (begin, found)
    other = SampleLog(30, seed=2)
    assert failed(verify.verify(LOG.export(begin=11), Kept(other.checkpoint(11).encode(), key))) == "consistency"
    assert failed(verify.verify(LOG.export(begin=11), Kept(LOG.checkpoint(10).encode(), key))) == "consistency"


def test_no_changed_byte_of_a_part_of_the_log_is_taken() -> None:
    raw, kept = LOG.export(begin=11), Kept(LOG.checkpoint(11).encode(), keys_of(LOG.signer.public))
    assert not [n for n, changed in enumerate(flips(raw, (1, 32))) if code(verify.verify(changed, kept)) == 0]


def test_a_dossier_is_not_held_against_a_part_of_the_log() -> None:
    assert failed(verify.verify(DOSSIER, log=LOG.export(begin=11))) == "completeness"
    assert failed(verify.verify(LOG.dossier(CASE), log=LOG.export(begin=11))) == "completeness"


def test_a_proof_of_one_leaf_brings_the_leaf_and_needs_the_key() -> None:
    key = keys_of(LOG.signer.public)
    found = verify.verify(proof(), Kept(LOG.checkpoint().encode(), key))
    assert code(found) == 0
    assert "fact 2 of hire/1case1" in found[-1].words
    assert "give --key" in verify.verify(proof())[0].words
    assert code(verify.verify(proof(), Kept(LOG.checkpoint(7).encode(), key), LOG.export())) == 0
    assert failed(verify.verify(proof(), Kept(LOG.checkpoint(7).encode(), key))) == "consistency"
    one = SampleLog(1)
    assert code(verify.verify(proof(one, 0), Kept(keys=keys_of(one.keys)))) == 0


def test_no_changed_byte_of_a_proof_is_taken() -> None:
    kept = Kept(keys=keys_of(LOG.signer.public))
    assert not [n for n, raw in enumerate(flips(proof(), tuple(1 << bit for bit in range(8)))) if code(verify.verify(raw, kept)) == 0]


def test_the_verifier_writes_a_proof_of_every_leaf(tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes(DOSSIER)
    assert verify.main([str(file), "--proofs", str(tmp_path)]) == 0
    found = sorted(tmp_path.glob("*.tlog-proof"))
    assert len(found) == 10
    assert all(code(verify.verify(each.read_bytes(), Kept(keys=keys_of(LOG.signer.public)))) == 0 for each in found)
    assert (tmp_path / "leaf-3.tlog-proof").read_bytes() == proof(index=3)


def test_what_a_file_says_of_itself_cannot_write_over_the_screen() -> None:
    raw = resealed(DOSSIER, {}, {"by": "x\u001b[2K\rholds\n\u202e"})
    (words,) = [each.words for each in verify.verify(raw) if each.claim == "form"]
    assert words.isprintable()


def test_no_claim_is_left_out_in_silence() -> None:
    key = Kept(keys=keys_of(LOG.signer.public))
    assert [each.claim for each in verify.verify(DOSSIER)] == list(CODES)
    assert [each.claim for each in verify.verify(LOG.export())] == [claim for claim in CODES if claim != "alteration"]
    assert [each.claim for each in verify.verify(proof(), key)] == ["form", "signature", "inclusion", "consistency", "contents"]
