"""What somebody just did and can still take back: undone, done at once, or put out of sight. It stands on every page (`held.html`)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Response
from fastapi.responses import RedirectResponse

from console.pages.signing_in import inside
from console.visits import Does, Visitor

Own = Annotated[Visitor, Depends(Does())]
Held = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$")]
Next = Annotated[str, Form(alias="next", max_length=400)]


def routes() -> APIRouter:
    at = APIRouter()

    @at.post("/held/{held}/undo")
    async def undo(visitor: Own, held: Held, wanted: Next = "/") -> Response:
        await visitor.desk.holding.take_back(visitor.person, held)
        return RedirectResponse(inside(wanted), 303)

    @at.post("/held/{held}/now")
    async def now(visitor: Own, held: Held, wanted: Next = "/") -> Response:
        await (await visitor.reach()).holding.at_once(visitor.person, held)
        return RedirectResponse(inside(wanted), 303)

    @at.post("/held/{held}/seen")
    async def seen(visitor: Own, held: Held, wanted: Next = "/") -> Response:
        await visitor.desk.holding.seen(visitor.person, held)
        return RedirectResponse(inside(wanted), 303)

    return at
