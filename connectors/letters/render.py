"""A letter as paper, set from the text as sent and from nothing else, so that it can say neither more nor less than the text."""

import hashlib
import re
from pathlib import Path
from typing import Any, Protocol

from connectors.letters.press import MADE_WITH, Press, dated
from domain.errors import BadInput
from domain.messages import Letter

TEMPLATE = Path(__file__).with_name("letter.typ")

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
        self.made_with = f"{MADE_WITH}, template {self.template_sha256[:16]}"
        self._press = Press("letter", template)

    def print(self, letter: Letter) -> bytes:
        """The letter as a PDF. Raises BadInput: `unprintable` when a character of it is in none of the fonts, else `not_set`."""
        at, numbers = dated(letter.at)
        return self._press.set(self._sheet(letter, numbers), at, letter=letter.letter)

    def _sheet(self, letter: Letter, numbers: list[int]) -> dict[str, Any]:
        """The parts of the kept text, by the places `letter.frame` gives them: sender, date, what it is about, the letter, the end."""
        parts = [_fine(part, letter.language).split("\n") for part in letter.body.strip().split("\n\n")]
        if len(parts) < LEAST_PARTS:
            raise BadInput("the letter has not the parts of its frame", code="not_framed", letter=letter.letter)
        sender, when, about, *body, closing, signature = parts
        return {
            "language": letter.language,
            "subject": _fine(letter.subject, letter.language),
            "date": numbers,
            "keywords": [f"text sha256:{letter.sha256}", f"template sha256:{self.template_sha256}"],
            "sender": sender,
            "dated": " ".join(when),
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
