"""What needs you now: a sentence first, then your queue by consequence, what is stuck, the flow and what happened while you were away."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from acts import compartments, parts
from acts.compartments import opened
from acts.personnel import Task
from acts.rights import Resource
from config.files import load_calendar
from console.flow import Flow, flow
from console.frame import Frame
from console.stuck import stuck
from console.telling import SOON, names, pill
from console.visits import Does, Shows, Visitor

MOST, LATELY = 25, 20
POLICY = "standard"


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/")
    async def overview(request: Request, visitor: Annotated[Visitor, Depends(Shows())]) -> Response:
        now = await visitor.desk.clock.now()
        needy = await visitor.desk.queries.in_need()
        tasks = await visitor.desk.personnel.worklist(visitor.person, needy)
        queue = by_consequence(tasks, now)
        shown = queue[:MOST]
        rows = await visitor.desk.queries.brief({task.case for task in shown})
        called = await names(visitor, rows)
        figures = visitor.sees(Resource.FIGURES)
        given: dict[str, Any] = {
            "now": now,
            "queue": [{"task": task, "pill": pill(task.next_deadline, now), "name": called.get(task.case, "")} for task in shown],
            "more": len(queue) - len(shown),
            "counts": counted(tasks, now),
            "stuck": await stuck(visitor, needy),
            "flow": await _flow(visitor, now) if figures else [],
            "next": await _next(visitor, now) if figures and not queue else None,
        }
        return frame.page(request, "overview.html", **given, **(await _lately(visitor) if visitor.sees(Resource.CASES) else NOTHING))

    @at.post("/overview/seen")
    async def seen(visitor: Annotated[Visitor, Depends(Does())], position: Annotated[int, Form(ge=0)]) -> Response:
        await visitor.desk.preferences.put(visitor.person, seen=position)
        return RedirectResponse("/", 303)

    return at


NOTHING: dict[str, Any] = {"lately": [], "seen_up_to": 0}


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


async def _flow(visitor: Visitor, now: datetime) -> list[Flow]:
    """The stages where open hires stand, against the targets of the policy now in force."""
    rules = (await visitor.desk.policies.in_force(POLICY)).rules
    return flow(await visitor.desk.overviews.flow(now, now + SOON), rules, load_calendar(rules.calendar), now)


async def _next(visitor: Visitor, now: datetime) -> Mapping[str, Any] | None:
    """The deadline that comes next, of those this visitor may know of."""
    rows = compartments.deadlines(await visitor.desk.pages.deadlines(now, limit=20), opened(visitor.roles))
    return next((row for row in rows if row["due_at"] > now), None)


async def _lately(visitor: Visitor) -> dict[str, Any]:
    """What was written since they last said they had seen it, by hire: of the hires they look after, or of all if they look after none."""
    owner = visitor.person if await visitor.desk.overviews.owns(visitor.person) else ""
    rows, position = await visitor.desk.overviews.lately(int(visitor.likes.get("seen", 0)), LATELY, owner)
    called = await names(visitor, rows)
    told = {(row["case_id"], row["number"]): row for row in parts.timeline(rows, visitor)}
    first = list(dict.fromkeys(row["case_id"] for row in rows))
    entries = sorted(told.values(), key=lambda row: (first.index(row["case_id"]), -row["number"]))
    groups = [(case, list(found)) for case, found in groupby(entries, key=lambda row: row["case_id"])]
    return {"lately": [{"case": case, "name": called.get(case, ""), "entries": found} for case, found in groups], "seen_up_to": position}
