"""What an auditor is handed cannot be changed unseen, and a stranger can check it: every byte of a dossier, random edits of a log export,
the public vectors, and a bare interpreter without packages or network. Each edited file is read and judged as a whole, as a user would.

PROVE_EDITS, PROVE_EXPORT, PROVE_RECORDS, PROVE_MASKS, PROVE_LEAVES and PROVE_SEED change the size and the draw.
"""

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from domain.log.dossier import sealed, zipped
from domain.log.verify import Kept, code, keys_of, members_of, verify
from tests.domain.log.test_tree import VECTORS, test_all_public_vectors_are_judged_as_published
from tests.dossiers import KINDS, SampleLog, edit, flips

EDITS = int(os.environ.get("PROVE_EDITS", "20000"))
EXPORT = int(os.environ.get("PROVE_EXPORT", "50000"))
RECORDS = int(os.environ.get("PROVE_RECORDS", "60"))
MASKS = int(os.environ.get("PROVE_MASKS", "8"))
LEAVES = int(os.environ.get("PROVE_LEAVES", "100000"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))
SHARES = 2
CASE = "hire/1case0"


def flipped(raw: bytes) -> tuple[int, int]:
    """How many changed dossiers were tried, and taken: each byte by each of the masks, all eight bits by default."""
    tried = [code(verify(changed)) == 0 for changed in flips(raw, tuple(1 << bit for bit in range(MASKS)))]
    return len(tried), sum(tried)


def resealed(raw: bytes, signer: SampleLog) -> tuple[int, int]:
    """The same by somebody who holds the log's key, lists and seals the changed part anew: each byte of what the log itself is bound to."""
    parts = {name: data for name, data in members_of(raw).items() if name != "seal.txt"}
    manifest = json.loads(parts.pop("manifest.json"))
    tried = taken = 0
    for name in ("leaves.jsonl", "key.txt", "checkpoint.txt", "earlier.txt", "consistency.json", "letters/l1.txt", "policies/p1.json"):
        for changed in flips(parts[name], (1,)):
            listed = manifest | {"members": manifest["members"] | {name: hashlib.sha256(changed).hexdigest()}}
            taken += code(verify(zipped(sealed({**parts, name: changed}, listed, signer.signer.note)))) == 0
            tried += 1
    return tried, taken


def edited(share: int) -> dict[str, tuple[int, int]]:
    """This share of the edits of a log export: by kind, how many were tried, and taken. An edit that changes nothing is drawn again."""
    draw, log = random.Random(f"{SEED}/{share}"), SampleLog(EXPORT, handed=EXPORT // 2)
    raw, other, older = log.export(), SampleLog(EXPORT, seed=2).export(), log.export(EXPORT * 9 // 10)
    kept = Kept(log.checkpoint().encode(), keys_of(log.keys))
    assert code(verify(raw, kept)) == code(verify(older)) == code(verify(other)) == 0
    found = dict.fromkeys(KINDS, (0, 0))
    for n in range(share, EDITS, SHARES):
        kind = KINDS[n // SHARES % len(KINDS)]
        changed = next(each for each in _drawn(draw, kind, raw, other, older) if each != raw)
        tried, taken = found[kind]
        found[kind] = tried + 1, taken + (code(verify(changed, kept)) == 0)
    return found


def _drawn(draw: random.Random, kind: str, raw: bytes, other: bytes, older: bytes) -> Iterator[bytes]:
    while True:
        yield edit(draw, kind, raw, other, older)


def stranger(raw: bytes, log: SampleLog, folder: Path) -> tuple[bool, str]:
    """A new environment without any package, and without a network where that can be had: runs the verify.py out of the dossier."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (folder / "case.zip").write_bytes(raw)
    (folder / "verify.py").write_bytes(members_of(raw)["verify.py"])
    (folder / "kept.txt").write_text(log.checkpoint(RECORDS), "utf-8")
    alone = ["unshare", "-n"] if os.geteuid() == 0 and shutil.which("unshare") else []
    python = str(folder / "venv" / "bin" / "python")

    def run(*words: str) -> int:
        command = [*alone, python, "verify.py", *words, "--key", log.signer.public]
        done = subprocess.run(command, cwd=folder, env={"PATH": os.defpath}, capture_output=True, text=True, check=False)
        print(done.stdout + done.stderr, end="")
        return done.returncode

    codes = run("case.zip", "--checkpoint", "kept.txt", "--proofs", "."), run("leaf-0.tlog-proof")
    return codes == (0, 0), "without a network" if alone else "with the machine's network"


def timed() -> float:
    """Seconds of processor time the verifier takes over a log of LEAVES leaves, from a checkpoint at half of them."""
    log = SampleLog(LEAVES, cases=max(1, LEAVES // 60))
    raw, kept = log.export(), Kept(log.checkpoint(max(1, LEAVES // 2)).encode(), keys_of(log.keys))
    began = time.process_time()
    assert code(verify(raw, kept)) == 0
    return time.process_time() - began


def main() -> int:
    began = time.monotonic()
    print(f"seed {SEED}: a dossier of {RECORDS} records, {EDITS} edits of an export of {EXPORT}", flush=True)
    log = SampleLog(RECORDS * 3, handed=RECORDS)
    raw = log.dossier(CASE, since=RECORDS)
    with tempfile.TemporaryDirectory() as folder:
        seen, where = stranger(raw, log, Path(folder))
    print(f"the stranger, without packages and {where}: {'every claim holds' if seen else 'FAILED'}")
    if VECTORS.exists():
        test_all_public_vectors_are_judged_as_published()
    print("public vectors of RFC 6962: " + ("196 of 196 judged as published" if VECTORS.exists() else "not beside this clone, not tried"))
    print(f"a log of {LEAVES} leaves: verified in {timed():.2f} s of processor time", flush=True)
    tried, taken = flipped(raw)
    print(f"{len(raw)} bytes of the dossier, {MASKS} bit(s) of each: {tried} changed dossiers, {taken} accepted", flush=True)
    by_key, by_key_taken = resealed(raw, log)
    print(
        f"sealed anew with the log's key: {by_key} changed dossiers, {by_key_taken} accepted; {time.monotonic() - began:.0f} s", flush=True
    )
    with multiprocessing.get_context("spawn").Pool(SHARES) as pool:
        shares = pool.map(edited, range(SHARES))
    edits = {kind: tuple(sum(each[kind][n] for each in shares) for n in (0, 1)) for kind in KINDS}
    print(", ".join(f"{kind} {count} ({bad} accepted)" for kind, (count, bad) in edits.items()) + f"; {time.monotonic() - began:.0f} s")
    accepted = taken + by_key_taken + sum(bad for _, bad in edits.values())
    print(f"{tried + by_key} flips and {sum(count for count, _ in edits.values())} edits: {accepted} accepted")
    return 1 if accepted or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
