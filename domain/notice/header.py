"""The values that stand in a notice's header, in one language: reference, title, body, place, schedule, deadline, pay, grade, clearance.

`readable` is the guard `labels.py` asks for; the functions after it turn accepted values into findings.
"""

import re
from collections.abc import Sequence
from typing import Final

from domain.notice import clearance, money
from domain.notice.bodies import named_in
from domain.notice.dates import is_ongoing, moments
from domain.notice.findings import Finding
from domain.notice.grades import Grade, grades
from domain.notice.labels import Labelled
from domain.notice.places import countries, known_city, place

_REFERENCE: Final = re.compile(
    r"(?:(?:no|nr|n°|num|number)\.? ?:? ?|# ?)?(?P<ref>(?:[A-Z]{1,4} (?=\d))?[A-Z0-9](?:[A-Z0-9/_.()&-]|-(?=[A-Z0-9])){1,39})(?=[\s,;]|$)"
)
_SCHEDULE = re.compile(
    r"\b(?:full|part)[- ]?time\b|\b(?:a )?temps (?:plein|partiel|complet)\b|\bmi-temps\b|\b\d{2,3} ?%|\b(?:plein"
    r"|complet) temps\b|\bshift\b|\bheures\b|\bhours\b|\bservice continu\b"
)
_FULL_TIME = re.compile(r"\b(?:full|part)[- ]?time\b|\btemps (?:plein|partiel|complet)\b")
_GRADE_TEXT = re.compile(r"^[A-Z][A-Za-z0-9 ./&-]{0,24}$")
_SHORT: Final = 90


def readable(name: str, value: str, folded: str, colon: bool) -> bool:
    """Whether a value can be the value of this field; without a colon only if its grammar reads it whole."""
    if name == "deadline":
        return _deadline_value(folded, colon)
    if name == "salary":
        return money.money(folded) is not None and (money.number_starts(folded) or (colon and money.currency(folded[:60]) is not None))
    if name == "grade":
        return bool(grades(value, folded, nato=True)) or (colon and _grade_text(value) is not None)
    if name == "clearance":
        named = clearance.level(folded[:60])
        return named is not None if not colon else named is not None or (len(value) <= 60 and not value.endswith("."))
    if name == "reference":
        return reference_in(value) is not None
    if name == "location":
        return len(value) <= _SHORT and (bool(countries(folded)) or known_city(folded) or (colon and value[:1].isupper()))
    if name == "schedule":
        return len(value) <= 60 and (colon or (_SCHEDULE.search(folded) is not None and len(value) <= 30))
    if name == "body":
        return len(value) <= _SHORT and (colon or (named_in(folded) is not None and value[:1].isupper() and not value.endswith(".")))
    if name in ("title", "contract", "duration"):
        return colon and 2 < len(value) <= 200
    return colon and 0 < len(value) <= 400


def _deadline_value(folded: str, colon: bool) -> bool:
    found = moments(folded[:200])
    if found:
        return colon or found[0].start <= 25
    return is_ongoing(folded[:80]) and (colon or len(folded) <= 40)


def reference_in(value: str) -> str | None:
    """The reference a value begins with: capitals, figures and marks, with a figure among them."""
    match = _REFERENCE.match(value.lstrip("([ "))
    if not match or not any(char.isdigit() for char in match["ref"]):
        return None
    ref = match["ref"].rstrip(".-,;")
    return (ref if ref.count("(") == ref.count(")") else ref.rstrip("(").removesuffix(")")) or None


def _grade_text(value: str) -> str | None:
    """A grade no grammar knows, as printed: short, with a figure or in capitals."""
    short = re.split(r"[,;(]", value[:60])[0].strip()
    return short if _GRADE_TEXT.match(short) and (any(c.isdigit() for c in short) or short.isupper()) else None


class Header:
    """The header of one language: its labelled values, and what they mean."""

    def __init__(self, items: Sequence[Labelled], language: str, *, nato: bool) -> None:
        self.items, self.language, self.nato = items, language, nato

    def _of(self, name: str) -> list[Labelled]:
        return [item for item in self.items if item.field == name]

    def _finding(self, item: Labelled, value: object, rule: str | None = None, *, inferred: bool = False) -> Finding:
        return Finding(value, self.language, item.lines, rule or f"label.{item.field}", inferred)

    def reference(self) -> Finding | None:
        return next((self._finding(item, ref) for item in self._of("reference") if (ref := reference_in(item.value))), None)

    def title(self) -> Finding | None:
        return next((self._finding(item, item.value) for item in self._of("title")), None)

    def body_finding(self) -> Finding | None:
        return next((self._finding(item, item.value) for item in self._of("body")), None)

    def location(self) -> Finding | None:
        for item in self._of("location"):
            read = place(item.value)
            return self._finding(item, {"country": read.country, "city": read.city, "text": read.text})
        return None

    def schedule(self) -> Finding | None:
        items = [item for item in self._of("schedule") if _SCHEDULE.search(item.folded)] or self._of("schedule")
        items += [item for item in self._of("contract") if _FULL_TIME.search(item.folded)]
        return self._finding(items[0], items[0].value) if items else None

    def deadline(self, city: str | None) -> Finding | None:
        for item in self._of("deadline"):
            found = moments(item.folded[:200], city)
            if found:
                return self._finding(item, {**found[0].as_json(), "ongoing": False}, inferred=found[0].inferred)
            if is_ongoing(item.folded):
                return self._finding(item, {"date": None, "time": None, "zone": None, "ongoing": True})
        return None

    def salary(self) -> Finding | None:
        for item in self._of("salary"):
            if read := money.money(item.folded, item.label):
                return self._finding(item, read.as_json())
        return None

    def grades(self) -> Finding | None:
        """The grade of the header; where a later label gives the new scale for an old grade, that counts."""
        read = [(item, found) for item in self._of("grade") if (found := self._grades(item))]
        if not read:
            return None
        item, found = next(((i, f) for i, f in read if _new_scale(f)), read[0]) if self.nato and not _new_scale(read[0][1]) else read[0]
        return self._finding(item, [grade.as_json() for grade in found])

    def _grades(self, item: Labelled) -> list[Grade]:
        text = _grade_text(item.value) if item.colon and "level" not in item.label and "niveau" not in item.label else None
        return grades(item.value, item.folded, nato=self.nato) or ([Grade(text, text)] if text else [])

    def clearance(self) -> Finding | None:
        for item in self._of("clearance"):
            level = clearance.level(item.folded)
            return self._finding(item, level or item.value)
        return None

    def contact(self) -> Finding | None:
        return next((self._finding(item, item.value) for item in self._of("contact")), None)

    def lead(self) -> Labelled | None:
        """What stands before the first label on its line, in notices run together into one line."""
        return next(iter(self._of("lead")), None)

    def contract_kind(self) -> Labelled | None:
        return next((item for item in self._of("contract") if not _FULL_TIME.search(item.folded)), None)

    def contract_duration(self) -> Labelled | None:
        return next(iter(self._of("duration")), None)

    def posts(self) -> Labelled | None:
        return next((item for item in self._of("posts") if any(c.isdigit() for c in item.value)), None)

    def nationality(self) -> Labelled | None:
        return next(iter(self._of("nationality")), None)


def _new_scale(found: list[Grade]) -> bool:
    return all(re.fullmatch(r"G\d{1,2}", grade.low) for grade in found)


def header_body(items: Sequence[Labelled]) -> str | None:
    """The body the header names, in any language: it decides whose grades these are."""
    return next((item.value for item in items if item.field == "body"), None)
