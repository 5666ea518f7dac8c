"""How long the stories wait for a step, and which errors are not worth trying again. Named once, used by name."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

from domain.errors import refusals

#: A step of our own (judge and record): seconds, tried until the store is back; a refusal is an answer.
STEP = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        backoff_coefficient=2,
        maximum_interval=timedelta(seconds=30),
        non_retryable_error_types=refusals(),
    ),
)

#: A request to an authority: one attempt 30 s, three days of patience in all; then a person finds another way.
ASK = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=30),
    schedule_to_close_timeout=timedelta(days=3),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=10),
        non_retryable_error_types=refusals(),
    ),
)

#: Periodic work: tried until the store is back, and given up before the next morning's comes.
CHORE = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=5),
    schedule_to_close_timeout=timedelta(hours=12),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=10), non_retryable_error_types=refusals()),
)

#: How long a deadline that must wait for the post looks away before it asks again.
POST_ROUND = timedelta(seconds=30)
LONGEST_POST_ROUND = timedelta(minutes=15)
