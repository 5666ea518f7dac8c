"""Drafts of calendars from the public holidays of a country: what HR completes, checks and publishes (dependencies.md §5).

The library is asked only here, when a draft is made. Deadlines are counted on the files: a new release of the library moves nothing.
"""

from datetime import date

import holidays
from pydantic import ValidationError

from domain.calendars import Calendar
from domain.errors import BadInput


def draft(
    country: str,
    *,
    id: str,  # noqa: A002 - the trade's word
    name: str,
    zone: str,
    version: str,
    years: range,
    language: str = "en_US",
) -> Calendar:
    """A calendar with the public holidays of `country` (ISO 3166 alpha-2) in these years; days on which a weekend closes are left out.

    Raises BadInput for a country without data, for no years, and for what a calendar cannot be (zone, id, version).
    """
    if not years:
        raise BadInput("a calendar covers at least one year", code="bad_arguments", field="years")
    try:
        known = holidays.country_holidays(country, years=years, language=language)
    except NotImplementedError:
        raise BadInput(f"no public holidays are known for {country!r}", code="unknown_country", field="country") from None
    try:
        bare = Calendar(id=id, name=name, zone=zone, version=version, first=date(years[0], 1, 1), last=date(years[-1], 12, 31))
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise BadInput(f"{wrong['loc'][0]}: {wrong['msg']}", code="bad_arguments", field=str(wrong["loc"][0])) from None
    closed = {day: text for day, text in sorted(known.items()) if bare.is_working(day)}
    return bare.model_copy(update={"closed": closed})


def calendar_toml(calendar: Calendar, remark: str = "") -> str:
    """The calendar file, a blank line before each year; the remark above it as a comment."""
    lines = ["#:schema ../../schemas/calendar.schema.json", *(f"# {line}" for line in remark.splitlines()), ""]
    weekend = ", ".join(_text(day) for day in calendar.weekend)
    lines += [f"{name} = {_text(getattr(calendar, name))}" for name in ("id", "name", "version", "zone")]
    lines += [f"weekend = [{weekend}]", f"first = {calendar.first}", f"last = {calendar.last}", "", "[closed]"]
    year = None
    for day, text in sorted(calendar.closed.items()):
        lines += [""] if year not in (None, day.year) else []
        year = day.year
        lines.append(f"{day} = {_text(text)}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    escaped = "".join(f"\\u{ord(c):04X}" if ord(c) < 32 or c in '"\\' else c for c in value)
    return f'"{escaped}"'
