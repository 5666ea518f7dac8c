"""What was sent, as it was sent; and every letter to read before it is."""

import json
from pathlib import Path

from config.words import LANGUAGES
from domain.letters import LETTERS
from tests.cli.conftest import Muster
from tests.cli.fakes import CASE, LETTER, PDF, FakeDesk


def test_the_letters_of_a_hire_are_listed_with_their_hashes(muster: Muster, desk: FakeDesk) -> None:
    said = muster("hire", "letters", CASE)
    assert said.code == 0
    assert "selected" in said.out
    assert "aaaaaaaaaaaaaaaa" in said.out
    row = json.loads(muster("hire", "letters", CASE, "--json").out)
    assert (row["sha256"], row["pdf_sha256"], row["pdf_made_with"]) == ("a" * 64, LETTER["pdf_sha256"], LETTER["pdf_made_with"])


def test_a_letter_is_shown_and_its_text_alone_when_asked_for(muster: Muster) -> None:
    assert "Dear Zoé," in muster("hire", "letter", "L1").out
    assert muster("hire", "letter", "L1", "--text").out == "Your result\n\nDear Zoé,\n"
    assert "pdf" not in muster("hire", "letter", "L1", "--json").json, "bytes are no JSON; --pdf saves them"


def test_the_pdf_is_saved_as_it_was_sent(muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "letter.pdf"
    assert muster("hire", "letter", "L1", "--pdf", str(file)).code == 0
    assert file.read_bytes() == PDF


def test_what_is_not_as_it_was_sent_is_not_handed_out(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    desk.kept = {"pdf": PDF + b" "}
    said = muster("hire", "letter", "L1", "--pdf", str(file))
    assert (said.code, file.exists()) == (4, False)
    assert "hash differs" in said.err
    desk.kept = {"intact": False}
    said = muster("hire", "letter", "L1", "--text")
    assert (said.code, said.out) == (4, "")
    assert "journal" in said.err


def test_a_letter_not_sent_yet_has_no_pdf(muster: Muster, desk: FakeDesk, tmp_path: Path) -> None:
    desk.kept = {"pdf": None, "pdf_sha256": None}
    said = muster("hire", "letter", "L1", "--pdf", str(tmp_path / "letter.pdf"))
    assert (said.code, "not been sent yet" in said.err) == (4, True)
    assert muster("hire", "letter", "L1").code == 0


def test_an_unknown_letter_is_not_found(muster: Muster) -> None:
    assert muster("hire", "letter", "L9").code == 3


def test_the_text_alone_leaves_no_room_for_more(muster: Muster) -> None:
    assert muster("hire", "letter", "L1", "--text", "--json").code == 2


def test_every_letter_can_be_looked_at_before_it_is_sent(muster: Muster, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in muster("letters", "preview", "--to", str(tmp_path / "look"), "--json").out.splitlines()]
    assert {(row["template"], row["language"]) for row in rows} == {(name, language) for name in LETTERS for language in LANGUAGES}
    files = {Path(row["file"]) for row in rows}
    assert files == set((tmp_path / "look").iterdir())
    assert {file.read_bytes()[:5] for file in files} == {b"%PDF-"}


def test_one_letter_in_one_language_can_be_looked_at(muster: Muster, tmp_path: Path) -> None:
    assert muster("letters", "preview", "contract_offer", "--language", "fr", "--to", str(tmp_path)).code == 0
    assert {file.name for file in tmp_path.glob("*.pdf")} == {"contract_offer.fr.pdf", "contract_offer-2.fr.pdf"}


def test_a_letter_there_is_not_cannot_be_looked_at(muster: Muster, tmp_path: Path) -> None:
    said = muster("letters", "preview", "no_such", "--to", str(tmp_path))
    assert (said.code, "no letter 'no_such'" in said.err) == (2, True)
