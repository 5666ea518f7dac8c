"""What our requests found at the partners' doors, on both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import PartnerUnavailable
from domain.reach import FIRST_REST, Door
from store.clock import DoorClock
from store.database import Database
from store.partners import Partners, Tried

KEY = "hire/abc/medical/request/1"


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2027, 3, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


async def test_a_request_that_was_begun_may_have_arrived_until_it_is_answered(db: Database) -> None:
    partners = Partners(db)
    assert await partners.begin("medical", KEY) == Tried()
    assert (await partners.tried(KEY)).arrived == "maybe"  # whoever sent it may be dead
    assert (await partners.begin("medical", KEY)).arrived == "maybe"
    await partners.answered("medical", KEY, "yes", "F-1", date(2027, 9, 1))
    assert await partners.tried(KEY) == Tried(2, "yes", "F-1", date(2027, 9, 1))


async def test_what_was_answered_stays_so_whatever_a_repeat_brings(db: Database) -> None:
    partners = Partners(db)
    await partners.begin("medical", KEY)
    await partners.answered("medical", KEY, "yes", "F-1")
    await partners.begin("medical", KEY)
    assert (await partners.tried(KEY)).arrived == "yes"


async def test_a_shut_door_is_shown_and_spared_until_one_probe(db: Database, second: Database) -> None:
    clock = Clock()
    partners, elsewhere = Partners(db, clock), Partners(second, clock)
    for n in range(3):
        await partners.begin("medical", f"{KEY}{n}")
        await partners.failed("medical", "timeout", f"{KEY}{n}")
    reach = (await elsewhere.reaches())["medical"]
    assert (reach.door(clock.at), reach.error, reach.next_try) == (Door.RESTING, "timeout", clock.at + FIRST_REST)
    with pytest.raises(PartnerUnavailable) as aside:
        await elsewhere.begin("medical", KEY)
    assert (aside.value.code, aside.value.retry_after) == ("resting", FIRST_REST.total_seconds())
    assert await partners.tried(KEY) == Tried()  # nothing was sent
    clock.at += FIRST_REST
    await elsewhere.begin("medical", KEY)
    with pytest.raises(PartnerUnavailable):
        await partners.begin("medical", f"{KEY}0")
    await elsewhere.answered("medical", KEY)
    await partners.begin("medical", f"{KEY}0")
    assert (await partners.reaches())["medical"].door(clock.at) == Door.ANSWERING


async def test_another_partner_is_asked_as_ever(db: Database) -> None:
    clock = Clock()
    partners = Partners(db, clock)
    for _ in range(5):
        await partners.failed("medical", "timeout")
    await partners.begin("verification", KEY)
    assert set(await partners.reaches()) == {"medical", "verification"}
    clock.at += timedelta(days=1)


async def test_what_is_told_of_a_door_is_told_by_the_clock_of_the_installation(db: Database) -> None:
    played = datetime(2026, 3, 1, 9, tzinfo=UTC)
    await Partners(db).answered("medical")
    await Partners(db).failed("verification", "timeout")
    await DoorClock(db).set(played)
    reaches = await Partners(db).reaches()
    reached, failing = reaches["medical"].reached_at, reaches["verification"].failing_since
    assert reached is not None
    assert failing is not None
    assert abs(reached - played) < timedelta(minutes=5)
    assert abs(failing - played) < timedelta(minutes=5)
