"""Taking requests back after an ending: each by itself, with the patience of asking; what cannot be recalled becomes a person's."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.asking import Asking, Recall
    from activities.hire import Recalled
    from domain.facts import UndoStep
    from domain.hire import HireState
    from domain.undo import outstanding
    from workflows.patience import ASK


async def take_back(state: HireState, note: Callable[[Recalled], Awaitable[None]]) -> None:
    """Recall everything an ended hire still has open, side by side, until each request is recalled or left to a person.

    A partner that stays away does not hold the case: the patience is bounded, and the others are noted as they come.
    """

    async def one(step: UndoStep) -> None:
        await note(await _recall(step))

    while steps := outstanding(state):
        await asyncio.gather(*(one(step) for step in steps))


async def _recall(step: UndoStep) -> Recalled:
    recall = Recall(key=step.ask, authority=step.authority, about=step.about, by_hand=step.by_hand)
    try:
        return await workflow.execute_activity_method(Asking.recall_request, recall, **ASK)
    except ActivityError as error:
        reason = error.cause.type if isinstance(error.cause, ApplicationError) and error.cause.type else "unreachable"
        return Recalled(about=step.about, authority=step.authority, key=step.ask, failed=reason)
