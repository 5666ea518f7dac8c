"""Deadlines: everything that is due, by the day it is due, with the rule it comes from."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from acts import compartments
from acts.compartments import opened
from acts.rights import Resource
from config.cursors import Cursors
from config.telling import Teller
from console import views
from console.exports import Column, Listing, every_page
from console.frame import Frame, option
from console.telling import pill, pill_words
from console.visits import Shows, Visitor
from domain.operation import most
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
        if not request.query_params and (view := await views.opens_with(visitor, LISTING)):
            return RedirectResponse(view, 303)
        now = await visitor.desk.clock.now()
        question = {"screen": "deadlines", **asked.model_dump(mode="json", exclude={"cursor"})}
        rows = await _asked_for(visitor, asked, now, cursors.read(asked.cursor, question) if asked.cursor else None, PER_PAGE + 1)
        shown = rows[:PER_PAGE]
        following = cursors.make(question, [shown[-1][name] for name in KEYS]) if len(rows) > PER_PAGE else ""
        seen = compartments.deadlines(shown, opened(visitor.roles))
        given: dict[str, Any] = {"days": by_day(seen, frame.zone), "following": following, "now": now, "pill": pill, "asked": asked}
        given |= {"tabs": await views.tabs(visitor, LISTING, asked), "query": LISTING.query(asked), "choosing": most(visitor.roles) > 0}
        return frame.page(request, "deadlines.html", parties=[each for each in Party if each is not Party.NOBODY], **given)

    return at


async def _asked_for(visitor: Visitor, asked: Asked, now: datetime, after: Sequence[Any] | None, limit: int) -> list[dict[str, Any]]:
    """Deadlines these filters let through, from a place on."""
    return await visitor.desk.pages.deadlines(
        now,
        parties=[str(asked.party)] if asked.party else None,
        until=now + WITHIN[asked.within] if asked.within else None,
        overdue=asked.overdue,
        after=after,
        limit=limit,
    )


async def matching(visitor: Visitor, asked: Asked, most: int) -> list[str]:
    """The hires of the deadlines these filters let through, so many at most."""
    now = await visitor.desk.clock.now()
    found: dict[str, None] = {}
    async for rows in every_page(lambda after, n: _asked_for(visitor, asked, now, after, n), KEYS):
        found |= dict.fromkeys(row["case_id"] for row in rows if row["case_id"].startswith("hire/"))
        if len(found) >= most:
            break
    return list(found)[:most]


def by_day(rows: list[dict[str, Any]], zone: str) -> list[tuple[datetime, list[dict[str, Any]]]]:
    """The rows under the day each is due, as the office's calendar has it; they come in order."""
    there = ZoneInfo(zone)
    days = groupby(rows, lambda row: row["due_at"].astimezone(there).date())
    return [(found[0]["due_at"], found) for _, group in days if (found := list(group))]


# ---- the same as a file ----------------------------------------------------------------------------------------------------


async def _chunks(visitor: Visitor, asked: Asked) -> AsyncIterator[list[dict[str, Any]]]:
    now, seen = await visitor.desk.clock.now(), opened(visitor.roles)
    async for rows in every_page(lambda after, n: _asked_for(visitor, asked, now, after, n), KEYS):
        yield [{**row, "state": pill(row["due_at"], now)} for row in compartments.deadlines(rows, seen)]


def _columns(visitor: Visitor) -> list[Column]:
    return [
        Column("due", "console.col.due", lambda row, teller: row["due_at"]),
        Column("state", "console.col.state", lambda row, teller: pill_words(row["state"], teller.say)),
        Column("deadline", "console.field.deadline", lambda row, teller: option("deadline", row["key"], teller)),
        Column("rule", "console.col.rule", lambda row, teller: teller.deadline(row)),
        Column("hire", "console.col.hire", lambda row, teller: row["case_id"].partition("/")[2]),
        Column("turn", "console.col.turn", lambda row, teller: teller.who([row["who"] or row["party"]])),
    ]


def _filters(asked: Asked, teller: Teller) -> list[tuple[str, str]]:
    said = [
        ("console.col.turn", teller.say(f"party.{asked.party}") if asked.party else ""),
        ("console.deadlines.within", teller.say(f"console.deadlines.{asked.within}") if asked.within else ""),
        ("console.deadlines.overdue", teller.say("console.yes") if asked.overdue else ""),
    ]
    return [(teller.say(label), value) for label, value in said if value]


LISTING = Listing("deadlines", Resource.FIGURES, Asked, _columns, _filters, _chunks)
