"""The dossier as paper, in both languages: what it shows, what it withholds, and that nothing but the dossier is in its bytes."""

import io
from dataclasses import replace

import pdfplumber
import pytest

from config.words import Words
from connectors.letters.dossier import CLAIMS, DossierPrinter
from domain.errors import BadInput
from domain.log.dossier import Anchor
from domain.log.reading import Page, page
from tests.dossiers import LETTER, MADE, ORIGIN, SampleLog

LOG = SampleLog(18)
CASE = "hire/1case0"
ANCHOR = Anchor(ORIGIN, 18, LOG.checkpoint(), LOG.signer.public)


def reading(**changed: bool) -> Page:
    claims = [(claim, changed.get(claim, True)) for claim in CLAIMS]
    return page(CASE, MADE, ANCHOR, LOG.lines(CASE, frozenset({4})), claims, {"letters/l1.txt": LETTER})


@pytest.fixture(scope="module")
def printer() -> DossierPrinter:
    return DossierPrinter(Words.load())


def text(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return "\n".join(sheet.extract_text() for sheet in opened.pages)


@pytest.mark.parametrize(
    ("language", "title", "withheld", "word", "fact", "score"),
    [
        ("en", "Dossier of hire/1case0", "Contents withheld in this copy: 1.", "holds", "screened", "score"),
        ("fr", "Dossier du cas hire/1case0", "dans cet exemplaire", "tient", "recevabilité décidée (screened)", "note"),
    ],
)
def test_the_paper_says_it_in_both_languages(
    printer: DossierPrinter, language: str, title: str, withheld: str, word: str, fact: str, score: str
) -> None:
    said = text(printer.print(reading(), language))
    assert title in said
    assert withheld in said
    assert len([line for line in said.splitlines() if line.startswith(f"{word} ")]) == len(CLAIMS)
    assert LOG.signer.public.split("+")[1] in said
    assert fact in said
    assert f"{score} 28" not in said  # fact 4's
    assert f"{score} 35" in said


def test_the_same_dossier_is_the_same_paper(printer: DossierPrinter) -> None:
    assert printer.print(reading(), "en") == DossierPrinter(Words.load()).print(reading(), "en")


def test_a_claim_that_falls_stands_on_the_paper(printer: DossierPrinter) -> None:
    assert "FAILS Every leaf is in the log at its index." in text(printer.print(reading(inclusion=False), "en"))


def test_what_cannot_be_set_is_refused_without_a_word_of_it(printer: DossierPrinter) -> None:
    odd = replace(reading(), case="hire/漢secret")
    with pytest.raises(BadInput) as caught:
        printer.print(odd, "en")
    assert "secret" not in str(caught.value)
