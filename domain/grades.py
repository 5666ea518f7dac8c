"""Grades: four ladders, the old scale beside the new, and which grade is the same or lower (facts.md §5).

Grades compare only inside one ladder: G10 (B) and G11 (A) are different careers. Pay is never derived from a grade.
"""

import re
from dataclasses import dataclass

from domain.errors import BadInput

#: Each category's grades, lowest first.
LADDERS: dict[str, tuple[int, ...]] = {
    "A": (11, 15, 17, 20, 22, 23, 24),
    "B": (2, 5, 8, 10, 12, 14),
    "C": (1, 3, 4, 6, 7, 9),
    "L": (13, 16, 18, 19, 21),
}
CATEGORY: dict[int, str] = {grade: category for category, ladder in LADDERS.items() for grade in ladder}
_NEW = re.compile(r"^G\s?(\d{1,2})$")
_OLD = re.compile(r"^([ABCL])\s?[.]?\s?(\d)$")


@dataclass(frozen=True)
class GradePair:
    """The grades of a post: twin-graded when `high` differs from `low`."""

    low: str
    high: str

    @property
    def twin(self) -> bool:
        return self.low != self.high


def grade(written: str) -> str:
    """A grade in the new scale: "G8", "g 8", and of the old scale "B.3" or "B3" → "G8". Raises BadInput."""
    tidy = written.strip().upper()
    if (new := _NEW.match(tidy)) and int(new[1]) in CATEGORY:
        return f"G{int(new[1])}"
    if (old := _OLD.match(tidy)) and 1 <= int(old[2]) <= len(LADDERS[old[1]]):
        return f"G{LADDERS[old[1]][int(old[2]) - 1]}"
    raise BadInput(
        f"{written!r} is no grade of this organisation (G1 to G24, or A.1 to A.7, B.1 to B.6, C.1 to C.6, L.1 to L.5)", code="no_grade"
    )


def category(written: str) -> str:
    """The ladder of a grade: "A", "B", "C" or "L"."""
    return CATEGORY[_number(written)]


def step(written: str) -> int:
    """The place of a grade on its ladder, from 1: the number it had in the old scale."""
    return LADDERS[category(written)].index(_number(written)) + 1


def old_name(written: str) -> str:
    """The grade in the old scale: "G8" → "B.3"."""
    return f"{category(written)}.{step(written)}"


def same_or_lower(a: str, b: str) -> bool:
    """Is `a` the same grade as `b` or a lower one? False across ladders, which do not compare (recruitment.md §5)."""
    return category(a) == category(b) and step(a) <= step(b)


def neighbours(low: str, high: str) -> bool:
    """Is `high` the next step above `low` on one ladder, as the grades of a twin-graded post are?"""
    return category(low) == category(high) and step(high) == step(low) + 1


def pair(written: str) -> GradePair:
    """The grade or twin grade of one post: "G8", "G8-G10", "G8/G10", "G5/8", "8/10". Raises BadInput unless twins are neighbours."""
    parts = [part for part in re.split(r"\s*[-/–]\s*", written.strip()) if part]
    if not 1 <= len(parts) <= 2:
        raise BadInput(f"{written!r} is neither a grade nor a twin grade", code="no_grade")
    low, high = grade(_prefixed(parts[0])), grade(_prefixed(parts[-1]))
    if low != high and not neighbours(low, high):
        raise BadInput(f"{written!r}: twin grades are neighbours on one ladder, the lower first", code="no_twin")
    return GradePair(low, high)


def _prefixed(part: str) -> str:
    return f"G{part}" if part.isdigit() else part


def _number(written: str) -> int:
    return int(grade(written)[1:])
