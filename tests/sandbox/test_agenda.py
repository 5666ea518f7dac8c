from datetime import UTC, datetime, timedelta

from sandbox.agenda import AFTERNOON, MORNING, Agenda, office

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def nothing() -> None:
    """Something to plan."""


def test_offices_open_on_tuesdays_and_fridays() -> None:
    assert office(SUNDAY, MORNING) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert office(datetime(2026, 11, 24, 8, tzinfo=UTC), MORNING) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert office(datetime(2026, 11, 24, 8, 1, tzinfo=UTC), MORNING) == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert office(datetime(2026, 11, 24, 8, 1, tzinfo=UTC), AFTERNOON) == datetime(2026, 11, 24, 13, tzinfo=UTC)


def test_what_happens_at_one_moment_is_ordered_by_its_key_not_by_who_planned_first() -> None:
    agenda = Agenda(SUNDAY)
    for key in ("c", "a", "b"):
        agenda.plan(SUNDAY + timedelta(days=1), key, "", nothing)
    agenda.plan(SUNDAY + timedelta(days=2), "later", "", nothing)
    assert [item.key for item in agenda.take(SUNDAY + timedelta(days=1))] == ["a", "b", "c"]
    assert agenda.next == SUNDAY + timedelta(days=2)


def test_the_past_happens_as_soon_as_it_can() -> None:
    agenda = Agenda(SUNDAY)
    agenda.plan(SUNDAY - timedelta(days=9), "late", "", nothing)
    assert agenda.next is not None
    assert agenda.next > SUNDAY
