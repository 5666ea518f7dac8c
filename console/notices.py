"""A notice as its page shows it: its fields in order with where they stand, and the questions a person has to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from acts.noticing import Looked
from domain.notice.draft import CLEARANCES
from domain.notice.report import told
from domain.notice.settle import READINGS, silent

Say = Callable[[str], str]
#: Shown in parts, or as questions.
APART = frozenset({"conflicts", "evidence", "title", "clauses"})
CHOICES = {"clearance": CLEARANCES}


@dataclass(frozen=True)
class Shown:
    """A field: its value in words, the first and last line that say so, in which language, and whether the text says it outright."""

    name: str
    value: str
    lines: tuple[int, int] | None
    language: str
    stated: bool


@dataclass(frozen=True)
class Asked:
    """A question: both readings of a conflict, or what the notice leaves open. `said` is the answer so far, `wrong` why it is none."""

    name: str
    note: str
    readings: tuple[tuple[str, str], ...]
    said: str
    wrong: str
    choices: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Is the answer in somebody's own words?"""
        return bool(self.said) and self.said not in READINGS


def fields(looked: Looked, say: Say) -> list[Shown]:
    """What the notice says, settled answers put in; what it is silent about is left out."""
    return [_shown(looked, name, value, say) for name, value in _values(looked) if not silent(value)]


def questions(looked: Looked) -> list[Asked]:
    """The conflicts first, then what is missing; answered ones stay, so that an answer can be changed."""
    answers, wrong = looked.draft.answers, looked.wrong
    conflicts = [
        Asked(
            each.name,
            each.conflict.note,
            tuple((language, told(each.conflict.model_dump(mode="json")[language])) for language in READINGS),
            answers.get(each.name, ""),
            wrong.get(each.name, ""),
        )
        for each in looked.asked
    ]
    named = {each.name for each in conflicts}
    gaps = {gap.field: gap.what for gap in looked.made.gaps if not gap.field.startswith("posts")}
    given = {name: "" for name in answers if name not in named}
    missing = [
        Asked(name, what, (), answers.get(name, ""), wrong.get(name, ""), CHOICES.get(name, ()))
        for name, what in (given | gaps).items()
        if name not in named
    ]
    return conflicts + missing


def _values(looked: Looked) -> list[tuple[str, Any]]:
    data: dict[str, Any] = looked.ready.notice.to_json()
    whole = [(name, value) for name, value in data.items() if name not in APART]
    parts = [(f"{name}.{part}", value) for name in ("title", "clauses") for part, value in data[name].items()]
    return [*parts[:2], *whole, *parts[2:]]


def _shown(looked: Looked, name: str, value: Any, say: Say) -> Shown:
    words, evidence = _said(name, value, say), looked.notice.evidence.get(name)
    if evidence is None:
        return Shown(name, words, None, "", stated=name in looked.draft.answers)
    return Shown(name, words, evidence.lines, evidence.language, stated=evidence.confidence == "stated")


def _said(name: str, value: Any, say: Say) -> str:
    """A value as people write it; what has no form of its own here, part by part."""
    match name:
        case "grades":
            return ", ".join(pair["low"] if pair["low"] == pair["high"] else f"{pair['low']}–{pair['high']}" for pair in value)
        case "location":
            return ", ".join(dict.fromkeys(part for part in (value["city"], value["country"]) if part)) or str(value["text"])
        case "deadline" if value["date"]:
            return " ".join(part for part in (value["date"], (value["time"] or "")[:5], value["zone"]) if part)
        case "clearance_is":
            return say(f"console.notice.clearance_is.{value}")
    if isinstance(value, bool):
        return say("console.yes" if value else "console.no")
    return told(value).replace("_", " ")
