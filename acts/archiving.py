"""Taking histories out of Temporal before its retention ends: of every case when it closes, and once a day while it is open.

What was missed while nobody ran this is made up for: closed runs are looked for since the last one kept, and every case that is over
and has no history here is asked for by name. Doing it twice, or in two processes at once, keeps nothing twice.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from acts.carrier import unavailable
from acts.knowing import Knowing
from domain.errors import EngineUnavailable, Problem
from store.database import Database
from store.histories import Histories, Mark
from store.names import system_now

log = structlog.get_logger(__name__)

CASES = "(WorkflowType = 'Hire' OR WorkflowType = 'Vacancy')"
#: How often closed cases are looked for; how often the open ones, each of which is taken out once in `DAILY`.
EVERY_S = 20.0
OPEN_EVERY = timedelta(hours=1)
DAILY = timedelta(days=1)
#: How far behind the last close one looks again: visibility comes late, and two clocks differ.
BEHIND = timedelta(days=1)
AT_ONCE = 200


class Archive:
    """`client` is the way to Temporal; `clock` the system's. Every method raises EngineUnavailable when Temporal does not answer."""

    def __init__(self, db: Database, client: Client, clock: Callable[[], datetime] = system_now) -> None:
        self._client, self._clock = client, clock
        self._histories, self._knowing = Histories(db), Knowing(db)
        self._looked_at_open: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: what cannot be taken out now is said, and tried again."""
        while not stop.is_set():
            try:
                await self.once()
            except Problem as problem:
                log.warning("history.not_kept", code=problem.code)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def once(self) -> int:
        """Keep whatever is due; how many histories that were."""
        now = self._clock()
        kept = await self._each(self._closed())
        kept += await self._missing()
        if self._looked_at_open is None or self._looked_at_open + OPEN_EVERY <= now:
            kept += await self._each(self._open())
            self._looked_at_open = now
        return kept

    async def _each(self, found: AsyncIterator[WorkflowExecution]) -> int:
        kept, batch = 0, list[WorkflowExecution]()
        async for each in found:
            batch.append(each)
            if len(batch) == AT_ONCE:
                kept, batch = kept + await self._due(batch), []
        return kept + await self._due(batch)

    async def _due(self, batch: Iterable[WorkflowExecution]) -> int:
        """Those of a batch that are not kept as they stand."""
        marks = await self._histories.marks({each.id for each in batch})
        due = [each for each in batch if self._is_due(each, marks.get((each.id, each.run_id)))]
        return sum([await self._keep(each.id, each.run_id, _closed_at(each)) for each in due])

    def _is_due(self, found: WorkflowExecution, mark: Mark | None) -> bool:
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return mark is None or mark.closed_at is None
        if mark is None:
            return found.start_time + DAILY <= self._clock()
        return mark.exported_at + DAILY <= self._clock() and found.history_length > mark.last_event

    async def _closed(self) -> AsyncIterator[WorkflowExecution]:
        newest = await self._histories.newest_close()
        since = f" AND CloseTime >= '{(newest - BEHIND).isoformat()}'" if newest else ""
        async for each in self._listed(f"{CASES} AND ExecutionStatus != 'Running'{since}"):
            yield each

    async def _open(self) -> AsyncIterator[WorkflowExecution]:
        async for each in self._listed(f"{CASES} AND ExecutionStatus = 'Running'"):
            yield each

    async def _listed(self, query: str) -> AsyncIterator[WorkflowExecution]:
        try:
            async for each in self._client.list_workflows(query):
                yield each
        except RPCError as error:
            raise unavailable(error) from error

    async def _missing(self) -> int:
        """Cases that are over and have no closed history here, by name; Temporal may have forgotten them, which `doctor` tells."""
        kept = 0
        for each in await self._histories.unkept():
            try:
                found = await self._client.get_workflow_handle(each.case).describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    continue
                raise unavailable(error) from error
            if found.status is not WorkflowExecutionStatus.RUNNING:
                kept += await self._keep(found.id, found.run_id, _closed_at(found))
        return kept

    async def _keep(self, case: str, run: str, closed_at: datetime | None) -> bool:
        try:
            document = await taken_out(self._client, case, run)
        except EngineUnavailable as trouble:
            if trouble.code == "no_history":  # its retention ended meanwhile
                return False
            raise
        document["known"] = (await self._knowing.of(case)).model_dump(mode="json")
        new = await self._histories.keep(document, closed_at, self._clock())
        if new:
            log.info("history.kept", case=case, run=run, last_event=document["last_event"], closed=closed_at is not None)
        return new


async def taken_out(client: Client, case: str, run: str | None = None) -> dict[str, Any]:
    """A history as it is kept, without what was known. Raises EngineUnavailable, with code `no_history` where Temporal has none."""
    try:
        history = await client.get_workflow_handle(case, run_id=run).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise EngineUnavailable(f"Temporal has no history of {case}", code="no_history", case=case) from error
        raise unavailable(error) from error
    return {
        "workflow_id": case,
        "run_id": run or history.run_id,
        "namespace": client.namespace,
        "last_event": history.events[-1].event_id,
        "build_id": _build(history.events),
        "history": json.loads(history.to_json()),
    }


def _closed_at(found: WorkflowExecution) -> datetime | None:
    return None if found.status is WorkflowExecutionStatus.RUNNING else found.close_time


def _build(events: Iterable[Any]) -> str:
    """The build that took the last step, as Temporal recorded it."""
    done = [e.workflow_task_completed_event_attributes for e in events if e.HasField("workflow_task_completed_event_attributes")]
    return str(done[-1].worker_version.build_id or done[-1].deployment_version.build_id) if done else ""
