"""The PDF that goes with a letter: made once, kept before it leaves, the same ever after."""

import hashlib
from pathlib import Path

from config.words import Words
from connectors.letters.compose import Composer
from connectors.letters.preview import samples
from connectors.letters.render import Printer
from domain.errors import BadInput
from domain.messages import Letter
from gateway.press import Press
from store.database import Database
from store.people import People
from tests.gateway.door import query
from tests.gateway.test_relay import letter as kept_letter
from tests.gateway.test_relay import tell


class Version:
    """A typesetter of some version; each sets a letter in its own way."""

    def __init__(self, version: int, refuses: bool = False) -> None:
        self.made_with, self._refuses, self.printed = f"typesetter {version}", refuses, 0

    def print(self, letter: Letter) -> bytes:
        if self._refuses:
            raise BadInput("the letter cannot be set as PDF", code="unprintable")
        self.printed += 1
        return f"{self.made_with}: {letter.subject}".encode()


async def test_a_letter_sent_again_after_an_update_is_the_one_first_sent(db: Database, store: Path) -> None:
    await tell(db, letters=(kept_letter(),))
    first = await Press(Version(1), People(db)).of(kept_letter())
    later = Version(2)
    assert await Press(later, People(db)).of(kept_letter()) == first == b"typesetter 1: Votre candidature"
    assert later.printed == 0
    kept = query(store, "SELECT pdf, pdf_sha256, pdf_made_with FROM letters")
    assert kept == [(first, hashlib.sha256(first).hexdigest(), "typesetter 1")]


async def test_of_two_relays_that_set_the_same_letter_the_first_is_kept(db: Database) -> None:
    await tell(db, letters=(kept_letter(),))
    people = People(db)
    assert await people.keep_paper("letter-1", b"one", "typesetter 1") == b"one"
    assert await people.keep_paper("letter-1", b"two", "typesetter 2") == b"one"
    assert await people.paper("letter-1") == b"one"


async def test_what_cannot_be_set_goes_out_as_text(db: Database) -> None:
    await tell(db, letters=(kept_letter(),))
    assert await Press(Version(1, refuses=True), People(db)).of(kept_letter()) is None
    assert await People(db).paper("letter-1") is None


async def test_the_real_thing_keeps_what_it_prints(db: Database) -> None:
    words = Words.load()
    (letter,) = samples(Composer(words, "jobs@muster.example"), "fr", "selected").values()
    letter = letter.model_copy(update={"letter": "letter-1", "case": "vacancy/250442"})
    await tell(db, letters=(letter,))
    read_back = await People(db).letter("letter-1")
    assert read_back == letter, "a letter loses nothing in the store, its moment least of all"
    made = await Press(Printer(words), People(db)).of(read_back)
    assert made is not None
    assert made.startswith(b"%PDF-")
    assert made == Printer(words).print(letter)
