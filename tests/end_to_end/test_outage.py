"""Everything is down over a moment that matters: receipt decides what was in time, never delivery."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from config.files import load_rules
from tests.hiring import Hiring, day, deadline, vacancy
from tests.installation import DOORS, installation
from tests.soundness import faults, quiet

pytestmark = pytest.mark.slow
SECONDS = load_rules("seconds")


async def test_a_vacancy_closes_on_time_although_everything_was_down() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        closes_at = (datetime.now(UTC) + timedelta(seconds=12)).replace(microsecond=0)
        await hiring.publish(vacancy("closing", closes_at=closes_at), SECONDS)
        delivered = await hiring.apply("closing")
        await hiring.until(delivered, lambda r: r["stage"] == "received")
        place.kill("dispatcher", "worker")
        kept = await hiring.apply("closing")  # acknowledged, on disk, delivered to nobody
        place.kill("gateway", "relay")
        await place.engine.stop()
        assert datetime.now(UTC) < closes_at, "too slow a machine for this test"

        await asyncio.sleep((closes_at - datetime.now(UTC)).total_seconds() + 1.5)
        place.start("gateway")
        await place.ready()
        late = await hiring.apply("closing")
        await place.engine.start()
        place.start(*(door for door in DOORS if door != "gateway"))

        await hiring.vacancy_is("closing", "closed")
        for case in (delivered, kept):
            row = await hiring.until(case, lambda r: r["stage"] == "screening")
            assert not row["late"]
            assert row["received_at"] < closes_at
        # our own door was shut at the closing: whether this one came too late, a person decides
        row = await hiring.until(late, lambda r: "accept_as_in_time" in r["needs"])
        assert (row["late"], row["stage"], row["ending"]) == (True, "received", None)
        await hiring.act(late, "confirm_late")
        ended = await hiring.until(late, lambda r: r["ending"])
        assert (ended["ending"], ended["ended_by"]) == ("late", "person:chief")
        await quiet(place)
        assert await faults(place) == []


async def test_an_application_after_an_outage_is_accepted_by_a_person_and_one_without_an_outage_is_late() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        closes_at = (datetime.now(UTC) + timedelta(seconds=12)).replace(microsecond=0)
        await hiring.publish(vacancy("open-door", closes_at=closes_at), SECONDS)
        await hiring.publish(vacancy("shut-door", closes_at=closes_at + timedelta(seconds=8)), SECONDS)
        await asyncio.sleep((closes_at - datetime.now(UTC)).total_seconds() + 1.5)
        late = await hiring.apply("open-door")
        row = await hiring.until(late, lambda r: "confirm_late" in r["needs"])
        assert (row["late"], row["stage"]) == (True, "received")
        place.kill("gateway")
        assert datetime.now(UTC) < closes_at + timedelta(seconds=8), "too slow a machine for this test"
        await asyncio.sleep((closes_at + timedelta(seconds=9.5) - datetime.now(UTC)).total_seconds())
        place.start("gateway")
        await place.ready()
        unclear = await hiring.apply("shut-door")
        await hiring.until(unclear, lambda r: "accept_as_in_time" in r["needs"])
        await hiring.act(unclear, "accept_as_in_time")
        row = await hiring.until(unclear, lambda r: r["stage"] == "screening")
        assert not row["late"]
        await hiring.act(late, "confirm_late")
        await quiet(place)
        assert await faults(place) == []


async def test_a_deadline_waits_for_an_answer_received_in_time_however_late_it_is_delivered() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        await hiring.publish(vacancy("answering"), SECONDS)
        case = await hiring.apply("answering")
        await hiring.to_assessment(case)
        await hiring.invited(case)
        place.kill("dispatcher")
        await hiring.event("assessment", "assessment.completed", case, reference="V1", answered_on=day(0))
        limit = deadline(await place.desk.hire(case), "assessment_answer")["limit_at"]
        assert datetime.now(UTC) < limit
        await asyncio.sleep((limit - datetime.now(UTC)).total_seconds() + 2)
        assert (await place.desk.hire(case))["needs"] == [], "the post is awaited before anything lapses"
        place.start("dispatcher")
        await hiring.until(case, lambda r: r["needs"] == ["mark_assessment"])
        kinds = [entry["kind"] for entry in await place.desk.timeline(case)]
        assert "lapse_due" not in kinds
        await quiet(place)
        assert await faults(place) == []
