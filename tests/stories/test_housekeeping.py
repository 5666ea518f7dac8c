"""The periodic work on a real server: the workflow runs its one chore, and a timetable starts it every weekday morning."""

import asyncio
import uuid
from collections.abc import Sized
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.housekeeping import Chores
from acts.carrier import Carrier
from acts.housekeeping import SCHEDULE, Housekeeper
from domain.errors import NotFound, StoreUnavailable
from workflows.housekeeping import Housekeeping

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class FakeDigests:
    """Three to send the first time, none after it; away as often as it is told to be."""

    sent: int = 0
    away: int = 0

    async def send(self) -> Sized:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away")
        new = 0 if self.sent else 3
        self.sent += 1
        return range(new)


async def test_a_morning_sends_the_digests_and_waits_for_a_store_that_is_away(server: WorkflowEnvironment) -> None:
    digests, queue = FakeDigests(away=1), f"q-{uuid.uuid4().hex[:8]}"
    async with Worker(server.client, task_queue=queue, workflows=[Housekeeping], activities=[Chores(digests).send_digests]):
        mornings = [
            await server.client.execute_workflow(Housekeeping.run, id=f"housekeeping-{queue}-{n}", task_queue=queue) for n in range(2)
        ]
    assert mornings == [3, 0]
    assert digests.sent == 2


async def test_the_timetable_is_every_weekday_at_seven_made_once_and_removed(server: WorkflowEnvironment) -> None:
    digests, queue = FakeDigests(), f"q-{uuid.uuid4().hex[:8]}"
    keeper = Housekeeper(lambda: Carrier(server.client, queue))
    with pytest.raises(NotFound):
        await keeper.show()
    try:
        made = await keeper.start()
        assert await keeper.start() == made
        there = [at.astimezone(ZoneInfo("Europe/Brussels")) for at in made.next]
        assert (made.zone, made.runs, made.last) == ("Europe/Brussels", 0, None)
        assert {(at.hour, at.minute) for at in there} == {(7, 0)}
        assert all(at.weekday() < 5 for at in there)
        async with Worker(server.client, task_queue=queue, workflows=[Housekeeping], activities=[Chores(digests).send_digests]):
            await server.client.get_schedule_handle(SCHEDULE).trigger()
            async with asyncio.timeout(20):
                while not digests.sent:  # noqa: ASYNC110 - nothing announces it
                    await asyncio.sleep(0.05)
        assert (await keeper.show()).runs == 1
    finally:
        await keeper.stop()
    with pytest.raises(NotFound):
        await keeper.stop()
