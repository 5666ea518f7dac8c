"""A letter as paper: PDF/A-2a and PDF/UA-1 in one file, the same bytes for the same letter, template and typesetter.

The paper is set from the text as sent and from nothing else, so it can say neither more nor less than the text. The text goes into
the template (`letter.typ`) as data and is never read as markup; no network, no font of the machine and no clock plays a part.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from typst import Compiler, TypstError

from domain.errors import BadInput
from domain.messages import Letter

if TYPE_CHECKING:
    from typst import PDFStandard  # told to type checkers only

TEMPLATE = Path(__file__).with_name("letter.typ")
#: Kept for decades, and read aloud in the right order.
STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]

#: Sender, date, what it is about, something said, the closing words, who signs.
LEAST_PARTS = 6

_POINT = re.compile(r"\d+\. ")
_COUNTED = re.compile(r"(?:(?<=\b\d)|(?<=\b\d\d)|(?<=\b1er)) (?=[^\W\d])|(?:(?<= at)|(?<= à)) (?=\d)")


class Labels(Protocol):
    """`config.words.Words` fits."""

    def raw(self, key: str, language: str) -> str: ...


class Printer:
    """Sets letters. Safe to call from several threads; one letter is set at a time."""

    def __init__(self, labels: Labels, template: Path = TEMPLATE) -> None:
        self._labels = labels
        self.template_sha256 = hashlib.sha256(template.read_bytes()).hexdigest()
        #: What the bytes depend on besides the letter.
        self.made_with = f"typst {version('typst')}, template {self.template_sha256[:16]}"
        self._compiler = Compiler(str(template), root=str(template.parent), ignore_system_fonts=True)
        self._lock = Lock()

    def print(self, letter: Letter) -> bytes:
        """The letter as a PDF. Raises BadInput: `unprintable` when a character of it is in none of the fonts, else `not_set`."""
        at = letter.at.astimezone(UTC).replace(microsecond=0)  # a document is dated to the second
        data = json.dumps(self._sheet(letter, at), ensure_ascii=False)
        try:
            with self._lock:
                made = self._compiler.compile(format="pdf", sys_inputs={"letter": data}, pdf_standards=STANDARDS, timestamp=at)
        except (TypstError, ValueError) as error:
            # The typesetter's words may quote the letter: only its kind is told on.
            code = "unprintable" if "font" in str(error) else "not_set"
            raise BadInput("the letter cannot be set as PDF", code=code, letter=letter.letter) from None
        assert isinstance(made, bytes)  # one document, no pages apart
        return made

    def _sheet(self, letter: Letter, at: datetime) -> dict[str, Any]:
        """The parts of the kept text, by the places `letter.frame` gives them: sender, date, what it is about, the letter, the end."""
        parts = [_fine(part, letter.language).split("\n") for part in letter.body.strip().split("\n\n")]
        if len(parts) < LEAST_PARTS:
            raise BadInput("the letter has not the parts of its frame", code="not_framed", letter=letter.letter)
        sender, dated, about, *body, closing, signature = parts
        return {
            "language": letter.language,
            "subject": _fine(letter.subject, letter.language),
            "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
            "keywords": [f"text sha256:{letter.sha256}", f"template sha256:{self.template_sha256}"],
            "sender": sender,
            "dated": " ".join(dated),
            "about": about,
            "body": [_block(part) for part in body[:-1]],
            "last": [_block(part) for part in body[-1:]],
            "closing": closing,
            "signature": signature,
            "page": self._labels.raw("paper.page", letter.language),
            "reference": about[-1],
            "seal": f"sha256 {letter.sha256[:16]}",
        }


def _block(lines: list[str]) -> dict[str, Any]:
    if all(_POINT.match(line) for line in lines):
        return {"kind": "points", "lines": [_POINT.sub("", line, count=1) for line in lines]}
    if all(line.startswith("- ") for line in lines):
        return {"kind": "choices", "lines": [line.removeprefix("- ") for line in lines]}
    return {"kind": "lines" if len(lines) > 1 else "text", "lines": lines}


def _fine(text: str, language: str) -> str:
    """The spaces as printers set them: a number stays with what it counts, an hour with its "at"; in French narrow no-break spaces
    stand inside guillemets and before high marks, and the colon keeps its full one."""
    text = _COUNTED.sub("\u00a0", text)
    return re.sub("\u00a0(?=[;!?»])|(?<=«)\u00a0", "\u202f", text) if language == "fr" else text
