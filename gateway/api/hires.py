"""Hires: the list, one of them, and everything that is known of it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from acts import parts
from acts.rights import Resource
from config.cursors import Cursors
from config.telling import Teller
from config.words import Words
from domain.errors import NotFound, NotNow
from domain.forecast import Accuracy, Forecast
from domain.looking import told_by
from domain.status import Status
from domain.undo import Tracked
from domain.words import Ending, Stage
from gateway.api.callers import Caller, sees
from gateway.api.etags import NOT_MODIFIED, etag, unchanged
from gateway.api.paging import Page, Paging, Turner
from gateway.api.strict import router

OfCase = Annotated[Caller, Depends(sees(Resource.CASES))]
OfAnswers = Annotated[Caller, Depends(sees(Resource.ANSWERS))]
OfPart = Annotated[Caller, Depends(sees(Resource.PARTS))]
OfReads = Annotated[Caller, Depends(sees(Resource.READS))]
HireId = Annotated[str, Path(pattern=r"^[a-z0-9]{2,16}(-[0-9]{1,3})?$", description="A hire's id without its `hire/`.")]
Language = Annotated[Literal["en", "fr"], Query(description="The language of the sentences.")]
IfNoneMatch = Annotated[str | None, Header(max_length=200)]


class Hire(BaseModel):
    """One hire as the read model has it. Who sees only a part gets only the first eight, and of `needs` their own."""

    case_id: str
    vacancy: str | None = None
    stage: str | None = None
    ending: str | None = None
    held: bool | None = None
    number: Annotated[int | None, Field(description="Of the last entry of its journal: the version in `ETag`.")] = None
    updated_at: datetime | None = None
    needs: list[str] | None = None
    turn: list[str] | None = None
    next_deadline: datetime | None = None
    post: str | None = None
    rank: int | None = None
    score: int | None = None
    received_at: datetime | None = None
    late: bool | None = None
    owner: str | None = None
    review: str | None = None
    ended_by: str | None = None
    candidate: Annotated[str | None, Field(description="A random id; it says nothing about anybody.")] = None


class Condition(BaseModel):
    """One condition of appointment: outcome, validity and reference; grounds are nowhere."""

    condition: str
    authority: str
    state: str
    outcome: str | None
    expected: date | None
    valid_until: date | None
    requested_at: datetime | None
    round: int
    reference: str | None
    reopened_for: str | None
    waiver: str | None
    held: bool
    held_until: datetime | None


class Deadline(BaseModel):
    """One deadline, with how it came about."""

    key: str
    party: str
    who: str
    started_at: datetime
    due_at: datetime
    limit_at: datetime | None
    state: str
    reminded: int
    escalated: bool
    missed: bool
    rule: str
    calendar: str
    zone: str


class HireDetail(Hire):
    conditions: list[Condition] = []
    deadlines: list[Deadline] = []
    terms: dict[str, Any] | None = None
    terms_sha256: str | None = None
    proposed_by: str | None = None
    approved: bool | None = None
    grade_low: str | None = None
    grade_high: str | None = None
    parked: int | None = None


class Entry(BaseModel):
    """One entry of a journal. `body` is the fact: ids, codes, moments and figures, never personal data."""

    number: int
    at: datetime
    recorded_at: datetime
    actor: str
    step: str
    kind: str
    body: dict[str, Any]


class HistoryEvent(BaseModel):
    """One event Temporal recorded: its number, moment and kind. What it carries is encrypted, and not shown."""

    number: int
    at: datetime
    kind: str


class HistoryRun(BaseModel):
    """One run of a case. `sha256` is of the text that is kept; `intact`: text and leaf in the audit log are as they were written down."""

    source: Literal["temporal", "store"]
    run: str
    last_event: int
    build_id: str
    events: list[HistoryEvent]
    sha256: str
    closed_at: datetime | None
    exported_at: datetime | None
    intact: bool | None


class CaseHistory(BaseModel):
    """Every run of a case, the earliest first."""

    case: str
    runs: list[HistoryRun]


class Waits(BaseModel):
    """Why a case waits, or why an act is not possible: each open matter, who can move it, since when; and the same in sentences."""

    case: str
    stage: str
    ending: str
    act: str
    about: str
    possible: bool | None
    who: list[str]
    waiting: list[dict[str, Any]]
    text: list[str]


class Standing(BaseModel):
    """What the candidate may see on the portal."""

    status: Status
    zone: str
    text: list[str]


class Foretold(BaseModel):
    forecast: Forecast
    accuracy: Accuracy


class Terms(BaseModel):
    """The contract proposed to one person: the terms, each with its clause, and their hash."""

    terms: dict[str, Any]
    sha256: str
    proposed_by: str
    approved: bool


class SentLetter(BaseModel):
    """One letter of a hire: which and when, and the hashes of what it said; not what it said."""

    letter: str
    template: str
    language: str
    at: datetime
    sent_at: datetime | None
    sha256: str
    pdf_sha256: str | None
    pdf_made_with: str | None


class Looked(BaseModel):
    """One look at a case: who, at what categories of data, on which page or in which letter, and what for where that was said."""

    id: Annotated[str, Field(description="The `ref` of its leaf in the audit log, of kind `read`.")]
    at: datetime
    reader: str
    what: list[str]
    about: str
    purpose: str


class HireQuestion(Paging):
    vacancy: Annotated[str | None, Field(max_length=40)] = None
    stage: Stage | None = None
    ending: Ending | None = None
    needs: Annotated[str | None, Field(pattern=r"^[a-z_]{2,40}$", description="The name of an act, such as `screen`.")] = None
    owner: Annotated[str | None, Field(max_length=64)] = None
    held: bool | None = None
    sort: Literal["deadline", "received", "case"] = "deadline"
    fields: Annotated[str | None, Field(pattern=r"^[a-z_]+(,[a-z_]+)*$", max_length=400, description="Only these, by comma.")] = None


def routes(cursors: Cursors) -> APIRouter:
    at = router("hires")

    @at.get("/hires", summary="Hires, page by page", response_model_exclude_unset=True)
    async def hires(request: Request, response: Response, caller: OfPart, asked: Annotated[HireQuestion, Query()]) -> Page[Hire]:
        parts.check_question({"ending": asked.ending, "needs": asked.needs}, caller)
        turner, sort = Turner(cursors, request, asked), parts.order(asked.sort, caller)
        wanted = {name: getattr(asked, name) for name in ("vacancy", "stage", "ending", "owner", "held")}
        rows = await caller.desk.pages.hires(
            {name: value for name, value in wanted.items() if value is not None},
            needs=asked.needs,
            concerns=parts.concerns(caller),
            sort=sort,
            after=turner.after,
            limit=turner.limit,
        )
        shown, following = turner.turn(rows, KEYS[sort], response)
        names = {"case_id", *asked.fields.split(",")} if asked.fields else None
        return Page(items=[_only(parts.cut(row, caller), names) for row in shown], next=following)

    @at.get(
        "/hires/{hire}",
        summary="One hire, with its conditions and deadlines",
        response_model=HireDetail,
        response_model_exclude_unset=True,
        responses=NOT_MODIFIED,
    )
    async def hire(response: Response, caller: OfPart, hire: HireId, if_none_match: IfNoneMatch = None) -> HireDetail | Response:
        row = parts.cut(await _found(caller, hire), caller)
        if unchanged(if_none_match, row["number"]):
            return Response(status_code=304, headers={"etag": etag(row["number"])})
        response.headers["etag"] = etag(row["number"])
        return HireDetail.model_validate(row)

    _about_a_hire(at, cursors)
    return at


def _about_a_hire(at: APIRouter, cursors: Cursors) -> None:
    @at.get("/hires/{hire}/timeline", summary="The journal of a hire, entry by entry")
    async def timeline(
        request: Request, response: Response, caller: OfCase, hire: HireId, asked: Annotated[Paging, Query()]
    ) -> Page[Entry]:
        await caller.desk.queries.hire(f"hire/{hire}")
        turner = Turner(cursors, request, asked)
        rows = await caller.desk.pages.timeline(f"hire/{hire}", turner.after, turner.limit)
        shown, following = turner.turn(rows, ("number",), response)
        await caller.desk.looked(f"hire/{hire}", told_by((row["kind"], row["body"]) for row in shown), "timeline")
        return Page(items=[Entry.model_validate(row) for row in parts.timeline(shown, caller)], next=following)

    @at.get("/hires/{hire}/history", summary="What Temporal recorded of a hire, also after Temporal has forgotten it")
    async def history(caller: OfCase, hire: HireId) -> CaseHistory:
        runs = await caller.desk.histories.of(f"hire/{hire}")
        return CaseHistory(case=f"hire/{hire}", runs=[HistoryRun.model_validate(asdict(each)) for each in runs])

    @at.get("/hires/{hire}/why", summary="Why a hire waits, or why an act is not possible")
    async def why(
        caller: OfAnswers,
        hire: HireId,
        act: Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")] = "",
        about: Annotated[str, Query(pattern=r"^[a-z_.]{0,60}$")] = "",
        language: Language = "en",
    ) -> Waits:
        found = await caller.desk.why(f"hire/{hire}", act, about)
        return Waits(
            case=found.case,
            stage=found.stage,
            ending=found.ending,
            act=found.act,
            about=found.about,
            possible=found.possible if found.act else None,
            who=list(found.who),
            waiting=[wait.data() for wait in found.waits],
            text=Teller(Words.load(), language, found.zone).why(found),
        )

    @at.get("/hires/{hire}/status", summary="What the candidate may see on the portal")
    async def status(caller: OfAnswers, hire: HireId, language: Language = "en") -> Standing:
        found, zone = await caller.desk.status(f"hire/{hire}")
        return Standing(status=found, zone=zone, text=Teller(Words.load(), language, zone).status(found))

    @at.get("/hires/{hire}/undo", summary="What an ending would take back; of an ended hire, how far that is")
    async def undo(caller: OfAnswers, hire: HireId, ending: Ending = Ending.WITHDRAWN) -> list[Tracked]:
        return await caller.desk.undo(f"hire/{hire}", ending)

    @at.get("/hires/{hire}/forecast", summary="When the person will start, and how good such forecasts were")
    async def forecast(caller: OfCase, hire: HireId) -> Foretold:
        found, accuracy = await caller.desk.forecast(f"hire/{hire}")
        return Foretold(forecast=found, accuracy=accuracy)

    @at.get("/hires/{hire}/contract", summary="The contract proposed, each term with its clause")
    async def contract(caller: OfCase, hire: HireId) -> Terms:
        row = await caller.desk.hire(f"hire/{hire}")
        if not row["terms"]:
            raise NotNow("no contract is proposed for this hire", code="nothing_proposed")
        return Terms(terms=row["terms"], sha256=row["terms_sha256"], proposed_by=row["proposed_by"], approved=bool(row["approved"]))

    @at.get("/hires/{hire}/reads", summary="Who looked at a hire's answers, letters and application")
    async def reads(caller: OfReads, hire: HireId) -> list[Looked]:
        return [Looked.model_validate(row) for row in await caller.desk.who_looked(f"hire/{hire}")]

    @at.get("/hires/{hire}/letters", summary="The letters of a hire, in order")
    async def letters(caller: OfCase, hire: HireId) -> list[SentLetter]:
        rows = await caller.desk.letters(f"hire/{hire}")
        return [SentLetter.model_validate(row) for row in parts.letters(rows, caller)]


KEYS = {"deadline": ("next_deadline", "case_id"), "received": ("received_at", "case_id"), "case": ("case_id",)}


async def _found(caller: Caller, hire: str) -> dict[str, Any]:
    """Raises NotFound, which says the same whether there is no such hire or it is none of the caller's office."""
    case, concerns = f"hire/{hire}", parts.concerns(caller)
    if concerns is not None and not await caller.desk.pages.concerned(case, concerns):
        raise NotFound(f"there is no hire {case}", code="unknown")
    return await caller.desk.hire(case)


def _only(row: dict[str, Any], names: set[str] | None) -> Hire:
    return Hire.model_validate(row if names is None else {name: value for name, value in row.items() if name in names})
