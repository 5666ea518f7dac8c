"""Notices as they come: plain text, a web page, a PDF. What the reader of notices gets is always text, a line for each line shown.

A web page needs nothing but the standard library; a PDF needs the optional extra `import` (requirements/import.txt).
"""

import importlib
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any, Final

from domain.errors import BadInput, NotANotice
from domain.notice.normalise import decode

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PAGE_BYTES: Final = 4 * 1024 * 1024
MAX_PAGES: Final = 60

_PAGE = re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_BLANK_LINES = re.compile(r"\n{3,}")

Load = Callable[[str], Any]


def is_document(raw: bytes, name: str) -> bool:
    """Whether the file is a web page or a PDF, whose text has to be taken out; anything else is read as text."""
    return _is_pdf(raw) or _is_page(raw, name)


def _is_pdf(raw: bytes) -> bool:
    return raw[:1024].lstrip()[:5] == b"%PDF-"


def _is_page(raw: bytes, name: str) -> bool:
    starts = _PAGE.match(raw[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")) is not None
    return starts or name.lower().endswith((".html", ".htm", ".xhtml"))


def text_of(raw: bytes, name: str, load: Load = importlib.import_module) -> str:
    """The text of a notice. Raises NotANotice for what holds none, BadInput where what reads it is not installed."""
    if len(raw) > MAX_BYTES:
        raise NotANotice(f"The file has {len(raw)} bytes; a notice has at most {MAX_BYTES}.", code="TooLong")
    if _is_pdf(raw):
        return _of_pdf(raw, load)
    if _is_page(raw, name):
        return _of_page(raw)
    return decode(raw)


def _of_page(raw: bytes) -> str:
    if len(raw) > MAX_PAGE_BYTES:
        raise NotANotice(f"The page has {len(raw)} bytes; a notice has at most {MAX_PAGE_BYTES}.", code="TooLong")
    page = _Page()
    page.feed(decode(raw))
    page.close()
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(page.told).split("\n"))
    text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if not text:
        raise NotANotice("The page shows no text: it may be filled by a script when a browser opens it.", code="NoText")
    return f"{text}\n"


_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "tbody", "tfoot", "thead", "tr", "ul"),
    }
)
_UNSEEN: Final = frozenset(["script", "style", "head", "template", "noscript", "svg", "select", "button"])
_CELLS: Final = frozenset(("td", "th"))
_EMPHASIS: Final = frozenset(("b", "strong"))


class _Page(HTMLParser):
    """What a page shows: a block on lines of its own, the cells of a row side by side, emphasis as in plain-text notices."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[str] = []
        self._unseen: list[str] = []
        self._as_typed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._as_typed += tag == "pre"
        # A head left open ends where the body begins, or anything a body holds.
        if self._unseen and (tag == "body" or (self._unseen == ["head"] and tag in _BLOCKS)):
            self._unseen.clear()
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif self._unseen:
            return
        else:
            self.told.append("\n- " if tag == "li" else _before(tag))

    def handle_endtag(self, tag: str) -> None:
        self._as_typed = max(0, self._as_typed - (tag == "pre"))
        if tag in self._unseen:
            while self._unseen.pop() != tag:
                pass
        elif not self._unseen:
            self.told.append("\n\n" if tag in ("p", "table", "ul", "ol") else _before(tag) if tag not in ("br", "li", *_CELLS) else "")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.told.append(data if self._as_typed > 0 else re.sub(r"\s+", " ", data))


def _before(tag: str) -> str:
    if tag in _EMPHASIS:
        return "**"
    return "\n" if tag in _BLOCKS or tag == "br" else "  " if tag in _CELLS else ""


def _of_pdf(raw: bytes, load: Load) -> str:
    try:
        pdfplumber = load("pdfplumber")
    except ImportError:
        raise BadInput(
            "this notice is a PDF, and the optional extra that reads PDF is not installed here: "
            "pip install --require-hashes -r requirements/import.txt",
            code="extra_missing",
            extra="import",
        ) from None
    try:
        pages = _pages(pdfplumber, raw)
    except NotANotice:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged PDF makes its reader stumble in any way at all
        said = f"The PDF cannot be read ({type(error).__name__}): it is damaged, or locked with a password."
        raise NotANotice(said, code="NotText") from None
    if not any(page.strip() for page in pages):
        raise NotANotice("The PDF holds no text: its pages may be pictures of a printed notice.", code="NoText")
    return "\n".join(pages) + "\n"


def _pages(pdfplumber: Any, raw: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(raw)) as document:
        if len(document.pages) > MAX_PAGES:
            raise NotANotice(f"The PDF has {len(document.pages)} pages; a notice has at most {MAX_PAGES}.", code="TooLong")
        return [page.extract_text() or "" for page in document.pages]
