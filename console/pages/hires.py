"""Hires: the list, whose address is its state, and one of them with everything that is known of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from acts import parts
from acts.compartments import WITHHELD
from acts.rights import Resource
from config.cursors import Cursors
from config.telling import Teller
from console import views
from console.exports import Column, Listing, every_page
from console.frame import Frame
from console.telling import named, names, pill, pill_words, state_of
from console.visits import Shows, Visitor
from domain.acts import ACTS
from domain.errors import NotFound
from domain.operation import most
from domain.words import Ending, Stage

HireId = Annotated[str, Path(pattern=r"^[a-z0-9]{2,16}(-[0-9]{1,3})?$")]
OfPart = Annotated[Visitor, Depends(Shows(Resource.PARTS))]
KEYS = {"deadline": ("next_deadline", "case_id"), "received": ("received_at", "case_id"), "case": ("case_id",)}
PER_PAGE = 50


class Asked(BaseModel):
    """The filters of the list. What does not exist is refused: a misspelt filter would silently show everything."""

    model_config = ConfigDict(extra="forbid")
    vacancy: Annotated[str, Field(max_length=64)] = ""
    stage: Stage | Literal[""] = ""
    ending: Ending | Literal["", "none"] = "none"
    needs: Annotated[str, Field(pattern=r"^[a-z_]{0,40}$")] = ""
    owner: Annotated[str, Field(pattern=r"^[a-z0-9._-]{0,64}$")] = ""
    sort: Literal["deadline", "received", "case"] = "deadline"
    cursor: Annotated[str, Field(max_length=600)] = ""

    @property
    def columns(self) -> dict[str, Any]:
        given: dict[str, Any] = {name: str(getattr(self, name)) for name in ("vacancy", "stage", "owner") if getattr(self, name)}
        if self.ending:
            given["ending"] = None if self.ending == "none" else str(self.ending)
        return given


def routes(frame: Frame, cursors: Cursors) -> APIRouter:
    at = APIRouter()

    @at.get("/hires")
    async def hires(request: Request, visitor: OfPart, asked: Annotated[Asked, Query()]) -> Response:
        now = await visitor.desk.clock.now()
        if not request.query_params and (view := await views.opens_with(visitor, LISTING)):
            return RedirectResponse(view, 303)
        rows, following = await _page(visitor, asked, cursors)
        shown = await as_shown(visitor, rows, now)
        given: dict[str, Any] = {"asked": asked, "rows": shown, "following": following, "now": now}
        given |= {"tabs": await views.tabs(visitor, LISTING, asked), "query": LISTING.query(asked)}
        given |= {"matching": await _matching(visitor, asked, following), "most": most(visitor.roles)}
        return frame.page(request, "hires.html", stages=list(Stage), endings=list(Ending), vacancies=await _vacancies(visitor), **given)

    return at


async def as_shown(visitor: Visitor, rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Rows of the list as this visitor may see them, with the name, the state and how the deadline stands."""
    called, mine, whole = await names(visitor, rows), _mine(visitor), visitor.sees(Resource.CASES)
    return [
        {
            **parts.cut(row, visitor),
            "name": called.get(row["case_id"], ""),
            "state": state_of(row, any(need.partition(":")[0] in mine for need in row["needs"]), now),
            "due": pill(row["next_deadline"], now) if whole else None,
            "next_deadline": row["next_deadline"] if whole else None,
        }
        for row in rows
    ]


async def found(visitor: Visitor, case: str) -> dict[str, Any]:
    """A hire with everything. Raises NotFound, which says the same whether there is none or it is none of the visitor's office."""
    concerns = parts.concerns(visitor)
    if concerns is not None and not await visitor.desk.pages.concerned(case, concerns):
        raise NotFound(f"there is no {case}", code="unknown")
    return await visitor.desk.hire(case)


