"""Bodies are strict JSON, as at the machines' door: no key twice, no NaN, no NUL, not too deep."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from domain import strict_json
from gateway.api.problems import REFUSALS


class StrictRequest(Request):
    async def json(self) -> Any:
        return strict_json.loads(await self.body())


class StrictRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly


def router(tag: str) -> APIRouter:
    """A router of this API: its prefix, strict bodies, and the refusals every address may answer."""
    return APIRouter(prefix="/api/v1", route_class=StrictRoute, responses=REFUSALS, tags=[tag])
