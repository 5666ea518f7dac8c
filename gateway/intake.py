"""Taking one event in: prove the sender, read strictly, check the right to say it, put it on disk, promise it.

Every test that refuses comes before anything is stored, and the cheap ones before the dear ones. Two clocks on purpose: the age of a
signature is judged by the system's, receipt by the door's, which a demonstration may set.
"""

import hashlib
import re
from datetime import datetime
from typing import Any, Protocol

import structlog
from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from acts.needs import Free, free
from connectors.signatures import Headers
from domain.errors import BadInput, NotAllowed, NotFound
from domain.events import CONTENT_TYPE, Inbound, parse
from gateway.problems import WrongMediaType
from gateway.proving import Claim, Proved, Prover
from gateway.receipts import Receipts, instant_text, to_bytes
from store.arrivals import Acceptance, Arrival, Kept, MakeReceipt, arrival_of

log = structlog.get_logger(__name__)

MEDIA_TYPE = re.compile(rb'application/cloudevents\+json(; ?charset="?utf-8"?)?', re.IGNORECASE)
_PARTNER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_EVENT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Inbox(Protocol):
    async def accept(self, arrival: Arrival, make_receipt: MakeReceipt | None = None) -> Acceptance: ...

    async def find(self, source: str, event_id: str) -> Kept | None: ...


class Clock(Protocol):
    async def now(self) -> datetime: ...


class Intake:
    def __init__(self, prover: Prover, inbox: Inbox, receipts: Receipts, clock: Clock) -> None:
        self._prover, self._inbox, self._receipts, self._clock = prover, inbox, receipts, clock

    async def take(self, claim: Claim, body: bytes) -> tuple[bytes, Acceptance]:
        """The receipt for one event, given only once it is committed; a repeat gets the first receipt, byte for byte.

        Raises a refusal (BadSignature, WrongMediaType, NotStrictJson, NotAnEvent, NotAllowed, NotFound, Conflict …), with nothing stored.
        """
        _check_media_type(claim.headers)
        proved = self._prover.prove(claim, body)
        inbound = parse(body)
        _check_sender(proved, inbound)
        arrival = _arrival(proved, inbound, body, await self._clock.now())
        acceptance = await self._inbox.accept(arrival, lambda _inbox_id, case: self._promise(arrival, case))
        return to_bytes(acceptance.receipt or {}), acceptance

    async def tell(self, claim: Claim, partner: str, event_id: str) -> dict[str, Any]:
        """What became of an event, for its sender alone. What is signed as the body is the request line: `GET /events/<partner>/<id>`."""
        if not _PARTNER.fullmatch(partner) or not _EVENT.fullmatch(event_id):
            raise BadInput("the address must be /events/<partner>/<event id>", code="bad_address")
        proved = self._prover.prove(claim, f"GET /events/{partner}/{event_id}".encode())
        if partner != proved.sender.id:
            # The same answer whether or not there is such an event: another sender's ids are nobody's business.
            raise NotAllowed("only its sender may ask about an event", code="not_its_sender")
        kept = await self._inbox.find(partner, event_id)
        if kept is None:
            raise NotFound("no event with this id was accepted from this sender", code="unknown_event")
        return _told(kept)

    def _promise(self, arrival: Arrival, case: str) -> dict[str, Any]:
        return self._receipts.write(
            event=arrival.event_id, source=arrival.source, sha256=arrival.sha256, received_at=arrival.received_at, case=case
        )


def _check_media_type(headers: Headers) -> None:
    found = [value for name, value in headers if name == b"content-type"]
    encoded = any(name == b"content-encoding" and value.strip().lower() != b"identity" for name, value in headers)
    if len(found) != 1 or not MEDIA_TYPE.fullmatch(found[0].strip()) or encoded:
        raise WrongMediaType(f"content-type must be {CONTENT_TYPE}, one event, not encoded", code="wrong_media_type")


def _check_sender(proved: Proved, inbound: Inbound) -> None:
    """The names in the event must be those that were proved, and the event one this partner may send."""
    if inbound.envelope.source != proved.sender.id:
        raise NotAllowed("/source must be the id of the partner that proved itself", code="source_mismatch")
    if inbound.envelope.id != proved.message_id:
        raise BadInput("/id must equal the header webhook-id", code="id_mismatch")
    if inbound.type not in proved.sender.sends:
        raise NotAllowed("this partner may not send events of this type", code="type_not_allowed")


def _arrival(proved: Proved, inbound: Inbound, body: bytes, received_at: datetime) -> Arrival:
    """The timestamp belongs to what was signed, so it is kept with the signature: `<timestamp> <token>`."""
    return arrival_of(
        inbound,
        body,
        source=proved.sender.id,
        sha256=hashlib.sha256(body).hexdigest(),
        signature=proved.signature or None,
        key_id=proved.key_id,
        received_at=received_at,
    )


def _told(kept: Kept) -> dict[str, Any]:
    """`state` is unrouted (its case is not known here yet), open (on its way), applied, parked (waits for its moment), superseded
    (changed nothing; `reason` says why), discarded, or rerouted (a person gave it another case). `history` says when it became what."""
    return {
        "event": kept.event_id,
        "source": kept.source,
        "type": kept.type,
        "case": kept.case,
        "sha256": kept.sha256,
        "received_at": instant_text(kept.received_at),
        "state": kept.state,
        "reason": kept.reason,
        "closed_at": instant_text(kept.closed_at) if kept.closed_at else None,
        "receipt": kept.receipt,
        "history": [{**step, "at": instant_text(step["at"])} for step in kept.history],
    }


def routes(intake: Intake) -> APIRouter:
    """Events in, receipts out."""
    router = APIRouter(dependencies=[Depends(free(Free.SIGNED))])

    @router.post("/events", status_code=202, summary="Take one CloudEvent; answer with a signed receipt")
    async def take(request: Request) -> Response:
        receipt, acceptance = await intake.take(Claim.of(request), await request.body())
        log.info("event.accepted" if acceptance.first else "event.repeated", inbox=acceptance.inbox_id, case=acceptance.case)
        return Response(receipt, 202, media_type="application/json")

    @router.get("/events/{partner}/{event_id}", summary="What became of an event, for its sender")
    async def tell(request: Request, partner: str, event_id: str) -> Response:
        return JSONResponse(await intake.tell(Claim.of(request), partner, event_id), headers={"Cache-Control": "no-store"})

    return router
