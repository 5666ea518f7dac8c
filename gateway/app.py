"""The machines' door: events in, receipts out. Everything it needs is handed to it; nothing here knows a setting."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from connectors.signatures import VerifyingKey, key_text
from domain.errors import Problem, Trouble
from gateway.guard import MAX_BYTES, READ_SECONDS, Guard
from gateway.intake import Intake
from gateway.problems import from_error, problem
from gateway.standing import Standing

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the door is made of. `ready` raises Trouble while events could not be kept; `keys` are our own, for whoever checks receipts."""

    intake: Intake
    standing: Standing
    ready: Callable[[], Awaitable[None]]
    keys: tuple[VerifyingKey, ...]
    max_bytes: int = MAX_BYTES
    read_seconds: float = READ_SECONDS


def create_app(parts: Parts) -> Guard:
    """The ASGI application, guard included."""
    app = FastAPI(title="Muster gateway", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(HTTPException, _misdirected)
    app.add_exception_handler(Exception, _broken)

    @app.post("/events", status_code=202, summary="Take one CloudEvent; answer with a signed receipt")
    async def take(request: Request) -> Response:
        receipt, acceptance = await parts.intake.take(request.headers.raw, await request.body())
        log.info("event.accepted" if acceptance.first else "event.repeated", inbox=acceptance.inbox_id, case=acceptance.case)
        return Response(receipt, 202, media_type="application/json")

    @app.get("/events/{partner}/{event_id}", summary="What became of an event, for its sender")
    async def tell(request: Request, partner: str, event_id: str) -> Response:
        return JSONResponse(await parts.intake.tell(request.headers.raw, partner, event_id), headers={"Cache-Control": "no-store"})

    @app.get("/hires/{hire}/status", summary="Where an application stands, for the portal that sent it")
    async def status(request: Request, hire: str) -> Response:
        return JSONResponse(await parts.standing.tell(request.headers.raw, hire), headers={"Cache-Control": "no-store"})

    @app.get("/keys", summary="The public keys of our receipts and of the events we send")
    async def keys() -> dict[str, Any]:
        return {"keys": [{"id": key.id, "algorithm": key.algorithm, "public": key_text(key)} for key in parts.keys]}

    @app.get("/livez", summary="The process runs")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", summary="Events can be kept")
    async def readyz() -> dict[str, str]:
        await parts.ready()
        return {"status": "ready"}

    return Guard(app, max_bytes=parts.max_bytes, read_seconds=parts.read_seconds)


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
