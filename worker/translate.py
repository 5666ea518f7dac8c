"""How our errors look to Temporal: one place, so that retry policies, stories and doors all read the same names."""

from datetime import timedelta
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import PartnerUnavailable, Problem, Refusal


class Translate(Interceptor):
    """A refusal is not worth retrying; a partner that names a time is asked again then. Messages carry no personal data."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's name
        return _Translating(next)


class _Translating(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's name
        try:
            return await self.next.execute_activity(input)
        except Problem as problem:
            raise told(problem) from problem


def told(problem: Problem) -> ApplicationError:
    """`problem` as Temporal carries it: type, sentence, code and details, and whether to try again."""
    retry_after = problem.retry_after if isinstance(problem, PartnerUnavailable) else None
    return ApplicationError(
        problem.message,
        {"code": problem.code, **problem.details},
        type=type(problem).__name__,
        non_retryable=isinstance(problem, Refusal),
        next_retry_delay=timedelta(seconds=retry_after) if retry_after else None,
    )
