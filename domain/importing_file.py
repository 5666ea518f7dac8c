"""Reading a file of hires in flight (CSV): each row with its line, each mistake with its line, its column and what would be right.

No mistake repeats what stands in the file: names and addresses are personal, and a mistake is printed and logged.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.candidate import EXTERNAL, STATUSES
from domain.slots import SLOT
from domain.words import Outcome, Stage

#: The columns that must be there, and those that may be; `docs/importing.md` explains each.
REQUIRED = ("source_id", "name", "email", "language", "vacancy", "stage", "received_at", "nationalities", "status")
OPTIONAL = ("seconded_by", "owner", "post", "conditions", "enters_on")

#: Where a case can begin here. The others have no place to stand: see `NOT_IMPORTED`.
STAGES = (
    Stage.SCREENING,
    Stage.SHORTLISTING,
    Stage.INTERVIEW,
    Stage.SELECTION,
    Stage.OFFER,
    Stage.CONDITIONS,
    Stage.CONTRACT,
    Stage.ENTRY,
)
NOT_IMPORTED = {
    Stage.RECEIVED: "the competition is still open: the application comes through the portal",
    Stage.ASSESSMENT: "an assessment put elsewhere is answered there: import at shortlisting, or at interview once it is marked",
    Stage.RESERVE: "a list belongs to the vacancy and its report: it cannot be begun for one hire",
    Stage.PROBATION: "who is on duty is staff: the personnel system has them",
}


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong in a file; `right` is what would be. Line 1 holds the names of the columns."""

    line: int
    column: str
    right: str


class Met(BaseModel):
    """A condition of appointment that was met elsewhere."""

    model_config = ConfigDict(frozen=True)
    slot: str
    outcome: Outcome
    valid_until: date | None = None
    reference: str = ""


class Row(BaseModel):
    """One hire in flight, as its line says."""

    model_config = ConfigDict(frozen=True)
    line: int
    source_id: str
    name: str
    email: str
    language: str
    vacancy: str
    stage: Stage
    received_at: datetime
    nationalities: tuple[str, ...]
    status: str
    seconded_by: str | None = None
    owner: str = ""
    post: str = ""
    conditions: tuple[Met, ...] = ()
    enters_on: date | None = None

    @property
    def serving(self) -> bool:
        return self.status == "civilian_staff"


