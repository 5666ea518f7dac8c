"""Acts on hires and vacancies: an address for each act of the two tables, its body the act's own words."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from acts import parts
from acts.in_person import APPROVALS
from domain import acts as hires
from domain import competition as vacancies
from domain.errors import Refusal, Stale, Trouble
from domain.messages import Receipt
from gateway.api import problems
from gateway.api.callers import Caller
from gateway.api.callers import acts as acting
from gateway.api.etags import decided_on, etag
from gateway.api.once import IdempotencyKey, once
from gateway.api.problems import ACT_REFUSALS, REFUSALS
from gateway.api.strict import StrictRoute
from store.answers import Answer

Noun = Literal["hire", "vacancy"]
CaseId = Annotated[str, Path(alias="case", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The hire, without `hire/`.")]
VacancyId = Annotated[str, Path(alias="case", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="The vacancy's reference.")]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag you read, so that you act on what you saw; or * for whatever it is now.")
]
ETAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "The version of the case now.", "schema": {"type": "string"}}}}
}


def routes() -> APIRouter:
    router = APIRouter(prefix="/api/v1", route_class=StrictRoute, responses={**REFUSALS, **ACT_REFUSALS})
    for act in hires.ACTS.values():
        _add(router, "hire", "/hires", act.name, act.args, act.says)
    for each in vacancies.ACTS.values():
        _add(router, "vacancy", "/vacancies", each.name, each.args, each.says)
    return router


def _add(router: APIRouter, noun: Noun, under: str, name: str, args: type[BaseModel], says: str) -> None:
    never = " Never by token: answers 403 `approval_in_person`." if name in APPROVALS else ""
    router.add_api_route(
        f"{under}/{{case}}/acts/{name}",
        _endpoint(noun, name, args),
        methods=["POST"],
        response_model=Receipt,
        responses=ETAG,
        summary=says + never,
        operation_id=f"{noun}_{name}",
        tags=[f"acts on a {noun}"],
    )


def _endpoint(noun: Noun, name: str, model: type[BaseModel]) -> Callable[..., Awaitable[JSONResponse]]:
    """The address of one act, with its signature written out for the framework, as `cli.acting` does for the command line."""

    async def endpoint(request: Request, caller: Caller, case: str, args: BaseModel, key: str | None, match: str | None) -> JSONResponse:
        version, said = decided_on(match), args.model_dump(mode="json", exclude_unset=True)

        async def do(request_id: str) -> Answer:
            ask = caller.desk.act if noun == "hire" else caller.desk.vacancy_act
            receipt = await ask(caller.person, f"hire/{case}" if noun == "hire" else case, name, said, request_id, version)
            return Answer(200, {"ETag": etag(receipt.number)}, receipt.model_dump(mode="json"))

        try:
            return await once(request, caller, key, [said, match], do)
        except Stale as stale:
            return await _stale(request, caller, f"{noun}/{case}", stale)
        except Refusal as refusal:
            return problems.from_error(request, parts.refused(refusal, caller), **await _instead(caller, f"{noun}/{case}"))

    fixed = {
        "request": Request,
        "caller": Annotated[Caller, Depends(acting(f"{noun}.{name}"))],
        "case": CaseId if noun == "hire" else VacancyId,
        "args": model,
        "key": IdempotencyKey,
        "match": IfMatch,
    }
    optional = {"key": None, "match": None}
    signature = [
        inspect.Parameter(word, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=optional.get(word, inspect.Parameter.empty))
        for word, kind in fixed.items()
    ]
    endpoint.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    return endpoint


async def _stale(request: Request, caller: Caller, case: str, stale: Stale) -> JSONResponse:
    """412, with the case as it is now and who changed it, so that one can decide again without asking again."""
    standing = await caller.desk.standing(case)
    more = {
        "current": parts.standing(standing.shown(), caller),
        "changed": standing.changed,
        **_allowed(caller, standing.allowed(caller.roles)),
    }
    answer = problems.from_error(request, parts.refused(stale, caller), **more)
    answer.headers["ETag"] = etag(standing.number)
    return answer


async def _instead(caller: Caller, case: str) -> dict[str, Any]:
    """What this person may do to the case now; nothing when there is no such case, or the store is away."""
    try:
        return _allowed(caller, (await caller.desk.standing(case)).allowed(caller.roles))
    except (Refusal, Trouble):
        return {}


def _allowed(caller: Caller, names: list[str]) -> dict[str, Any]:
    return {"allowed_actions": [name for name in names if name not in APPROVALS]}
