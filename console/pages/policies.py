"""Policies: which are in force and which are to come, in figures; a new version proposed by one person and published by another.

What a change would do is said before anything is proposed: the figures that differ, and the open hires it would concern.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import tomli_w
from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from acts.rights import Resource
from config.files import load_calendar, rules_in
from config.rehearsed import difference
from console.frame import Frame
from console.proving import proved, ways
from console.visits import Does, Shows, Visitor
from domain.comparison import differences
from domain.deeds import DEEDS
from domain.editions import Edition
from domain.errors import BadInput, NotFound, Refusal
from domain.rules import Rules

Reading = Annotated[Visitor, Depends(Shows(Resource.RULES))]
Proposing = Annotated[Visitor, Depends(Does(Resource.RULES, "propose_policy"))]
Approving = Annotated[Visitor, Depends(Does(Resource.RULES, "approve_policy"))]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Version = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
STANDARD = "standard"
#: How many of the hires concerned are named.
NAMED = 20


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/policies")
    async def policies(request: Request, visitor: Reading) -> Response:
        may = bool(DEEDS["propose_policy"].roles & visitor.roles)
        return frame.page(request, "policies.html", rows=await visitor.desk.policies.list(), may=may)

    @at.get("/policies/new")
    async def new(request: Request, visitor: Annotated[Visitor, Depends(Shows(Resource.RULES, "propose_policy"))]) -> Response:
        stands = (await visitor.desk.policies.in_force(STANDARD)).rules
        return _form(frame, request, _as_toml(stands))

    @at.post("/policies/new")
    async def propose(
        request: Request,
        visitor: Proposing,
        text: Annotated[str, Form(max_length=200_000)],
        effective: Annotated[str, Form(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
        step: Annotated[str, Form(pattern=r"^(check|propose)$")] = "check",
    ) -> Response:
        say = frame.teller(request)
        try:
            rules = rules_in(text)
            if step == "propose":
                day = date.fromisoformat(effective) if effective else None
                edition = await visitor.desk.policies.propose(visitor.person, rules, day)
                return RedirectResponse(f"/policies/{edition.name}/{edition.version}", 303)
            changes = [difference(each, say) for each in await _against(visitor, rules)]
            found = await visitor.desk.rehearse(rules, load_calendar(rules.calendar))
        except (Refusal, ValueError) as refused:
            said = refused.message if isinstance(refused, Refusal) else str(refused)
            status = 409 if isinstance(refused, Refusal) and not isinstance(refused, BadInput) else 400
            return _form(frame, request, text, status, effective=effective, refused=said)
        return _form(frame, request, text, effective=effective, changes=changes, found=found, concerned=found.cases[:NAMED])

    @at.get("/policies/{name}/{version}")
    async def one(request: Request, visitor: Reading, name: Name, version: Version) -> Response:
        return await _edition(frame, request, visitor, await visitor.desk.policies.get(name, version))

    @at.post("/policies/{name}/{version}")
    async def approve(
        request: Request,
        visitor: Approving,
        name: Name,
        version: Version,
        sha256: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")],
    ) -> Response:
        edition = await visitor.desk.policies.get(name, version)
        if (given := await proved(request, visitor)) != "yes":
            return await _edition(frame, request, visitor, edition, 403, wrong_proof=given == "wrong")
        try:
            await visitor.desk.policies.approve(visitor.person, name, version, sha256)
        except Refusal as refused:
            return await _edition(frame, request, visitor, edition, 409, refused=refused.message)
        return RedirectResponse(f"/policies/{name}/{version}", 303)

    return at


def _form(frame: Frame, request: Request, text: str, status: int = 200, **given: Any) -> Response:
    values: dict[str, Any] = {"text": text, "effective": "", "refused": "", "changes": [], "found": None, "concerned": ()}
    return frame.page(request, "policy_new.html", status, **values | given)


async def _edition(frame: Frame, request: Request, visitor: Visitor, edition: Edition, status: int = 200, **given: Any) -> Response:
    """One edition: its figures, and where it is only proposed, what differs and who may publish it."""
    proposed = edition.published_at is None
    may = proposed and bool(DEEDS["approve_policy"].roles & visitor.roles) and visitor.person != edition.proposed_by
    say = frame.teller(request)
    changes = [difference(each, say) for each in await _against(visitor, edition.rules)] if proposed else []
    values: dict[str, Any] = {"edition": edition, "rules": edition.rules, "changes": changes, "may": may, "proposed": proposed}
    values |= {"refused": "", "wrong_proof": False, "prove": [], "provider": ""}
    values |= await ways(request, visitor) if may and not visitor.fresh else {}
    return frame.page(request, "policy.html", status, **values | given)


async def _against(visitor: Visitor, rules: Rules) -> Any:
    """What differs from the edition in force; nothing for the first of its name."""
    try:
        return differences((await visitor.desk.policies.in_force(rules.name)).rules, rules)
    except NotFound:
        return []


def _as_toml(rules: Rules) -> str:
    return tomli_w.dumps(_said(rules.model_dump(mode="json")))


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not said: TOML has no word for nothing."""
    return {name: _said(value) if isinstance(value, Mapping) else value for name, value in values.items() if value is not None}
