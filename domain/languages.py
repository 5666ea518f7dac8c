"""Languages: does a person meet what a notice asks for, whichever of the two languages they know better (facts.md §7)?

The scale is I (beginner) to V (advanced). Other scales (STANAG 6001, CEFR) are not the same and are never converted.
"""

from collections.abc import Iterable, Mapping
from itertools import permutations

from domain.vacancy import LanguageNeed

SCALE = ("I", "II", "III", "IV", "V")
OFFICIAL = ("en", "fr")


def rank(level: str | None) -> int | None:
    """I → 1 … V → 5; None for a level of another scale, or none."""
    tidy = (level or "").strip().upper()
    return SCALE.index(tidy) + 1 if tidy in SCALE else None


def at_least(level: str | None, needed: str) -> bool:
    mine, wanted = rank(level), rank(needed)
    return mine is not None and wanted is not None and mine >= wanted


def meets(needs: Iterable[LanguageNeed], levels: Mapping[str, str | None]) -> bool:
    """Does a person with `levels` (language → level) meet every need?

    A need names a language, or leaves it open ("en|fr"). Two open needs are about different languages, and order-free: V in
    one and III in the other is met whichever way round, so every assignment is tried. One open need alone is met by either.
    """
    fixed, open_needs = _split(needs)
    if not all(at_least(levels.get(need.code), need.level) for need in fixed):
        return False
    if len(open_needs) > len(OFFICIAL):
        return False
    return any(
        all(at_least(levels.get(language), need.level) for need, language in zip(open_needs, assignment, strict=True))
        for assignment in permutations(OFFICIAL, len(open_needs))
    )


def concerned(needs: Iterable[LanguageNeed]) -> frozenset[str]:
    """The languages the needs are about."""
    return frozenset(language for need in needs for language in need.code.split("|"))


def _split(needs: Iterable[LanguageNeed]) -> tuple[list[LanguageNeed], list[LanguageNeed]]:
    listed = list(needs)
    return [n for n in listed if "|" not in n.code], [n for n in listed if "|" in n.code]
