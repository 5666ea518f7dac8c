"""A notice read and shown: what it says, line by line, and where its two languages differ. Nothing is written."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from acts.rights import Resource
from connectors.documents import MAX_BYTES, is_document, text_of
from domain.notice import read_notice
from gateway.api.callers import Caller, sees
from gateway.api.problems import WrongMediaType
from gateway.api.strict import router

OfNotices = Annotated[Caller, Depends(sees(Resource.NOTICES))]
PREVIEW = "/notices/preview"
#: Larger bodies than elsewhere, here alone.
LARGER = {f"/api/v1{PREVIEW}": MAX_BYTES}
KINDS = {"text/plain": "notice.txt", "text/html": "notice.html", "application/pdf": "notice.pdf"}
_BODY = {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS}}}


class NoticePreview(BaseModel):
    """What a notice says, with the lines that prove each value; `conflicts` wait for a person before publication."""

    notice: dict[str, Any]
    conflicts: int


def routes() -> APIRouter:
    at = router("notices")

    @at.post(PREVIEW, summary="Read a notice as text, HTML or PDF", openapi_extra=_BODY)
    async def preview(request: Request, caller: OfNotices) -> NoticePreview:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in KINDS:
            raise WrongMediaType(f"send one of: {', '.join(KINDS)}", code="wrong_media_type")
        found = await run_in_threadpool(_read, await request.body(), KINDS[kind])
        return NoticePreview(notice=found, conflicts=len(found["conflicts"]))

    return at


def _read(raw: bytes, name: str) -> dict[str, Any]:
    """Raises BadInput."""
    text = text_of(raw, name).encode() if is_document(raw, name) else raw
    found: dict[str, Any] = read_notice(text).to_json()
    return found
