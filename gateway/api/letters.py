"""What says a candidate's name: letters as they were sent, and the search for a person. The search is a body, never an address."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from acts.compartments import ending, opened
from acts.rights import Resource
from domain.errors import NotNow
from gateway.api.callers import Caller, sees
from gateway.api.problems import ACT_REFUSALS
from gateway.api.strict import router

OfPeople = Annotated[Caller, Depends(sees(Resource.PEOPLE))]
LetterId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:/-]{1,120}$", description="A letter, as a hire's list of letters names it.")]
#: A text or a paper that is not the one the journal has the hash of is not shown.
CHANGED: dict[int | str, dict[str, Any]] = {409: ACT_REFUSALS[409]}


class LetterAsSent(BaseModel):
    letter: str
    case: str
    template: str
    language: str
    at: datetime
    sent_at: datetime | None
    to: str
    subject: str
    body: str
    calendar: str | None
    sha256: str
    pdf_sha256: str | None


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: Annotated[str, Field(min_length=1, max_length=200, description="Parts of the name or the address.")]


class TheirCase(BaseModel):
    case_id: str
    vacancy: str
    linked: bool
    stage: str | None
    ending: str | None
    owner: str | None


class Found(BaseModel):
    candidate: str
    name: str
    email: str
    language: str
    cases: list[TheirCase]


class FoundPeople(BaseModel):
    """At most fifty people; with more, say more of the name."""

    items: list[Found]


def routes() -> APIRouter:
    at = router("people")

    @at.post("/people/search", summary="People by part of a name or of an address, with all their cases")
    async def search(caller: OfPeople, asked: Words) -> FoundPeople:
        return FoundPeople(items=[Found.model_validate(_cut(row, caller)) for row in await caller.desk.find(asked.words)])

    @at.get("/letters/{letter}", summary="One letter as it was sent", responses=CHANGED)
    async def letter(caller: OfPeople, letter: LetterId) -> LetterAsSent:
        return LetterAsSent.model_validate(await _intact(caller, letter))

    @at.get(
        "/letters/{letter}/pdf",
        summary="The paper of a letter, byte for byte",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}, **CHANGED},
    )
    async def pdf(caller: OfPeople, letter: LetterId) -> Response:
        found = await _intact(caller, letter)
        if found["pdf"] is None:
            raise NotNow(f"letter {letter} has no PDF: it has not been sent yet, or went out as text alone", code="no_pdf")
        if sha256(found["pdf"]).hexdigest() != found["pdf_sha256"]:
            raise NotNow(f"the PDF kept of letter {letter} is not the one that was sent: its hash differs", code="pdf_changed")
        return Response(found["pdf"], media_type="application/pdf")

    return at


def _cut(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """How a hire ended may tell an authority's answer."""
    seen = opened(caller.roles)
    return row | {"cases": [each | {"ending": ending(each["ending"], seen)} for each in row["cases"]]}


async def _intact(caller: Caller, letter: str) -> dict[str, Any]:
    """Raises NotFound, and NotNow for a text that is no longer the one the journal has the hash of."""
    found = await caller.desk.letter(letter)
    if not found["intact"]:
        raise NotNow(f"the text kept of letter {letter} is not the one the journal has the hash of", code="text_changed", letter=letter)
    return found
