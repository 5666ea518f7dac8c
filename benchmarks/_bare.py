"""The yardstick: a workflow with the asks and replies of a hire, and nothing else."""

from datetime import timedelta

from temporalio import activity, workflow

ASKS, REPLIES, ACTS = 5, 16, 10


@activity.defn
async def bare_ask(n: int) -> str:
    return f"asked {n}"


@workflow.defn
class Bare:
    """The engine alone: asks, replies, acts, and a timer that is never reached."""

    def __init__(self) -> None:
        self.replies = 0
        self.acts = 0

    @workflow.run
    async def run(self) -> int:
        for n in range(ASKS):
            await workflow.execute_activity(bare_ask, n, start_to_close_timeout=timedelta(seconds=10))
        await workflow.wait_condition(lambda: self.replies >= REPLIES and self.acts >= ACTS)
        return self.replies

    @workflow.signal
    def reply(self, n: int) -> None:
        self.replies += 1

    @workflow.update
    async def act(self, n: int) -> int:
        self.acts += 1
        return self.acts
