"""Saving a view of a list, and keeping one's views in order."""

from collections.abc import Iterable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from acts.rights import Resource
from console import views
from console.exports import Listing
from console.frame import Frame
from console.visits import Does, Shows, Visitor
from domain.errors import BadInput, NotAllowed, NotFound

Doing = Annotated[Visitor, Depends(Does())]
ViewId = Annotated[str, Path(pattern=r"^[a-z0-9]{4,40}$")]
Name = Annotated[str, Form(max_length=60)]


def routes(frame: Frame, listings: Iterable[Listing]) -> APIRouter:
    at, named = APIRouter(), {listing.name: listing for listing in listings}

    @at.post("/views")
    async def save(
        visitor: Doing,
        screen: Annotated[str, Form(pattern=r"^[a-z_]{2,20}$")],
        query: Annotated[str, Form(max_length=1000)],
        name: Name,
        shared: Annotated[Literal["", "yes"], Form()] = "",
    ) -> Response:
        listing = named.get(screen)
        if listing is None or not visitor.sees(listing.resource):
            raise NotFound("there is no such list", code="unknown_list")
        kept = views.kept(listing, query)
        if shared:
            _check_shares(visitor)
        await visitor.desk.preferences.save_view(
            visitor.person, screen, _named(name), kept, await visitor.desk.clock.now(), shared=bool(shared)
        )
        return RedirectResponse(f"/{screen}?{kept}" if kept else f"/{screen}", 303)

    @at.get("/me/views")
    async def mine(request: Request, visitor: Annotated[Visitor, Depends(Shows())]) -> Response:
        found = await views.of(visitor, named.values())
        return frame.page(request, "views.html", tabs=found, may_share=visitor.sees(Resource.TEAM_VIEWS))

    @at.post("/me/views/{view}")
    async def change(
        visitor: Doing,
        view: ViewId,
        step: Annotated[Literal["rename", "share", "unshare", "delete", "open", "open_not"], Form()],
        name: Name = "",
    ) -> Response:
        kept = visitor.desk.preferences
        match step:
            case "rename":
                await kept.change_view(visitor.person, view, name=_named(name))
            case "share" | "unshare":
                _check_shares(visitor)
                await kept.change_view(visitor.person, view, shared=step == "share")
            case "delete":
                await kept.drop_view(visitor.person, view)
            case "open" | "open_not":
                await _open_with(visitor, named.values(), view, step == "open")
        return RedirectResponse("/me/views", 303)

    return at


async def _open_with(visitor: Visitor, listings: Iterable[Listing], view: str, wanted: bool) -> None:
    tab = next((each for each in await views.of(visitor, listings) if each.view == view), None)
    if tab is None:
        raise NotFound("there is no such view", code="unknown_view")
    await visitor.desk.preferences.put(visitor.person, **{views.OPENS_WITH + tab.screen: view if wanted else ""})


def _named(name: str) -> str:
    """Raises BadInput for a name nobody could read."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise BadInput("a view needs a name of up to 60 characters", code="bad_name")
    return name


def _check_shares(visitor: Visitor) -> None:
    if not visitor.sees(Resource.TEAM_VIEWS):
        raise NotAllowed("views for everybody are made by HR", code="wrong_role")
