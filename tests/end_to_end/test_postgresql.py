"""One complete hire on PostgreSQL, with answers that come before their questions."""

import tempfile
from pathlib import Path

import pytest

from config.embedded_store import postgresql
from tests.hiring import ASKED, CONDITIONS, Hiring, day, vacancy
from tests.installation import installation
from tests.soundness import faults, quiet, repeats

pytestmark = pytest.mark.slow


async def test_a_complete_hire_on_postgresql() -> None:
    # Not in pytest's folder: run by root, the server is another user, and pytest closes its folders to everybody else.
    with tempfile.TemporaryDirectory(prefix="muster-") as made, postgresql(Path(made) / "postgresql") as url:
        async with installation(url, Path(made)) as place:
            assert place.desk.db.dialect == "postgresql"
            hiring = Hiring(place)
            await hiring.publish(vacancy("pool"))
            case = await hiring.apply("pool")
            early = [
                await hiring.event("assessment", "assessment.completed", case, reference="V1", answered_on=day(0)),
                await hiring.event("portal", "offer.answered", case, accepted=True),
            ]
            for receipt in early:
                await hiring.became(receipt, "parked")
            await hiring.to_assessment(case)
            await hiring.became(early[0], "applied")
            await hiring.to_selection(case)
            again = await hiring.event("assessment", "assessment.completed", case, reference="V2", answered_on=day(0))
            told = await hiring.became(again, "superseded")
            assert told["reason"] == "after_its_stage"
            await hiring.select("pool", [case])
            await hiring.to_conditions(case)
            await hiring.became(early[1], "applied")
            await hiring.satisfy(case, *CONDITIONS)
            await hiring.to_duty(case)
            await hiring.confirm(case)
            await hiring.close_notice("pool")
            await hiring.vacancy_is("pool", "filled")
            await quiet(place)
            assert await faults(place) == []
            assert place.partners.of(case) == ASKED
            assert repeats(place) == (0, 0)
