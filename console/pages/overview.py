"""What needs you now: a sentence first, then your queue by consequence, then what is stuck, then the flow."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from acts.personnel import Task
from acts.rights import Resource
from console.frame import Frame
from console.telling import names, pill
from console.visits import Shows, Visitor
from domain.words import Stage

MOST = 50


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/")
    async def overview(request: Request, visitor: Annotated[Visitor, Depends(Shows())]) -> Response:
        now = await visitor.desk.clock.now()
        tasks = await visitor.desk.personnel.worklist(visitor.person)
        queue = by_consequence(tasks, now)
        shown = queue[:MOST]
        rows = await visitor.desk.queries.brief({task.case for task in shown})
        called = await names(visitor, rows)
        return frame.page(
            request,
            "overview.html",
            now=now,
            queue=[{"task": task, "pill": pill(task.next_deadline, now), "name": called.get(task.case, "")} for task in shown],
            more=len(queue) - len(shown),
            counts=counted(tasks, now),
            flow=await _flow(visitor) if visitor.sees(Resource.FIGURES) else [],
        )

    return at


def by_consequence(tasks: Iterable[Task], now: datetime) -> list[Task]:
    """Overdue first, then by when it is due; what has no deadline comes last; one's own cases first among equals."""

    def key(task: Task) -> tuple[bool, bool, Any, bool, str]:
        due = task.next_deadline
        return (due is None or due > now, due is None, due or now, not task.mine, task.case)

    return sorted(tasks, key=key)


def counted(tasks: list[Task], now: datetime) -> dict[str, int]:
    """For the sentence at the top: how many hires, how many of them are overdue."""
    hires = {task.case for task in tasks}
    overdue = {task.case for task in tasks if task.next_deadline is not None and task.next_deadline <= now}
    return {"hires": len(hires), "overdue": len(overdue)}


async def _flow(visitor: Visitor) -> list[dict[str, Any]]:
    """How many open hires stand at each stage."""
    counts = await visitor.desk.queries.by_stage()
    most = max(counts.values(), default=1)
    return [{"stage": str(stage), "n": counts[str(stage)], "part": counts[str(stage)] / most} for stage in Stage if counts.get(str(stage))]
