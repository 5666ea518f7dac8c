"""What the house tests ask of the repository: where it is, what belongs to it, what it says about itself."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is committed or could be: what git ignores is nobody's text."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    # A file deleted but not yet committed is still listed.
    return tuple(path for name in sorted(set(names)) if name and (path := ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """The files that are text, by their path from the root."""
    found = {}
    for path in files():
        raw = path.read_bytes()
        if b"\0" not in raw:
            found[path.relative_to(ROOT).as_posix()] = raw.decode("utf-8", errors="replace")
    return found


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def packages() -> frozenset[str]:
    """The packages on disk, dotted, without the tests: a folder with an `__init__.py` is one."""
    inits = (path.parent.relative_to(ROOT) for path in files() if path.name == "__init__.py")
    return frozenset(".".join(folder.parts) for folder in inits if folder.parts and folder.parts[0] not in {"tests", "benchmarks"})
