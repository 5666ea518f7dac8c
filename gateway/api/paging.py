"""Pages on the wire: a limit, an opaque cursor, and the next page as a `Link`."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from config.cursors import Cursors

T = TypeVar("T")


class Paging(BaseModel):
    """What every list takes. A parameter that does not exist is refused: a misspelt filter would silently show everything."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200, description="At most so many.")] = 50
    cursor: Annotated[str | None, Field(max_length=600, description="`next` of the page before, for the same question.")] = None


class Page(BaseModel, Generic[T]):
    """One page. `next` is the cursor of the following one, also in `Link: …; rel="next"`; null at the end."""

    items: list[T]
    next: str | None = None


class Turner:
    """Reads a question's cursor and makes the next one. A question is its address and its filters."""

    def __init__(self, cursors: Cursors, request: Request, paging: Paging) -> None:
        self._cursors, self._request, self._paging = cursors, request, paging
        self._question = {"at": request.url.path} | paging.model_dump(mode="json", exclude={"limit", "cursor"})

    @property
    def after(self) -> list[Any] | None:
        """Raises BadInput for a cursor that is not this question's."""
        return None if self._paging.cursor is None else self._cursors.read(self._paging.cursor, self._question)

    @property
    def limit(self) -> int:
        """One row more than asked for, which says whether there is a next page."""
        return self._paging.limit + 1

    def turn(self, rows: list[dict[str, Any]], keys: Sequence[str], response: Response) -> tuple[list[dict[str, Any]], str | None]:
        """The rows of this page and the cursor of the next; `keys` are the names of the sort columns."""
        shown = rows[: self._paging.limit]
        if len(rows) <= self._paging.limit:
            return shown, None
        cursor = self._cursors.make(self._question, [shown[-1][name] for name in keys])
        asked = self._paging.model_dump(mode="json", exclude_unset=True, exclude={"cursor"})
        flat = [(name, value) for name, given in asked.items() for value in (given if isinstance(given, list) else [given])]
        query = urlencode([(name, str(value).lower() if isinstance(value, bool) else value) for name, value in flat if value is not None])
        response.headers["link"] = f'<{self._request.url.path}?{query + "&" if query else ""}cursor={cursor}>; rel="next"'
        return shown, cursor
