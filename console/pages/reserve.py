"""Reserve lists: which there are and when they end, who is on one, who may be called to which post, and calling them.

A call takes the person off the list in the same step, so two people cannot call the same one; that is the vacancy's own doing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from acts.reserve import ReserveList
from acts.rights import Resource
from console.frame import Frame
from console.pages.vacancies import Reference
from console.telling import names, pill
from console.visits import Shows, Visitor
from domain.competition.matching import OF_THE_PERSON, OF_THE_POST
from domain.looking import Category
from domain.vacancy import Listed
from domain.words import Role

OfCompetition = Annotated[Visitor, Depends(Shows(Resource.COMPETITION))]
CALLERS = frozenset({Role.HR_OFFICER, Role.HR_HEAD})


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/reserve")
    async def lists(request: Request, visitor: OfCompetition) -> Response:
        now, rows = await visitor.desk.clock.now(), await visitor.desk.reserve.lists()
        return frame.page(request, "reserve.html", rows=rows, wave=wave(rows, frame.zone), now=now, pill=pill)

    @at.get("/reserve/{reference}")
    async def one(
        request: Request,
        visitor: OfCompetition,
        reference: Reference,
        post: Annotated[str, Query(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = "",
        done: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        now, found = await visitor.desk.clock.now(), await visitor.desk.reserve.of(reference)
        matched = {each.hire: each for each in found.matched(post, now)} if post in found.state.posts else {}
        given: dict[str, Any] = {
            "reference": reference,
            "list": found,
            "ends": found.state.list_deadline,
            "rows": await _people(visitor, found),
            "post": post if matched else "",
            "matched": matched,
            "shared": next(iter(matched.values())).met if matched else {},
            "of_the_post": OF_THE_POST,
            "of_the_person": OF_THE_PERSON,
            "acting": bool(CALLERS & visitor.roles) and not found.state.over,
            "needs": found.state.needs(),
            "now": now,
            "pill": pill,
            "done": done,
        }
        return frame.page(request, "reserve_list.html", **given)

    return at


def wave(rows: Iterable[Mapping[str, Any]], zone: str) -> list[dict[str, Any]]:
    """How many people's time on a list ends in which month; the lists come in the order they end."""
    ending = [row for row in rows if row["due_at"] is not None]

    def month(row: Mapping[str, Any]) -> datetime:
        there: datetime = row["due_at"].astimezone(ZoneInfo(zone))
        return there.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    found = [(first, list(those)) for first, those in groupby(ending, key=month)]
    return [{"month": first, "lists": len(those), "people": sum(row["people"] for row in those)} for first, those in found]


async def _people(visitor: Visitor, found: ReserveList) -> list[dict[str, Any]]:
    """Who is on the list, in its order, then who was called from it; languages for roles that deal with people, and that is noted."""
    listed = [(each, False) for each in found.state.listed] + [(each, True) for each in _called(found)]
    cases = [each.hire for each, _ in listed]
    called = await names(visitor, await visitor.desk.queries.brief(cases))
    spoken: dict[str, list[Any]] = {}
    if visitor.sees(Resource.PEOPLE):
        await visitor.desk.looked_over({case: [Category.APPLICATION] for case in cases}, "reserve")
        spoken = await visitor.desk.reserve.languages(cases)
    return [
        {
            "hire": each.hire.removeprefix("hire/"),
            "case": each.hire,
            "name": called.get(each.hire, ""),
            "rank": each.rank,
            "round": each.round,
            "grades": [] if gone else found.grades(each.hire),
            "languages": spoken.get(each.hire, []),
            "state": "called" if gone else "free" if each.available else "unavailable",
            "declined": each.declined,
        }
        for each, gone in listed
    ]


def _called(found: ReserveList) -> list[Listed]:
    """Who was called from the list to a post they hold."""
    held = {post.hire for post in found.state.posts.values() if post.hire}
    return sorted((each for hire, each in found.state.called.items() if hire in held), key=lambda each: (each.round, each.rank))