def read(text: str) -> tuple[list[Row], list[Mistake]]:
    """The rows that can be read, and every mistake: of the columns, then line by line."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        names = [name.strip() for name in next(lines, [])]
        wrong = _columns(names)
        if wrong:
            return [], wrong
        return _rows(lines, names)
    except csv.Error:
        return [], [Mistake(lines.line_num, "", "comma-separated values, a field with a comma or a quote between quotes")]


def _columns(names: list[str]) -> list[Mistake]:
    known = (*REQUIRED, *OPTIONAL)
    missing = [Mistake(1, name, "the column is missing") for name in REQUIRED if name not in names]
    unknown = [Mistake(1, name, f"no such column; there are: {', '.join(known)}") for name in names if name not in known]
    twice = [Mistake(1, name, "named twice") for n, name in enumerate(names) if name in names[:n]]
    return [*missing, *unknown, *twice]


def _rows(lines: Any, names: list[str]) -> tuple[list[Row], list[Mistake]]:
    rows: list[Row] = []
    wrong: list[Mistake] = []
    for cells in lines:
        line = lines.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            wrong.append(Mistake(line, "", f"{len(names)} fields, as many as there are columns; this line has {len(cells)}"))
            continue
        row, found = _row(line, dict(zip(names, (cell.strip() for cell in cells), strict=True)))
        wrong += found
        rows += [row] if row else []
    return rows, [*wrong, *_twice(rows)]


def _row(line: int, cells: Mapping[str, str]) -> tuple[Row | None, list[Mistake]]:
    values: dict[str, Any] = {}
    wrong: list[Mistake] = []
    for column, parse in PARSERS.items():
        try:
            values[column] = parse(cells.get(column, ""))
        except ValueError as error:
            wrong.append(Mistake(line, column, str(error)))
    return (None if wrong else Row(line=line, **values)), wrong


def _twice(rows: Iterable[Row]) -> list[Mistake]:
    """One hire per person and vacancy, one living hire per post."""
    people: dict[tuple[str, str], int] = {}
    posts: dict[tuple[str, str], int] = {}
    wrong: list[Mistake] = []
    for row in rows:
        first = people.setdefault((row.vacancy, row.source_id), row.line)
        if first != row.line:
            wrong.append(Mistake(row.line, "source_id", f"one hire per person and vacancy; line {first} has this one already"))
        first = posts.setdefault((row.vacancy, row.post), row.line) if row.post else row.line
        if first != row.line:
            wrong.append(Mistake(row.line, "post", f"one hire per post; line {first} claims this one already"))
    return wrong


# ---- one column each: the value, or ValueError saying what would be right ---------------------------------------------------


def _matching(pattern: str, right: str, *, empty: bool = False) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not (empty and not text) and not re.fullmatch(pattern, text):
            raise ValueError(right)
        return text

    return parse


def _among(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return parse


def _stage(text: str) -> Stage:
    if text in NOT_IMPORTED:
        raise ValueError(NOT_IMPORTED[Stage(text)])
    return Stage(_among(*STAGES)(text))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("a moment with its zone, as 2026-03-02T09:00:00+01:00")
    return moment


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError("a day, as 2027-03-02") from None


def _nations(text: str) -> tuple[str, ...]:
    nations = tuple(dict.fromkeys(nation.strip() for nation in text.split(";") if nation.strip()))
    if not nations or not all(re.fullmatch("[A-Z]{2}", nation) for nation in nations):
        raise ValueError("two-letter codes with a semicolon between them, as IT;FR")
    return nations


def _conditions(text: str) -> tuple[Met, ...]:
    met = tuple(_met(part.strip()) for part in text.split(";") if part.strip())
    if len({each.slot for each in met}) != len(met):
        raise ValueError("each condition once")
    return met


def _met(text: str) -> Met:
    """`clearance=granted:2030-05-01:REF`; the end and the reference may be missing."""
    slot, _, said = text.partition("=")
    outcome, *more = said.split(":")
    if not re.fullmatch(SLOT, slot) or outcome not in set(Outcome) or len(more) > 2:
        raise ValueError("as clearance=granted:2030-05-01;verification=confirmed, the condition, its answer and until when it holds")
    reference = more[1] if len(more) > 1 else ""
    if not re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._/-]{0,79})?", reference):
        raise ValueError("a reference of letters, digits and . _ / -")
    return Met(slot=slot, outcome=Outcome(outcome), valid_until=_day(more[0]) if more else None, reference=reference)


_ID = r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}"
_EMAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"

PARSERS: dict[str, Callable[[str], Any]] = {
    "source_id": _matching(_ID, "the person's id in the other system: letters, digits and . _ : / -"),
    "name": _matching(r"[^\x00-\x1f\x7f]{1,300}", "the person's name, on one line"),
    "email": _matching(_EMAIL, "one e-mail address"),
    "language": _among("en", "fr"),
    "vacancy": _matching(r"[0-9A-Za-z-]{3,32}", "the reference of a vacancy that is published here"),
    "stage": _stage,
    "received_at": _moment,
    "nationalities": _nations,
    "status": _among(*STATUSES, EXTERNAL),
    "seconded_by": lambda text: (
        _matching("[A-Z]{2}", "the two-letter code of the nation that sends the person, or nothing", empty=True)(text) or None
    ),
    "owner": _matching(r"[a-z][a-z0-9._-]{0,63}", "a person of `muster staff list`, or nothing", empty=True),
    "post": _matching(_ID, "a post of the vacancy, or nothing", empty=True),
    "conditions": _conditions,
    "enters_on": _day,
}
