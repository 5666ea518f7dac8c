"""A request to an authority as paper: the same typesetting as letters to candidates, one sheet a language, without anybody's name."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from babel.dates import format_date

from connectors.letters.compose import LOCALES
from connectors.letters.render import Printer
from domain.letters import text_hash
from domain.messages import Letter


class Sheets:
    """Sets requests. `printer` is made when the first sheet is: reading the fonts takes a while."""

    def __init__(self, printer: Callable[[], Printer]) -> None:
        self._make = printer

    @cached_property
    def _printer(self) -> Printer:
        return self._make()

    async def set(self, reference: str, language: str, text: str, at: datetime) -> bytes:
        """The text, paragraphs apart by blank lines: what it is about first, closing words and signature last. Raises BadInput."""
        return await asyncio.to_thread(self._set, reference, language, text, at)

    def _set(self, reference: str, language: str, text: str, at: datetime) -> bytes:
        about, *said, end = text.strip().split("\n\n")
        closing, signature = end.rsplit("\n", 1)
        dated = format_date(at, "d MMMM y", locale=LOCALES[language])
        body = "\n\n".join((signature, dated, about, *said, closing, signature)) + "\n"
        letter = Letter(
            letter=reference,
            case=reference,
            candidate="",
            template="ask",
            language=language,
            to="",
            subject=about.split("\n")[0],
            body=body,
            sha256=text_hash(about, body, None),
            at=at,
        )
        return self._printer.print(letter)
