"""Retention: what is kept for how long and why, what is due; erasures that two offices agree on, and legal holds that forbid them.

Here are random ids and codes, nobody's name: who decides on an erasure or a hold knows whom it is about from the file that asks for it.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.outlook import Outlooks
from acts.rights import Resource
from console.frame import Frame
from console.pages.legal_holds import about_hold, holding
from console.proving import proved, ways
from console.visits import Does, Shows, Visitor
from domain.deeds import DEEDS
from domain.erasure import check_pair
from domain.errors import NotAllowed, NotFound, Refusal
from domain.retention import Category, Schedule

Reads = Annotated[Visitor, Depends(Shows(Resource.PRIVACY))]
MayPropose = Annotated[Visitor, Depends(Shows(Resource.ERASING, act="propose_erasure"))]
Proposes = Annotated[Visitor, Depends(Does(Resource.ERASING, act="propose_erasure"))]
Approves = Annotated[Visitor, Depends(Does(Resource.ERASING, act="approve_erasure"))]
Erasure = Annotated[str, Path(pattern=r"^[a-z0-9]{1,64}$")]
Done = Annotated[str, Query(pattern=r"^[a-z_]{0,20}$")]
Step = Annotated[str, Form(pattern=r"^(preview|confirm|change)$")]
Ref = Annotated[str, Form(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Reason = Annotated[str, Form(pattern=r"^(asked_by_person|consent_withdrawn|entered_by_mistake|no_longer_needed)?$")]
REASONS = ("asked_by_person", "consent_withdrawn", "entered_by_mistake", "no_longer_needed")
TABS = (("decisions", "/retention"), ("due", "/retention/due"))
#: How many matters past their period are listed one by one.
LISTED = 100


def routes(frame: Frame, schedule: Callable[[], Schedule]) -> APIRouter:
    """`schedule` reads the schedule of the installation as it is now."""
    at, outlooks = APIRouter(), Outlooks()
    holding(at, frame)

    @at.get("/retention")
    async def decisions(request: Request, visitor: Reads, done: Done = "", every: Annotated[bool, Query(alias="all")] = False) -> Response:
        erasures, holds = await visitor.desk.privacy.waiting(), await visitor.desk.privacy.holds(all_=every)
        people = [row["candidate"] for row in erasures] + [row["subject"] for row in holds]
        given: dict[str, Any] = {"erasures": erasures, "holds": holds, "theirs": await visitor.desk.privacy.cases_of(people)}
        given |= {"schedule": schedule(), "order": list(Category), "every": every}
        return _page(frame, request, visitor, "retention.html", "decisions", **given, done=done, about_hold=about_hold)

    @at.get("/retention/due")
    async def due(request: Request, visitor: Reads) -> Response:
        desk = visitor.desk
        found = await outlooks.of(desk.privacy, schedule(), (await desk.clock.now()).date())
        past = found.told["items"]
        given: dict[str, Any] = {"told": found.told, "months": found.months, "counted": found.at}
        given |= {"past": past[:LISTED], "more": max(0, len(past) - LISTED)}
        return _page(frame, request, visitor, "retention_due.html", "due", **given)

    @at.get("/retention/erasures/new")
    async def new(request: Request, visitor: MayPropose) -> Response:
        return _page(frame, request, visitor, "erasure_new.html", "decisions", **_new())

    @at.post("/retention/erasures/new")
    async def propose(request: Request, visitor: Proposes, hire: Ref, reason: Reason = "", step: Step = "preview") -> Response:
        try:
            found = await visitor.desk.privacy.foresee(f"hire/{hire}")
            if step == "confirm" and reason:
                erasure = await visitor.desk.privacy.propose(visitor.person, found.candidate, reason)
                return RedirectResponse(f"/retention/erasures/{erasure}", 303)
        except Refusal as refused:
            status = 404 if isinstance(refused, NotFound) else 409
            return _page(frame, request, visitor, "erasure_new.html", "decisions", status, **_new(hire, reason, refused=refused))
        shown = found if step != "change" and reason else None
        return _page(frame, request, visitor, "erasure_new.html", "decisions", **_new(hire, reason, found=shown))

    @at.get("/retention/erasures/{erasure}")
    async def one(request: Request, visitor: Reads, erasure: Erasure, done: Done = "") -> Response:
        return await _erasure(frame, request, visitor, erasure, done=done)

    @at.post("/retention/erasures/{erasure}/approve")
    async def approve(request: Request, visitor: Approves, erasure: Erasure) -> Response:
        if (given := await proved(request, visitor)) != "yes":
            return await _erasure(frame, request, visitor, erasure, 403, wrong_proof=given == "wrong")
        try:
            gone = await visitor.desk.privacy.approve(visitor.person, erasure)
        except Refusal as refused:
            if isinstance(refused, NotFound):
                raise
            return await _erasure(frame, request, visitor, erasure, 409, refused=refused)
        return _page(frame, request, visitor, "erased.html", "decisions", gone=gone)  # told once, in this very answer

    @at.post("/retention/erasures/{erasure}/withdraw")
    async def withdraw(request: Request, visitor: Proposes, erasure: Erasure) -> Response:
        await visitor.desk.privacy.withdraw(visitor.person, erasure)
        return RedirectResponse("/retention?done=withdrawn", 303)

    return at


def _page(frame: Frame, request: Request, visitor: Visitor, template: str, tab: str, status: int = 200, **given: Any) -> Response:
    values: dict[str, Any] = {"tab": tab, "tabs": TABS, "done": "", "links": visitor.sees(Resource.PARTS)}
    values["decides"] = bool(DEEDS["propose_erasure"].roles & visitor.roles)
    return frame.page(request, template, status, **values | given)


def _new(hire: str = "", reason: str = "", **given: Any) -> dict[str, Any]:
    return {"hire": hire, "reason": reason, "reasons": REASONS, "found": None, "refused": None} | given


async def _erasure(frame: Frame, request: Request, visitor: Visitor, erasure: str, status: int = 200, **given: Any) -> Response:
    """One that waits: what would go, what stays, and who may approve it. Raises NotFound."""
    row = await visitor.desk.privacy.erasure(erasure)
    proposer = (await visitor.desk.people.staff(row["proposed_by"])).roles
    may = _pair(row["proposed_by"], proposer, visitor)
    values: dict[str, Any] = {"row": row, "found": await visitor.desk.privacy.foresee(row["candidate"]), "may": may, "refused": None}
    values |= {"wrong_proof": False, "prove": [], "provider": ""}
    values |= await ways(request, visitor) if may and not visitor.fresh else {}
    return _page(frame, request, visitor, "erasure.html", "decisions", status, **values | given)


def _pair(proposer: str, roles: Any, visitor: Visitor) -> bool:
    """Is this visitor the other office? What is then done is checked again where it is written."""
    try:
        check_pair(proposer, roles, visitor.person, visitor.roles)
    except NotAllowed:
        return False
    return True
