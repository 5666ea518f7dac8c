"""Acts on many hires as they were carried out: the list, one of them hire by hire, cancelling what is left, and its results as a file."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from acts.rights import Resource
from config.telling import Teller
from console.exports import Column, Listing
from console.frame import Frame
from console.telling import named, names
from console.visits import Does, Shows, Visitor
from domain.acts import ACTS
from domain.errors import NotAllowed
from domain.operation import Operation

Following = Annotated[Visitor, Depends(Shows(Resource.OPERATIONS))]
Doing = Annotated[Visitor, Depends(Does(Resource.ACTING, "hire.hold"))]
ID = r"^op-[0-9a-f]{8}$"
OperationId = Annotated[str, Path(pattern=ID)]


class Asked(BaseModel):
    """Whose results."""

    model_config = ConfigDict(extra="forbid")
    operation: Annotated[str, Field(pattern=ID)]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/operations")
    async def operations(request: Request, visitor: Following) -> Response:
        rows = await visitor.desk.bulk.list()
        return frame.page(request, "operations.html", rows=rows, called=await _staff(visitor, rows), now=await visitor.desk.clock.now())

    @at.get("/operations/{operation}")
    async def operation(request: Request, visitor: Following, operation: OperationId) -> Response:
        found = await visitor.desk.bulk.get(operation)
        given: dict[str, Any] = {"called": await called(visitor, [item.case for item in found.items]), "asked": Asked(operation=operation)}
        given |= {"staff": await _staff(visitor, [found]), "may": visitor.sees(Resource.ACTING)}
        return frame.page(request, "operation.html", one=found, **given)

    @at.post("/operations/{operation}")
    async def change(request: Request, visitor: Doing, operation: OperationId) -> Response:
        """Cancel what is left, or go on with what is one's own."""
        if (await request.form()).get("step") == "cancel":
            await visitor.desk.bulk.cancel(operation)
            return RedirectResponse(f"/operations/{operation}", 303)
        begun = await visitor.desk.bulk.own(visitor.person, operation)
        if ACTS[begun.act].approval and not visitor.fresh:
            raise NotAllowed("an approval needs a fresh proof of who you are: sign in again first", code="stale_proof")
        (await visitor.reach()).bulk.set_off(operation)
        return RedirectResponse(f"/operations/{operation}", 303)

    return at


async def called(visitor: Visitor, cases: Sequence[str]) -> dict[str, str]:
    """The candidates' names by case, for whom names are shown."""
    return await names(visitor, await visitor.desk.queries.brief(cases))


async def _staff(visitor: Visitor, rows: Sequence[Operation]) -> dict[str, str]:
    return {person: (await visitor.desk.people.staff(person)).name for person in {row.person for row in rows}}


# ---- the same as a file ----------------------------------------------------------------------------------------------------


async def _chunks(visitor: Visitor, asked: Asked) -> AsyncIterator[list[dict[str, Any]]]:
    found = await visitor.desk.bulk.get(asked.operation)
    known = await called(visitor, [item.case for item in found.items])
    yield [{**item.model_dump(), "name": known.get(item.case, "")} for item in found.items]


def _columns(visitor: Visitor) -> list[Column]:
    """As the page has them; the name stands in a column of its own, where names are shown at all."""
    name = [Column("name", "console.col.name", lambda row, teller: str(row["name"]))] if named(visitor) else []
    return [
        Column("hire", "console.col.hire", lambda row, teller: row["case"].removeprefix("hire/")),
        *name,
        Column("outcome", "console.bulk.outcome", lambda row, teller: teller.say(f"console.item.{row['state']}")),
        Column("entry", "console.operation.entry", _entry),
        Column("why", "console.systems.why", lambda row, teller: row["why"]),
    ]


def _entry(row: Mapping[str, Any], teller: Teller) -> int | None:
    """The entry of the hire's journal it became."""
    number: int | None = row["number"]
    return number


def _filters(asked: Asked, teller: Teller) -> list[tuple[str, str]]:
    return [(teller.say("console.operation"), asked.operation)]


LISTING = Listing("operation", Resource.OPERATIONS, Asked, _columns, _filters, _chunks)
