"""Text that came from elsewhere, made harmless for a terminal."""

from datetime import UTC, date, datetime
from enum import Enum
from typing import Any


def safe(text: str) -> str:
    """Without anything a terminal would obey: escape sequences, bells, marks that turn the direction of writing."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else " " if letter.isspace() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def words(value: Any) -> str:
    """One value in a cell: no quotes, no brackets, nothing for None."""
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return words(value.value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
        case date():
            return value.isoformat()
        case dict():
            return ", ".join(f"{safe(str(key))} {words(inner)}" for key, inner in value.items()) or "-"
        case list() | tuple() | set() | frozenset():
            return ", ".join(words(each) for each in value) or "-"
        case _:
            return safe(str(value))


def named(field: str) -> str:
    """A field's name as people read it: `next_deadline` → `next deadline`."""
    return field.replace("_", " ")


def brief(text: str, most: int = 160) -> str:
    """A text that may run on, cut to what a line holds; programs get all of it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
