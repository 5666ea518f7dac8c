"""Deadlines: everything that is due, by the day it is due, with the rule it comes from."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from acts import compartments
from acts.compartments import opened
from acts.rights import Resource
from config.cursors import Cursors
from console.frame import Frame
from console.telling import pill
from console.visits import Shows, Visitor
from domain.words import Party

OfFigures = Annotated[Visitor, Depends(Shows(Resource.FIGURES))]
PER_PAGE = 100
KEYS = ("due_at", "case_id", "key")
WITHIN = {"week": timedelta(days=7), "month": timedelta(days=31)}


class Asked(BaseModel):
    """The filters of the agenda."""

    model_config = ConfigDict(extra="forbid")
    party: Party | Literal[""] = ""
    within: Literal["", "week", "month"] = ""
    overdue: bool = False
    cursor: Annotated[str, Field(max_length=600)] = ""


def routes(frame: Frame, cursors: Cursors) -> APIRouter:
    at = APIRouter()

    @at.get("/deadlines")
    async def deadlines(request: Request, visitor: OfFigures, asked: Annotated[Asked, Query()]) -> Response:
        now = await visitor.desk.clock.now()
        question = {"screen": "deadlines", **asked.model_dump(mode="json", exclude={"cursor"})}
        rows = await visitor.desk.pages.deadlines(
            now,
            parties=[str(asked.party)] if asked.party else None,
            until=now + WITHIN[asked.within] if asked.within else None,
            overdue=asked.overdue,
            after=cursors.read(asked.cursor, question) if asked.cursor else None,
            limit=PER_PAGE + 1,
        )
        shown = rows[:PER_PAGE]
        following = cursors.make(question, [shown[-1][name] for name in KEYS]) if len(rows) > PER_PAGE else ""
        seen = compartments.deadlines(shown, opened(visitor.roles))
        given: dict[str, Any] = {"days": by_day(seen, frame.zone), "following": following, "now": now, "pill": pill, "asked": asked}
        return frame.page(request, "deadlines.html", parties=[each for each in Party if each is not Party.NOBODY], **given)

    return at


def by_day(rows: list[dict[str, Any]], zone: str) -> list[tuple[datetime, list[dict[str, Any]]]]:
    """The rows under the day each is due, as the office's calendar has it; they come in order."""
    there = ZoneInfo(zone)
    days = groupby(rows, lambda row: row["due_at"].astimezone(there).date())
    return [(found[0]["due_at"], found) for _, group in days if (found := list(group))]
