"""A letter's text, from what is due and the catalogue: plain text in the candidate's language, with a calendar file where one is due.

Nothing here reads a clock or the store: the same letter due gives the same bytes, so the hash in the journal can be checked for ever.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_decimal
from icalendar import Calendar, Event, vCalAddress, vText

from domain.errors import BadInput
from domain.letters import ALSO, LETTERS, CalendarDue, LetterDue, Phrase, text_hash
from domain.messages import Letter
from domain.vacancy import Salary, VacancySpec

#: European dates in English, as the notices write them.
LOCALES = {"en": "en_GB", "fr": "fr_FR"}

#: Marks where the added paragraphs stand; no text holds it, because control characters are no printable text.
PLACE = "\x00"


class Catalogue(Protocol):
    """`config.words.Words` fits."""

    def say(self, key: str, language: str, /, **values: Any) -> str: ...


class Composer:
    """Writes letters. `organizer` is the address interviews are sent from: a diary answers it, and its domain names the events."""

    def __init__(self, words: Catalogue, organizer: str = "recruitment@muster.invalid") -> None:
        self._words = words
        self._organizer = organizer

    def compose(
        self, due: LetterDue, contact: dict[str, Any], vacancy: VacancySpec, case: str, values: dict[str, Any], letter_id: str
    ) -> Letter:
        """The letter `due`, to `contact` (name, email, language, candidate). Of `values` (`domain.letters.knows`) only `at`, the
        case's time, is used: it dates the letter. What the text may say stands in `due.values`.

        Raises BadInput when the template, a text, a value or the language is not known.
        """
        unknown = [name for name in (due.template,) if name not in LETTERS] + [name for name in due.also if name not in ALSO]
        if unknown:
            raise BadInput(f"there is no letter {unknown[0]!r}", code="unknown_letter")
        language = str(contact["language"])
        if language not in LOCALES:
            raise BadInput(f"letters are written in {' or '.join(LOCALES)}, not in {language!r}", code="unknown_language")
        at, zone = values["at"], vacancy.duty_station.zone
        known = {
            "name": contact["name"],
            "title": getattr(vacancy.title, language),
            "reference": vacancy.reference,
            "organisation": vacancy.body,
            "city": _city(vacancy, language),
            "case": case.rpartition("/")[2],
            "date": at.astimezone(ZoneInfo(zone)).date(),
        }
        said = {name: self._put(value, language, zone) for name, value in {**known, **due.values}.items()}
        text = self._text(due, language, said)
        subject = " ".join(self._words.say(f"letter.{due.template}.subject", language, **said).split())
        body = self._words.say("letter.frame", language, **{**said, "text": text}).strip() + "\n"
        calendar = self._calendar(due.calendar, said, str(contact["email"]), at, language) if due.calendar else None
        return Letter(
            letter=letter_id,
            case=case,
            candidate=str(contact["candidate"]),
            template=due.template,
            language=language,
            to=str(contact["email"]),
            subject=subject,
            body=body,
            sha256=text_hash(subject, body, calendar),
            at=at.astimezone(UTC),
            calendar=calendar,
            calendar_method=due.calendar.method if due.calendar else "REQUEST",
        )

    def _text(self, due: LetterDue, language: str, said: dict[str, str]) -> str:
        """The letter's own words, with what it also says where they have the place for it (`{also}`), else after them."""
        also = "\n\n".join(self._words.say(f"letter.also.{name}", language, **said).strip() for name in due.also)
        body = self._words.say(f"letter.{due.template}.body", language, **said, also=f"{PLACE}{also}")
        text = body.replace(PLACE, "") if PLACE in body else f"{body.strip()}\n\n{also}"
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _put(self, value: Any, language: str, zone: str) -> str:
        """A value in words: moments in the duty station's zone, dates in full, phrases from the catalogue."""
        match value:
            case Phrase(key=key, values=inner):
                return self._words.say(key, language, **{name: self._put(v, language, zone) for name, v in inner.items()})
            case datetime():
                return self._moment(value, language, zone)
            case date():
                return _day(value, language)
            case Salary():
                return self._salary(value, language)
            case tuple():
                return "\n".join(f"- {self._put(each, language, zone)}" for each in value)
            case _:
                return " ".join(str(value).split())  # one line: an empty one would end a paragraph of the letter

    def _moment(self, moment: datetime, language: str, zone: str) -> str:
        """A moment names its zone by a city: "CET" in summer has misled readers of real notices."""
        if moment.tzinfo is None:
            raise BadInput("a moment in a letter must be aware", code="naive_moment")
        there = moment.astimezone(ZoneInfo(zone))
        locale = LOCALES[language]
        return self._words.say(
            "moment",
            language,
            day=_day(there.date(), language),
            time=format_time(there.time(), "HH:mm", locale=locale),
            city=_zone_city(zone, language),
        )

    def _salary(self, salary: Salary, language: str) -> str:
        """With the currency's code, on the side each language has it; a period only where the notice gives one."""
        figure = format_decimal(Decimal(salary.amount), format="#,##0.00", locale=LOCALES[language])
        amount = f"{figure}\u00a0{salary.currency}" if language == "fr" else f"{salary.currency}\u00a0{figure}"
        return self._words.say(f"salary.{salary.period}", language, amount=amount) if salary.period else amount

    def _calendar(self, due: CalendarDue, said: dict[str, str], to: str, at: datetime, language: str) -> str:
        """An iCalendar text (RFC 5546). One UID per hire: a second invitation moves the first, a cancellation removes it."""
        event = Event()
        event.add("uid", f"interview.{said['case']}@{self._organizer.partition('@')[2]}")
        event.add("sequence", due.sequence)
        event.add("dtstamp", at.astimezone(UTC))
        # In UTC, which every diary shows in its owner's own time: no table of clock changes to carry, none to go stale.
        starts = due.starts_at.astimezone(UTC)
        event.add("dtstart", starts)
        if due.minutes:
            event.add("dtend", starts + timedelta(minutes=due.minutes))
        event.add("summary", self._words.say("calendar.interview", language, **said))
        if due.place:
            event.add("location", due.place)
        event.add("status", "CANCELLED" if due.method == "CANCEL" else "CONFIRMED")
        organizer = vCalAddress(f"mailto:{self._organizer}")
        organizer.params["CN"] = vText(said["organisation"])
        event.add("organizer", organizer)
        attendee = vCalAddress(f"mailto:{to}")
        attendee.params["RSVP"] = vText("TRUE")
        event.add("attendee", attendee)
        calendar = Calendar()
        calendar.add("prodid", "-//Muster//Recruitment//EN")
        calendar.add("version", "2.0")
        calendar.add("method", due.method)
        calendar.add_component(event)
        return str(calendar.to_ical().decode())


def _day(day: date, language: str) -> str:
    text = str(format_date(day, "full", locale=LOCALES[language]))
    # the first of a month is an ordinal in French, which the calendar data leave to the writer
    return text.replace(" 1 ", " 1er ") if language == "fr" else text


def _zone_city(zone: str, language: str) -> str:
    return str(get_timezone_location(zone, locale=LOCALES[language], return_city=True))


def _city(vacancy: VacancySpec, language: str) -> str:
    """The duty station in the letter's language where the zone is named after it (Brussels, Bruxelles), else as the notice has it."""
    station = vacancy.duty_station
    return _zone_city(station.zone, language) if _zone_city(station.zone, "en") == station.city else station.city
