"""Taking a list along as a file. What was taken, by whom and how many rows, is on record before the first byte leaves."""

from asyncio import Semaphore
from collections.abc import Iterable, Iterator
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import StreamingResponse

from console.exports import Listing, Taking
from console.frame import Frame
from console.sheets import TYPES
from console.visits import Does, Visitor
from domain.looking import Category

#: The stream of the log in which lists that were taken stand.
STREAM = "lists"
#: What a form carries besides the filters.
OURS = frozenset({"csrf", "format"})
#: So many files are made at once: each costs a processor for seconds.
AT_ONCE, PIECE = 2, 1 << 16


def routes(frame: Frame, listings: Iterable[Listing]) -> APIRouter:
    at, turns = APIRouter(), Semaphore(AT_ONCE)
    for listing in listings:
        _add(at, frame, listing, turns)
    return at


def _add(at: APIRouter, frame: Frame, listing: Listing, turns: Semaphore) -> None:
    @at.post(f"/exports/{listing.name}", name=f"export_{listing.name}")
    async def export(
        request: Request,
        visitor: Annotated[Visitor, Depends(Does(listing.resource))],
        kind: Annotated[Literal["csv", "xlsx", "json"], Form(alias="format")] = "csv",
    ) -> Response:
        asked = listing.read({name: str(value) for name, value in (await request.form()).items() if name not in OURS})
        teller = frame.teller(request)
        taking = Taking(listing, visitor, asked, teller, frame.zone, await visitor.desk.clock.now())
        async with turns:
            taken = await taking.file(kind)
        try:
            names = {Category.IDENTITY} if any(column.name == "name" for column in listing.columns(visitor)) else set()
            about = " ".join(part for part in (f"{listing.name}.{kind}", f"{taken.rows} rows", listing.told(asked)) if part)
            await visitor.desk.looked(STREAM, {Category.LIST, *names}, about)
        except BaseException:
            taken.file.close()
            raise
        named = f'attachment; filename="{taking.name(kind, taken.rows)}"'
        headers = {"content-disposition": named, "cache-control": "no-store"}
        return StreamingResponse(_pieces(taken.file), media_type=TYPES[kind], headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
