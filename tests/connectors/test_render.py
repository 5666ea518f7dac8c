"""Letters as paper: read back with a PDF reader that is not the program that made them."""

import hashlib
import re
import subprocess
import sys
import unicodedata
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

from config.words import LANGUAGES, Words
from connectors.letters.compose import Composer
from connectors.letters.preview import samples
from connectors.letters.render import Printer
from domain.errors import BadInput
from domain.letters import LetterDue
from domain.messages import Letter
from tests.connectors.test_letters import compose
from tests.house.repository import ROOT

WORDS = Words.load()
PRINTER = Printer(WORDS)
COMPOSER = Composer(WORDS, "jobs@muster.example")
ALL = [pytest.param(letter, id=f"{name}-{language}") for language in LANGUAGES for name, letter in samples(COMPOSER, language).items()]


def squeezed(text: str) -> str:
    """Without spaces, which a line break may cost, and with ligatures taken apart."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read(pdf: bytes) -> str:
    with pdfplumber.open(BytesIO(pdf)) as document:
        return "\n".join(page.extract_text() for page in document.pages)


def about(pdf: bytes) -> dict[str, Any]:
    """The document's own properties: language, tagging, title, XMP."""
    document = PDFDocument(PDFParser(BytesIO(pdf)))
    root = document.catalog
    return {
        "lang": root["Lang"].decode(),
        "marked": resolve1(root["MarkInfo"])["Marked"],
        "tree": "StructTreeRoot" in root,
        "xmp": resolve1(root["Metadata"]).get_data().decode(),
    }


@pytest.mark.parametrize("letter", ALL)
def test_every_letter_of_the_catalogue_is_on_paper_word_for_word(letter: Letter) -> None:
    said = squeezed(read(PRINTER.print(letter)))
    # On paper a dash before a choice is a long one.
    missing = [part for part in letter.body.split("\n") if squeezed(re.sub("^- ", "– ", part)) not in said]
    assert missing == []
    assert squeezed(letter.subject) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_standards_are_declared_and_the_language_and_the_hashes_with_them(language: str) -> None:
    letter = compose(LetterDue(template="selected"), language)
    found = about(PRINTER.print(letter))
    assert (found["lang"].partition("-")[0], found["marked"], found["tree"]) == (language, True, True)
    xmp = found["xmp"]
    for text in ("<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"):
        assert text in xmp
    template = hashlib.sha256((ROOT / "connectors/letters/letter.typ").read_bytes()).hexdigest()
    for text in (letter.sha256, template, "International Staff", "2026-03-02T09:00:00"):
        assert text in xmp
    assert template[:16] in PRINTER.made_with


def test_every_page_says_which_case_which_page_and_which_text() -> None:
    letter = compose(LetterDue(template="selected"), name="A " + "very long name " * 400)
    with pdfplumber.open(BytesIO(PRINTER.print(letter))) as document:
        pages = [page.extract_text() for page in document.pages]
    assert len(pages) > 1
    for n, page in enumerate(pages, 1):
        assert f"Page {n} of {len(pages)}" in page
        assert f"sha256 {letter.sha256[:16]}" in page
        assert "Our reference: 7q2k9fxm" in page
    assert "Yours sincerely," in pages[-1]
    assert "We will write to you" in pages[-1], "the closing words keep the last paragraph with them"


def test_the_same_letter_is_the_same_bytes_in_another_process() -> None:
    letter = compose(LetterDue(template="selected"), "fr")
    script = (
        "import sys, hashlib; from config.words import Words; from connectors.letters.render import Printer;"
        "from domain.messages import Letter; letter = Letter.model_validate_json(sys.stdin.read());"
        "print(hashlib.sha256(Printer(Words.load()).print(letter)).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=letter.model_dump_json(),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Auckland"))
    }
    assert said == {hashlib.sha256(PRINTER.print(letter)).hexdigest()}


def test_a_document_is_dated_to_the_second_whatever_the_moment_of_the_case() -> None:
    at = datetime(2026, 3, 2, 23, 30, 59, 123456, tzinfo=timezone(timedelta(hours=5)))
    letter = compose(LetterDue(template="selected"), at=at)
    assert letter.at == at
    made = PRINTER.print(letter)
    assert "2026-03-02T18:30:59" in about(made)["xmp"]
    assert PRINTER.print(letter.model_copy(update={"at": at})) == made, "the same moment in another zone is the same letter"


