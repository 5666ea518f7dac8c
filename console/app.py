"""The console put together from its pages. Everything it needs is handed to it; nothing here knows a setting."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from acts.needs import Free, check_stated, free
from acts.sessions import NotSignedIn
from config.guard import App, Guard, Message, Receive, Scope, Send, allowed
from config.serving import health
from console.frame import Frame
from console.pulse import Pulse
from console.visits import Forged, Reception
from domain.errors import BadInput, Conflict, NotAllowed, NotFound, NotNow, Problem, Stale, Trouble

log = structlog.get_logger(__name__)

#: First match wins.
STATUS: tuple[tuple[type[Problem], int], ...] = (
    (Forged, 403),
    (NotAllowed, 403),
    (NotFound, 404),
    (Stale, 412),
    (Conflict, 409),
    (NotNow, 409),
    (BadInput, 400),
    (Trouble, 503),
)
#: Only what we serve ourselves runs, shows or sends here; no page of ours stands in a frame (`trust.md` §5, T20).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Parts:
    """What the console is made of. `ready` raises Trouble while nothing could be read."""

    routers: Sequence[APIRouter]
    frame: Frame
    reception: Reception
    pulse: Pulse
    ready: Callable[[], Awaitable[None]]


def create_console(parts: Parts, larger: Mapping[str, int] | None = None) -> Guard:
    """The ASGI application, guard included. What no router declares (an address, a method, a query) never gets past the guard."""
    app = FastAPI(title="Muster", docs_url=None, redoc_url=None, openapi_url=None)
    app.router.redirect_slashes = False
    app.state.reception, app.state.frame, app.state.pulse = parts.reception, parts.frame, parts.pulse
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _misdirected)
    app.add_exception_handler(Exception, _broken)
    routers = [*parts.routers, parts.frame.assets.routes(), health(parts.ready, free(Free.PUBLIC))]
    check_stated(route for router in routers for route in router.routes)
    for router in routers:
        app.include_router(router)
    return Guard(_told(app, secure=parts.reception.secure), allowed(routers), _turned_away, larger=larger)


def _told(app: App, *, secure: bool) -> App:
    """The headers of every answer, and one log line per request: which address, by whom, what came of it; never a query or a name."""
    kept = HEADERS | ({"strict-transport-security": "max-age=31536000"} if secure else {})
    guards = [(name.encode(), value.encode()) for name, value in kept.items()]

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["trace"], began, status = uuid.uuid4().hex, monotonic(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *guards]
            await send(message)

        try:
            await app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "")
            if route not in ("/assets/{name}", "/livez", "/readyz", "/live"):
                who = getattr(state.get("visitor"), "person", "")
                took = round((monotonic() - began) * 1000)
                log.info("console.answered", method=scope["method"], route=route, status=status, ms=took, person=who, trace=state["trace"])

    return telling


def _turned_away(status: int, code: str, detail: str, headers: Mapping[str, str]) -> Response:
    """What the guard says: bare, because nobody has been received yet."""
    text = f"<!doctype html><html lang='en'><title>Muster</title><h1>{status}</h1><p>{detail}.</p><p><a href='/'>Muster</a></p></html>"
    return HTMLResponse(text, status, {**headers, **HEADERS, "cache-control": "no-store", "x-code": code})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    if isinstance(error, NotSignedIn):
        return _to_the_door(request, error)
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if isinstance(error, Trouble):
        log.error("console.in_trouble", code=error.code, reason=error.message, trace=request.state.trace)
    kind = next((each.__name__ for each in type(error).__mro__ if request.app.state.frame.words.has(f"refusal.{each.__name__}")), "Refusal")
    return _page(request, status, error.code, error.message, kind)


def _to_the_door(request: Request, error: NotSignedIn) -> Response:
    """Whoever is not signed in is sent to sign in, and back to where they wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "") if request.method == "GET" else "/"
    query = urlencode({"next": wanted, "why": error.code} if wanted != "/" or error.code != "not_signed_in" else {})
    address = "/sign-in" + (f"?{query}" if query else "")
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(each) for each in first["loc"][1:]) or "the request"
    return _page(request, 400, "bad_request", f"{where}: {first['msg']}", "BadInput")


async def _misdirected(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _page(request, error.status_code, "no_such_address", "there is nothing at this address", "NotFound")


async def _broken(request: Request, error: Exception) -> Response:
    log.error("console.failed", exc_info=error, trace=getattr(request.state, "trace", ""))
    return _page(request, 500, "internal", "something broke on our side", "Trouble")


def _page(request: Request, status: int, code: str, detail: str, kind: str) -> Response:
    frame: Frame = request.app.state.frame
    given = {"status_code": status, "code": code, "detail": detail, "kind": kind, "trace": getattr(request.state, "trace", "")}
    return frame.page(request, "refused.html", status, **given)
