"""Signing in and out. A link is looked at first and used up only by the button: mail programs follow links by themselves."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.needs import Free, free
from acts.sessions import NotSignedIn
from console.frame import Frame
from console.visits import Does, Reception, Shows, Visitor, check_origin

Wanted = Annotated[str, Query(alias="next", max_length=400)]
Why = Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")]

DOOR = [Depends(free(Free.DOOR))]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/sign-in", dependencies=DOOR)
    async def door(request: Request, wanted: Wanted = "/", why: Why = "") -> Response:
        return frame.page(request, "sign_in.html", wanted=inside(wanted), why=why, person="")

    @at.post("/sign-in", dependencies=DOOR)
    async def by_password(
        request: Request,
        person: Annotated[str, Form(max_length=64)],
        password: Annotated[str, Form(max_length=200)],
        wanted: Annotated[str, Form(alias="next", max_length=400)] = "/",
    ) -> Response:
        check_origin(request)
        try:
            _, secret = await _reception(request).desk.sessions.by_password(person.strip().lower(), password)
        except NotSignedIn as refused:
            return frame.page(request, "sign_in.html", 403, wanted=inside(wanted), why=refused.code, person=person)
        return await _signed_in(request, secret, wanted)

    @at.get("/in/{link}", dependencies=DOOR)
    async def shown(request: Request, link: str) -> Response:
        person = await _reception(request).desk.sessions.whose_link(link)
        return frame.page(request, "by_link.html", 200 if person else 410, link=link, person=person)

    @at.post("/in/{link}", dependencies=DOOR)
    async def by_link(request: Request, link: str) -> Response:
        check_origin(request)
        try:
            _, secret = await _reception(request).desk.sessions.by_link(link)
        except NotSignedIn:
            return frame.page(request, "by_link.html", 410, link=link, person=None)
        return await _signed_in(request, secret, "/")

    @at.post("/sign-out")
    async def out(request: Request, visitor: Annotated[Visitor, Depends(Does())]) -> Response:
        await visitor.desk.sessions.end(visitor.session)
        answer = RedirectResponse("/sign-in?why=signed_out", 303)
        answer.delete_cookie(_reception(request).cookie, path="/")
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

    @at.post("/me/sessions/end")
    async def end_all(visitor: Annotated[Visitor, Depends(Does())]) -> Response:
        await visitor.desk.sessions.end_all(visitor.person)
        return RedirectResponse("/sign-in?why=signed_out", 303)

    return at


def inside(address: str) -> str:
    """An address of ours, else the front page: nobody is sent elsewhere after signing in."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable() else "/"


async def _signed_in(request: Request, secret: str, wanted: str) -> Response:
    """A session always begins under a secret of its own, and the one before it ends: what somebody planted leads nowhere."""
    reception = _reception(request)
    before = request.cookies.get(reception.cookie, "")
    with suppress(NotSignedIn):
        await reception.desk.sessions.end(await reception.desk.sessions.proved(before))
    answer = RedirectResponse(inside(wanted), 303, {"cache-control": "no-store"})
    answer.set_cookie(reception.cookie, secret, path="/", secure=reception.secure, httponly=True, samesite="lax")
    return answer


def _reception(request: Request) -> Reception:
    reception: Reception = request.app.state.reception
    return reception
