"""The schemas of events, read over HTTP by whoever sends or reads them: public, cacheable, the same for everybody."""

import hashlib
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from acts.needs import Free, free
from config.schemas import PROMISED, schema, text
from domain.errors import NotFound

MEDIA_TYPE = "application/schema+json"
KEPT = {"Cache-Control": "public, max-age=3600"}
_NAMES = {kind.removeprefix("events/"): kind for kind in PROMISED}


@cache
def _document(name: str) -> tuple[bytes, str]:
    """The bytes of one schema, and their tag."""
    body = text(_NAMES[name]).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@cache
def _listed() -> tuple[dict[str, Any], str]:
    entries = []
    for name, kind in _NAMES.items():
        body = schema(kind)
        tag = _document(name)[1].strip('"')
        entries.append({"name": name, "direction": body.get("x-direction"), "href": f"/schemas/{name}", "version": tag})
    return {"schemas": entries}, f'"{hashlib.sha256(repr(entries).encode()).hexdigest()[:32]}"'


def names() -> tuple[str, ...]:
    """What can be asked for: `envelope`, and every type without its prefix."""
    return tuple(_NAMES)


def routes() -> APIRouter:
    router = APIRouter(dependencies=[Depends(free(Free.PUBLIC))])

    @router.get("/schemas", summary="The schemas there are: the envelope, and the data of every type in and out")
    async def listed(request: Request) -> Response:
        found, tag = _listed()
        return _unchanged(tag) if _known(request, tag) else JSONResponse(found, headers={**KEPT, "ETag": tag})

    @router.get("/schemas/{name}", summary="One JSON Schema, by the type without its prefix")
    async def one(request: Request, name: str) -> Response:
        if name not in _NAMES:
            raise NotFound("there is no schema of this name; GET /schemas lists them", code="unknown_schema")
        body, tag = _document(name)
        return _unchanged(tag) if _known(request, tag) else Response(body, media_type=MEDIA_TYPE, headers={**KEPT, "ETag": tag})

    return router


def _known(request: Request, tag: str) -> bool:
    """Does the caller hold this version already? Weak tags compare as strong ones do: a proxy may have weakened ours."""
    held = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in held or held == ["*"]


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={**KEPT, "ETag": tag})
