"""Acting on a vacancy and its reserve list: what is asked, what it would do, confirm. The vacancy decides; a page never writes.

A board's report has a line for each candidate and is no form of questions: it is submitted by command or over the people's API.
"""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.rights import Resource
from console.forms import fields_of, read
from console.frame import Frame
from console.pages.vacancies import ELSEWHERE, OF_THE_LIST, Reference
from console.telling import names
from console.visits import Does, Shows, Visitor
from domain.competition import ACTS, Act, report_sha256
from domain.errors import BadInput, NotAllowed, NotFound, Refusal, Stale, Trouble

ActName = Annotated[str, Path(pattern=r"^[a-z_]{2,40}$")]
Acting = Annotated[Visitor, Depends(Does(Resource.ACTING))]
Looking = Annotated[Visitor, Depends(Shows(Resource.ACTING))]
HireCase = Annotated[str, Query(pattern=r"^(hire/[a-z0-9]{2,16}(-[0-9]{1,3})?)?$")]
Post = Annotated[str, Query(pattern=r"^[A-Za-z0-9._-]{0,64}$")]
OURS = frozenset({"csrf", "version", "request", "step"})


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/vacancies/{reference}/acts/{act}")
    async def form(
        request: Request, visitor: Looking, reference: Reference, act: ActName, hire: HireCase = "", post: Post = ""
    ) -> Response:
        filled = {name: [value] for name, value in (("hire", hire), ("post", post)) if value}
        return frame.page(request, "vacancy_act.html", **await _asked(visitor, reference, _act(visitor, act), filled))

    @at.post("/vacancies/{reference}/acts/{act}")
    async def do(
        request: Request,
        visitor: Acting,
        reference: Reference,
        act: ActName,
        version: Annotated[int, Form(ge=0)],
        request_id: Annotated[str, Form(alias="request", pattern=r"^[0-9a-f]{24}$")],
        step: Annotated[str, Form(pattern=r"^(preview|confirm|change)$")] = "preview",
    ) -> Response:
        filled = {name: [str(value) for value in (await request.form()).getlist(name)] for name in set(await request.form()) - OURS}
        what = _act(visitor, act)
        given = await _asked(visitor, reference, what, filled, version, request_id)
        if step == "change":
            return frame.page(request, "vacancy_act.html", **given)
        try:
            args = read(what.args, filled, frame.zone)
        except BadInput as wrong:
            return frame.page(request, "vacancy_act.html", 400, **given | {"errors": wrong.details["errors"]})
        if step == "preview" or (what.approval and not visitor.fresh):
            return frame.page(request, "vacancy_act.html", **given | {"step": "confirm"})
        try:
            receipt = await (await visitor.reach()).vacancy_act(visitor.person, reference, act, args, request_id, version)
        except (Refusal, Trouble) as refused:
            status = 412 if isinstance(refused, Stale) else 409 if isinstance(refused, Refusal) else 503
            now = given["stands"] if isinstance(refused, Stale) else version
            return frame.page(request, "vacancy_act.html", status, **given | {"refused": refused, "version": now})
        return RedirectResponse(f"{_back(act, reference)}?done={receipt.number}", 303)

    return at


def _act(visitor: Visitor, name: str) -> Act:
    """Raises NotFound, and NotAllowed for somebody whose role does not do this."""
    if name not in ACTS or name in ELSEWHERE:
        raise NotFound(f"there is no act {name} on a vacancy here", code="no_such_act")
    if not ACTS[name].roles & visitor.roles:
        raise NotAllowed(f"{name} is for {', '.join(sorted(ACTS[name].roles))}", code="wrong_role")
    return ACTS[name]


async def _asked(
    visitor: Visitor, reference: str, act: Act, filled: dict[str, list[str]], version: int | None = None, request_id: str = ""
) -> dict[str, Any]:
    """Everything the form shows: the vacancy as it stands, the questions, what was filled in so far."""
    found = await visitor.desk.reserve.of(reference)
    state = found.state
    known = {"hire": [each.hire for each in state.listed]}
    if act.name != "add_post":
        known["post"] = [post.id for post in state.open_posts]
    if state.report_lines:
        known["sha256"] = [report_sha256(state.report_lines)]
    chosen = {name: filled[name] for name in known if filled.get(name)}
    return {
        "reference": reference,
        "back": _back(act.name, reference),
        "act": act,
        "fields": fields_of(act.args, {name: values for name, values in (known | chosen).items() if values}),
        "filled": filled,
        "called": await names(visitor, await visitor.desk.queries.brief(known["hire"])),
        "errors": {},
        "step": "preview",
        "refused": None,
        "told": len(state.listed) if act.name in OF_THE_LIST - {"call"} else 0,
        "version": state.number if version is None else version,
        "stands": state.number,
        "request_id": request_id or secrets.token_hex(12),
        "stale_proof": act.approval and not visitor.fresh,
    }


def _back(act: str, reference: str) -> str:
    """Where an act was begun, and is seen."""
    return f"/reserve/{reference}" if act in OF_THE_LIST else f"/vacancies/{reference}"
