"""Saved views: a list with its filters and its order under a name, for oneself or for everybody, as tabs under the list's title.

Only what a list's own filters understand is kept, in their own form, so a view leads nowhere but to its list. A search is never kept: it
names a person, and a view outlives the reason for looking.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel

from acts.rights import Resource
from console.exports import Listing
from console.visits import Visitor
from domain.errors import BadInput

#: The preference that names the view a list opens with, by the list's name.
OPENS_WITH = "view."


@dataclass(frozen=True)
class Tab:
    """One view in words; `mine`: only then it can be changed."""

    view: str
    name: str
    screen: str
    address: str
    shared: bool
    mine: bool
    opens: bool
    current: bool = False


@dataclass(frozen=True)
class Tabs:
    """The tabs of a list. `whole` is the address of the list as it opens without a view; `savable` the query to save, or empty."""

    screen: str
    whole: str
    at_whole: bool
    tabs: tuple[Tab, ...]
    savable: str
    may_share: bool


def kept(listing: Listing, query: str) -> str:
    """A query as it is kept. Raises BadInput for one the list does not understand."""
    return listing.query(listing.read(dict(parse_qsl(query, keep_blank_values=True))))


async def tabs(visitor: Visitor, listing: Listing, asked: BaseModel) -> Tabs:
    """Everything the tabs of a list show to this visitor, who looks at `asked`."""
    here = listing.query(asked)
    found = tuple(await of(visitor, [listing], here))
    savable = "" if any(tab.current for tab in found) else here
    return Tabs(listing.name, _whole(listing), not here, found, savable, visitor.sees(Resource.TEAM_VIEWS))


async def of(visitor: Visitor, listings: Iterable[Listing], here: str | None = None) -> list[Tab]:
    """The views of these lists this visitor sees. One its list understands no more is left out."""
    named = {listing.name: listing for listing in listings if visitor.sees(listing.resource)}
    only = next(iter(named)) if len(named) == 1 else None
    rows = [row for row in await visitor.desk.preferences.views(visitor.person, only) if row["screen"] in named]
    return [_tab(row, visitor, here) for row in rows if _understood(named[row["screen"]], row["query"])]


async def opens_with(visitor: Visitor, listing: Listing) -> str | None:
    """The address this visitor wants the list to open with; None for the list itself."""
    if not visitor.likes.get(OPENS_WITH + listing.name):
        return None
    return next((tab.address for tab in await of(visitor, [listing]) if tab.opens), None)


def _tab(row: dict[str, Any], visitor: Visitor, here: str | None) -> Tab:
    opens = visitor.likes.get(OPENS_WITH + row["screen"]) == row["view"]
    address = f"/{row['screen']}?{row['query']}"
    mine = row["owner"] == visitor.person
    return Tab(row["view"], row["name"], row["screen"], address, row["shared"], mine, opens, row["query"] == here)


def _understood(listing: Listing, query: str) -> bool:
    try:
        return kept(listing, query) == query
    except BadInput:
        return False


def _whole(listing: Listing) -> str:
    """The list as it opens, with its filters said: so that whoever opens it with a view comes here, too."""
    usual = listing.asked().model_dump(mode="json")
    said = {name: value for name, value in usual.items() if value not in ("", None)}
    return f"/{listing.name}?{urlencode({name: str(value).lower() for name, value in said.items()})}" if said else f"/{listing.name}"
