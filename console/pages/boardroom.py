"""The selection board's table: who is before the board, what it may read of each, and what each member does there.

The board sees neither names, nationality nor age, and a member sees the others' scores after giving their own (`recruitment.md` §3, §7).
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from acts.rights import Resource
from console.frame import Frame
from console.pages.hires import HireId
from console.pages.vacancies import Reference
from console.visits import Shows, Visitor

OfBoard = Annotated[Visitor, Depends(Shows(Resource.BOARD))]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/vacancies/{reference}/board")
    async def table(request: Request, visitor: OfBoard, reference: Reference) -> Response:
        found = await visitor.desk.boardroom.workspace(visitor.person, reference)
        staff = {person: (await visitor.desk.people.staff(person)).name for person in found.board}
        title = (await visitor.desk.vacancies_store.get(reference)).spec.title.model_dump()
        return frame.page(request, "board_table.html", found=found, staff=staff, title=title)

    @at.get("/hires/{hire}/board")
    async def file(request: Request, visitor: OfBoard, hire: HireId) -> Response:
        case = f"hire/{hire}"
        found = await visitor.desk.boardroom.file(visitor.person, case)
        standing = await visitor.desk.standing(case)
        spec = (await visitor.desk.vacancies_store.get(found["vacancy"])).spec
        return frame.page(request, "board_file.html", hire=hire, found=found, acts=standing.allowed(visitor.roles), spec=spec)

    return at
