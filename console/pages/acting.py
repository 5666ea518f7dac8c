"""Acting on a hire: look at what it would do, say why, confirm, get a receipt. The case decides; a page never writes.

Confirming carries the version of the case that was looked at: who decided on an older one is shown what changed, and keeps what they
typed (412). An approval wants a proof of a few minutes: the session's person proves once more who they are.
"""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts import parts
from acts.rights import Resource
from config.telling import Teller
from config.words import Words
from console.forms import fields_of, read
from console.frame import Frame
from console.pages.hires import HireId, found
from console.telling import names
from console.visits import Does, Shows, Visitor, language_of
from domain.acts import ACTS
from domain.acts.table import Act
from domain.errors import BadInput, NotFound, Refusal, Stale, Trouble
from domain.words import Ending

ActName = Annotated[str, Path(pattern=r"^[a-z_]{2,40}$")]
Acting = Annotated[Visitor, Depends(Does(Resource.ACTING))]
Looking = Annotated[Visitor, Depends(Shows(Resource.ACTING))]
#: What the form carries besides the act's own words.
OURS = frozenset({"csrf", "version", "request", "step"})
WOULD_END = {"withdraw": Ending.WITHDRAWN}


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/hires/{hire}/acts/{act}")
    async def form(
        request: Request, visitor: Looking, hire: HireId, act: ActName, about: Annotated[str, Query(pattern=r"^[a-z_.]{0,60}$")] = ""
    ) -> Response:
        return frame.page(
            request, "act.html", **await _asked(language_of(request), visitor, hire, _act(act), {"about": [about]} if about else {})
        )

    @at.post("/hires/{hire}/acts/{act}")
    async def do(
        request: Request,
        visitor: Acting,
        hire: HireId,
        act: ActName,
        version: Annotated[int, Form(ge=0)],
        request_id: Annotated[str, Form(alias="request", pattern=r"^[0-9a-f]{24}$")],
        step: Annotated[str, Form(pattern=r"^(preview|confirm|change)$")] = "preview",
    ) -> Response:
        filled = {name: [str(value) for value in (await request.form()).getlist(name)] for name in set(await request.form()) - OURS}
        given = await _asked(language_of(request), visitor, hire, _act(act), filled, version, request_id)
        if step == "change":
            return frame.page(request, "act.html", **given)
        try:
            args = read(_act(act).args, filled, given["zone"])
        except BadInput as wrong:
            return frame.page(request, "act.html", 400, **given | {"errors": wrong.details["errors"]})
        if step == "preview" or (_act(act).approval and not visitor.fresh):
            return frame.page(request, "act.html", **given | {"args": args, "step": "confirm"})
        try:
            receipt = await (await visitor.reach()).act(visitor.person, given["case"], act, args, request_id, version)
        except Stale as stale:
            now = (await visitor.desk.standing(given["case"])).number
            changed = await _since(visitor, given["case"], version)
            return frame.page(request, "act.html", 412, **given | {"refused": stale, "changed": changed, "version": now})
        except (Refusal, Trouble) as refused:
            return frame.page(request, "act.html", 409 if isinstance(refused, Refusal) else 503, **given | {"refused": refused})
        return RedirectResponse(f"/hires/{hire}?done={receipt.number}", 303)

    return at


def _act(name: str) -> Act:
    """Raises NotFound."""
    if name not in ACTS:
        raise NotFound(f"there is no act {name}", code="no_such_act")
    return ACTS[name]


async def _asked(
    language: str, visitor: Visitor, hire: str, act: Act, filled: dict[str, list[str]], version: int | None = None, request_id: str = ""
) -> dict[str, Any]:
    """Everything a form shows: the case, whether the act is possible now, the questions, what was filled in so far."""
    case = f"hire/{hire}"
    row = await found(visitor, case)
    why = await visitor.desk.why(case, act.name)
    teller = Teller(Words.load(), language, why.zone)
    return {
        "case": case,
        "hire": hire,
        "row": row,
        "name": (await names(visitor, [row])).get(case, ""),
        "act": act,
        "possible": why.possible,
        "why": teller.why(why),
        "zone": why.zone,
        "fields": fields_of(act.args, _known(row, filled)),
        "filled": filled,
        "errors": {},
        "args": None,
        "step": "preview",
        "refused": None,
        "changed": [],
        "takes_back": await visitor.desk.undo(case, WOULD_END[act.name]) if act.name in WOULD_END and not row["ending"] else [],
        "version": row["number"] if version is None else version,
        "request_id": request_id or secrets.token_hex(12),
        "stale_proof": act.approval and not visitor.fresh,
    }


def _known(row: dict[str, Any], filled: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the case itself offers: its conditions, its open deadlines, the hash of the terms that were shown."""
    known = {
        "condition": [each["condition"] for each in row["conditions"]],
        "deadline": [each["key"] for each in row["deadlines"] if each["state"] in ("open", "lapse_due")],
    }
    if row.get("terms_sha256"):
        known["sha256"] = [row["terms_sha256"]]
    return {name: values for name, values in known.items() if values} | ({"about": filled["about"]} if filled.get("about") else {})


async def _since(visitor: Visitor, case: str, version: int) -> list[dict[str, Any]]:
    """What was written since the version somebody decided on."""
    return [entry for entry in parts.timeline(await visitor.desk.timeline(case), visitor) if entry["number"] > version]
