"""The board: open hires by stage, each as a card. Nothing is dragged: a card offers the acts its case would take now.

However many hires there are, a column reads its first cards and a count, never all of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from acts import parts
from acts.rights import Resource
from console.cards import Card, cards
from console.frame import Frame
from console.pages.hires import HireId, OfPart, found
from console.visits import Shows, Visitor
from domain.words import Stage
from store.board import Cell

Acting = Annotated[Visitor, Depends(Shows(Resource.ACTING))]
#: How many cards a column shows, alone and in a lane; how many lanes there are; for how long an ended hire is shown.
IN_COLUMN, IN_LANE, LANES = 12, 4, 6
ENDED_FOR = timedelta(days=30)
#: The early stages are many people and little to do on a board: one column, unless somebody wants them apart.
EARLY = (Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING)


class Asked(BaseModel):
    """The board's state is its address. What does not exist is refused."""

    model_config = ConfigDict(extra="forbid")
    vacancy: Annotated[str, Field(max_length=64)] = ""
    owner: Annotated[str, Field(pattern=r"^[a-z0-9._-]{0,64}$")] = ""
    group: Literal["", "vacancy", "owner"] = ""
    compact: bool = False
    apart: bool = False
    table: bool = False
    menu: Annotated[str, Field(pattern=r"^([a-z0-9]{2,16}(-[0-9]{1,3})?)?$")] = ""

    @property
    def columns(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("vacancy", "owner") if getattr(self, name)}


@dataclass(frozen=True)
class Column:
    """One column: its first cards, how many there are, how many of them overdue, since when the oldest stands here."""

    key: str
    stages: tuple[Stage, ...]
    n: int
    overdue: int
    oldest: int | None
    cards: list[Card]


@dataclass(frozen=True)
class Lane:
    """A row of columns: one vacancy's or one owner's; `name` is empty for the hires of nobody."""

    name: str
    columns: list[Column]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/board")
    async def board(request: Request, visitor: OfPart, asked: Annotated[Asked, Query()]) -> Response:
        now = await visitor.desk.clock.now()
        lanes = await _lanes(visitor, asked, now)
        acting = visitor.sees(Resource.ACTING)
        given: dict[str, Any] = {
            "asked": asked,
            "lanes": lanes,
            "now": now,
            "acting": acting,
            "vacancies": [row["reference"] for row in await visitor.desk.pages.vacancies(limit=200)],
            "owners": await _owners(visitor) if visitor.sees(Resource.CASES) else {},
            "menu": await _menu(frame, request, visitor, asked.menu) if asked.menu and acting else None,
            "keys_here": {"t": "console.board.key.table", "← → ↑ ↓": "console.board.key.arrows"},
        }
        return frame.page(request, "board.html", **given)

    @at.get("/board/{hire}/acts")
    async def menu(request: Request, visitor: Acting, hire: HireId) -> Response:
        return frame.page(request, "board_menu.html", menu=await _menu(frame, request, visitor, hire))

    return at


def columns(*, apart: bool) -> list[tuple[str, tuple[Stage, ...]]]:
    """The columns and their stages, in the order a hire goes through them; the early ones together unless wanted apart."""
    single: list[tuple[str, tuple[Stage, ...]]] = [(str(stage), (stage,)) for stage in Stage if apart or stage not in EARLY]
    return single if apart else [("early", EARLY), *single]


async def _lanes(visitor: Visitor, asked: Asked, now: datetime) -> list[Lane]:
    """The whole board: one lane without a name, or one for each of the fullest vacancies or owners."""
    boards, concerns, by = visitor.desk.boards, parts.concerns(visitor), _by(visitor, asked)
    lanes = await boards.lanes(by, asked.columns, concerns, LANES) if by else [None]
    counts = await boards.counts(now, asked.columns, concerns, by, lanes)
    kinds = columns(apart=asked.apart)
    cells = [Cell(tuple(map(str, stages)), lane) for lane in lanes for _, stages in kinds]
    ended = Cell((), ended_since=now - ENDED_FOR)
    rows = await boards.cards(cells if by else [*cells, ended], asked.columns, concerns, by, IN_LANE if by else IN_COLUMN)
    shown = await cards(visitor, [row for found_ in rows.values() for row in found_], now)
    drawn = {cell: [shown[row["case_id"]] for row in found_] for cell, found_ in rows.items()}
    built = []
    for lane in lanes:
        own = [row for row in counts if not by or row["lane"] == lane]
        there = [_column(key, stages, own, drawn[Cell(tuple(map(str, stages)), lane)], now) for key, stages in kinds]
        built.append(Lane(lane or "", there))
    if not by:
        n = await boards.ended(now - ENDED_FOR, asked.columns, concerns)
        built[0].columns.append(Column("ended", (), n, 0, None, drawn[ended]))
    return built


def _by(visitor: Visitor, asked: Asked) -> str:
    """Who does not see whose cases they are gets no lanes by that."""
    return "" if asked.group == "owner" and not visitor.sees(Resource.CASES) else asked.group


def _column(key: str, stages: tuple[Stage, ...], counts: Iterable[Mapping[str, Any]], drawn: list[Card], now: datetime) -> Column:
    own = [row for row in counts if row["stage"] in stages]
    oldest = min((row["oldest"] for row in own if row["oldest"]), default=None)
    days = max((now - oldest).days, 0) if oldest else None
    return Column(key, stages, sum(row["n"] for row in own), sum(row["overdue"] or 0 for row in own), days, drawn)


async def _owners(visitor: Visitor) -> dict[str, str]:
    return {each.person: each.name for each in await visitor.desk.people.list_staff()}


async def _menu(frame: Frame, request: Request, visitor: Visitor, hire: str) -> dict[str, Any]:
    """What this visitor may do to a hire now, and what stands against the rest, for whom that may be told. Raises NotFound."""
    case = f"hire/{hire}"
    await found(visitor, case)
    if not visitor.sees(Resource.ANSWERS):
        return {"hire": hire, "possible": (await visitor.desk.standing(case)).allowed(visitor.roles), "refused": []}
    choices = await visitor.desk.choices(case, visitor.roles)
    teller = frame.teller(request, choices[0].zone if choices else None)
    refused = [(each.act, " ".join(map(teller.wait, each.waits))) for each in choices if each.waits]
    twice = {each.act for each in choices if each.possible and each.never_by == f"person:{visitor.person}"}
    refused += [(act, frame.words.say("console.board.other_eyes", teller.language)) for act in sorted(twice)]
    return {"hire": hire, "possible": [each.act for each in choices if each.possible and each.act not in twice], "refused": refused}
