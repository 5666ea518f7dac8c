"""What pages bring along from others is what its makers published: pinned, hashed, with its licence."""

import hashlib
import json
import re

from console.assets import STATIC
from tests.house.repository import ROOT

VENDOR = STATIC / "vendor"
SUMS: dict[str, str] = {name: sha for sha, name in (line.split("  ") for line in (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines())}


def test_every_file_has_the_checksum_that_is_written_beside_it() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir() if path.name != "SHA256SUMS"}
    assert found == SUMS


def test_every_library_has_the_version_the_list_pins_and_its_licence() -> None:
    pinned = json.loads((ROOT / "deploy/assets/package.json").read_text("utf-8"))["dependencies"]
    names = [re.fullmatch(r"(\w+)-([0-9.]+)\.min\.(css|js)", name) for name in SUMS if not name.endswith(".LICENSE")]
    assert {match[1]: match[2] for match in names if match} == pinned
    assert {f"{library}.LICENSE" for library in pinned} <= SUMS.keys()
