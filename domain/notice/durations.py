"""Lengths of time in words or figures: "3 years", "3-year", "trois ans", "36 months"."""

import re
from typing import Final

NUMBERS: Final[dict[str, int]] = {
    **dict(one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, eleven=11, twelve=12, fifteen=15, eighteen=18),
    **dict(un=1, une=1, deux=2, trois=3, quatre=4, cinq=5, sept=7, huit=8, neuf=9, dix=10, onze=11, douze=12, quinze=15),
    "twenty four": 24,
    "twenty-four": 24,
    "thirty six": 36,
    "thirty-six": 36,
    "vingt-quatre": 24,
    "vingt quatre": 24,
    "trente-six": 36,
}

_NUMBER = rf"\d{{1,2}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}"
DURATION: Final = (
    rf"(?<![\w.,/-])(?P<number>{_NUMBER})(?:\s*\(\s*\d{{1,2}}\s*\))?[\s-]{{0,2}}(?P<unit>years?|yrs?|months?|ans?|annees?|mois)\b"
)
"""A regular expression over folded text. Bounded, so it may stand inside another one once."""

_DURATION = re.compile(DURATION)


def years(match: re.Match[str]) -> int | float:
    """The years a match of `DURATION` says; twelve months are one."""
    word = match["number"]
    number = int(word) if word.isdigit() else NUMBERS[word]
    if not match["unit"].startswith(("mo",)):
        return number
    return number // 12 if number % 12 == 0 else number / 12


def first_years(folded: str, start: int = 0, end: int | None = None) -> int | float | None:
    """The first length of time in `folded[start:end]`, in years, or None."""
    match = _DURATION.search(folded, start, len(folded) if end is None else end)
    return years(match) if match else None
