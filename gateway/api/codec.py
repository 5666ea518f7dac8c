"""Temporal's codec server: its Web UI and its command line send what they cannot read, and get it opened. Off by default.

The protocol: POST `<endpoint>/decode` with `{"payloads": [{"metadata": {name: base64}, "data": base64}]}`, the same back. Only for whom
the table of rights lets read histories, by token; nothing is ever encrypted for anybody here.
"""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field
from temporalio.api.common.v1 import Payload

from acts.needs import Free, Need, free
from acts.opening import Opener
from acts.rights import Resource
from domain.errors import BadInput, NotAllowed
from gateway.api.callers import Caller, Pace, Sees
from gateway.api.strict import router

ADDRESSES = ("/api/v1/codec/decode", "/api/v1/codec/encode")
#: A page of a history may come at once, in base64.
MAX_BYTES = 2 * 1024 * 1024
LARGER = dict.fromkeys(ADDRESSES, MAX_BYTES)
#: The Web UI asks once for every payload of the history it shows.
BURST, PER_SECOND = 600, 50.0


class Encoded(BaseModel):
    """A payload as the protocol writes it."""

    metadata: dict[str, str] = {}
    data: str = ""

    def payload(self) -> Payload:
        """Raises BadInput."""
        try:
            metadata = {name: base64.b64decode(value, validate=True) for name, value in self.metadata.items()}
            return Payload(metadata=metadata, data=base64.b64decode(self.data, validate=True))
        except (binascii.Error, ValueError):
            raise BadInput("metadata and data are base64", code="not_base64", field="payloads") from None

    @classmethod
    def of(cls, payload: Payload) -> "Encoded":
        return cls(metadata={name: _base64(value) for name, value in payload.metadata.items()}, data=_base64(payload.data))


class Payloads(BaseModel):
    payloads: Annotated[list[Encoded], Field(max_length=1000)] = []


def routes(opener: Opener, pace: Pace | None = None) -> APIRouter:
    at = router("codec")
    reads = Sees(Need(Resource.HISTORIES), pace=pace or Pace(BURST, PER_SECOND))
    OfHistories = Annotated[Caller, Depends(reads)]

    @at.post("/codec/decode", summary="Open payloads of a history, for Temporal's Web UI and command line; the log says who looked")
    async def decode(caller: OfHistories, given: Payloads) -> Payloads:
        found = await opener.open(caller.person, [each.payload() for each in given.payloads])
        return Payloads(payloads=[Encoded.of(each) for each in found])

    @at.post("/codec/encode", summary="Refused: nothing is encrypted for anybody here", response_model=None)
    async def encode(caller: OfHistories, given: Payloads) -> Any:
        raise NotAllowed("this door opens histories and seals nothing: what goes into a case comes by its acts", code="codec_only_opens")

    @at.options("/codec/decode", include_in_schema=False, dependencies=[Depends(free(Free.PUBLIC))])
    async def preflight() -> Response:
        return Response(status_code=204)

    return at


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
