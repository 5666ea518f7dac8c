"""Dates and times of day as notices print them, in English and French; numeric dates are day first (02/04/2025 is 2 April).

Works on folded text. A time zone is kept as it is written (`zone_text`) and as an IANA zone where that is certain: "CET" on a day
when the duty station keeps summer time names no moment for certain, so its `zone` stays empty for a person to settle.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.notice.places import CITY_ZONES

_MONTHS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "january janvier jan janv",
            "february fevrier feb fev fevr",
            "march mars mar",
            "april avril apr avr",
            "may mai",
            "june juin jun",
            "july juillet jul juil",
            "august aout aug aou",
            "september septembre sept sep",
            "october octobre oct",
            "november novembre nov",
            "december decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WORDED = (
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er)?[\s./-]{{0,3}}(?:of\s|de\s)?(?P<m1>{_MONTH})\b\.?[\s.,/-]{{0,3}}(?P<y1>\d{{4}}"
    rf"|\d{{2}}(?!\d|[:h.]))"
)
_WORDED_RUN = rf"(?P<d5>\d{{2}})(?P<m5>{_MONTH})(?P<y5>\d{{4}})"
_MONTH_FIRST = rf"(?P<m2>{_MONTH})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y2>\d{{4}})"
_ISO = r"(?P<y3>\d{4})[-/.](?P<m3>\d{1,2})[-/.](?P<d3>\d{1,2})"
_NUMERIC = r"(?P<d4>\d{1,2})(?P<s4>[/.-])(?P<m4>\d{1,2})(?P=s4)(?P<y4>\d{4}|\d{2})"
_DATE = re.compile(rf"(?<![\w/])(?:{_WORDED}|{_WORDED_RUN}|{_MONTH_FIRST}|{_ISO}|{_NUMERIC})(?!\d|/\d)")

_TIME = re.compile(
    r"(?<![\w:.,/])(?:"
    r"(?P<noon>(?:12(?:[:.h]00)?\s?)?(?:noon|midday|midi)\b)"
    r"|(?P<midnight>(?:(?:12|00|24|0)(?:[:.h]00)?\s?)?(?:midnight|minuit)\b)"
    r"|(?P<h1>\d{1,2})[:.](?P<m1>\d{2})(?:[:.](?P<s1>\d{2}))?(?!\d|[./]\d)\s?(?P<ap1>[ap]\.?\s?m\b\.?)?"
    r"|(?P<h2>\d{1,2})\s?(?P<ap2>[ap]\.?\s?m\b\.?)"
    r"|(?P<h3>\d{1,2})\s?(?:h|heures?)\b\s?(?P<m3>\d{2}\b)?"
    r"|(?P<h4>\d{1,2})h(?P<m4>\d{2})(?:m(?:in)?)?\b"
    r"|(?P<h5>[0-2]\d)(?P<m5>[0-5]\d)\s?(?:hrs|hours|h)\b"
    r")"
)

_FAMILIES: Final[dict[str, tuple[str, int, frozenset[str]]]] = {
    # abbreviation: (the zone the tz database links the name to, hours east of UTC it stands for, zones that use it)
    "cet": ("Europe/Brussels", 1, frozenset()),
    "cest": ("Europe/Brussels", 2, frozenset()),
    "est": ("America/New_York", -5, frozenset()),
    "edt": ("America/New_York", -4, frozenset()),
    "bst": ("Europe/London", 1, frozenset()),
    "eet": ("Europe/Athens", 2, frozenset()),
    "eest": ("Europe/Athens", 3, frozenset()),
}
_BOTH_SEASONS: Final = {"cet/cest": "cet", "cest/cet": "cet", "cet (cest)": "cet", "est/edt": "est", "eet/eest": "eet"}
_CITY = "|".join(sorted(CITY_ZONES, key=len, reverse=True))
_ZONE = re.compile(
    rf"(?:\b(?P<abbr>cet\s?/\s?cest|cest\s?/\s?cet|cet \(cest\)|est\s?/\s?edt|eet\s?/\s?eest|cest|cet|est|edt|bst|eest|eet|utc"
    rf"|gmt)\b(?!\s?[+-]\s?\d)(?!-)"
    rf"|\b(?P<city>{_CITY})(?:,? [a-z]{{4,12}})?,? (?:local |standard )?time\b"
    rf"|\b(?:heure|heures)(?: locale)?,? (?:de |a |d')?(?:la )?(?P<ville>{_CITY})\b"
    rf"|\((?P<bare>{_CITY})\)"
    r"|\bcentral european (?P<summer>summer )?time\b)"
)
_AFTER, _BEFORE = 90, 45


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, perhaps with a time of day and a zone, and where in the text it stands."""

    day: date
    at: time | None
    zone: str | None
    zone_text: str | None
    start: int
    end: int
    inferred: bool = False

    def as_json(self, *, as_written: bool = False) -> dict[str, object]:
        """`date`, `time` and `zone` of the contract; with `as_written`, a zone nobody can be certain of stands as printed."""
        zone = self.zone or (self.zone_text if as_written else None)
        return {"date": self.day.isoformat(), "time": self.at.isoformat() if self.at else None, "zone": zone}


