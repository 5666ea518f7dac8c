"""The machines' door put together from its routers. Everything it needs is handed to it; nothing here knows a setting."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from acts.needs import Free, check_stated, free
from config.guard import MAX_BYTES, READ_SECONDS, Guard, allowed
from connectors.signatures import VerifyingKey, key_text
from domain.errors import Problem, Trouble
from gateway.openapi import described
from gateway.problems import from_error, problem, refused

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the door is made of. Each router brings its own addresses; `ready` raises Trouble while events could not be kept; `keys`
    are our own, for whoever checks receipts."""

    routers: Sequence[APIRouter]
    ready: Callable[[], Awaitable[None]]
    keys: tuple[VerifyingKey, ...]
    max_bytes: int = MAX_BYTES
    read_seconds: float = READ_SECONDS


class Door(FastAPI):
    """The framework's application, which describes itself as `docs/openapi.json` does."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = described(super().openapi())
        return self.openapi_schema


def create_app(parts: Parts) -> Guard:
    """The ASGI application, guard included. What no router declares (an address, a method, a query) never gets past the guard."""
    app = Door(title="Muster gateway", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(HTTPException, _misdirected)
    app.add_exception_handler(Exception, _broken)
    routers = [*parts.routers, _about_itself(parts)]
    check_stated(route for router in routers for route in router.routes)
    for router in routers:
        app.include_router(router)
    return Guard(app, allowed(routers), refused, max_bytes=parts.max_bytes, read_seconds=parts.read_seconds)


def _about_itself(parts: Parts) -> APIRouter:
    router = APIRouter(dependencies=[Depends(free(Free.PUBLIC))])

    @router.get("/keys", summary="The public keys of our receipts and of the events we send")
    async def keys() -> dict[str, Any]:
        return {"keys": [{"id": key.id, "algorithm": key.algorithm, "public": key_text(key)} for key in parts.keys]}

    @router.get("/livez", summary="The process runs")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="Events can be kept")
    async def readyz() -> dict[str, str]:
        await parts.ready()
        return {"status": "ready"}

    return router


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    answer = from_error(error)
    if isinstance(error, Trouble):
        log.error("event.not_taken", code=error.code, reason=error.message, path=request.url.path)
    else:
        log.info("event.refused", code=error.code, status=answer.status_code, method=request.method)
    return answer


async def _misdirected(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, "no_such_address", "there is nothing at this address")


async def _broken(request: Request, error: Exception) -> Response:
    log.error("gateway.failed", exc_info=error)
    return problem(500, "internal", "something went wrong here; the event was not acknowledged, send the same again later")
