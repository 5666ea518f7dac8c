"""Run the proofs named on the command line, or all of them: `python -m tests.proofs [NAME ...]`.

A theme names every proof that begins with it: `audit` stands for `audit_flip`, `audit_replay` and their kin.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PREFIX = "prove_"


def known() -> dict[str, Path]:
    """Every proof there is, by the name one asks for it with."""
    return {path.stem.removeprefix(PREFIX): path for path in sorted(HERE.glob(f"{PREFIX}*.py"))}


def main(asked: list[str]) -> int:
    """0 if all asked for hold, 1 if one does not, 2 if a name is unknown (then none is run)."""
    proofs = known()
    meant = {name: [each for each in proofs if each == name or each.startswith(f"{name}_")] for name in asked}
    if unknown := [name for name, found in meant.items() if not found]:
        print(f"no such proof: {', '.join(unknown)}; there are: {', '.join(proofs) or 'none yet'}", file=sys.stderr)
        return 2
    names = [each for found in meant.values() for each in found] if asked else list(proofs)
    verdicts = {name: run(name) for name in dict.fromkeys(names)}
    for name, held in verdicts.items():
        print(f"{'held  ' if held else 'BROKEN'} {name}")
    return 0 if all(verdicts.values()) else 1


def run(name: str) -> bool:
    """A process each: a proof may kill, starve or flood its own installation without touching the next one's."""
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"tests.proofs.{PREFIX}{name}"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