async def _page(visitor: Visitor, asked: Asked, cursors: Cursors) -> tuple[list[dict[str, Any]], str]:
    """One page of rows, and the cursor of the next; empty at the end."""
    question = {"screen": "hires", **asked.model_dump(mode="json", exclude={"cursor"})}
    after, sort = cursors.read(asked.cursor, question) if asked.cursor else None, parts.order(asked.sort, visitor)
    rows = await _asked_for(visitor, asked, after, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    more = len(rows) > PER_PAGE
    return shown, cursors.make(question, [shown[-1][name] for name in KEYS[sort]]) if more else ""


async def _asked_for(visitor: Visitor, asked: Asked, after: Sequence[Any] | None, limit: int) -> list[dict[str, Any]]:
    """Hires these filters let through, from a place on. Raises NotAllowed for a question that is not for this visitor's office."""
    parts.check_question({"ending": asked.ending, "needs": asked.needs}, visitor)
    return await visitor.desk.pages.hires(
        asked.columns,
        needs=asked.needs or None,
        concerns=parts.concerns(visitor),
        sort=parts.order(asked.sort, visitor),
        after=after,
        limit=limit,
    )


async def matching(visitor: Visitor, asked: Asked, most: int) -> list[str]:
    """The open hires these filters let through, so many at most."""
    if asked.ending not in ("", "none"):
        return []
    return [row["case_id"] for row in await _asked_for(visitor, asked.model_copy(update={"ending": "none"}), None, most)]


async def _matching(visitor: Visitor, asked: Asked, following: str) -> int:
    """How many open hires match, where that is more than the page shows."""
    if not following or asked.ending not in ("", "none"):
        return 0
    columns = asked.model_copy(update={"ending": "none"}).columns
    return await visitor.desk.pages.count(columns, needs=asked.needs or None, concerns=parts.concerns(visitor))


def _mine(visitor: Visitor) -> frozenset[str]:
    """The acts this visitor may do: a hire that needs one of them needs them."""
    return frozenset(name for name, act in ACTS.items() if act.roles & visitor.roles)


async def _vacancies(visitor: Visitor) -> list[str]:
    return [row["reference"] for row in await visitor.desk.pages.vacancies(limit=200)]


# ---- the same as a file ----------------------------------------------------------------------------------------------------


async def _chunks(visitor: Visitor, asked: Asked) -> AsyncIterator[list[dict[str, Any]]]:
    now = await visitor.desk.clock.now()
    async for rows in every_page(lambda after, n: _asked_for(visitor, asked, after, n), KEYS[parts.order(asked.sort, visitor)]):
        yield await as_shown(visitor, rows, now)


def _columns(visitor: Visitor) -> list[Column]:
    """As the page has them; the name stands in a column of its own, where names are shown at all."""
    name = [Column("name", "console.col.name", lambda row, teller: str(row["name"]))] if named(visitor) else []
    return [
        Column("hire", "console.col.hire", lambda row, teller: row["case_id"].removeprefix("hire/")),
        *name,
        Column("vacancy", "console.col.vacancy", lambda row, teller: row["vacancy"]),
        Column("stage", "console.col.stage", _stage_or_ending),
        Column("state", "console.col.state", lambda row, teller: pill_words(row["state"], teller.say)),
        Column("due", "console.col.due", lambda row, teller: None if row["ending"] else row["next_deadline"]),
        Column("needs", "console.col.needs", lambda row, teller: "; ".join(map(teller.need, row["needs"] or ()))),
        Column("owner", "console.col.owner", lambda row, teller: row.get("owner") or ""),
    ]


def _stage_or_ending(row: Mapping[str, Any], teller: Teller) -> str:
    if row["ending"]:
        return teller.say("console.withheld" if row["ending"] == WITHHELD else f"ending.{row['ending']}.name")
    return teller.say(f"stage.{row['stage']}") if row["stage"] else ""


def _filters(asked: Asked, teller: Teller) -> list[tuple[str, str]]:
    ending = "console.ending.open" if asked.ending == "none" else f"ending.{asked.ending}.name" if asked.ending else "console.all"
    said = [
        ("console.col.vacancy", asked.vacancy),
        ("console.col.stage", teller.say(f"stage.{asked.stage}") if asked.stage else ""),
        ("console.col.ending", teller.say(ending)),
        ("console.col.needs", teller.act(asked.needs) if asked.needs else ""),
        ("console.col.owner", asked.owner),
        ("console.sort", teller.say(f"console.sort.{asked.sort}")),
    ]
    return [(teller.say(label), value) for label, value in said if value]


LISTING = Listing("hires", Resource.PARTS, Asked, _columns, _filters, _chunks)
