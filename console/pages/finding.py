"""Searching: hires by the name or address of a person, or by their id, and vacancies by their reference.

What somebody searches for is often a name. It is sent as a form, so that no name stands in an address, in a browser's history or a log.
"""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from acts import parts
from acts.rights import Resource
from console.frame import Frame
from console.pages.hires import as_shown
from console.visits import Does, Shows, Visitor
from domain.errors import NotFound

OfPart = Annotated[Visitor, Depends(Shows(Resource.PARTS))]
ByPart = Annotated[Visitor, Depends(Does(Resource.PARTS))]
Words = Annotated[str, Form(min_length=2, max_length=100)]
HIRE, VACANCY = re.compile(r"[a-z0-9]{2,16}(-[0-9]{1,3})?"), re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/find")
    async def asking(request: Request, visitor: OfPart) -> Response:
        return frame.page(request, "find.html", words="", rows=[], now=await visitor.desk.clock.now(), following="", matching=0)

    @at.post("/find")
    async def find(request: Request, visitor: ByPart, words: Words) -> Response:
        if (only := await _named(visitor, words.strip())) is not None:
            return RedirectResponse(only, 303)
        now = await visitor.desk.clock.now()
        rows = await as_shown(visitor, await _by_words(visitor, words), now)
        return frame.page(request, "find.html", words=words, rows=rows, now=now, following="", matching=0)

    return at


async def _named(visitor: Visitor, words: str) -> str | None:
    """The address of the one hire or vacancy whose id this is, if somebody typed one."""
    hire = words.removeprefix("hire/")
    if HIRE.fullmatch(hire) and await visitor.desk.pages.those([f"hire/{hire}"], parts.concerns(visitor)):
        return f"/hires/{hire}"
    if VACANCY.fullmatch(words) and visitor.sees(Resource.VACANCIES) and await _is_vacancy(visitor, words):
        return f"/vacancies/{words}"
    return None


async def _is_vacancy(visitor: Visitor, reference: str) -> bool:
    try:
        await visitor.desk.vacancy(reference)
    except NotFound:
        return False
    return True


async def _by_words(visitor: Visitor, words: str) -> list[dict[str, Any]]:
    """The hires of the people these words find; none for a role that does not deal with people. Raises BadInput for too few letters."""
    if not visitor.sees(Resource.PEOPLE):
        return []
    people = await visitor.desk.find(words)
    return await visitor.desk.pages.those((case["case_id"] for each in people for case in each["cases"]), parts.concerns(visitor))
