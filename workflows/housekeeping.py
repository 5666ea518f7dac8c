"""What is done every morning, on a Temporal Schedule (`acts/housekeeping.py`): each member of staff gets their digest."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.housekeeping import Chores
    from workflows.patience import CHORE


@workflow.defn(name="Housekeeping")
class Housekeeping:
    @workflow.run
    async def run(self) -> int:
        """How many digests were sent."""
        return await workflow.execute_activity_method(Chores.send_digests, **CHORE)
