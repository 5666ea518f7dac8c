"""The way to a case: the only holder of a Temporal client, for what machines deliver and what people ask.

`deliver` is signal-with-start: a case that is not running (new, lost with Temporal's database, or closed long ago) begins from its
journal and reads the message. `reach` and `start_delay` are the two seams through which a demonstration moves time; in production
they do nothing.
"""

from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from config.telling import explained
from domain import errors
from domain.errors import EngineUnavailable, NotFound, Problem, Refusal
from domain.messages import ActRequest, CaseSpec, Message, Receipt

#: How often an act is asked again under the same id when the engine's answer got lost; the id makes that harmless.
TRIES = 5


class Carrier:
    def __init__(self, client: Client, task_queue: str) -> None:
        self.client, self.task_queue = client, task_queue

    async def reach(self, case: str) -> None:
        """Called before a case is spoken to. Nothing to do where time is real."""

    async def start_delay(self, case: str) -> timedelta:
        """How long after the system's present a new case begins: zero where time is real."""
        return timedelta()

    async def deliver(self, case: str, message: Message) -> None:
        """Put one message into the mailbox of a case, starting the case if it is not running. Raises EngineUnavailable."""
        await self.reach(case)
        try:
            await self.client.start_workflow(
                kind_of(case),
                CaseSpec(case=case),
                id=case,
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                start_signal="deliver",
                start_signal_args=[message],
            )
        except RPCError as error:
            raise unavailable(error) from error

    async def start(self, case: str, delay: timedelta = timedelta()) -> WorkflowHandle[Any, Any]:
        """Start a case from its journal, or find it running."""
        try:
            return await self.client.start_workflow(
                kind_of(case),
                CaseSpec(case=case),
                id=case,
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_delay=delay or None,
            )
        except RPCError as error:
            raise unavailable(error) from error

    async def ask(self, case: str, request: ActRequest) -> Receipt:
        """Put a person's act to a case and bring back the receipt. Raises the refusal the case gave, or EngineUnavailable.

        A timed-out update may still have been applied, so the same request id is asked again, never a new one.
        """
        await self.reach(case)
        running = True
        for attempt in range(TRIES):
            try:
                return await (self._update(case, request) if running else self._begin_with(case, request))
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                continue
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND and attempt < TRIES - 1:
                    running = False
                    continue
                raise unavailable(error) from error
        raise EngineUnavailable("the case did not answer in time; ask again with the same request id", request=request.request)

    async def _update(self, case: str, request: ActRequest) -> Receipt:
        handle = self.client.get_workflow_handle(case)
        try:
            receipt: Receipt = await handle.execute_update(request.act, request, id=request.step, result_type=Receipt)
            return receipt
        except WorkflowUpdateFailedError as error:
            raise refusal_of(error.cause) from error

    async def _begin_with(self, case: str, request: ActRequest) -> Receipt:
        """The same for a case that is not running. One that ended begins and ends within a moment, so the act comes with the start."""
        delay = await self.start_delay(case)
        if delay:
            await self.start(case, delay)
            return await self._update(case, request)
        begin = WithStartWorkflowOperation[Any, Any](
            kind_of(case),
            CaseSpec(case=case),
            id=case,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        try:
            receipt: Receipt = await self.client.execute_update_with_start_workflow(
                request.act, request, id=request.step, result_type=Receipt, start_workflow_operation=begin
            )
            return receipt
        except WorkflowUpdateFailedError as error:
            raise refusal_of(error.cause) from error

    async def open(self) -> set[str]:
        """Every case that is open in Temporal now, as it lists them: a moment behind what it does. Raises EngineUnavailable."""
        query = "ExecutionStatus = 'Running' AND WorkflowType IN ('Hire', 'Vacancy')"
        try:
            return {each.id async for each in self.client.list_workflows(query)}
        except RPCError as error:
            raise unavailable(error) from error

    async def running(self, case: str) -> bool:
        """Is this case open in Temporal now?"""
        try:
            description = await self.client.get_workflow_handle(case).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise unavailable(error) from error
        return description.close_time is None


def kind_of(case: str) -> str:
    """The workflow type of a case id: `hire/…` or `vacancy/…`. Raises NotFound for anything else."""
    kind = {"hire": "Hire", "vacancy": "Vacancy"}.get(case.split("/", 1)[0])
    if kind is None:
        raise NotFound(f"{case} names no kind of case", code="unknown_case")
    return kind


def unavailable(error: RPCError) -> Problem:
    return EngineUnavailable(f"Temporal did not answer: {error.status.name.lower()}", status=error.status.name)


def refusal_of(cause: BaseException | None) -> Problem:
    """The refusal a case gave, as the class it was raised with."""
    if not isinstance(cause, ApplicationError):
        return EngineUnavailable("the case could not answer")
    cls = getattr(errors, cause.type or "", Refusal)
    if not (isinstance(cls, type) and issubclass(cls, Problem)):
        cls = Refusal
    details = explained(cause.details[0]) if cause.details and isinstance(cause.details[0], dict) else {}
    code = details.get("code")
    return cls(cause.message, code=str(code) if code else cause.type, **{k: v for k, v in details.items() if k != "code"})
