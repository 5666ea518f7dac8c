"""Who looked at what: the categories of data whose reading leaves a trace, and which of them something tells.

Reading what a national authority, the Medical Adviser or a verifier answered, a name, a letter, an application or a payload is on
record, by whoever's hand (`trust.md` P15). A condition nobody has answered yet tells nothing, and looking at it leaves none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.facts import Entry
from domain.slots import without_nation


class Category(StrEnum):
    CLEARANCE = "clearance"
    MEDICAL = "medical"
    VERIFICATION = "verification"
    ACCOMMODATION = "accommodation"
    IDENTITY = "identity"  # a name or an address
    APPLICATION = "application"
    LETTER = "letter"  # the words of one
    MESSAGE = "message"  # a partner's event, as it came
    HISTORY = "history"  # what a workflow's history holds, decrypted
    DECLARATION = "declaration"  # what people declared for balance watch, all of one report together
    EXPORT = "export"  # everything that is kept about somebody
    NOTE = "note"  # what HR noted about somebody, in their own words
    LIST = "list"  # a list of the console, taken along as a file


#: The conditions whose answers are of a special category.
SPECIAL = frozenset({Category.CLEARANCE, Category.MEDICAL, Category.VERIFICATION})
#: Facts of these kinds tell of an accommodation, and so of health.
_OF_ACCOMMODATION = ("accommodation_", "measures_")


@dataclass(frozen=True)
class Reader:
    """Who reads: `person:<id>` or `terminal:<login>`. `conditions`: those they see of a hire; None for all. `purpose` is a code."""

    who: str
    conditions: frozenset[str] | None = None
    purpose: str = ""

    def sees(self, category: str) -> bool:
        return self.conditions is None or category not in SPECIAL or category in self.conditions


#: Who reads where nobody said so.
UNNAMED = Reader("unnamed")


@dataclass(frozen=True)
class Look:
    """One thing looked at: the case it belongs to, what it tells (a category, or a word for more than that), and which it
    was (`about`: a page, a letter's id; nothing personal)."""

    stream: str
    what: frozenset[str]
    about: str = ""


def told(journal: Iterable[Entry]) -> frozenset[Category]:
    """What these entries of a journal tell."""
    return told_by((entry.fact.kind, entry.fact.model_dump(mode="json")) for entry in journal)


def told_by(facts: Iterable[tuple[str, Mapping[str, Any]]]) -> frozenset[Category]:
    """The same of facts as (kind, body)."""
    found = set()
    for kind, body in facts:
        if kind.startswith(_OF_ACCOMMODATION):
            found.add(Category.ACCOMMODATION)
        found |= {each for each in map(category, _answered(body)) if each is not None}
    return frozenset(found)


def answered(conditions: Iterable[Mapping[str, Any]]) -> frozenset[Category]:
    """What rows of conditions tell: those that have an outcome."""
    rows = (category(row["condition"]) for row in conditions if row.get("outcome"))
    return frozenset(each for each in rows if each is not None)


def category(condition: str) -> Category | None:
    """The category a condition's answer is of; None for one of no special category."""
    name = without_nation(condition)
    return Category(name) if name in SPECIAL else None


def _answered(body: Mapping[str, Any]) -> Iterable[str]:
    """The conditions whose outcome stands in a fact, at any depth."""
    if body.get("outcome") and isinstance(body.get("condition"), str):
        yield body["condition"]
    for inner in body.values():
        for each in inner if isinstance(inner, list | tuple) else (inner,):
            if isinstance(each, Mapping):
                yield from _answered(each)
