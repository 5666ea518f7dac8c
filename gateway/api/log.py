"""The audit log for those who watch over it: checkpoints, proofs, and its leaves, which say nothing of what happened."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from acts.rights import Resource
from gateway.api.callers import Caller, sees
from gateway.api.problems import ACT_REFUSALS
from gateway.api.strict import router

OfLog = Annotated[Caller, Depends(sees(Resource.LOG))]
Size = Annotated[int, Query(ge=1, le=10**15)]
TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, 409: ACT_REFUSALS[409]}


class Goes(BaseModel):
    """RFC 6962, section 2.1.2: the tree of `to` leaves begins with the tree of `from`. Hashes are base64."""

    from_: Annotated[int, Field(serialization_alias="from")]
    to: int
    from_root: str
    to_root: str
    proof: list[str]


class Leaf(BaseModel):
    index: int
    leaf: Annotated[str, Field(description="The bytes that are hashed into the tree, as text.")]


def routes() -> APIRouter:
    at = router("log")

    @at.get("/log/checkpoint", summary="The newest signed checkpoint", response_class=Response, responses=TEXT)
    async def checkpoint(caller: OfLog) -> Response:
        return Response((await caller.desk.proofs.checkpoint()).note, media_type="text/plain; charset=utf-8")

    @at.get("/log/proof/{leaf}", summary="That a leaf is in the log, as a tlog-proof", response_class=Response, responses=TEXT)
    async def proof(caller: OfLog, leaf: Annotated[int, Path(ge=0, le=10**15)]) -> Response:
        return Response(await caller.desk.proofs.of_leaf(leaf), media_type="text/plain; charset=utf-8")

    @at.get("/log/consistency", summary="That the log goes on from an earlier checkpoint", responses={409: ACT_REFUSALS[409]})
    async def consistency(caller: OfLog, from_: Annotated[Size, Query(alias="from")], to: Size | None = None) -> Goes:
        found = await caller.desk.proofs.consistency(from_, to)
        return Goes(from_=found.pop("from"), **found)

    @at.get("/log/entries", summary="The log's leaves from one on, in their order")
    async def entries(
        caller: OfLog, from_: Annotated[int, Query(alias="from", ge=0, le=10**15)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> list[Leaf]:
        return [Leaf.model_validate(row) for row in await caller.desk.proofs.entries(from_, limit)]

    return at
