"""One hire: its course, its data, its messages, and what lies behind it, in tabs that are addresses of their own."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts import compartments, parts
from acts.notes import LONGEST
from acts.rights import Resource
from console import course, envelopes
from console.casefile import Casefile, casefile
from console.data import known
from console.frame import Frame
from console.gantt import gantt
from console.pages.hires import HireId, OfPart, found
from console.telling import pill
from console.visits import Does, Shows, Visitor
from domain.errors import NotFound

OfCase = Annotated[Visitor, Depends(Shows(Resource.CASES))]
OfPeople = Annotated[Visitor, Depends(Shows(Resource.PEOPLE))]
Noting = Annotated[Visitor, Depends(Does(Resource.ANSWERS))]
LetterId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
Done = Annotated[int | None, Query(ge=0)]
#: The tabs, in their order: name, what is added to the address of the hire, what somebody must be allowed to see.
TABS = (
    ("timeline", "", Resource.PARTS),
    ("data", "/data", Resource.CASES),
    ("messages", "/messages", Resource.PARTS),
    ("technical", "/technical", Resource.CASES),
)


@dataclass(frozen=True)
class Engine:
    """Where the cases run. `web` is the address of Temporal's Web UI; empty where nobody said."""

    namespace: str = "muster"
    task_queue: str = "hiring"
    web: str = ""

    def link(self, case: str, run: str = "") -> str:
        """The page of a case there; empty without an address."""
        path = f"{self.web}/namespaces/{quote(self.namespace, safe='')}/workflows/{quote(case, safe='')}"
        return f"{path}/{quote(run, safe='')}" if self.web and run else path if self.web else ""


def routes(frame: Frame, engine: Engine) -> APIRouter:
    at = APIRouter()

    async def file_of(request: Request, visitor: Visitor, hire: str) -> Casefile:
        row = await found(visitor, f"hire/{hire}")
        zone = (await visitor.desk.vacancies_store.get(row["vacancy"])).spec.duty_station.zone
        return await casefile(visitor, row, frame.teller(request, zone))

    def page(request: Request, visitor: Visitor, file: Casefile, tab: str, **given: Any) -> Response:
        tabs = [(name, f"/hires/{file.hire}{path}") for name, path, resource in TABS if visitor.sees(resource)]
        values = {
            "file": file,
            "tab": tab,
            "tabs": tabs,
            "teller": file.reader.teller,
            "pill": pill,
            "done": None,
            "beside": file.beside,
            "longest": LONGEST,
            **given,
        }
        return frame.page(request, f"hire_{tab}.html", **values)

    @at.get("/hires/{hire}")
    async def timeline(
        request: Request, visitor: OfPart, hire: HireId, show: Literal["all", "mine", "failures", "messages"] = "all", done: Done = None
    ) -> Response:
        file = await file_of(request, visitor, hire)
        points = course.shown(_points(file), show)
        picture = gantt(file.row, file.entries, file.plan, file.now)
        return page(request, visitor, file, "timeline", points=points, show=show, shows=course.SHOWS, gantt=picture, done=done)

    @at.get("/hires/{hire}/data")
    async def data(request: Request, visitor: OfCase, hire: HireId) -> Response:
        file = await file_of(request, visitor, hire)
        return page(request, visitor, file, "data", groups=known(file.entries, file.reader.words))

    @at.get("/hires/{hire}/messages")
    async def messages(request: Request, visitor: OfPart, hire: HireId) -> Response:
        file = await file_of(request, visitor, hire)
        rows = parts.messages(await visitor.desk.traffic.of(file.case), visitor)
        steps = {entry["step"]: entry["number"] for entry in reversed(file.entries)}
        return page(
            request,
            visitor,
            file,
            "messages",
            rows=rows,
            steps=steps,
            called=envelopes.called,
            cause=envelopes.cause,
            because=envelopes.because,
        )

    @at.get("/hires/{hire}/technical")
    async def technical(request: Request, visitor: OfCase, hire: HireId) -> Response:
        file = await file_of(request, visitor, hire)
        return page(request, visitor, file, "technical", engine=engine, runs=await visitor.desk.histories.marks(file.case))

    @at.get("/hires/{hire}/journal.json")
    async def journal(visitor: OfCase, hire: HireId) -> Response:
        case = f"hire/{hire}"
        rows = parts.timeline(await visitor.desk.timeline(case), visitor)
        text = json.dumps({"case": case, "entries": rows}, ensure_ascii=False, indent=2, default=datetime.isoformat)
        return Response(text, media_type="application/json", headers=_attached(f"{hire}.json"))

    @at.post("/hires/{hire}/notes")
    async def note(visitor: Noting, hire: HireId, body: Annotated[str, Form(max_length=4 * LONGEST)]) -> Response:
        row = await found(visitor, f"hire/{hire}")
        await visitor.desk.notes.write(visitor, visitor.person, row["case_id"], body)
        return RedirectResponse(f"/hires/{hire}#notes", 303)

    @at.get("/hires/{hire}/letters/{letter}")
    async def letter(request: Request, visitor: OfPeople, hire: HireId, letter: LetterId) -> Response:
        row, written = await _written(visitor, hire, letter)
        return frame.page(request, "letter.html", hire=hire, row=row, letter=written)

    @at.get("/hires/{hire}/letters/{letter}/pdf")
    async def paper(visitor: OfPeople, hire: HireId, letter: LetterId) -> Response:
        _, written = await _written(visitor, hire, letter)
        if written["pdf"] is None:
            raise NotFound("this letter was not set as PDF yet", code="not_set")
        return Response(
            written["pdf"], media_type="application/pdf", headers=_attached(f"{hire}-{written['template'].replace('.', '-')}.pdf")
        )

    return at


def _points(file: Casefile) -> list[course.Point]:
    """The whole course: what is planned, what runs, what happened."""
    if file.why is not None:
        running = course.now(file.why.waits, file.row["deadlines"], file.plan, file.reader, file.allowed)
    else:
        running = course.clocks(file.row.get("deadlines", ()), file.plan, file.reader)
    return [*course.ahead(file.plan, file.reader), *running, *course.past(file.entries, file.reader)]


async def _written(visitor: Visitor, hire: str, letter: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """One letter of this hire, for whom neither is closed. Raises NotFound."""
    row = await found(visitor, f"hire/{hire}")
    shown = {each["letter"]: each for each in parts.letters(await visitor.desk.letters(f"hire/{hire}"), visitor)}
    if letter not in shown or shown[letter]["template"] == compartments.WITHHELD:
        raise NotFound(f"there is no letter {letter}", code="unknown")
    return row, await visitor.desk.letter(letter)


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
