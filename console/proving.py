"""Proving once more who one is, where something is approved: in which ways this person can, and whether they just did."""

from typing import Any, Literal

from fastapi import Request

from acts.sessions import NotSignedIn
from console.visits import Visitor, reception_of
from domain.sessions import How


async def ways(request: Request, visitor: Visitor) -> dict[str, Any]:
    """For a page to confirm on: how this person can prove again who they are."""
    reception = reception_of(request)
    known = reception.passwords and await visitor.desk.sessions.has_password(visitor.person)
    found = {"password": known, "provider": bool(reception.provider), "link": visitor.session.how is How.LINK and not known}
    return {"prove": [way for way, open_ in found.items() if open_], "provider": reception.provider}


async def proved(request: Request, visitor: Visitor) -> Literal["yes", "asked", "wrong"]:
    """Has this person just proved who they are? Not yet where nothing was given (`asked`); a wrong password counts as one at the door.

    Where passwords of ours are not taken at the door, they are not taken here either.
    """
    if visitor.fresh:
        return "yes"
    password = str((await request.form()).get("proof", ""))
    if not password or not reception_of(request).passwords:
        return "asked"
    try:
        await visitor.desk.sessions.again_by_password(visitor.session, password)
    except NotSignedIn:
        return "wrong"
    return "yes"
