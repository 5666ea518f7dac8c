"""Who am I here: the person a token acts as, with the roles of today."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from acts.rights import Resource
from domain.tokens import Scope
from domain.words import Role
from gateway.api.callers import Caller, sees
from gateway.api.problems import REFUSALS
from gateway.api.strict import StrictRoute


class Oneself(BaseModel):
    """The person, the roles they have today (their own and those they stand in for), what the token may, and what they may look at."""

    person: str
    roles: list[Role]
    scope: Scope
    sees: list[Resource]


def routes() -> APIRouter:
    router = APIRouter(prefix="/api/v1", route_class=StrictRoute, responses=REFUSALS, tags=["oneself"])

    @router.get("/me", summary="Who this token acts as, and what that person may look at today")
    async def me(caller: Annotated[Caller, Depends(sees(Resource.ONESELF))]) -> Oneself:
        seen = [resource for resource in Resource if caller.sees(resource)]
        return Oneself(person=caller.person, roles=sorted(caller.roles), scope=caller.scope, sees=seen)

    return router