def moments(folded: str, city: str | None = None) -> list[Moment]:
    """Every date in the text with the time and zone beside it. `city` is the duty station, folded: it says whose CET is meant."""
    found = [(match, read) for match in _DATE.finditer(folded) if (read := _day(match))]
    result = []
    for place, (match, (day, sure)) in enumerate(found):
        until = min(len(folded), match.end() + _AFTER, found[place + 1][0].start() if place + 1 < len(found) else len(folded))
        since = max(0, match.start() - _BEFORE, found[place - 1][0].end() + _AFTER if place else 0)
        result.append(_moment(folded, match, day, sure, (since, until), city))
    return result


def _moment(folded: str, match: re.Match[str], day: date, sure: bool, window: tuple[int, int], city: str | None) -> Moment:
    since, until = window
    start, end = match.span()
    clock = _TIME.search(folded, end, until) or _TIME.search(folded, since, start)
    at, exact = _clock(clock) if clock else (None, True)
    if clock and at:
        start, end = min(start, clock.start()), max(end, clock.end())
    zone = _ZONE.search(folded, end, min(until, end + 50)) or (_ZONE.search(folded, since, until) if at else None)
    if zone:
        end = max(end, zone.end())
    name, written = zone_of(zone, day, city) if zone else (None, None)
    return Moment(day, at, name, written, start, end, inferred=not (sure and exact))


def _day(match: re.Match[str]) -> tuple[date, bool] | None:
    """The day a match names and whether that reading is certain (a numeric date is day first, unless that is no date)."""
    for n in "1235":
        if match[f"y{n}"]:
            month = match[f"m{n}"]
            made = _date(match[f"y{n}"], _MONTHS[month] if month in _MONTHS else int(month), int(match[f"d{n}"]))
            return (made, True) if made else None
    day, month_number = int(match["d4"]), int(match["m4"])
    if made := _date(match["y4"], month_number, day):
        return made, True
    made = _date(match["y4"], day, month_number)
    return (made, False) if made else None


def _date(year: str, month: int, day: int) -> date | None:
    full = int(year) + 2000 if len(year) == 2 else int(year)
    if not 1949 <= full <= 2150:
        return None
    try:
        return date(full, month, day)
    except ValueError:
        return None


def _clock(match: re.Match[str]) -> tuple[time | None, bool]:
    """The time of day, and whether it is exact: midnight at the end of a day is written as its last second."""
    if match["noon"]:
        return time(12), True
    if match["midnight"]:
        return time(23, 59, 59), False
    part = next(n for n in "12345" if match[f"h{n}"])
    groups = match.groupdict()
    hour, minute, second = int(groups[f"h{part}"]), int(groups.get(f"m{part}") or 0), int(groups.get(f"s{part}") or 0)
    half = (groups.get(f"ap{part}") or "")[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if (hour, minute, second) == (24, 0, 0):
        return time(23, 59, 59), False
    return (time(hour, minute, second), True) if hour < 24 and minute < 60 and second < 60 else (None, True)


def zone_of(match: re.Match[str], day: date, city: str | None) -> tuple[str | None, str]:
    """The IANA zone a match names on that day, or None where the abbreviation contradicts the season; and the words as written."""
    if named := match["city"] or match["ville"] or match["bare"]:
        return CITY_ZONES[named], named.title()
    written = re.sub(r"\s?/\s?", "/", match["abbr"]) if match["abbr"] else ("cest" if match["summer"] else "cet")
    if written in ("utc", "gmt"):
        return "UTC", written.upper()
    linked, hours, _ = _FAMILIES[_BOTH_SEASONS.get(written, written)]
    zone = _same_clock(CITY_ZONES.get(city or ""), linked)
    certain = written in _BOTH_SEASONS or _offset(zone, day) == timedelta(hours=hours)
    return (zone if certain else None), written.upper()


def _same_clock(local: str | None, linked: str) -> str:
    """The duty station's own zone when its clocks always agree with the one linked to the abbreviation."""
    if local and all(_offset(local, day) == _offset(linked, day) for day in (date(2025, 1, 15), date(2025, 7, 15))):
        return local
    return linked


def _offset(zone: str, day: date) -> timedelta | None:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).utcoffset()


_ONGOING = re.compile(
    r"\b(?:ongoing|on-going|rolling(?: basis)?|(?:open )?until (?:the (?:post|position|vacancy) is )?filled|open[- ]ended call"
    r"|no (?:closing date|deadline)"
    r"|en cours|permanente?|en continu|ouverte? en permanence|jusqu'a pourvoi|jusqu'a ce que (?:le poste soit|les postes soient) pourvus?"
    r"|sans date (?:limite|de cloture)|recrutement continu|continue?)\b"
)


def is_ongoing(folded: str) -> bool:
    """Whether the words say that the vacancy stays open without a closing date."""
    return _ONGOING.search(folded) is not None
