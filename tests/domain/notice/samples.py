"""The notices the tests read: our own, in our own words, and the published originals where they stand beside this checkout."""

import json
from pathlib import Path

import pytest

from domain.notice import Notice, read_notice

HERE = Path(__file__).parent / "notices"
ORIGINALS = Path(__file__).parents[4] / "shared" / "notices"
FRENCH_BEGINS = {"240655": 101, "250442": 137}
"""How many lines of each original are English."""
OWN = sorted(path.stem for path in HERE.glob("*.txt"))


def own(name: str) -> bytes:
    return (HERE / f"{name}.txt").read_bytes()


def expected(name: str) -> dict[str, object]:
    """The whole JSON object a notice of ours must give: what its .json says, every other field silent."""
    said = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    silent = {key: value for key, value in Notice().to_json().items() if key != "evidence"}
    clauses = {**silent["clauses"], **said.get("clauses", {})}  # type: ignore[dict-item]
    return {**silent, **said, "clauses": clauses}


def original(name: str, part: str = "both") -> str:
    """The text of a published notice, whole or one language of it; skips the test when it is not there."""
    path = ORIGINALS / f"{name}.txt"
    if not path.exists():
        pytest.skip("the published notices are not beside this checkout")
    lines = path.read_text("utf-8").split("\n")
    cut = FRENCH_BEGINS[name]
    return "\n".join({"both": lines, "en": lines[:cut], "fr": lines[cut:]}[part])


def values(raw: bytes | str) -> dict[str, object]:
    """The contract's JSON without the evidence."""
    read = read_notice(raw.encode() if isinstance(raw, str) else raw).to_json()
    return {key: value for key, value in read.items() if key != "evidence"}
