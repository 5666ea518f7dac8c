"""Temporal's database is lost in the middle of everything: the journals begin every case again, and nobody notices outside."""

import asyncio
import json

import pytest

from tests.hiring import ASKED, CONDITIONS, Hiring, vacancy
from tests.installation import installation
from tests.soundness import faults, quiet, repeats

pytestmark = pytest.mark.slow


async def test_every_case_begins_again_from_its_journal_and_ends_the_same() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        await hiring.publish(vacancy("lost", posts=2))
        in_conditions, declines, invited, waiting = [await hiring.apply("lost") for _ in range(4)]
        for case in (in_conditions, declines, invited):
            await hiring.to_assessment(case)
            await hiring.invited(case)
        for case in (in_conditions, declines):
            await hiring.to_selection(case)
        await hiring.judged(waiting)
        await hiring.select("lost", [in_conditions, declines])
        await hiring.to_conditions(in_conditions)
        await hiring.asked(in_conditions)
        await hiring.satisfy(in_conditions, "medical")
        await hiring.until(declines, lambda r: "issue_offer" in r["needs"])
        await hiring.act(declines, "issue_offer")
        await quiet(place)
        numbers = {case: (await place.desk.hire(case))["number"] for case in (in_conditions, invited, waiting)}
        asked = dict(place.partners.requests)

        await place.engine.lose()
        # The door goes on taking events, the dispatcher goes on trying; nothing answers at Temporal's address.
        await hiring.event("portal", "offer.answered", declines, accepted=False)
        await hiring.event("assessment", "assessment.completed", invited, reference="V1", answered_on="2026-01-01")
        await asyncio.sleep(3)
        assert (await place.desk.queries.counts())["inbox"]["open"] == 2
        assert [name for name, door in place.doors.items() if door.process.poll() is not None] == []

        await place.engine.start()
        code, said = await place.command("recover", "--json")
        assert code == 0, said
        assert {in_conditions, waiting} <= set(json.loads(said)["started"])
        for case in ("vacancy/lost", in_conditions, declines, invited, waiting):
            assert await place.desk.carrier.running(case) or case == declines
        assert json.loads((await place.command("recover", "--json"))[1]) == {"started": []}, "the second time there is nothing to start"

        row = await hiring.until(declines, lambda r: r["ending"])
        assert row["ending"] == "conditional_offer_declined"
        await hiring.until(invited, lambda r: "mark_assessment" in r["needs"])
        assert (await place.desk.hire(waiting))["number"] == numbers[waiting], "beginning again is no event of the case"
        assert (await place.desk.hire(in_conditions))["number"] == numbers[in_conditions]

        await hiring.satisfy(in_conditions, *(c for c in CONDITIONS if c != "medical"))
        await hiring.to_duty(in_conditions)
        await hiring.confirm(in_conditions)
        await hiring.act(waiting, "screen", eligible=False, reason="no_clearance_possible")
        await hiring.event("portal", "application.withdrawn", invited)
        endings = {
            case: (await hiring.until(case, lambda r: r["ending"]))["ending"] for case in (in_conditions, declines, invited, waiting)
        }
        assert list(endings.values()) == ["appointed_and_confirmed", "conditional_offer_declined", "withdrawn", "not_eligible"]
        await quiet(place)
        assert await faults(place) == []
        assert {key: n for key, n in place.partners.requests.items() if key in asked} == asked, "nothing was asked again"
        assert (place.partners.of(in_conditions), place.partners.of(invited)) == (ASKED, ["assessment"])
        assert repeats(place) == (0, 0)
