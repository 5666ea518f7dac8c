"""The people's API put together from its routers. Everything it needs is handed to it; nothing here knows a setting."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from acts.needs import Free, check_stated, free
from config.guard import MAX_BYTES, READ_SECONDS, App, Guard, Message, Receive, Scope, Send, allowed
from config.serving import health
from domain.errors import Problem, Trouble
from gateway.api import problems
from gateway.api.callers import Counter
from gateway.api.origins import sharing
from gateway.api.problems import ProblemDocument
from gateway.problems import refused

log = structlog.get_logger(__name__)

PREFIX = "/api/v1"
DESCRIBED = f"{PREFIX}/openapi.json"


@dataclass(frozen=True)
class Parts:
    """What the API is made of. `ready` raises Trouble while nothing could be read.

    `larger` are addresses that take larger bodies, `origins` those that pages of another origin may ask.
    """

    routers: Sequence[APIRouter]
    counter: Counter
    ready: Callable[[], Awaitable[None]]
    larger: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = MAX_BYTES
    read_seconds: float = READ_SECONDS


def create_api(parts: Parts) -> Guard:
    """The ASGI application, guard included. What no router declares (an address, a method, a query) never gets past the guard."""
    app = described(parts.routers)
    app.state.counter = parts.counter
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _misdirected)
    app.add_exception_handler(Exception, _broken)
    about = health(parts.ready, free(Free.PUBLIC))
    app.include_router(about)
    check_stated(route for router in (*parts.routers, about) for route in router.routes)
    routes = allowed([*parts.routers, about], described=DESCRIBED)
    return Guard(
        _told(sharing(app, parts.origins)), routes, refused, max_bytes=parts.max_bytes, read_seconds=parts.read_seconds, larger=parts.larger
    )


def described(routers: Sequence[APIRouter]) -> FastAPI:
    """The application that describes itself at `/api/v1/openapi.json`; nobody serves it yet."""
    app = FastAPI(title="Muster: the people's API", version="1", docs_url=None, redoc_url=None, openapi_url=DESCRIBED)
    app.router.redirect_slashes = False
    for router in routers:
        app.include_router(router)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def description(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, with the problem document every refusal is."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    own = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= own.pop("$defs", {}) | {"ProblemDocument": own}
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    made["components"]["responses"] = _once(made["paths"])
    return made


def _once(paths: dict[str, Any]) -> dict[str, Any]:
    """The refusals, each said once; in the paths a reference takes their place."""
    kept: dict[str, Any] = {}
    for operation in (each for methods in paths.values() for each in methods.values()):
        for status, answer in operation["responses"].items():
            if "application/problem+json" in answer.get("content", {}):
                kept[f"Problem{status}"] = answer
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    return dict(sorted(kept.items()))


def _told(app: App) -> App:
    """One log line per request: which address, which token, what came of it. Never what was asked about, or by whom by name."""

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["trace"], began, status = uuid.uuid4().hex, monotonic(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], (b"x-trace-id", state["trace"].encode()), *_guards(named)]
            await send(message)

        try:
            await app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "")
            took = round((monotonic() - began) * 1000)
            who = {"credential": state.get("token"), "trace": state["trace"]}
            log.info("api.answered", method=scope["method"], route=route, status=status, ms=took, **who)

    return telling


def _guards(named: set[bytes]) -> list[tuple[bytes, bytes]]:
    """What keeps an answer about people out of caches and away from guessing browsers."""
    kept = [] if b"cache-control" in named else [(b"cache-control", b"no-store")]
    return [*kept, (b"x-content-type-options", b"nosniff")]


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    if isinstance(error, Trouble):
        log.error("api.in_trouble", code=error.code, reason=error.message, trace=getattr(request.state, "trace", ""))
    return problems.from_error(request, error)


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problems.not_understood(request, error)


async def _misdirected(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problems.misdirected(request, error.status_code)


async def _broken(request: Request, error: Exception) -> Response:
    log.error("api.failed", exc_info=error, trace=getattr(request.state, "trace", ""))
    return problems.broken(request)
