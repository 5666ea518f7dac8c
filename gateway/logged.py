"""The audit log for partners and for whoever keeps its checkpoints: the newest one, that it goes on from an earlier one, and, for its
sender alone, that an event is in it."""

import re
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from acts.needs import Free, free
from domain.errors import BadInput, NotAllowed
from gateway.proving import Claim, Prover

NOT_KEPT = {"Cache-Control": "no-store"}
TEXT = "text/plain; charset=utf-8"
_NAMES = re.compile(r"[a-z0-9][a-z0-9-]{0,63}/[A-Za-z0-9_-]{1,64}")
_SIZE = re.compile(r"[1-9][0-9]{0,15}")


class Proofs(Protocol):
    async def checkpoint(self) -> Any: ...
    async def of_event(self, source: str, event: str) -> str: ...
    async def consistency(self, earlier: int, later: int | None = None) -> dict[str, Any]: ...


class Consistency(BaseModel):
    """RFC 6962, section 2.1.2: the tree of `to` leaves begins with the tree of `from`. Hashes are base64."""

    from_: Annotated[int, Field(alias="from")]
    to: int
    from_root: str
    to_root: str
    proof: list[str]


PUBLIC, SIGNED = [Depends(free(Free.PUBLIC))], [Depends(free(Free.SIGNED))]


def routes(proofs: Proofs, prover: Prover) -> APIRouter:
    router = APIRouter()

    @router.get("/log/checkpoint", dependencies=PUBLIC, summary="The newest signed checkpoint of the audit log")
    async def checkpoint() -> Response:
        return Response((await proofs.checkpoint()).note, media_type=TEXT, headers=NOT_KEPT)

    @router.get(
        "/log/consistency",
        dependencies=PUBLIC,
        summary="That the audit log goes on from an earlier checkpoint",
        response_model=Consistency,
    )
    async def consistency(
        from_: Annotated[str, Query(alias="from", description="The size in the checkpoint you kept.")] = "",
        to: Annotated[str, Query(description="A later size; the newest checkpoint's when not said.")] = "",
    ) -> Response:
        if not _SIZE.fullmatch(from_) or not (to == "" or _SIZE.fullmatch(to)):
            raise BadInput("from and to must be sizes of the log, as checkpoints have them", code="bad_query")
        return JSONResponse(await proofs.consistency(int(from_), int(to) if to else None), headers=NOT_KEPT)

    @router.get(
        "/events/{partner}/{event_id}/proof",
        dependencies=SIGNED,
        summary="That an event is in the audit log, for its sender",
    )
    async def event(request: Request, partner: str, event_id: str) -> Response:
        if not _NAMES.fullmatch(f"{partner}/{event_id}"):
            raise BadInput("the address must be /events/<partner>/<event id>/proof", code="bad_address")
        proved = prover.prove(Claim.of(request), f"GET /events/{partner}/{event_id}/proof".encode())
        if partner != proved.sender.id:
            raise NotAllowed("only its sender may ask about an event", code="not_its_sender")
        return Response(await proofs.of_event(partner, event_id), media_type=TEXT, headers=NOT_KEPT)

    return router
