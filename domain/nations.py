"""The member nations and when each acceded: who is eligible on a given date (facts.md §4).

The set belongs to a vacancy and its closing date, never to the present: an application of 2022 is judged by the members of 2022.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Literal

ACCESSIONS: dict[date, tuple[str, ...]] = {
    date(1949, 8, 24): ("BE", "CA", "DK", "FR", "GB", "IS", "IT", "LU", "NL", "NO", "PT", "US"),
    date(1952, 2, 18): ("GR", "TR"),
    date(1955, 5, 6): ("DE",),
    date(1982, 5, 30): ("ES",),
    date(1999, 3, 12): ("CZ", "HU", "PL"),
    date(2004, 3, 29): ("BG", "EE", "LT", "LV", "RO", "SI", "SK"),
    date(2009, 4, 1): ("AL", "HR"),
    date(2017, 6, 5): ("ME",),
    date(2020, 3, 27): ("MK",),
    date(2023, 4, 4): ("FI",),
    date(2024, 3, 7): ("SE",),
}

#: ISO 3166 alpha-2 → the date of accession.
ACCEDED_ON: dict[str, date] = {nation: on for on, nations in ACCESSIONS.items() for nation in nations}
MEMBERS = frozenset(ACCEDED_ON)

#: Codes in daily use that are not the ISO ones.
OTHER_CODES = {"UK": "GB", "EL": "GR"}


@cache
def members_on(day: date) -> frozenset[str]:
    """The members on `day`; a nation counts from the day it acceded."""
    return frozenset(nation for nation, on in ACCEDED_ON.items() if on <= day)


def eligible_on(wanted: Iterable[str] | Literal["members"], day: date) -> frozenset[str]:
    """Whose nationals may apply: the members on `day`, or the narrower list of the notice."""
    return members_on(day) if wanted == "members" else frozenset(wanted)


def code(written: str) -> str | None:
    """The ISO code of a nation as somebody wrote it; None when it is no two-letter code."""
    tidy = written.strip().upper()
    return OTHER_CODES.get(tidy, tidy) if len(tidy) == 2 and tidy.isascii() and tidy.isalpha() else None


def eligible_first(nations: Iterable[str], eligible: Iterable[str]) -> tuple[str, ...]:
    """Each nation once, the eligible ones first, otherwise as stated: the first is the one asked for the clearance."""
    wanted = frozenset(eligible)
    return tuple(sorted(dict.fromkeys(nations), key=lambda nation: nation not in wanted))
