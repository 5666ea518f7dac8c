"""A notice says the same as text, as a web page and as a PDF; what cannot be read says why."""

import html
from typing import Any

import pytest

from connectors.documents import MAX_PAGES, is_document, text_of
from domain.errors import BadInput, NotANotice
from domain.notice import read_notice
from tests.connectors.pages import pdf
from tests.domain.notice.samples import own, values

NAMES = ("bilingual_conflicts", "french_only", "no_currency", "close_protection", "ims_old_grade")


def page(text: str) -> str:
    """The text as a site would show it: a heading, paragraphs, things nobody sees."""
    blocks = "\n".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip())
    head = "<head><title>Jobs</title><style>p { color: red }</style><script>if (a < b) document.write('G20')</script></head>"
    return f"<!DOCTYPE html>\n<html>{head}<body><nav><select><option>Deadline: 1 May 2030</option></select></nav>{blocks}</body></html>"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_the_text_says(name: str) -> None:
    text = own(name).decode()
    assert values(text_of(page(text).encode(), "notice.html")) == values(text)


@pytest.mark.parametrize("name", NAMES)
def test_a_pdf_says_what_the_text_says(name: str) -> None:
    text = own(name).decode()
    assert values(text_of(pdf(text), "notice.pdf")) == values(text)


def test_a_pdf_of_several_pages_is_read_to_its_end() -> None:
    text = text_of(pdf("\n".join(f"line {n}" for n in range(100)), per_page=30), "x.pdf")
    assert text.split() == [word for n in range(100) for word in ("line", str(n))]


def test_plain_text_is_left_as_it_is() -> None:
    assert text_of(own("no_currency"), "notice.txt") == own("no_currency").decode()
    assert not is_document(own("no_currency"), "notice.txt")


@pytest.mark.parametrize(
    ("raw", "name"),
    [(b"<p>x</p>", "a.HTML"), (b"  <!DOCTYPE html><p>x", "a"), (b"\xef\xbb\xbf<html lang=en>", "-"), (b"<?xml version='1.0'?><html>", "-")],
)
def test_a_page_is_known_by_its_beginning_or_its_name(raw: bytes, name: str) -> None:
    assert is_document(raw, name)


def test_a_table_shows_a_row_on_a_line_and_a_list_its_points() -> None:
    raw = b"<html><table><tr><td>Grade:</td><td>G8</td></tr><tr><td>Clearance</td><td>NS</td></tr></table><ul><li>one<li>two</ul>a<br>b"
    assert [line for line in text_of(raw, "-").split("\n") if line] == ["Grade: G8", "Clearance NS", "- one", "- two", "a", "b"]


@pytest.mark.parametrize("raw", [b"<html></html>", b"<html><script>x</script>", b"<html><head><title>x</title>"])
def test_a_page_that_shows_nothing_says_so(raw: bytes) -> None:
    with pytest.raises(NotANotice, match="shows no text"):
        text_of(raw, "-")


@pytest.mark.parametrize("between", [b"<body>", b"", b"</head></pre><body>"])
def test_a_head_left_open_hides_nothing_of_the_body(between: bytes) -> None:
    assert text_of(b"<html><head><title>x</title>" + between + b"<p>shown", "-") == "shown\n"


@pytest.mark.parametrize("raw", [b"%PDF-1.7\n\x00", pdf("x")[:200], b"%PDF-" + bytes(range(256)) * 20])
def test_a_damaged_pdf_is_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(NotANotice, match="PDF"):
        text_of(raw, "x.pdf")


def test_a_pdf_of_pictures_says_so() -> None:
    with pytest.raises(NotANotice, match="pictures"):
        text_of(pdf("  "), "x.pdf")


def test_a_pdf_that_is_a_book_is_refused() -> None:
    with pytest.raises(NotANotice, match="at most"):
        text_of(pdf("\n".join("x" * (MAX_PAGES + 1)), per_page=1), "x.pdf")


def test_without_the_extra_a_pdf_says_how_to_install_it_and_a_page_is_read() -> None:
    def nothing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    with pytest.raises(BadInput, match=r"requirements/import\.txt") as refused:
        text_of(pdf("x"), "x.pdf", nothing)
    assert refused.value.code == "extra_missing"
    assert text_of(b"<html><p>x", "-", nothing) == "x\n"


def test_what_is_no_text_at_all_is_refused_as_ever() -> None:
    with pytest.raises(NotANotice, match="not text"):
        read_notice(text_of(bytes(range(256)) * 20, "x.txt").encode())
