"""A list as a file: CSV, XLSX or JSON, written row by row so that its length costs no memory, and so that no cell of it is ever a formula.

Spreadsheets take text for a formula that begins with certain characters, whoever typed it: such a cell gets an apostrophe before it, which
is how they are told that it is text (OWASP, CSV injection). In JSON nothing is executed, and everything stands there as it is.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter

Cell = str | int | float | date | datetime | None
#: Also in their wide forms, which some spreadsheets read as the plain ones.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
#: So many characters a cell of a workbook may have.
LONGEST = 32_767


@dataclass(frozen=True)
class Cover:
    """What a list is a list of: `title`, and labelled lines in the reader's language."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Layout:
    """The columns by what heads them and by name, where moments are read, what cover and list are called in a workbook."""

    heads: Sequence[str]
    names: Sequence[str]
    zone: ZoneInfo
    sheets: tuple[str, str]


class Sheet(Protocol):
    """One file being written: rows in any number of pieces, then the cover, when how many they were is known."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None: ...
    def close(self, cover: Cover) -> None: ...


def safe(text: str) -> str:
    """Text that no spreadsheet takes for anything else."""
    return f"'{text}" if text.startswith(FORMULA) else text


class Csv:
    """UTF-8 with a byte order mark, without which Excel reads no accent. It has no cover: every line of it is a row of the list."""

    def __init__(self, into: IO[bytes], layout: Layout) -> None:
        self._text, self._zone = io.TextIOWrapper(into, encoding="utf-8-sig", newline=""), layout.zone
        self._rows = csv.writer(self._text)
        self._rows.writerow([safe(head) for head in layout.heads])

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._rows.writerows([self._cell(cell) for cell in row] for row in rows)

    def close(self, cover: Cover) -> None:
        self._text.flush()
        self._text.detach()

    def _cell(self, cell: Cell) -> Cell:
        if isinstance(cell, datetime):
            return cell.astimezone(self._zone).isoformat(timespec="minutes")
        return safe(cell) if isinstance(cell, str) else cell


class Json:
    """One object: the rows under the names of their columns, then the cover."""

    def __init__(self, into: IO[bytes], layout: Layout) -> None:
        self._into, self._names, self._zone, self._first = into, layout.names, layout.zone, True
        into.write(b'{"rows": [')

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            text = json.dumps(dict(zip(self._names, map(self._cell, row), strict=True)), ensure_ascii=False)
            self._into.write(("\n" if self._first else ",\n").encode() + text.encode("utf-8"))
            self._first = False

    def close(self, cover: Cover) -> None:
        self._into.write(b'\n], "cover": ' + json.dumps({"title": cover.title, **dict(cover.lines)}, ensure_ascii=False).encode() + b"}\n")

    def _cell(self, cell: Cell) -> Cell:
        return (
            cell.astimezone(self._zone).isoformat() if isinstance(cell, datetime) else cell.isoformat() if isinstance(cell, date) else cell
        )


class Xlsx:
    """A workbook: the cover, then the list. Days and moments are of their own type, so that a spreadsheet can sort and count them."""

    def __init__(self, into: IO[bytes], layout: Layout) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book, self._zone, self._at, self._columns = xlsxwriter.Workbook(into, options), layout.zone, 0, len(layout.heads)
        self._bold, self._wrapped = self._book.add_format({"bold": True}), self._book.add_format({"text_wrap": True, "valign": "top"})
        self._day, self._moment = (self._book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        self._cover, self._list = (self._book.add_worksheet(name[:31]) for name in layout.sheets)
        self._list.set_column(0, self._columns - 1, 22)
        self._list.freeze_panes(1, 0)
        self._list.repeat_rows(0)
        self._list.set_landscape()
        self._list.fit_to_pages(1, 0)
        for n, head in enumerate(layout.heads):
            self._list.write_string(0, n, safe(head), self._bold)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            self._at += 1
            for n, cell in enumerate(row):
                self._put(self._at, n, cell)

    def close(self, cover: Cover) -> None:
        self._cover.set_column(0, 0, 28)
        self._cover.set_column(1, 1, 70)
        self._cover.write_string(0, 0, safe(cover.title), self._bold)
        for n, (label, value) in enumerate(cover.lines, 2):
            self._cover.write_string(n, 0, safe(label), self._bold)
            self._cover.write_string(n, 1, safe(value), self._wrapped)
        self._list.autofilter(0, 0, max(self._at, 1), self._columns - 1)
        self._book.close()

    def _put(self, at: int, n: int, cell: Cell) -> None:
        match cell:
            case None | "":
                return
            case str():
                self._list.write_string(at, n, safe(cell)[:LONGEST])
            case datetime():
                self._list.write_datetime(at, n, cell.astimezone(self._zone).replace(tzinfo=None), self._moment)
            case date():
                self._list.write_datetime(at, n, datetime(cell.year, cell.month, cell.day), self._day)  # noqa: DTZ001
            case _:
                self._list.write_number(at, n, cell)


#: The formats there are, by the ending of the file's name.
FORMATS: dict[str, Callable[[IO[bytes], Layout], Sheet]] = {"csv": Csv, "xlsx": Xlsx, "json": Json}
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
