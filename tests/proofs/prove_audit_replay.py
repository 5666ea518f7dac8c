"""Any recorded case replays and is judged again to the same facts, and changed code is found out by it.

PROVE_HISTORIES cases are played on a time-skipping server (walks of the state machine, whole stories, short hires) and replayed; then
PROVE_MUTANTS mechanical mutants of the stories and the judgements, each in a copied tree and a process of its own, against all of those
histories that pass through the changed line (tests/histories/mutating.py says which changes are drawn, and why): caught is what says
another fact, gives another command, or shows the case otherwise than the store's rows. PROVE_SEED changes both draws.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.histories.many import Played, play, write
from tests.histories.mutating import ROOT, Mutant, mutants
from worker.replaying import replay

HISTORIES = int(os.environ.get("PROVE_HISTORIES", "500"))
MUTANTS = int(os.environ.get("PROVE_MUTANTS", "50"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))
ENOUGH = 0.95
#: A mutant that takes longer with all its histories never comes to an end.
PATIENCE_S = 900
CODE = ("activities", "acts", "config", "connectors", "domain", "locale", "store", "tests", "worker", "workflows")


def main() -> int:
    print(f"seed {SEED}", flush=True)
    kept = asyncio.run(play(HISTORIES, SEED))
    began = time.monotonic()
    same, judged, steps = asyncio.run(replayed(kept))
    print(f"{judged} of {steps} steps judged again; {len(kept) / (time.monotonic() - began):.1f} histories a second", flush=True)
    with tempfile.TemporaryDirectory() as place:
        drawn, caught = hunt(kept, Path(place))
    print(f"{caught}/{drawn} mutants caught; {same}/{len(kept)} histories identical", flush=True)
    return 0 if same == len(kept) and caught >= ENOUGH * drawn else 1


async def replayed(kept: list[Played]) -> tuple[int, int, int]:
    """How many histories are identical, and how many steps were judged again, of how many."""
    verdicts = [await replay(each) for each in kept]
    for each in verdicts:
        if not each.identical:
            print(f"DIFFERENT {each.case}: {each.replay_error[:200]} {each.differences[:2]}", flush=True)
    return sum(v.identical for v in verdicts), sum(v.judged for v in verdicts), sum(v.steps for v in verdicts)


def hunt(kept: list[Played], place: Path) -> tuple[int, int]:
    """How many mutants there were, and how many were caught. The unchanged copy must pass, or a catch would mean nothing."""
    shown, trees = place / "histories", [place / "one", place / "two"]
    shown.mkdir()
    write(kept, shown)
    for tree in trees:
        for name in CODE:
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    names = sorted(path.name for path in shown.glob("*.json"))
    with ThreadPoolExecutor(len(trees)) as pool:
        passed: dict[str, dict[str, list[int]]] = {}
        for found in pool.map(lambda n: passes(trees[n], shown, names[n :: len(trees)]), range(len(trees))):
            passed |= found
        drawn = mutants(passed, MUTANTS, SEED)
        halves = [drawn[n :: len(trees)] for n in range(len(trees))]
        caught = sum(pool.map(lambda tree, half: sum(tried(each, tree, shown) for each in half), trees, halves))
    return len(drawn), caught


def passes(tree: Path, shown: Path, names: list[str]) -> dict[str, dict[str, list[int]]]:
    """Through which lines these histories go, in the unchanged copy. Raises SystemExit where it does not even replay them."""
    if run(tree, shown, "replay", names).returncode != 0:
        raise SystemExit("the unchanged copy does not replay")
    found: dict[str, dict[str, list[int]]] = json.loads(run(tree, shown, "lines", names).stdout)
    return found


def tried(mutant: Mutant, tree: Path, shown: Path) -> bool:
    """Is it caught by a history that passes through its line? A mutant that never comes to an end, or does not even start, is."""
    file = tree / mutant.file
    file.write_text(mutant.code, encoding="utf-8")
    try:
        caught = run(tree, shown, "replay", sorted(mutant.through)).returncode != 0
    except subprocess.TimeoutExpired:
        caught = True
    finally:
        shutil.copyfile(ROOT / mutant.file, file)
    if not caught:
        print(f"survives: {mutant.file}:{mutant.line} {mutant.what} ({len(mutant.through)} histories pass)", flush=True)
    return caught


def run(tree: Path, shown: Path, what: str, names: list[str], patience_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-B", "-m", "tests.histories.mutating", what, str(shown), *names]
    return subprocess.run(words, cwd=tree, capture_output=True, text=True, timeout=patience_s, check=False)


if __name__ == "__main__":
    sys.exit(main())
