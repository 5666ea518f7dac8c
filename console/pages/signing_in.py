"""Signing in and out. A link is looked at first and used up only by the button: mail programs follow links by themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.needs import Free, free
from acts.sessions import NotSignedIn
from console.frame import Frame
from console.visits import Does, Shows, Visitor, check_origin, reception_of
from domain.sessions import Session

Wanted = Annotated[str, Query(alias="next", max_length=400)]
Why = Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")]

DOOR = [Depends(free(Free.DOOR))]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/sign-in", dependencies=DOOR)
    async def door(request: Request, wanted: Wanted = "/", why: Why = "") -> Response:
        vouching = reception_of(request).vouching
        leaving = await vouching.leaving() if vouching and why == "signed_out" else ""
        return the_door(frame, request, 200, wanted, why, leaving=leaving)

    @at.post("/sign-in", dependencies=DOOR)
    async def by_password(
        request: Request,
        person: Annotated[str, Form(max_length=64)],
        password: Annotated[str, Form(max_length=200)],
        wanted: Annotated[str, Form(alias="next", max_length=400)] = "/",
    ) -> Response:
        check_origin(request)
        if not reception_of(request).passwords:
            return the_door(frame, request, 403, wanted, "wrong_password")
        try:
            _, secret = await reception_of(request).desk.sessions.by_password(person.strip().lower(), password)
        except NotSignedIn as refused:
            return the_door(frame, request, 403, wanted, refused.code, person=person)
        return await signed_in(request, secret, wanted)

    @at.get("/in/{link}", dependencies=DOOR)
    async def shown(request: Request, link: str) -> Response:
        person = await reception_of(request).desk.sessions.whose_link(link)
        return frame.page(request, "by_link.html", 200 if person else 410, link=link, person=person)

    @at.post("/in/{link}", dependencies=DOOR)
    async def by_link(request: Request, link: str) -> Response:
        check_origin(request)
        sessions = reception_of(request).desk.sessions
        try:
            if (session := await session_of(request)) is not None and session.person == await sessions.whose_link(link):
                await sessions.again_by_link(session, link)
                return RedirectResponse("/me/proved", 303)
            _, secret = await sessions.by_link(link)
        except NotSignedIn:
            return frame.page(request, "by_link.html", 410, link=link, person=None)
        return await signed_in(request, secret, "/")

    @at.post("/sign-out")
    async def out(request: Request, visitor: Annotated[Visitor, Depends(Does())]) -> Response:
        await visitor.desk.sessions.end(visitor.session)
        answer = RedirectResponse("/sign-in?why=signed_out", 303)
        answer.delete_cookie(reception_of(request).cookie, path="/")
        return answer

    @at.post("/me/preferences")
    async def preferences(
        request: Request,
        visitor: Annotated[Visitor, Depends(Does())],
        wanted: Annotated[str, Form(alias="next", max_length=400)] = "/",
        language: Annotated[str, Form(pattern=r"^(en|fr)?$")] = "",
        theme: Annotated[str, Form(pattern=r"^(system|light|dark)?$")] = "",
        keys: Annotated[str, Form(pattern=r"^(on|off)?$")] = "",
        masked: Annotated[str, Form(pattern=r"^(on|off)?$")] = "",
    ) -> Response:
        given = {"language": language, "theme": theme, "keys": keys, "masked": masked}
        await visitor.desk.preferences.put(visitor.person, **{name: value for name, value in given.items() if value})
        return RedirectResponse(inside(wanted), 303)

    @at.get("/me")
    async def oneself(request: Request, visitor: Annotated[Visitor, Depends(Shows())]) -> Response:
        sessions, feed = await visitor.desk.sessions.of(visitor.person), await visitor.desk.feeds.of(visitor.person)
        return frame.page(request, "oneself.html", sessions=sessions, feed=feed)

    @at.get("/me/proved")
    async def proved(request: Request, visitor: Annotated[Visitor, Depends(Shows())]) -> Response:
        return frame.page(request, "proved.html")

    @at.post("/me/sessions/end")
    async def end_all(visitor: Annotated[Visitor, Depends(Does())]) -> Response:
        await visitor.desk.sessions.end_all(visitor.person)
        return RedirectResponse("/sign-in?why=signed_out", 303)

    return at


def inside(address: str) -> str:
    """An address of ours, else the front page: nobody is sent elsewhere after signing in."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable() else "/"


def the_door(
    frame: Frame, request: Request, status: int, wanted: str, why: str, *, person: str = "", subject: str = "", leaving: str = ""
) -> Response:
    """The page one signs in on. `subject` is who the provider says they are, for an administrator to link."""
    reception = reception_of(request)
    said = {"wanted": inside(wanted), "why": why, "person": person, "subject": subject, "leaving": leaving}
    return frame.page(request, "sign_in.html", status, **said, provider=reception.provider, passwords=reception.passwords)


async def session_of(request: Request) -> Session | None:
    """The live session of this browser, if it has one."""
    reception = reception_of(request)
    try:
        return await reception.desk.sessions.proved(request.cookies.get(reception.cookie, ""))
    except NotSignedIn:
        return None


async def signed_in(request: Request, secret: str, wanted: str) -> Response:
    """A session always begins under a secret of its own, and the one before it ends: what somebody planted leads nowhere."""
    reception = reception_of(request)
    if (before := await session_of(request)) is not None:
        await reception.desk.sessions.end(before)
    answer = RedirectResponse(inside(wanted), 303, {"cache-control": "no-store"})
    answer.set_cookie(reception.cookie, secret, path="/", secure=reception.secure, httponly=True, samesite="lax")
    return answer
