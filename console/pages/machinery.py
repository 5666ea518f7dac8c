"""The system page: what this installation runs on, whether it is well, and what to do where it is not. It only shows."""

import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from acts.doctor import Check
from acts.machinery import Looking
from acts.rights import Resource
from console.frame import Frame
from console.visits import Shows, Visitor

Looks = Annotated[Visitor, Depends(Shows(Resource.EVENTS))]
#: A command a check names, as it is typed.
COMMAND = re.compile(r"`([^`]+)`|Run: (.+)$")
A_CASE = re.compile(r"\b(?:hire|vacancy)/[\w-]+")
GIGA = 10**9


def routes(frame: Frame, looking: Looking) -> APIRouter:
    at = APIRouter()

    @at.get("/system")
    async def system(request: Request, visitor: Looks) -> Response:
        found = await looking.now(visitor.desk.db, visitor.desk.sessions.bounds)
        checks = sorted((_for(visitor, each) for each in found.checks), key=lambda each: each.ok)
        return frame.page(request, "machinery.html", found=found, checks=checks, commands=commands, giga=_giga)

    return at


def commands(check: Check) -> list[str]:
    """What may be typed to mend it."""
    return [quoted or run for quoted, run in COMMAND.findall(f"{check.mend}" or check.says)]


def _for(visitor: Visitor, check: Check) -> Check:
    """Who sees no case is told of none here either."""
    return check if visitor.sees(Resource.CASES) else replace(check, says=A_CASE.sub("●●●", check.says))


def _giga(size: int) -> float:
    return round(size / GIGA, 1)
