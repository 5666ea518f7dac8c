"""The PDF that goes with a letter: made when the letter is first sent, kept before it leaves, the same ever after.

Made here and not in the case's step: no case waits for it, and a letter that cannot be set goes out as text all the same.
"""

import asyncio
from typing import Protocol

import structlog

from domain.errors import BadInput
from domain.messages import Letter

log = structlog.get_logger(__name__)


class Prints(Protocol):
    @property
    def made_with(self) -> str: ...

    def print(self, letter: Letter) -> bytes: ...


class Cabinet(Protocol):
    async def paper(self, letter: str) -> bytes | None: ...

    async def keep_paper(self, letter: str, pdf: bytes, made_with: str) -> bytes: ...


class Press:
    """`printer` sets letters, `cabinet` keeps what was set: after an update of either, a letter sent again is still the one first sent."""

    def __init__(self, printer: Prints, cabinet: Cabinet) -> None:
        self._printer, self._cabinet = printer, cabinet

    async def of(self, letter: Letter) -> bytes | None:
        """The PDF of this letter; None when it cannot be set, which is logged and holds up nothing: the text is the letter."""
        kept = await self._cabinet.paper(letter.letter)
        if kept is not None:
            return kept
        try:
            made = await asyncio.to_thread(self._printer.print, letter)
        except BadInput as error:
            log.warning("letter.not_set", letter=letter.letter, code=error.code)
            return None
        return await self._cabinet.keep_paper(letter.letter, made, self._printer.made_with)
