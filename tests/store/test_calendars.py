"""Calendars published in an installation: a version is kept once, and the highest one counts."""

from datetime import date

import pytest

from acts.calendars import CalendarDesk
from config.files import load_calendar
from domain.calendars import Calendar
from domain.errors import BadInput, Conflict, NotAllowed
from store.calendars import Calendars
from store.clock import DoorClock
from store.database import Database
from store.people import People

HQ = load_calendar("hq-brussels")


def version(number: str, *closed: date) -> Calendar:
    return HQ.model_copy(update={"version": number, "closed": HQ.closed | dict.fromkeys(closed, "Bridging day")})


async def test_the_highest_version_is_in_force_and_ten_comes_after_nine(db: Database) -> None:
    kept = Calendars(db)
    assert await kept.in_force() == {}
    for number in ("2026.9", "2026.10", "2026.2"):
        await kept.publish(version(number), "hr.head")
    assert (await kept.in_force())["hq-brussels"].version == "2026.10"


async def test_the_same_again_changes_nothing_and_other_days_under_its_version_are_refused(db: Database) -> None:
    kept = Calendars(db)
    await kept.publish(version("2026.2"), "hr.head")
    await kept.publish(version("2026.2"), "hr.other")
    with pytest.raises(Conflict, match=r"hq-brussels@2026\.2 was published with other days"):
        await kept.publish(version("2026.2", date(2026, 5, 15)), "hr.head")


def desk(db: Database) -> CalendarDesk:
    return CalendarDesk(db, People(db), DoorClock(db))


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"version": "2025.9"}, BadInput, "version 2026.1 is in force"),
        ({"closed": {}}, Conflict, "has other days; raise the version"),
        ({"version": "2026.2", "zone": "Europe/Oslo"}, BadInput, "an office does not move"),
        ({"id": "mons"}, BadInput, "no policy counts on a calendar 'mons'"),
    ],
)
async def test_what_cannot_come_into_force_is_refused_before_anything_is_shown(
    db: Database, changes: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        await desk(db).preview(HQ.model_copy(update=changes))


async def test_only_the_head_of_hr_publishes_a_calendar(db: Database) -> None:
    await People(db).put_staff("officer", "O", "o@example.org", ["hr_officer"])
    with pytest.raises(NotAllowed):
        await desk(db).publish("officer", version("2026.2"), None)  # type: ignore[arg-type]
    assert (await desk(db).in_force("hq-brussels")).version == "2026.1"
