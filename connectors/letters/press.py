"""The typesetter behind every paper: PDF/A-2a and PDF/UA-1 in one file, the same bytes for the same data, template and typesetter.

What is said goes into the template as data and is never read as markup; no network, no font of the machine and no clock plays a part.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from typst import Compiler, TypstError

from domain.errors import BadInput

if TYPE_CHECKING:
    from typst import PDFStandard  # told to type checkers only

#: Kept for decades, and read aloud in the right order.
STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]
MADE_WITH = f"typst {version('typst')}"


class Press:
    """Sets one kind of paper, `what`, from its template. Safe to call from several threads; one paper is set at a time."""

    def __init__(self, what: str, template: Path) -> None:
        self._what, self._lock = what, Lock()
        self._compiler = Compiler(str(template), root=str(template.parent), ignore_system_fonts=True)

    def set(self, data: Mapping[str, Any], at: datetime, **about: str) -> bytes:
        """The paper of that second. Raises BadInput with `about`: `unprintable` for a character in none of the fonts, else `not_set`."""
        given = {self._what: json.dumps(data, ensure_ascii=False)}
        try:
            with self._lock:
                made = self._compiler.compile(format="pdf", sys_inputs=given, pdf_standards=STANDARDS, timestamp=at)
        except (TypstError, ValueError) as error:
            # The typesetter's words may quote the paper: only their kind is told on.
            code = "unprintable" if "font" in str(error) else "not_set"
            raise BadInput(f"the {self._what} cannot be set as PDF", code=code, **about) from None
        assert isinstance(made, bytes)  # one document, no pages apart
        return made


def dated(at: datetime) -> tuple[datetime, list[int]]:
    """A paper is dated to the second, in UTC: the moment, and its six numbers for the template."""
    on = at.astimezone(UTC).replace(microsecond=0)
    return on, [on.year, on.month, on.day, on.hour, on.minute, on.second]
