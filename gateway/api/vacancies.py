"""Vacancies: the list, one of them, what it waits for; and the board's own table."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from acts import compartments
from acts.board import Workspace
from acts.compartments import opened
from acts.rights import Resource
from config.cursors import Cursors
from config.telling import Teller
from config.words import Words
from domain.errors import NotNow
from domain.jobposting import job_posting
from domain.rules import Rules
from domain.vacancy import VacancySpec
from gateway.api.callers import Caller, sees
from gateway.api.etags import NOT_MODIFIED, etag, unchanged
from gateway.api.hires import CaseHistory, Deadline, Entry, HireId, HistoryRun, IfNoneMatch, Language
from gateway.api.paging import Page, Paging, Turner
from gateway.api.problems import ACT_REFUSALS
from gateway.api.strict import router

OfVacancies = Annotated[Caller, Depends(sees(Resource.VACANCIES))]
OfCompetition = Annotated[Caller, Depends(sees(Resource.COMPETITION))]
OfBoard = Annotated[Caller, Depends(sees(Resource.BOARD))]
Reference = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", description="The vacancy's reference, such as 250442.")]

OVER: dict[int | str, dict[str, Any]] = {409: ACT_REFUSALS[409]}


class Vacancy(BaseModel):
    reference: str
    status: str
    title_en: str
    title_fr: str
    published_at: datetime
    closes_at: datetime | None
    sha256: str
    number: Annotated[int, Field(description="Of the last entry of its journal: the version in `ETag`.")]


class Post(BaseModel):
    """One post of the ledger. Who holds it is shown to whoever sees the competition."""

    id: str
    post: str
    kind: str
    grade_low: str
    grade_high: str
    division: str
    role_profile: str
    funded: bool
    state: str
    policy: str
    hire: str | None = None


class VacancyDetail(Vacancy):
    """One vacancy. `counts`, `report` and `listed` only for whoever sees the competition."""

    spec: VacancySpec
    rules: Rules
    posts: list[Post]
    deadlines: list[Deadline]
    needs: list[str]
    suspended: bool
    proposed_posts: dict[str, Any]
    failed_asks: Any
    counts: dict[str, int] | None = None
    report: dict[str, Any] | None = None
    listed: list[dict[str, Any]] | None = None


class VacancyWaits(BaseModel):
    reference: str
    status: str
    waiting: list[dict[str, Any]]
    text: list[str]


def routes(cursors: Cursors) -> APIRouter:
    at = router("vacancies")

    @at.get("/vacancies", summary="Vacancies, the newest first")
    async def vacancies(request: Request, response: Response, caller: OfVacancies, asked: Annotated[Paging, Query()]) -> Page[Vacancy]:
        turner = Turner(cursors, request, asked)
        shown, following = turner.turn(
            await caller.desk.pages.vacancies(turner.after, turner.limit), ("published_at", "reference"), response
        )
        return Page(items=[Vacancy.model_validate(row) for row in shown], next=following)

    @at.get(
        "/vacancies/{reference}",
        summary="One vacancy: notice, policy, posts, deadlines",
        response_model=VacancyDetail,
        response_model_exclude_unset=True,
        responses=NOT_MODIFIED,
    )
    async def vacancy(
        response: Response, caller: OfVacancies, reference: Reference, if_none_match: IfNoneMatch = None
    ) -> VacancyDetail | Response:
        row = _cut(await caller.desk.vacancy(reference), caller)
        if unchanged(if_none_match, row["number"]):
            return Response(status_code=304, headers={"etag": etag(row["number"])})
        response.headers["etag"] = etag(row["number"])
        return VacancyDetail.model_validate(row)

    @at.get("/vacancies/{reference}/why", summary="What a vacancy waits for")
    async def why(caller: OfCompetition, reference: Reference, language: Language = "en") -> VacancyWaits:
        found, zone = await caller.desk.vacancy_why(reference)
        waits = [wait.data() | {"names": list(wait.names)} for wait in found.waits]
        text = Teller(Words.load(), language, zone).vacancy_why(found)
        return VacancyWaits(reference=found.reference, status=found.status, waiting=waits, text=text)

    @at.get("/vacancies/{reference}/timeline", summary="The journal of a vacancy, entry by entry")
    async def timeline(
        request: Request, response: Response, caller: OfCompetition, reference: Reference, asked: Annotated[Paging, Query()]
    ) -> Page[Entry]:
        await caller.desk.queries.vacancy(reference)
        turner = Turner(cursors, request, asked)
        rows = await caller.desk.pages.timeline(f"vacancy/{reference}", turner.after, turner.limit)
        shown, following = turner.turn(rows, ("number",), response)
        veiled = compartments.of_competition(shown, opened(caller.roles))
        return Page(items=[Entry.model_validate(row) for row in veiled], next=following)

    @at.get("/vacancies/{reference}/history", summary="What Temporal recorded of a vacancy, also after Temporal has forgotten it")
    async def history(caller: OfCompetition, reference: Reference) -> CaseHistory:
        runs = await caller.desk.histories.of(f"vacancy/{reference}")
        return CaseHistory(case=f"vacancy/{reference}", runs=[HistoryRun.model_validate(asdict(each)) for each in runs])

    @at.get(
        "/vacancies/{reference}/jobposting", summary="A published vacancy as a schema.org JobPosting", responses={409: ACT_REFUSALS[409]}
    )
    async def jobposting(
        caller: OfVacancies,
        reference: Reference,
        occupation: Annotated[str | None, Query(pattern=r"^[0-9]{1,4}$", description="The occupational category (ISCO-08).")] = None,
    ) -> dict[str, Any]:
        found = await caller.desk.vacancy(reference)
        if found["status"] == "cancelled":
            raise NotNow(f"vacancy {reference} was cancelled: nobody should be invited to apply", code="vacancy_over")
        return job_posting(VacancySpec.model_validate(found["spec"]), found["published_at"], found["closes_at"], occupation)

    _board(at)
    return at


def _board(at: APIRouter) -> None:
    @at.get("/vacancies/{reference}/board", summary="The board's table, as this person may see it")
    async def board(caller: OfBoard, reference: Reference) -> Workspace:
        return await caller.desk.boardroom.workspace(caller.person, reference)

    @at.get("/hires/{hire}/board", summary="What the board may read of one application: no name, nationality or age")
    async def file(caller: OfBoard, hire: HireId) -> dict[str, Any]:
        return await caller.desk.boardroom.file(caller.person, f"hire/{hire}")


def _cut(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """Who is ranked, listed and holds which post is for whoever sees the competition."""
    if caller.sees(Resource.COMPETITION):
        return row | {"counts": compartments.counts(row["counts"], opened(caller.roles))}
    kept = {name: value for name, value in row.items() if name not in ("counts", "report", "listed")}
    return kept | {"posts": [{name: value for name, value in post.items() if name != "hire"} for post in row["posts"]]}
