"""A door that beats is known to be open; between two of its runs it was shut. Where a demonstration plays the time, nothing is written."""

from datetime import UTC, datetime, timedelta

from domain.outage import Outage
from gateway.heartbeat import Heartbeat
from store.clock import DoorClock
from store.database import Database
from store.door_log import DoorLog

AT = datetime(2026, 3, 16, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_between_two_runs_the_door_was_shut(db: Database) -> None:
    log = DoorLog(db)
    first = await log.begin("gateway", AT)
    await log.alive(first, AT + MINUTE)
    await log.alive(first, AT - MINUTE)  # a clock set back takes nothing away
    await log.begin("gateway", AT + 30 * MINUTE)
    await log.begin("dispatcher", AT + 10 * MINUTE)
    assert await log.outages(AT + 40 * MINUTE) == [Outage(AT + MINUTE, AT + 30 * MINUTE)]
    assert await log.outages(AT + timedelta(days=400)) == [], "long ago, and of no account"


async def test_a_heart_beats_in_one_run_and_begins_another_after_it_stood_still(db: Database) -> None:
    clock, log = DoorClock(db), DoorLog(db)
    heart, stopped = Heartbeat("gateway", log, clock), Heartbeat("gateway", log, clock, silent_s=-1.0)
    for _ in range(3):
        await heart.beat()
    assert await log.outages(await clock.now()) == []
    await stopped.beat()
    await stopped.beat()
    assert len(await log.outages(await clock.now())) <= 2


async def test_played_time_leaves_no_trace(db: Database) -> None:
    clock, log = DoorClock(db), DoorLog(db)
    await clock.set(AT)
    heart = Heartbeat("gateway", log, clock)
    await heart.beat()
    await clock.set(AT + timedelta(days=90))
    await heart.beat()
    await Heartbeat("gateway", log, clock).beat()
    assert await log.outages(AT + timedelta(days=91)) == []
