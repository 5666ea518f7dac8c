"""Overlays: a change for hires that are open already, seen before it is proposed, approved by a second person, laid, lifted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from acts.overlays import Affected
from acts.rights import Resource
from config.files import overlay_in
from config.rehearsed import deadline_line
from console.frame import Frame
from console.proving import proved, ways
from console.visits import Does, Shows, Visitor
from domain.deeds import DEEDS
from domain.errors import BadInput, Refusal, Trouble

Reads = Annotated[Visitor, Depends(Shows(Resource.OVERLAYS))]
MayPropose = Annotated[Visitor, Depends(Shows(Resource.OVERLAYS, act="propose_overlay"))]
Proposes = Annotated[Visitor, Depends(Does(Resource.OVERLAYS, act="propose_overlay"))]
Approves = Annotated[Visitor, Depends(Does(Resource.OVERLAYS, act="approve_overlay"))]
Lifts = Annotated[Visitor, Depends(Does(Resource.OVERLAYS, act="lift_overlay"))]
Applies = Annotated[Visitor, Depends(Does(Resource.OVERLAYS, act="apply_overlay"))]
Overlay = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
Step = Annotated[str, Form(pattern=r"^(check|propose)$")]
#: How many of the hires concerned are shown one by one.
SHOWN = 50
#: What the form begins with: a change of one duration.
EXAMPLE = """overlay = "summer-2026"
kind = "durations"
reason = "staff_shortage"

[figures.verification]
target = 45
limit = 90
"""


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/calendars/overlays/new")
    async def new(request: Request, visitor: MayPropose) -> Response:
        return _form(frame, request, EXAMPLE)

    @at.post("/calendars/overlays/new")
    async def propose(request: Request, visitor: Proposes, text: Annotated[str, Form(max_length=50_000)], step: Step = "check") -> Response:
        try:
            overlay = overlay_in(text)
            if step == "propose":
                stands = await visitor.desk.overlays.propose(visitor.person, overlay)
                return RedirectResponse(f"/calendars/overlays/{stands.id}", 303)
            found = await visitor.desk.overlays.preview(overlay)
        except (Refusal, ValueError) as refused:
            status = 409 if isinstance(refused, Refusal) and not isinstance(refused, BadInput) else 400
            said = refused.message if isinstance(refused, Refusal) else str(refused)
            return _form(frame, request, text, status, refused=said)
        return _form(frame, request, text, overlay=overlay, **_concerned(frame, request, found))

    @at.get("/calendars/overlays/{overlay}")
    async def one(request: Request, visitor: Reads, overlay: Overlay) -> Response:
        return await _page(frame, request, visitor, overlay)

    @at.post("/calendars/overlays/{overlay}/approve")
    async def approve(
        request: Request, visitor: Approves, overlay: Overlay, sha256: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")] = "0" * 64
    ) -> Response:
        if (given := await proved(request, visitor)) != "yes":
            return await _page(frame, request, visitor, overlay, 403, wrong_proof=given == "wrong")
        try:
            await visitor.desk.overlays.approve(visitor.person, overlay, sha256)
        except Refusal as refused:
            return await _page(frame, request, visitor, overlay, 409, refused=refused.message)
        return RedirectResponse(f"/calendars/overlays/{overlay}", 303)

    @at.post("/calendars/overlays/{overlay}/lift")
    async def lift(request: Request, visitor: Lifts, overlay: Overlay) -> Response:
        try:
            await visitor.desk.overlays.lift(visitor.person, overlay)
        except Refusal as refused:
            return await _page(frame, request, visitor, overlay, 409, refused=refused.message)
        return RedirectResponse(f"/calendars/overlays/{overlay}", 303)

    @at.post("/calendars/overlays/{overlay}/apply")
    async def apply(request: Request, visitor: Applies, overlay: Overlay) -> Response:
        try:
            items = await (await visitor.reach()).overlays.apply(visitor.person, overlay)
        except (Refusal, Trouble) as stop:
            status = 503 if isinstance(stop, Trouble) else 409
            return await _page(frame, request, visitor, overlay, status, refused=stop.message)
        return await _page(frame, request, visitor, overlay, items=items)  # told once, in this very answer

    return at


def _form(frame: Frame, request: Request, text: str, status: int = 200, **given: Any) -> Response:
    values: dict[str, Any] = {"text": text, "refused": "", "overlay": None, "concerned": 0, "found": [], "more": 0, "line": None}
    return frame.page(request, "overlay_new.html", status, **values | given)


async def _page(frame: Frame, request: Request, visitor: Visitor, overlay: str, status: int = 200, **given: Any) -> Response:
    """One overlay: what it changes, for whom, who decided; what may be done about it now. Raises NotFound."""
    row, standing = await visitor.desk.overlays.show(overlay), await visitor.desk.overlays.standing(overlay)
    keeps = bool(DEEDS["approve_overlay"].roles & visitor.roles)
    may = keeps and row["state"] == "proposed" and row["proposed_by"] != visitor.person
    values: dict[str, Any] = {"row": row, "keeps": keeps, "may": may, "refused": "", "items": None}
    values |= {"wrong_proof": False, "prove": [], "provider": ""} | (await ways(request, visitor) if may and not visitor.fresh else {})
    values |= _concerned(frame, request, await visitor.desk.overlays.preview(standing.overlay)) if row["state"] != "lifted" else _none()
    return frame.page(request, "overlay.html", status, **values | given)


def _concerned(frame: Frame, request: Request, found: list[Affected]) -> dict[str, Any]:
    say = frame.teller(request)
    concerned = sum(not each.why_not for each in found)
    return {
        "concerned": concerned,
        "found": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "line": lambda move: deadline_line(move, say),
    }


def _none() -> dict[str, Any]:
    return {"concerned": 0, "found": [], "more": 0, "line": None}
