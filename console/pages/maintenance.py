"""Planned maintenance of a system: stating from when until when it is away, and that it is over."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from acts.rights import Resource
from console.deeds import Deed, page, refused
from console.forms import fields_of, read
from console.frame import Frame
from console.pages.systems import PartnerId
from console.visits import Does, Shows, Visitor
from domain.errors import BadInput, NotFound, Problem
from domain.maintenance import planned

Plans = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="plan_maintenance"))]
MayPlan = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="plan_maintenance"))]
PlanId = Annotated[str, Path(pattern=r"^[a-z2-7]{24}$")]


class Away(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")
    begins: datetime
    until: datetime


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/integrations/systems/{partner}/maintenance")
    async def to_plan(request: Request, visitor: MayPlan, partner: PartnerId) -> Response:
        return await page(frame, request, await _deed(visitor, partner, "maintenance", "maintenance", fields=fields_of(Away)))

    @at.post("/integrations/systems/{partner}/maintenance")
    async def plan(request: Request, visitor: Plans, partner: PartnerId) -> Response:
        deed, form = await _deed(visitor, partner, "maintenance", "maintenance", fields=fields_of(Away)), await request.form()
        filled, step = {field.name: str(form.get(field.name, "")) for field in deed.fields}, str(form.get("step", "preview"))
        try:
            away = Away.model_validate(read(Away, {name: [value] for name, value in filled.items()}, frame.zone))
            planned(away.begins, away.until, await visitor.desk.clock.now())
            if step != "confirm":
                said = {name: frame.teller(request).moment(at) for name, at in away}
                return await page(frame, request, deed, filled, step="confirm" if step == "preview" else "preview", said=said)
            await visitor.desk.maintenance.plan(visitor.person, partner, away.begins, away.until)
        except BadInput as wrong:
            names = list(wrong.details.get("errors", {})) or [wrong.details["field"]]
            return await page(frame, request, deed, filled, 400, wrong=names)
        except Problem as stop:
            return await refused(frame, request, deed, filled, stop)
        return RedirectResponse(f"{deed.back}?done=maintenance", 303)

    @at.get("/integrations/systems/{partner}/maintenance/{plan}/end")
    async def to_end(request: Request, visitor: MayPlan, partner: PartnerId, plan: PlanId) -> Response:
        return await page(frame, request, await _ending(frame, request, visitor, partner, plan))

    @at.post("/integrations/systems/{partner}/maintenance/{plan}/end")
    async def end(request: Request, visitor: Plans, partner: PartnerId, plan: PlanId) -> Response:
        deed = await _ending(frame, request, visitor, partner, plan)
        try:
            await visitor.desk.maintenance.end(visitor.person, partner, plan)
        except Problem as stop:
            return await refused(frame, request, deed, {}, stop)
        return RedirectResponse(f"{deed.back}?done=maintenance_ended", 303)

    return at


async def _ending(frame: Frame, request: Request, visitor: Visitor, partner: str, plan: str) -> Deed:
    """The form about one plan. Raises NotFound for one that is over."""
    window = next((each for each in (await visitor.desk.systems.get(partner)).windows if each.plan == plan), None)
    if window is None:
        raise NotFound("this maintenance is over, or there is none", code="unknown_plan")
    moments = {name: frame.teller(request).moment(at) for name, at in (("begins", window.begins), ("until", window.until))}
    about = [(f"console.field.{name}", said) for name, said in moments.items()]
    return await _deed(visitor, partner, "end_maintenance", f"maintenance/{plan}/end", about=about)


async def _deed(visitor: Visitor, partner: str, name: str, path: str, *, about: Any = (), fields: Any = ()) -> Deed:
    system, home = await visitor.desk.systems.get(partner), f"/integrations/systems/{partner}"
    return Deed(name, f"{home}/{path}", f"{home}/settings", system.name, [("console.systems.system", system.name), *about], fields)
