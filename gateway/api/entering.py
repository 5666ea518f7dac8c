"""What staff enter beside acts on cases: publish a vacancy, propose a policy or an overlay, an absence, a delegation, an import.

Proposals are taken by token; the approval of one never is, and has no address here.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from acts.importing import SOURCE
from domain.acts.table import Nothing
from domain.calendars import Calendar
from domain.overlays import Overlay, brief
from domain.rules import Rules
from domain.vacancy import VacancySpec
from domain.words import Role
from gateway.api.callers import Caller
from gateway.api.callers import acts as acting
from gateway.api.once import IdempotencyKey, answered
from gateway.api.problems import ACT_REFUSALS, REFUSALS
from gateway.api.strict import StrictRoute

Publishing = Annotated[Caller, Depends(acting("publish_vacancy"))]
OfPolicies = Annotated[Caller, Depends(acting("propose_policy"))]
OfOverlays = Annotated[Caller, Depends(acting("propose_overlay"))]
Lifting = Annotated[Caller, Depends(acting("lift_overlay"))]
Applying = Annotated[Caller, Depends(acting("apply_overlay"))]
OfCalendars = Annotated[Caller, Depends(acting("publish_calendar"))]
OfAbsences = Annotated[Caller, Depends(acting("enter_absence"))]
Delegating = Annotated[Caller, Depends(acting("delegate_roles"))]
HandingOver = Annotated[Caller, Depends(acting("hire.hand_over"))]
Importing = Annotated[Caller, Depends(acting("import_hires"))]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
PersonId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Publication(Given):
    spec: VacancySpec
    policy: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="The edition in force is taken.")] = "standard"


class PolicyProposal(Given):
    rules: Rules
    effective: Annotated[date | None, Field(description="From the beginning of which day; from its approval when not given.")] = None


class Absence(Given):
    starts_on: date
    ends_on: date
    deputy: PersonId | None = None


class Delegation(Given):
    to: PersonId
    roles: Annotated[list[Role], Field(min_length=1, max_length=20)]
    starts_on: date
    ends_on: date


class HandOver(Given):
    to: PersonId


class Import(Given):
    """A file of hires in flight, as `docs/importing.md` describes it."""

    csv: Annotated[str, Field(max_length=1_000_000)]
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = SOURCE


def routes() -> APIRouter:
    at = APIRouter(prefix="/api/v1", route_class=StrictRoute, responses={**REFUSALS, 409: ACT_REFUSALS[409]}, tags=["entering"])
    _proposals(at)
    _staff(at)
    _imports(at)
    return at


def _proposals(at: APIRouter) -> None:
    @at.post(
        "/vacancies", status_code=201, summary="Publish a vacancy: from now on applications are taken, under rules that no longer change"
    )
    async def publish(request: Request, caller: Publishing, given: Publication, key: IdempotencyKey = None) -> JSONResponse:
        async def do(request_id: str) -> Any:
            rules = (await caller.desk.policies.in_force(given.policy)).rules
            published = await caller.desk.publish(caller.person, given.spec, rules, request_id)
            return {"reference": given.spec.reference, "posts": len(given.spec.posts), "policy": given.policy, "sha256": published.sha256}

        where = {"Location": f"/api/v1/vacancies/{given.spec.reference}"}
        return await answered(request, caller, key, given, do, 201, where)

    @at.post("/policies", status_code=201, summary="Propose a policy; another person approves it, in person")
    async def policy(request: Request, caller: OfPolicies, given: PolicyProposal, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return (await caller.desk.policies.propose(caller.person, given.rules, given.effective)).model_dump(mode="json")

        return await answered(request, caller, key, given, do, 201)

    @at.post("/overlays", status_code=201, summary="Propose an overlay; another person approves it, in person")
    async def overlay(request: Request, caller: OfOverlays, given: Overlay, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return brief(await caller.desk.overlays.propose(caller.person, given))

        return await answered(request, caller, key, given, do, 201)

    @at.post("/overlays/{name}/lift", summary="Lift an overlay: no further hire gets it")
    async def lift(request: Request, caller: Lifting, name: Id, given: Nothing, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return brief(await caller.desk.overlays.lift(caller.person, name))

        return await answered(request, caller, key, given, do)

    @at.post("/overlays/{name}/apply", summary="Bring every hire in line with an overlay, one act each; says what became of each")
    async def apply(request: Request, caller: Applying, name: Id, given: Nothing, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return await caller.desk.overlays.apply(caller.person, name)

        return await answered(request, caller, key, given, do)

    @at.post("/calendars", status_code=201, summary="Publish a calendar: every case counts again; says which deadlines moved")
    async def calendar(request: Request, caller: OfCalendars, given: Calendar, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return await caller.desk.calendars.publish(caller.person, given, caller.desk.carrier)

        return await answered(request, caller, key, given, do, 201)


def _staff(at: APIRouter) -> None:
    @at.post("/staff/{person}/absences", summary="Enter an absence, with a deputy if there is one")
    async def absent(request: Request, caller: OfAbsences, person: Id, given: Absence, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return _noted(await caller.desk.personnel.absent(caller.person, person, given.starts_on, given.ends_on, given.deputy or ""))

        return await answered(request, caller, key, given, do)

    @at.post("/staff/{person}/delegations", summary="Give some of a person's roles to another for a time")
    async def delegate(request: Request, caller: Delegating, person: Id, given: Delegation, key: IdempotencyKey = None) -> JSONResponse:
        roles = [str(role) for role in given.roles]

        async def do(_: str) -> Any:
            return _noted(
                await caller.desk.personnel.delegate(caller.person, person, given.to, roles, given.starts_on, given.ends_on),
            )

        return await answered(request, caller, key, given, do)

    @at.post("/staff/{person}/notes/{number}/revoke", summary="Take back an absence or a delegation")
    async def revoke(
        request: Request,
        caller: OfAbsences,
        person: Id,
        number: Annotated[int, Path(ge=1, le=10**9)],
        given: Nothing,
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        async def do(_: str) -> Any:
            return _noted(await caller.desk.personnel.revoke(caller.person, person, number))

        return await answered(request, caller, key, given, do)

    @at.post("/staff/{person}/hand-over", summary="Hand every open case of a person over to another one")
    async def hand_over(request: Request, caller: HandingOver, person: Id, given: HandOver, key: IdempotencyKey = None) -> JSONResponse:
        async def do(request_id: str) -> Any:
            args = {"owner": given.to}
            owned = [hire["case_id"] for hire in await caller.desk.hires(owner=person) if not hire["ending"]]
            return [await caller.desk.act(caller.person, case, "hand_over", args, f"{request_id}.{case}") for case in owned]

        return await answered(request, caller, key, given, do)


def _imports(at: APIRouter) -> None:
    @at.post("/imports/hires/preview", summary="Every row of a file of hires in flight, and every mistake; nothing is written")
    async def preview(caller: Importing, given: Import) -> dict[str, Any]:
        return _plain(await caller.desk.importing.preview(caller.person, given.csv.encode(), given.source))

    @at.post("/imports/hires", summary="Begin every new hire of a file, or none; the same file again changes nothing")
    async def hires(request: Request, caller: Importing, given: Import, key: IdempotencyKey = None) -> JSONResponse:
        async def do(_: str) -> Any:
            return await caller.desk.importing.carry_out(caller.person, given.csv.encode(), given.source)

        return await answered(request, caller, key, given, do)


def _noted(state: Any) -> dict[str, Any]:
    found: dict[str, Any] = state.model_dump(mode="json", exclude={"seen_steps"})
    return found


def _plain(thing: Any) -> dict[str, Any]:
    found: dict[str, Any] = to_jsonable_python(thing)
    return found
