"""Signing in with the organisation's identity provider: the way out, the way back, and the same again to approve something.

Proving it again happens in a tab of its own, so that what was typed in the form stays where it is.
"""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.sessions import NotSignedIn
from acts.vouching import BACK, Arrived, Unlinked, Vouching
from connectors.openid import NotVouched
from console.frame import Frame
from console.pages.signing_in import DOOR, Wanted, inside, signed_in, the_door
from console.visits import Reception, Shows, Visitor, reception_of
from domain.errors import NotFound, PartnerUnavailable, Problem
from domain.sessions import Session

log = structlog.get_logger(__name__)
SECURE, PLAIN = "__Host-muster-way", "muster_way"
#: What comes back with the browser; providers add words of their own, which say nothing to us.
Said = Annotated[str, Query(max_length=4000)]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/sign-in/provider", dependencies=DOOR)
    async def out(request: Request, wanted: Wanted = "/") -> Response:
        return await _out(frame, request, inside(wanted), None)

    @at.get("/sign-in/provider/again")
    async def again(request: Request, visitor: Annotated[Visitor, Depends(Shows())]) -> Response:
        return await _out(frame, request, "/me/proved", visitor.session)

    @at.get(BACK, dependencies=DOOR)
    async def back(
        request: Request,
        state: Said = "",
        code: Said = "",
        iss: Said = "",
        error: Said = "",
        error_description: Said = "",
        error_uri: Said = "",
        session_state: Said = "",
        scope: Said = "",
        authuser: Said = "",
        hd: Said = "",
        prompt: Said = "",
    ) -> Response:
        reception, vouching = reception_of(request), _vouching(request)
        secret = request.cookies.get(_cookie(reception), "")
        try:
            arrived = await vouching.come_back(secret, state, code, iss, error)
            answer = await _arrived(request, arrived)
        except Unlinked as unlinked:
            answer = the_door(frame, request, 403, "/", unlinked.code, subject=unlinked.subject)
        except (NotSignedIn, NotVouched, PartnerUnavailable) as refused:
            answer = _refused(frame, request, refused)
        answer.delete_cookie(_cookie(reception), path="/", secure=reception.secure, httponly=True, samesite="lax")
        return answer

    return at


async def _out(frame: Frame, request: Request, wanted: str, session: Session | None) -> Response:
    reception = reception_of(request)
    try:
        url, secret = await _vouching(request).set_out(wanted, session)
    except (NotVouched, PartnerUnavailable) as refused:
        return _refused(frame, request, refused)
    answer = RedirectResponse(url, 303, {"cache-control": "no-store"})
    answer.set_cookie(_cookie(reception), secret, path="/", max_age=600, secure=reception.secure, httponly=True, samesite="lax")
    return answer


async def _arrived(request: Request, arrived: Arrived) -> Response:
    if arrived.secret is None:
        return RedirectResponse(arrived.wanted, 303, {"cache-control": "no-store"})
    return await signed_in(request, arrived.secret, arrived.wanted)


def _refused(frame: Frame, request: Request, refused: Problem) -> Response:
    log.warning("console.not_vouched", code=refused.code, reason=refused.message, trace=request.state.trace)
    return the_door(frame, request, 503 if isinstance(refused, PartnerUnavailable) else 403, "/", refused.code)


def _vouching(request: Request) -> Vouching:
    """Raises NotFound where no provider is configured."""
    vouching = reception_of(request).vouching
    if vouching is None:
        raise NotFound("no identity provider is configured here", code="no_provider")
    return vouching


def _cookie(reception: Reception) -> str:
    return SECURE if reception.secure else PLAIN
