"""Legal holds: placed by one of the two offices on a person, a hire or a vacancy, lifted by two persons one after the other."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from acts.rights import Resource
from config.telling import Teller
from console.deeds import Deed, page, refused, unproved
from console.forms import Field
from console.frame import Frame, option
from console.visits import Does, Shows, Visitor
from domain.errors import Refusal, Trouble

MayPlace = Annotated[Visitor, Depends(Shows(Resource.ERASING, act="place_hold"))]
Places = Annotated[Visitor, Depends(Does(Resource.ERASING, act="place_hold"))]
MayLift = Annotated[Visitor, Depends(Shows(Resource.ERASING, act="lift_hold"))]
Lifts = Annotated[Visitor, Depends(Does(Resource.ERASING, act="lift_hold"))]
Hold = Annotated[str, Path(pattern=r"^[a-z0-9]{1,64}$")]
Step = Annotated[str, Form(pattern=r"^(preview|confirm|change)$")]
HOME = "/retention"
#: What a hold is on, and why.
KINDS = ("person", "hire", "vacancy")
REASONS = ("complaint", "court_case", "inquiry", "audit_under_way")
FIELDS = (
    Field("held", "choice", True, KINDS, default="person"),
    Field("covered", "text", True),
    Field("ground", "choice", True, REASONS),
    Field("until", "day", False),
)


def holding(at: APIRouter, frame: Frame) -> None:
    """The addresses of holds."""

    @at.get("/retention/holds/new")
    async def to_place(request: Request, visitor: MayPlace) -> Response:
        return await page(frame, request, _placing())

    @at.post("/retention/holds/new")
    async def place(request: Request, visitor: Places, step: Step = "preview") -> Response:
        deed = _placing()
        filled, wrong = deed.read(await request.form())
        if wrong or not _is_day(filled["until"]):
            return await page(frame, request, deed, filled, 400, wrong=wrong or ["until"], step="preview")
        if step != "confirm":
            return await page(frame, request, deed, filled, step="confirm" if step == "preview" else "preview")
        until = date.fromisoformat(filled["until"]) if filled["until"] else None
        try:
            await visitor.desk.privacy.place(visitor.person, await _subject(visitor, filled), filled["ground"], until)
        except (Refusal, Trouble) as stop:
            return await refused(frame, request, deed, filled, stop)
        return RedirectResponse(f"{HOME}?done=placed#holds", 303)

    @at.get("/retention/holds/{hold}/lift")
    async def to_lift(request: Request, visitor: MayLift, hold: Hold) -> Response:
        return await page(frame, request, await _lifting(frame, request, visitor, hold))

    @at.post("/retention/holds/{hold}/lift")
    async def lift(request: Request, visitor: Lifts, hold: Hold) -> Response:
        deed = await _lifting(frame, request, visitor, hold)
        if asked := await unproved(frame, request, deed, {}):
            return asked
        try:
            lifted = await visitor.desk.privacy.lift(visitor.person, hold)
        except (Refusal, Trouble) as stop:
            return await refused(frame, request, deed, {}, stop)
        return RedirectResponse(f"{HOME}?done={'lifted' if lifted else 'lift_proposed'}#holds", 303)


def about_hold(row: Mapping[str, Any], theirs: Mapping[str, list[str]], teller: Teller) -> str:
    """What a hold is on, by the numbers people know cases by."""
    if row["kind"] == "candidate":
        named = ", ".join(case.removeprefix("hire/") for case in theirs.get(row["subject"], [])) or row["subject"]
        return teller.say("console.hold.person", cases=named)
    return teller.say(f"console.hold.{row['kind']}", ref=row["subject"].removeprefix("hire/"))


def _placing() -> Deed:
    return Deed("place_hold", f"{HOME}/holds/new", HOME, "", fields=FIELDS, place="retention")


async def _lifting(frame: Frame, request: Request, visitor: Visitor, hold: str) -> Deed:
    """The first person proposes, the second lifts. Raises NotFound."""
    row, say = await visitor.desk.privacy.hold(hold), frame.teller(request)
    theirs = await visitor.desk.privacy.cases_of([row["subject"]])
    about = [
        ("console.hold.on", about_hold(row, theirs, say)),
        ("console.field.ground", option("reason", row["reason"], say)),
        ("console.hold.placed_by", row["placed_by"]),
        ("console.hold.lift_proposed_by", row["lift_proposed_by"] or ""),
    ]
    second = row["lift_proposed_by"] is not None
    name = "lift_hold" if second else "propose_lift"
    return Deed(name, f"{HOME}/holds/{hold}/lift", HOME, "", about, approval=second, place="retention")


async def _subject(visitor: Visitor, filled: Mapping[str, str]) -> str:
    """What the desk calls it. Raises NotFound."""
    ref = filled["covered"].strip().removeprefix("hire/").removeprefix("vacancy/")
    if filled["held"] == "person":
        return await visitor.desk.privacy.candidate(f"hire/{ref}")
    return f"{filled['held']}/{ref}"


def _is_day(text: str) -> bool:
    """Is it a day, or nothing?"""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False
