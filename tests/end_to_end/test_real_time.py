"""The whole installation without the conductor: a policy in seconds, real timers, doors killed in the middle."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from config.files import load_rules
from connectors.signatures import verifying_key
from gateway.receipts import receipt_holds
from tests.hiring import ASKED, CONDITIONS, Hiring, day, deadline, vacancy
from tests.installation import Installation, installation
from tests.soundness import faults, quiet, repeats, templates

SECONDS = load_rules("seconds")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place() -> AsyncIterator[Installation]:
    async with installation() as running:
        yield running


@pytest.fixture
def hiring(place: Installation) -> Hiring:
    return Hiring(place)


async def test_a_hire_goes_the_whole_way_although_the_worker_and_the_gateway_are_killed(hiring: Hiring) -> None:
    place = hiring.place
    await place.desk.publish("chief", vacancy("one", closes_at=datetime.now(UTC) + timedelta(seconds=4)), SECONDS)
    case = await hiring.apply("one")
    await hiring.vacancy_is("one", "closed")
    await hiring.to_assessment(case)
    await hiring.to_selection(case)
    await hiring.select("one", [case])
    await hiring.to_conditions(case)

    place.kill("worker", "gateway")
    place.start("gateway")
    await hiring.satisfy(case, *CONDITIONS)  # received while nobody plays the stories
    place.start("worker")

    await hiring.to_duty(case)
    await hiring.confirm(case)
    await hiring.vacancy_is("one", "filled")
    await quiet(place)
    assert await faults(place) == []
    assert place.partners.of(case) == ASKED
    assert repeats(place)[0] == 0, "no letter came twice: the relay was not killed"


async def test_a_repeated_event_gets_the_very_same_receipt(hiring: Hiring) -> None:
    place = hiring.place
    await hiring.publish(vacancy("repeated"))
    event_id, body = place.event("portal", "application.submitted", "vacancy/repeated", hiring.application("repeated"))
    first = await place.post("portal", event_id, body)
    case = first.json()["case"]
    await hiring.until(case, lambda r: "screen" in r["needs"])

    place.kill("gateway")
    place.start("gateway")
    await place.ready()
    again = await place.post("portal", event_id, body)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    ours = (await place.http.get("/keys")).json()["keys"][0]
    assert receipt_holds(again.json(), verifying_key(ours["id"], ours["public"]))

    told = await place.told("portal", event_id)
    assert (told["state"], told["case"], told["receipt"]) == ("applied", case, first.json())
    other = await place.post("portal", event_id, body.replace(b"Because", b"Becoz"))
    assert (other.status_code, other.json()["code"]) == (409, "other_content")
    kinds = [entry["kind"] for entry in await place.desk.timeline(case)]
    assert kinds.count("application_received") == 1


@pytest.mark.slow
async def test_deadlines_fire_by_themselves_and_only_a_named_person_ends_the_case(hiring: Hiring) -> None:
    place = hiring.place
    await hiring.publish(vacancy("silent"), SECONDS)
    silent, late = await hiring.apply("silent"), await hiring.apply("silent")
    for case in (silent, late):
        await hiring.to_assessment(case)
        await hiring.invited(case)

    await hiring.until(silent, lambda r: deadline(r, "assessment_answer")["reminded"] == 1)
    await hiring.until(silent, lambda r: "confirm_lapse" in r["needs"] and deadline(r, "assessment_answer")["state"] == "lapse_due")
    row = await hiring.until(late, lambda r: "confirm_lapse" in r["needs"])
    assert (row["stage"], row["ending"]) == ("assessment", None), "no limit ends a case"
    receipt = await hiring.event("assessment", "assessment.completed", late, reference="V", answered_on=day(0))
    await quiet(place)
    told = await place.told("assessment", receipt["event"])
    assert (told["state"], told["reason"]) == ("superseded", "late")

    for case in (silent, late):
        await hiring.act(case, "confirm_lapse")
        ended = await hiring.until(case, lambda r: r["ending"])
        assert (ended["ending"], ended["ended_by"]) == ("assessment_lapsed", "person:chief")
    assert await templates(place, silent) == [
        "acknowledgement",
        "assessment_invitation",
        "ending.assessment_lapsed",
        "lapse_due",
        "reminder",
    ]
    journal = [(e["kind"], e["at"]) for e in await place.desk.timeline(silent)]
    invited, reminded, lapsed = (
        next(at for kind, at in journal if kind == wanted) for wanted in ("assessment_invited", "deadline_reminded", "lapse_due")
    )
    rule = SECONDS.deadlines["assessment_answer"]
    for at, after in ((reminded, rule.remind), (lapsed, rule.limit)):
        assert 0 <= (at - invited).total_seconds() - (after or 0) < 2
    await quiet(place)
    assert await faults(place) == []
