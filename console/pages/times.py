"""Where the time of a competition goes: by stage, and by who held it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from acts.rights import Resource
from console.frame import Frame
from console.pages.vacancies import Reference
from console.visits import Shows, Visitor
from domain.tally import GROUPS, NONE, held

OfFigures = Annotated[Visitor, Depends(Shows(Resource.FIGURES))]
#: A picture of what is going on now, not of all there ever was: reading every journal of a large competition would take minutes.
LAST = 60


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/vacancies/{reference}/time")
    async def spent(request: Request, visitor: OfFigures, reference: Reference) -> Response:
        row, now = await visitor.desk.queries.vacancy(reference), await visitor.desk.clock.now()
        journals = await visitor.desk.queries.newest_journals(reference, LAST)
        rows = by_stage(held(journals, now), len(journals))
        most = max((each["all"] for each in rows), default=0)
        return frame.page(request, "vacancy_time.html", row=row, rows=rows, most=most, hires=len(journals), groups=GROUPS)

    return at


def by_stage(found: Mapping[str, Mapping[str, timedelta]], cases: int) -> list[dict[str, Any]]:
    """Days a hire, on average over all of them, by stage and group; stages that took no time are left out."""

    def days(time: timedelta) -> float:
        return round(time / timedelta(days=1) / max(cases, 1), 1)

    rows = [(stage, {group: days(groups[group]) for group in GROUPS}, days(sum(groups.values(), NONE))) for stage, groups in found.items()]
    return [{"stage": stage, "groups": groups, "all": together} for stage, groups, together in rows if together]