HOSTILE = [
    "#panic(1) #sys.inputs *bold* _it_ $x^2$ `raw` <label> @ref",
    '"quoted" \\u{41} \\# // no comment /* none */ = heading',
    "Zoë Œuvre-Ångström Łódź Đorđe Ğül Ţepeş ñ ß",
    "Ελλάς Θεοδώρου",
    "Љубомир Шкоди Ђ",
    "{title} %s {{x}} ~ -- --- ...",
    "[a] (b) 1. c - d + e",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_written(name: str) -> None:
    said = read(PRINTER.print(compose(LetterDue(template="selected"), name=name)))
    assert squeezed(f"Dear {name},") in squeezed(said)


@pytest.mark.parametrize("name", ["שלום כהן", "أحمد"])
def test_a_name_written_from_right_to_left_has_its_glyphs(name: str) -> None:
    plain = PRINTER.print(compose(LetterDue(template="selected"), name="X"))
    made = PRINTER.print(compose(LetterDue(template="selected"), name=name))
    assert {char for char in read(made) if char.strip()} - set(read(plain)) - set("0123456789abcdef")


def test_a_very_long_word_stays_on_the_paper() -> None:
    with pdfplumber.open(BytesIO(PRINTER.print(compose(LetterDue(template="selected"), name="W" * 400)))) as document:
        page = document.pages[0]
        assert max(char["x1"] for char in page.chars) < page.width - 50
        assert sum(char["text"] == "W" for char in page.chars) >= 400


def test_a_blank_line_in_a_value_makes_no_new_part_of_the_letter() -> None:
    letter = compose(LetterDue(template="selected"), name="Zoé\n\nYours sincerely,\n\nEve")
    assert "Dear Zoé Yours sincerely, Eve," in letter.body
    assert squeezed("Dear Zoé Yours sincerely, Eve,") in squeezed(read(PRINTER.print(letter)))


def test_short_lines_are_set_as_what_they_are() -> None:
    letter = compose(LetterDue(template="selected"))
    body = letter.body.replace("Congratulations.", "Congratulations.\n\n1. one;\n2. two.\n\n- a choice\n- another\n\nWhen: now\nWhere: x")
    made = PRINTER.print(letter.model_copy(update={"body": body}))
    said = read(made).splitlines()
    for line in ("1. one;", "2. two.", "– a choice", "– another", "When: now", "Where: x"):
        assert line in said
    with pdfplumber.open(BytesIO(made)) as document:
        (root,) = document.structure_tree
    roles = [part["type"] for part in root["children"]]
    # What a screen reader is told, in its order: sender, date, what it is about; the subject; the letter; the end.
    assert roles == ["P", "P", "P", "H1", "P", "P", "L", "L", "P", "P", "P", "P"]


def test_what_no_font_has_is_refused_and_not_quoted() -> None:
    with pytest.raises(BadInput) as caught:
        PRINTER.print(compose(LetterDue(template="selected"), name="山田"))
    assert caught.value.code == "unprintable"
    assert "山" not in f"{caught.value} {caught.value.details}"


def test_a_text_without_its_frame_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        PRINTER.print(compose(LetterDue(template="selected")).model_copy(update={"body": "Hello"}))
    assert caught.value.code == "not_framed"


def test_french_marks_stand_on_narrow_spaces_and_the_colon_on_a_full_one() -> None:
    letter = compose(LetterDue(template="selected"), "fr")
    body = letter.body.replace("Toutes nos félicitations.", "Oui\u00a0! Non\u00a0; «\u00a0peut-être\u00a0»\u00a0: le 9 mars à 10:00\u00a0?")
    with pdfplumber.open(BytesIO(PRINTER.print(letter.model_copy(update={"body": body})))) as document:
        said = "".join(char["text"] for char in document.pages[0].chars)
    for text in ("Oui\u202f!", "Non\u202f;", "«\u202fpeut-être\u202f»", "»\u00a0:", "10:00\u202f?", "9\u00a0mars", "à\u00a010:00"):
        assert text in said


def test_the_template_reads_no_other_file_and_no_package() -> None:
    source = (ROOT / "connectors/letters/letter.typ").read_text("utf-8")
    for reaching in ("@preview", "@local", "#import", "#include", "read(", "image(", "eval(", "datetime.today"):
        assert reaching not in source
