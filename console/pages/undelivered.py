"""Letters that were given up: which, why in plain words, whose hires; sent again, one or all of one cause, or noted as posted on paper."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts import compartments
from acts.compartments import WITHHELD, opened
from acts.rights import Resource
from config.telling import Teller
from console import envelopes
from console.deeds import Deed, page, refused
from console.frame import Frame
from console.in_words import InWords
from console.telling import named, names
from console.visits import Does, Shows, Visitor, language_of
from domain.deeds import DEEDS
from domain.errors import Problem
from domain.looking import Category

OfEvents = Annotated[Visitor, Depends(Shows(Resource.EVENTS))]
LooksAfter = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="look_after_letters"))]
MayLookAfter = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="look_after_letters"))]
Parcel = Annotated[str, Query(pattern=r"^[A-Za-z0-9/._:@-]{0,120}$")]
Cause = Annotated[str, Query(pattern=r"^[A-Za-z0-9_]{0,64}$")]
HERE = "/integrations/letters"
MOST = 200


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/integrations/letters")
    async def letters(
        request: Request,
        visitor: OfEvents,
        done: Annotated[str, Query(pattern=r"^(again|posted)?$")] = "",
        sent: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        given: dict[str, Any] = {
            "rows": await _rows(frame, request, visitor),
            "causes": await visitor.desk.undelivered.causes(),
            "most": MOST,
            "now": await visitor.desk.clock.now(),
            "cause": envelopes.cause,
            "operates": _operates(visitor),
            "done": done,
            "sent": sent,
        }
        return frame.page(request, "undelivered.html", **given)

    @at.get("/integrations/letters/again")
    async def to_send_again(request: Request, visitor: MayLookAfter, letter: Parcel = "", why: Cause = "") -> Response:
        return await page(frame, request, await _again(frame, request, visitor, letter, why))

    @at.post("/integrations/letters/again")
    async def send_again(request: Request, visitor: LooksAfter, letter: Parcel = "", why: Cause = "") -> Response:
        try:
            which = {"parcel": letter} if letter else {"error": why}
            n = await visitor.desk.undelivered.again(visitor.person, **which)
        except Problem as stop:
            return await refused(frame, request, _deed(frame, request, "letter_again" if letter else "letters_again", ""), {}, stop)
        return RedirectResponse(f"{HERE}?done=again&sent={n}", 303)

    @at.get("/integrations/letters/posted")
    async def to_note(request: Request, visitor: MayLookAfter, letter: Parcel) -> Response:
        return await page(frame, request, await _one(frame, request, visitor, "letter_posted", f"posted?letter={letter}", letter))

    @at.post("/integrations/letters/posted")
    async def note(request: Request, visitor: LooksAfter, letter: Parcel) -> Response:
        try:
            await visitor.desk.undelivered.posted(visitor.person, letter)
        except Problem as stop:
            return await refused(frame, request, _deed(frame, request, "letter_posted", f"posted?letter={letter}"), {}, stop)
        return RedirectResponse(f"{HERE}?done=posted", 303)

    return at


def _operates(visitor: Visitor) -> bool:
    return bool(DEEDS["look_after_letters"].roles & visitor.roles)


async def _rows(frame: Frame, request: Request, visitor: Visitor) -> list[dict[str, Any]]:
    """Every letter as this visitor may know of it: whose it is for whom cases are open, what it is called where that tells no answer."""
    found = [_shown(row, visitor) for row in await visitor.desk.undelivered.all(MOST)]
    called = await names(visitor, await visitor.desk.queries.brief({row["case_id"] for row in found if row["case_id"]}))
    if called:
        await visitor.desk.looked_over({case: {Category.IDENTITY} for case in called}, "letters")
    teller = frame.teller(request)
    return [row | {"name": called.get(row["case_id"], ""), "title": _title(row, teller), "read": named(visitor)} for row in found]


def _shown(row: dict[str, Any], visitor: Visitor) -> dict[str, Any]:
    (seen,) = compartments.messages([row | {"partner": "", "reason": "", "led_to": ""}], opened(visitor.roles))
    return seen if visitor.sees(Resource.CASES) else seen | {"case_id": "", "letter": ""}


def _title(row: dict[str, Any], teller: Teller) -> str:
    """What a letter is called; mail to our own people says so."""
    if row["staff"]:
        return teller.say("console.undelivered.to_staff")
    return InWords(teller, ()).letter(WITHHELD if row["type"] == WITHHELD else row["type"].removeprefix("letter."))


def _deed(frame: Frame, request: Request, name: str, path: str, about: list[tuple[str, str]] | None = None) -> Deed:
    above = frame.words.say("console.undelivered.title", language_of(request))
    return Deed(name, f"{HERE}/{path}", HERE, above, about or [])


async def _again(frame: Frame, request: Request, visitor: Visitor, letter: str, why: str) -> Deed:
    if letter:
        return await _one(frame, request, visitor, "letter_again", f"again?letter={letter}", letter)
    n = next((each["n"] for each in await visitor.desk.undelivered.causes() if each["error"] == why), 0)
    about = [("console.systems.why", envelopes.cause(why, frame.teller(request))), ("console.systems.number", str(n))]
    return _deed(frame, request, "letters_again", f"again?why={why}", about)


async def _one(frame: Frame, request: Request, visitor: Visitor, name: str, path: str, letter: str) -> Deed:
    """The form about one letter. Raises NotFound for one that is not given up any more."""
    row, teller = _shown(await visitor.desk.undelivered.get(letter), visitor), frame.teller(request)
    called = await names(visitor, await visitor.desk.queries.brief([row["case_id"]]))
    hire = row["case_id"].partition("/")[2]
    about = [
        ("console.undelivered.letter", _title(row, teller)),
        ("console.col.hire", " · ".join(filter(None, (called.get(row["case_id"], ""), hire)))),
        ("console.systems.why", envelopes.cause(row["error"], teller)),
    ]
    return _deed(frame, request, name, path, about)
