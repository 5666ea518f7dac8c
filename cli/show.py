"""What commands print: for programs one JSON object, or one a line; for people text and tables, plain where colour has no place."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.text import brief, named, safe, words

#: Wide enough that no cell is ever folded in a log or a pipe.
UNFOLDED = 400


def plain() -> bool:
    """Whether colour and drawing have no place: not a terminal, or NO_COLOR."""
    return bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()


def console() -> Console:
    if not plain():
        return Console(markup=False, highlight=False, emoji=False)
    width = None if sys.stdout.isatty() else UNFOLDED
    return Console(markup=False, highlight=False, emoji=False, no_color=True, color_system=None, width=width)


def fields(thing: Any) -> dict[str, Any]:
    """A row, a model or a dataclass as its fields."""
    match thing:
        case BaseModel():
            return {name: getattr(thing, name) for name in type(thing).model_fields}
        case Mapping():
            return dict(thing)
        case _ if is_dataclass(thing) and not isinstance(thing, type):
            return asdict(thing)
        case _:
            return dict(vars(thing))


def as_json(thing: Any) -> None:
    """One object, on one line."""
    print(json.dumps(to_jsonable_python(thing, fallback=fields), ensure_ascii=False), flush=True)


def line(text: str = "", style: str = "") -> None:
    """A sentence for people; nothing in it is taken for markup."""
    console().print(Text(safe(text), style=style), soft_wrap=True)


def table(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> None:
    """Rows under the names of their columns, in that order."""
    drawn = Table(box=None if plain() else box.SIMPLE_HEAD, pad_edge=False, header_style="" if plain() else "bold")
    for column in columns:
        drawn.add_column(Text(named(column)))
    for row in rows:
        drawn.add_row(*(Text(brief(words(row.get(column)))) for column in columns))
    # Padding at the end of a line is noise in a log.
    with (out := console()).capture() as held:
        out.print(drawn)
    print("\n".join(each.rstrip() for each in held.get().splitlines()), flush=True)


def sheet(thing: Mapping[str, Any]) -> None:
    """One thing in full: its simple fields as a list, then a table for each field that holds rows."""
    rows = {name: value for name, value in thing.items() if _is_rows(value)}
    simple = {name: value for name, value in thing.items() if name not in rows}
    widest = max((len(name) for name in simple), default=0)
    for name, value in simple.items():
        line(f"{named(name):<{widest}}  {brief(words(value))}")
    for name, value in rows.items():
        line()
        line(named(name), style="bold")
        each = [fields(row) for row in value]
        # What is the same for all because it is the thing shown needs no column.
        table(each, [column for column in each[0] if column not in ("case_id", "vacancy", "reference")])


def _is_rows(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(each, Mapping | BaseModel) or is_dataclass(each) for each in value)
    )


def many(rows: Iterable[Any], columns: Sequence[str], *, json_: bool, none: str) -> None:
    """A list: NDJSON for programs; for people a table, or the sentence `none` when there is nothing."""
    found = list(rows)
    if json_:
        for row in found:
            as_json(row)
    elif not found:
        line(none)
    else:
        table([fields(row) for row in found], columns)
