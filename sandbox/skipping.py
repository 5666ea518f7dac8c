"""Moving one case's time: the only module that knows Temporal's experimental time skipping (docs/decisions/0004).

`move` takes a running case to a moment: every timer before it has fired, and what the timers set off is done, when it returns.
A case's clock then runs on with the machine's, so its distance from the system's clock is remembered instead of asked for each time.
"""

from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper


def system_now() -> datetime:
    return datetime.now(UTC)


class Skipping:
    def __init__(self, client: Client) -> None:
        self._client, self._skipper = client, TimeSkipper(client)
        self._ahead: dict[str, timedelta] = {}
        self.moves = 0

    def knows(self, case: str) -> bool:
        return case in self._ahead

    def now(self, case: str) -> datetime:
        """The case's own time, as far as it is known here."""
        return system_now() + self._ahead.get(case, timedelta())

    async def move(self, case: str, to: datetime) -> bool:
        """Take a case to `to`; nothing happens when it is there already. False when the case is over."""
        distance = to - self.now(case)
        if distance <= timedelta():
            return True
        return await self._forward(case, distance)

    async def settle(self, case: str) -> bool:
        """Wait until a case has nothing under way, by moving it a second. False when it is over."""
        return await self._forward(case, timedelta(seconds=1))

    def begun(self, case: str) -> None:
        """A case was started just now; its time is the system's until it is moved."""
        self._ahead[case] = timedelta()

    async def _forward(self, case: str, distance: timedelta) -> bool:
        before = self.now(case)
        try:
            there = await self._skipper.fast_forward(self._client.get_workflow_handle(case), distance)
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                return False
            raise
        self.moves += 1
        self._ahead[case] = max(before + distance, self.now(case)) - system_now()
        return there
