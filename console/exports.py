"""Lists that can be taken along: exactly the view somebody looks at, in a file. Each list declares itself once:

    LISTING = Listing("hires", Resource.PARTS, Asked, columns, filters, chunks)

`chunks` gives the rows as the page would show them, the same rights and the same cuts; `columns` says what stands in each column, for this
visitor. `console/pages/exporting.py` gives every listing an address and notes what was taken before anybody gets it.
"""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from acts.rights import Resource
from config.telling import Teller
from console.sheets import FORMATS, Cell, Cover, Layout
from console.visits import Visitor
from domain.errors import BadInput

#: More than these are not taken in one piece; so many are looked up at a time.
MOST, PIECE = 100_000, 500
#: Where in a list one is, and what it is called, are no part of what it shows.
PLACE = frozenset({"cursor"})

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column: its name in JSON, the key of its head in the catalogue, what stands in it."""

    name: str
    head: str
    cell: Callable[[Row, Teller], Cell]


@dataclass(frozen=True)
class Listing:
    """A list that can be taken along. `filters` says in words what was asked, label and value; empty where everything is shown.

    What is asked stands in addresses, logs and names of files: it holds nothing personal. Searching for somebody has a page of its own.
    """

    name: str  # its address, too: `/hires`
    resource: Resource
    asked: type[BaseModel]
    columns: Callable[[Visitor], Sequence[Column]]
    filters: Callable[[Any, Teller], Sequence[tuple[str, str]]]
    chunks: Callable[[Visitor, Any], AsyncIterator[Sequence[Row]]]

    def read(self, form: Mapping[str, str]) -> BaseModel:
        """What was asked. Raises BadInput."""
        try:
            return self.asked.model_validate({name: value for name, value in form.items() if name not in PLACE})
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
            raise BadInput(f"{where or 'the filter'} is not understood", code="bad_arguments") from None

    def query(self, asked: BaseModel) -> str:
        """What was asked as it stands in an address, in one form: whatever differs from the list as it opens."""
        given = asked.model_dump(mode="json", exclude=set(PLACE))
        usual = self.asked().model_dump(mode="json")
        return urlencode({name: _plain(value) for name, value in sorted(given.items()) if value != usual[name]})

    def told(self, asked: BaseModel) -> str:
        """What was asked, as codes that may stand in a log: `stage=shortlisting sort=deadline`."""
        given = asked.model_dump(mode="json", exclude=set(PLACE))
        return " ".join(f"{name}={value}" for name, value in given.items() if value not in (None, "", False))


@dataclass(frozen=True)
class Taken:
    """A finished file, at its beginning, and how many rows are in it. Closing it removes it."""

    file: IO[bytes]
    rows: int


@dataclass(frozen=True)
class Taking:
    """One list being made into a file. `zone` is where its moments are read."""

    listing: Listing
    visitor: Visitor
    asked: BaseModel
    teller: Teller
    zone: str
    now: datetime

    async def file(self, kind: str) -> Taken:
        """Raises BadInput for a list of more than `MOST` rows, and whatever the list itself refuses."""
        with ExitStack() as unless_finished:
            into = unless_finished.enter_context(TemporaryFile())
            taken = await self._written(into, kind)
            unless_finished.pop_all()
        return taken

    def name(self, kind: str, rows: int) -> str:
        """What the file is called: all its cover says, for a format without one."""
        at = self.now.astimezone(ZoneInfo(self.zone))
        parts = ("muster", self.listing.name, self.listing.told(self.asked), f"{at:%Y-%m-%dT%H%M}", self.visitor.person, f"{rows}-rows")
        return re.sub(r"[^A-Za-z0-9._=-]+", "_", "_".join(part for part in parts if part)) + f".{kind}"

    async def _written(self, into: IO[bytes], kind: str) -> Taken:
        columns, rows, say = self.listing.columns(self.visitor), 0, self.teller.say
        heads, names = [say(column.head) for column in columns], [column.name for column in columns]
        layout = Layout(heads, names, ZoneInfo(self.zone), (say("console.export.cover"), say(f"console.rail.{self.listing.name}")))
        sheet = await to_thread(FORMATS[kind], into, layout)
        async for chunk in self.listing.chunks(self.visitor, self.asked):
            rows += len(chunk)
            if rows > MOST:
                raise BadInput(f"a list of more than {MOST} rows is not exported in one piece: narrow it", code="too_many_rows", most=MOST)
            await to_thread(sheet.write, ([column.cell(row, self.teller) for column in columns] for row in chunk))
        await to_thread(sheet.close, self._cover(rows))
        into.seek(0)
        return Taken(into, rows)

    def _cover(self, rows: int) -> Cover:
        say = self.teller.say
        filters = [*self.listing.filters(self.asked, self.teller)] or [(say("console.export.filter"), say("console.export.everything"))]
        made = (
            (say("console.export.at"), self.teller.moment(self.now, self.zone)),
            (say("console.export.by"), f"{self.visitor.name} ({self.visitor.person})"),
            (say("console.export.rows"), str(rows)),
            (say("console.export.zone"), self.zone),
            (say("console.export.care"), say("console.export.care.text")),
        )
        return Cover(f"Muster: {say(f'console.rail.{self.listing.name}')}", (*filters, *made))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def every_page(
    page: Callable[[Any, int], Awaitable[list[dict[str, Any]]]], keys: Sequence[str]
) -> AsyncIterator[list[dict[str, Any]]]:
    """All rows of a list that comes in pages, a piece at a time. `page` takes the place to go on from, and how many."""
    after: list[Any] | None = None
    while rows := await page(after, PIECE):
        yield rows
        if len(rows) < PIECE:
            return
        after = [rows[-1][name] for name in keys]
