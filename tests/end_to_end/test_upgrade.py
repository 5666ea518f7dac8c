"""A new version of the code while cases are open: AUTO_UPGRADE moves them over, by themselves, and they go on."""

import pytest
from temporalio.api.enums.v1 import VersioningBehavior

from tests.hiring import CONDITIONS, Hiring, vacancy
from tests.installation import Installation, installation
from tests.soundness import faults, quiet

AUTO_UPGRADE = "VERSIONING_BEHAVIOR_AUTO_UPGRADE"


def build(place: Installation, build_id: str) -> None:
    """Start the worker as that version of the code; the one before is gone."""
    worker = place.doors["worker"]
    worker.env = {**worker.env, "MUSTER_BUILD_ID": build_id}
    place.start("worker")


async def behaviour(place: Installation, case: str) -> tuple[str, str]:
    """Which build took the case's last step, and under which versioning behaviour."""
    description = await place.desk.carrier.client.get_workflow_handle(case).describe()
    versioning = description.raw_description.workflow_execution_info.versioning_info
    return versioning.deployment_version.build_id, VersioningBehavior.Name(versioning.behavior)


@pytest.mark.slow
async def test_open_hires_move_to_the_new_version_by_themselves() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        place.kill("worker")
        build(place, "first")
        await hiring.publish(vacancy("upgraded"))
        case = await hiring.apply("upgraded")
        await hiring.to_assessment(case)
        assert await behaviour(place, case) == ("first", AUTO_UPGRADE)

        place.kill("worker")
        build(place, "second")
        await hiring.to_selection(case)
        await hiring.select("upgraded", [case])
        await hiring.to_conditions(case)
        await hiring.satisfy(case, *CONDITIONS)
        await hiring.to_duty(case)
        assert await behaviour(place, case) == ("second", AUTO_UPGRADE)
        await quiet(place)
        assert await faults(place) == []
