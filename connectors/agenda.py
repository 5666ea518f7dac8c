"""The agenda of deadlines as a calendar file: one entry a deadline, at the moment it ends, for any diary that reads iCalendar."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from domain.agenda import AgendaItem


def agenda_ics(items: Iterable[tuple[AgendaItem, str, str]], made_at: datetime) -> bytes:
    """`items` are (deadline, its title, its explanation in words). Read again later, an entry replaces itself: its UID stays."""
    calendar = Calendar()
    calendar.add("prodid", "-//Muster//deadlines//EN")
    calendar.add("version", "2.0")
    for item, title, explanation in items:
        event = Event()
        event.add("uid", f"{item.case.replace('/', '-')}.{item.key.replace(':', '-')}@muster")
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("dtstart", item.until.astimezone(UTC) - timedelta(minutes=30))
        event.add("dtend", item.until.astimezone(UTC))
        event.add("summary", title)
        event.add("description", explanation)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
