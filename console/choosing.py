"""Which hires an act on many is meant for: ticked in a list, ticked among the deadlines, or all that a list's filters let through.

"All" is looked up by the server when the act is previewed, and is then those very hires: what comes to match later is not meant.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from console.exports import Listing
from console.visits import Visitor
from domain.errors import BadInput, NotFound
from domain.operation import most

#: How a list finds the open hires its filters let through, so many at most.
Matching = Callable[[Visitor, Any, int], Awaitable[list[str]]]


@dataclass(frozen=True)
class Chosen:
    """`deadlines` are those that were ticked, by name; `of` and `query` say of which list all were chosen, while they were not looked up
    for a preview yet."""

    cases: tuple[str, ...] = ()
    deadlines: tuple[str, ...] = ()
    of: str = ""
    query: str = ""


@dataclass(frozen=True)
class Source:
    """A list all of whose hires can be chosen at once."""

    listing: Listing
    matching: Matching


async def chosen(visitor: Visitor, given: Mapping[str, Sequence[str]], sources: Sequence[Source]) -> Chosen:
    """Who is meant. Raises BadInput for more than this visitor may do something to at once, NotFound for a list there is none of."""
    due = [each.partition(" ") for each in given.get("due", ())]
    named = [*given.get("case", ()), *" ".join(given.get("cases", ())).split(), *(case for case, _, _ in due)]
    if named or not (of := "".join(given.get("of", ())[:1])):
        return Chosen(tuple(dict.fromkeys(named)), tuple(dict.fromkeys(key for _, _, key in due)))
    query = "".join(given.get("q", ())[:1])
    return Chosen(await _all(visitor, of, query, sources), of=of, query=query)


async def _all(visitor: Visitor, of: str, query: str, sources: Sequence[Source]) -> tuple[str, ...]:
    source = next((each for each in sources if each.listing.name == of and visitor.sees(each.listing.resource)), None)
    if source is None:
        raise NotFound("there is no such list", code="unknown_list")
    limit = most(visitor.roles)
    found = await source.matching(visitor, source.listing.read(dict(parse_qsl(query))), limit + 1)
    if len(found) > limit:
        raise BadInput(f"more than {limit} hires match; at once you may do it to {limit}: narrow the filter", code="too_many")
    return tuple(found)
