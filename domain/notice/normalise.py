"""From the bytes of a file to clean lines and passages that still know their line numbers in that file.

Every pattern of this package is matched on `folded` text: lower case, no accents, plain quotes and dashes. Folding keeps the
length, so a position found in `folded` cuts the same words out of `text`, where they stand as published.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from domain.errors import NotANotice

SENTENCE_LIMIT = 2000
"""Longer sentences are cut, so that no pattern ever looks at more than this at once."""

_SPACES = dict.fromkeys(map(ord, "\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u202f\u205f\u3000\u2028\u2029"), " ") | dict.fromkeys(
    range(0x2000, 0x200B), " "
)
_NOTHING: dict[int, None] = dict.fromkeys(
    [0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
_CLEAN: dict[int, str | None] = {**_SPACES, **_NOTHING, **_LIGATURES}

_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,400}\)")
_EMPHASIS = re.compile(r"\*+|_{2,}|`+")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"^ *(?:[•‣⁃∙▪▫●○◦■□◆◇✓✔✅☑✦✎❖➢➤►▶▸→⇒·\ue000-\uf8ff\U0001f300-\U0001faff\ufe0f] *|[-+–—] +)+(?=[^ ])")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_SPACE_RUN = re.compile(r" {2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀ-ÖØ-Þ0-9\"'«“(\[])")


class _Fold(dict[int, str]):
    """One character for one character: lower case, without its accent, plain quotes and dashes."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFKD", char)[:1].lower()
        self[code] = base if len(base) == 1 and base.isprintable() else char
        return self[code]


_FOLD = _Fold()
_FOLD.update({ord(char): "-" for char in "‐‑‒–—―−"} | {ord(char): "'" for char in "’‘‛ʼ`´′"} | {ord(char): '"' for char in "“”„«»‹›″"})


def fold(text: str) -> str:
    """The same text in lower case, without accents, with plain quotes and dashes; exactly as long."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, cleaned; `number` counts from 1 as an editor does."""

    number: int
    text: str
    folded: str
    bullet: bool = False
    opens: bool = False
    """Emphasis begins with the line: *** like this."""
    closes: bool = False
    """Emphasis ends with the line: like this ***."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a bullet or a heading: lines that belong together, with the line each position comes from."""

    text: str
    folded: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]
    bullet: bool = False
    banner: bool = False
    language: str = field(default="")

    def lines(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """First and last line of the file that `text[start:end]` stands on."""
        last = len(self.text) if end is None else end
        return self.numbers[bisect_right(self.starts, start) - 1], self.numbers[bisect_right(self.starts, max(start, last - 1)) - 1]

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Each sentence, folded, with the position where it starts."""
        for start, end in _sentence_spans(self.text):
            yield start, self.folded[start:end]

    @property
    def is_heading(self) -> bool:
        """Short, without a full stop at its end: the title of what follows."""
        return not self.bullet and len(self.text) <= 70 and not self.text.endswith((".", ";", ",", "!", "?"))


def decode(raw: bytes) -> str:
    """The text of the file, in UTF-8, UTF-16 with a byte order mark, or Windows-1252; raises `NotANotice` for anything else."""
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NotANotice("The file is empty: there is no text to read.", code="EmptyFile")
    for magic, kind in (
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\xd0\xcf\x11\xe0", "an office document"),
    ):
        if raw.startswith(magic):
            raise NotANotice(f"The file is {kind}, not text: extract its text first.", code="NotText")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _checked(_decoded(raw, "utf-16"))
    try:
        return _checked(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _checked(_decoded(raw, "cp1252"))


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise NotANotice("The file is not text in UTF-8, UTF-16 or Windows-1252.", code="NotText") from wrong


def _checked(text: str) -> str:
    """Text may hold a stray control character; more than that is a binary file that happened to decode."""
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 28), 0x7F, 0xFFFD))
    if "\x00" in text or controls > len(text) // 200 + 2:
        raise NotANotice("The file is binary, not text.", code="NotText")
    return text


def lines_of(text: str) -> list[Line]:
    """Every line of the text, cleaned; blank ones too, so that the numbers are those of the file."""
    whole = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)
    return [_line(number, line) for number, line in enumerate(whole.split("\n"), start=1)]


def _line(number: int, raw: str) -> Line:
    if not raw.strip():
        return Line(number, "", "")
    bare = raw.strip()
    opens, closes = bare.startswith(("**", "__")), bare.endswith(("**", "__"))
    text = html.unescape(raw) if "&" in raw and _ENTITY.search(raw) else raw
    text = _LINK.sub(r"\1", text) if "](" in text else text
    starred = bare.startswith("* ")
    text = _HEADING.sub("", text) if "#" in text[:10] else text
    text = _EMPHASIS.sub("", text) if any(mark in text for mark in ("*", "__", "`")) else text
    text = _SPACE_RUN.sub(" ", text.translate(_CLEAN).replace("\n", " ")).strip(" |")
    clean = _BULLET.sub("", text)
    bullet = starred or len(clean) != len(text)
    return Line(number, clean, fold(clean), bullet=bullet, opens=opens, closes=closes)


def passages_of(lines: list[Line], standalone: set[int]) -> list[Passage]:
    """Lines joined into passages. A line in `standalone` (a label, a value, a heading of the layout) is never joined.

    A line continues the one before only when that one looks wrapped: long, and without the end of a sentence. So a notice whose
    paragraphs are one line each, and a notice wrapped at some width, give the same passages.
    """
    passages: list[Passage] = []
    pending: list[Line] = []
    for line in lines:
        if pending and line.closes and not line.text:
            pending[-1] = replace(pending[-1], closes=True)  # the marks that end an emphasis, wrapped onto a line of their own
            continue
        if pending and not _continues(pending[-1], line, standalone):
            passages.append(_passage(pending))
            pending = []
        if line.text:
            pending.append(line)
    if pending:
        passages.append(_passage(pending))
    return passages


_ENUMERATED = re.compile(r"^(?:\(?[0-9]{1,2}[.)]|\(?[a-z][.)]|[ivx]{1,4}[.)])\s")


def _continues(before: Line, line: Line, standalone: set[int]) -> bool:
    if (
        not line.text
        or line.bullet
        or (before.opens and before.closes)
        or line.number in standalone
        or before.number in standalone
        or _ENUMERATED.match(line.folded)
    ):
        return False
    if (before.text.isupper() and not line.text.isupper()) or line.folded.startswith(("http", "www.")):
        return False
    wrapped = len(before.text) >= 45 and not before.text.endswith((".", ":", ";", "!", "?"))
    return wrapped or (line.text[0].islower() and not before.text.endswith((".", ":", ";")))


def _passage(lines: list[Line]) -> Passage:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    return Passage(
        text=" ".join(line.text for line in lines),
        folded=" ".join(line.folded for line in lines),
        starts=tuple(starts),
        numbers=tuple(line.number for line in lines),
        bullet=lines[0].bullet,
        banner=lines[0].opens and lines[-1].closes,
    )


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
        for cut in range(start, end, SENTENCE_LIMIT):
            yield cut, min(end, cut + SENTENCE_LIMIT)
        start = end
