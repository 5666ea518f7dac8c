"""The rules of recruitment cut into numbered units, and the page that says where each is held: docs/rules.md.

A unit is a table row, a block of code, or a piece of running text: a sentence, or what stands between semicolons or middle dots.
Nothing is cut inside brackets. Units are numbered per section in the order they stand: §1.1, §1.2, ..., §2.1.
"""

import re
from collections.abc import Iterator
from functools import cache
from symtable import SymbolTable, symtable
from typing import NamedTuple

from tests.house.repository import ROOT

RULES = ROOT.parent / "shared" / "design" / "recruitment.md"
PAGE = ROOT / "docs" / "rules.md"

HEADING = re.compile(r"## (\d+)\.")
HEADLINE = re.compile(r"^(#.*)$", re.MULTILINE)
TABLE_HEAD = re.compile(r"^\|.*\n\|---.*\n", re.MULTILINE)
CODE = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)
APART = re.compile(r"\n\s*\n|\n(?=[#|]|- )")
SENTENCE_ENDS = re.compile(r"\.[*_]* (?![a-z])")
STATES = re.compile(r"held|partly: \S.*|left: \S.*")


class Row(NamedTuple):
    """One row of the page. `code` and `tests` are references, `state` is one of STATES."""

    unit: str
    gist: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    state: str


def units(text: str) -> dict[str, str]:
    """Every unit of the rules by its number, in order."""
    cut: dict[str, list[str]] = {}
    for block in blocks(text):
        if heading := HEADING.match(block):
            cut[heading[1]] = []
        elif cut:
            cut[[*cut][-1]] += pieces(block)
    return {f"§{section}.{n}": piece for section, found in cut.items() for n, piece in enumerate(found, 1)}


def blocks(text: str) -> Iterator[str]:
    """Headings, table rows without the table's head, code as one block each; paragraphs and bullets with their lines joined."""
    for part in CODE.split(HEADLINE.sub(r"\1\n", TABLE_HEAD.sub("", text))):
        if part.startswith("```"):
            yield part
            continue
        for block in APART.split(part):
            if block.strip():
                yield " ".join(line.strip() for line in block.strip().splitlines()).removeprefix("- ")


def pieces(block: str) -> list[str]:
    """One block cut at sentence ends, semicolons and middle dots, never inside brackets; a table row or code stays whole."""
    if block.startswith(("|", "```")):
        return [block]
    found, start, depth, quoted = [], 0, 0, False
    for at, sign in enumerate(block):
        quoted ^= sign == "`"
        depth += 0 if quoted else (sign in "([{") - (sign in ")]}")
        if depth == 0 and not quoted and (sign in ";·" or SENTENCE_ENDS.match(block, at)):
            found.append(block[start : at + 1])
            start = at + 1
    found.append(block[start:])
    return [piece.strip(" *·;") for piece in found if re.search(r"\w", piece)]


# ---- the page --------------------------------------------------------------------------------------------------------------


def rows(page: str) -> list[Row]:
    """Every row of the page's tables. Raises ValueError for a row that has not five cells."""
    return [_row(line) for line in page.splitlines() if line.startswith("| §")]


def _row(line: str) -> Row:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) != 5:
        raise ValueError(f"a row has unit, rule, code, test and state: {line}")
    unit, gist, code, tests, state = cells
    return Row(unit, gist, _references(code), _references(tests), state)


def _references(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


def missing_code(reference: str) -> bool:
    """Does `path.py:Name`, `path.py:Class.method` or a path alone lead nowhere?"""
    path, _, name = reference.partition(":")
    file = ROOT / path
    if not file.is_file() or (path.endswith(".py") and not name):
        return True
    return bool(name) and name not in names_in(path)


def missing_test(reference: str) -> bool:
    """Does `tests/...py::test_name` lead nowhere?"""
    path, _, name = reference.partition("::")
    return not (path.startswith("tests/") and name.startswith("test_") and (ROOT / path).is_file() and name in names_in(path))


@cache
def names_in(path: str) -> frozenset[str]:
    """What a module defines at its top level, and what its classes do as `Class.method`."""
    return frozenset(_defined(symtable((ROOT / path).read_text("utf-8"), path, "exec")))


def _defined(table: SymbolTable, inside: str = "") -> Iterator[str]:
    yield from (inside + symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() and not symbol.is_imported())
    for child in table.get_children():
        if child.get_type() == "class" and not inside:
            yield from _defined(child, f"{child.get_name()}.")
