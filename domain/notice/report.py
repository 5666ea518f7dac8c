"""A notice for people: rows of name, value, source, and the lines of the file that prove the value. No layout, no colour."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.notice.model import Evidence, Notice
from domain.notice.normalise import decode, lines_of

WIDTH: Final = 110
"""How much of a proving line is shown."""
MOST_LINES: Final = 3
SKIPPED: Final = frozenset({"conflicts", "evidence", "clauses", "title"})


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    value: str
    source: str = ""
    proof: tuple[str, ...] = ()


def rows(notice: Notice, raw: bytes) -> list[Row]:
    """Every field of the notice in the contract's order; what the notice does not say is shown as such."""
    printed = {line.number: line.text for line in lines_of(decode(raw))}
    return [_row(name, value, notice.evidence.get(name), printed) for name, value in _values(notice)]


def conflict_rows(notice: Notice) -> list[Row]:
    """Every conflict with both readings and why they differ."""
    found = []
    for conflict in notice.to_json()["conflicts"]:  # type: ignore[attr-defined]
        proof = (f"English: {_short(told(conflict['en']))}", f"French:  {_short(told(conflict['fr']))}")
        found.append(Row(conflict["field"], conflict["note"], "", proof))
    return found


def _values(notice: Notice) -> Iterator[tuple[str, object]]:
    data = notice.to_json()
    for name, value in data.items():
        if name in ("title", "clauses") and isinstance(value, dict):
            yield from ((f"{name}.{part}", inner) for part, inner in value.items())
        elif name not in SKIPPED:
            yield name, value


def _row(name: str, value: object, evidence: Evidence | None, printed: dict[int, str]) -> Row:
    if evidence is None:
        return Row(name, told(value))
    first, last = evidence.lines
    where = f"line {first}" if first == last else f"lines {first}-{last}"
    source = f"{where}, {evidence.language}, {evidence.confidence}, {evidence.rule}"
    said = [number for number in range(first, last + 1) if printed.get(number)]
    shown = said if len(said) <= MOST_LINES else [*said[: MOST_LINES - 1], said[-1]]
    return Row(name, told(value), source, tuple(f"{number:>5} | {_short(printed[number])}" for number in shown))


def told(value: object) -> str:
    """A JSON value in words: the parts of an object that say something, the entries of a list."""
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        parts = [f"{name} {told(inner)}" for name, inner in value.items() if inner not in (None, False)]
        return ", ".join(parts) or "-"
    if isinstance(value, list):
        return "; ".join(told(inner) for inner in value)
    return str(value)


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
