"""Where an application stands, for the portal that sent it: the page its candidate looks at, in both languages."""

import re
from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from acts.needs import Free, free
from config.telling import Teller
from config.words import LANGUAGES, Words
from domain.errors import BadInput, NotFound
from domain.facts import Entry
from domain.hire import fold
from domain.status import status
from gateway.proving import Claim, Prover

_HIRE = re.compile(r"[a-z2-7]{8}(-[0-9]{1,3})?")


class Cases(Protocol):
    async def journal(self, case: str) -> list[Entry]: ...

    async def brought_by(self, case: str) -> str | None:
        """The partner whose application began this case, or the one it is linked to; None when there is no such case."""
        ...

    async def zone(self, vacancy: str) -> str: ...


class Standing:
    def __init__(self, prover: Prover, cases: Cases) -> None:
        self._prover, self._cases = prover, cases

    async def tell(self, claim: Claim, hire: str) -> dict[str, Any]:
        """What the candidate of `hire` may see. What is signed as the body is the request line: `GET /hires/<id>/status`.

        Raises BadSignature, BadInput, and NotFound, which says the same whether there is no such case or it is another portal's.
        """
        if not _HIRE.fullmatch(hire):
            raise BadInput("the address must be /hires/<id>/status, with the id a receipt gave without its `hire/`", code="bad_address")
        sender = self._prover.prove(claim, f"GET /hires/{hire}/status".encode()).sender
        case = f"hire/{hire}"
        journal = await self._cases.journal(case) if await self._cases.brought_by(case) == sender.id else []
        if not journal:
            raise NotFound("no application of yours has this id, or it has not been looked at yet", code="unknown_case")
        found = status(fold(journal))
        zone = await self._cases.zone(found.vacancy)
        text = {language: Teller(Words.load(), language, zone).status(found) for language in LANGUAGES}
        return {"case": case, **found.model_dump(mode="json"), "zone": zone, "text": text}


def routes(standing: Standing) -> APIRouter:
    router = APIRouter(dependencies=[Depends(free(Free.SIGNED))])

    @router.get("/hires/{hire}/status", summary="Where an application stands, for the portal that sent it")
    async def status(request: Request, hire: str) -> Response:
        return JSONResponse(await standing.tell(Claim.of(request), hire), headers={"Cache-Control": "no-store"})

    return router
