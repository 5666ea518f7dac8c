"""A place in the feed as its reader keeps it: opaque, bound to the reader and to this log.

The check is made of the leaf's hash, which no partner ever sees: a cursor that was made up, is another partner's, or is of a log
that does not hold that leaf (a store put back from an older copy) is refused in words instead of leading somewhere.
"""

import hashlib
import hmac
import re
from typing import Protocol

from domain.errors import BadInput
from store.feed import START, Place

#: The cursor of somebody who has read nothing yet.
BEGINNING = "beginning"
_FORM = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{1,8})-([0-9a-f]{24})")


class Log(Protocol):
    async def leaf(self, position: int) -> str | None: ...


def cursor_text(partner: str, place: Place, leaf: str) -> str:
    """The cursor that leads `partner` to what comes behind this place; `leaf` is the hash of the leaf there."""
    return BEGINNING if place.position < 0 else f"{place.position:x}-{place.n:x}-{_check(partner, place, leaf)}"


async def read_cursor(log: Log, partner: str, text: str) -> Place:
    """The place behind which this partner goes on. Raises BadInput for anything that this log did not give this partner."""
    if text == BEGINNING:
        return START
    found = _FORM.fullmatch(text)
    place = Place(int(found[1], 16), int(found[2], 16)) if found else START
    leaf = await log.leaf(place.position) if found else None
    if not found or leaf is None or not hmac.compare_digest(found[3], _check(partner, place, leaf)):
        raise BadInput("this cursor is not one that you were given here; begin again without one", code="unknown_cursor")
    return place


def _check(partner: str, place: Place, leaf: str) -> str:
    return hashlib.sha256(f"feed {partner} {place.position} {place.n} {leaf}".encode()).hexdigest()[:24]
