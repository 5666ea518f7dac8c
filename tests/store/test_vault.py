"""The vault, on both engines: what is personal stands nowhere in clear, opens in its own place alone, and is found all the same."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, select, update

from domain import facts as f
from domain.errors import BadInput, NotFound
from domain.sealing import Compartment, Key, NotOpened
from store.arrivals import Contact
from store.database import Database
from store.imports import Imports
from store.inbox import Inbox
from store.keys import rewrap
from store.people import People
from store.records import Records
from store.tables import applications, data_keys, inbox, letters, metadata, payloads, people, people_words
from store.vacancies import Vacancies
from store.vault import VaultClosed, renew_words, words_of
from tests.store import making as m

CONTACT = Contact(name="Zoë CANARY-Lefèvre", email="zoe.canary@example.org", language="fr")
BODY = {"statement": "CANARY of a statement", "nationalities": ["BE"]}
PAYLOAD = b'{"who": "CANARY"}'
PDF = b"%PDF-1.7 CANARY"


class Ring:
    """A keyring in memory, whose keys can be turned over and lost."""

    def __init__(self) -> None:
        self.keys = {(each, "2026-11"): Key.new() for each in Compartment}
        self.epoch = "2026-11"

    def newest(self, compartment: Compartment) -> tuple[str, Key]:
        return self.epoch, self.keys[compartment, self.epoch]

    def key(self, compartment: Compartment, epoch: str) -> Key:
        return self.keys[compartment, epoch]

    def turn(self, epoch: str) -> None:
        self.keys |= {(each, epoch): Key.new() for each in Compartment}
        self.epoch = epoch


@pytest.fixture
async def sealed(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url, Ring())
    yield opened
    await opened.close()


async def kept(db: Database) -> tuple[str, str]:
    """A hire with everything personal there is; the case and the candidate."""
    await Vacancies(db).publish(m.published("250442"))
    arrival = m.arrival(contact=CONTACT, application=BODY, payload=PAYLOAD)
    case = (await Inbox(db).accept(arrival)).case
    candidate = await People(db).candidate_of(case)
    letter = m.letter(case).model_copy(update={"to": CONTACT.email, "body": "Dear CANARY", "subject": "CANARY", "candidate": candidate})
    written = f.LetterWritten(letter=letter.letter, template=letter.template, language="fr", sha256="e" * 64)
    await Records(db).append(m.step(case, 0, m.received(), written, letters=(letter,)))
    await People(db).keep_paper(letter.letter, PDF, "a test")
    return case, candidate


async def everything(db: Database) -> str:
    """Every value of every table, as it stands there."""

    def read(rx: Any) -> str:
        return repr([[_plain(value) for value in row] for table in metadata.sorted_tables for row in rx.execute(select(table)).all()])

    return await db.read(read)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


async def test_nothing_personal_stands_in_any_table_in_clear(sealed: Database) -> None:
    await kept(sealed)
    found = (await everything(sealed)).casefold()
    assert not [word for word in ("canary", "lefèvre", "lefevre", "zoe", "example.org") if word in found]


async def test_without_a_keyring_the_same_search_finds_it(db: Database) -> None:
    await kept(db)
    assert "canary" in (await everything(db)).casefold()


async def test_whatever_was_kept_comes_back_as_it_was(sealed: Database) -> None:
    case, candidate = await kept(sealed)
    desk = People(sealed)
    who = await desk.contact(candidate)
    assert (who.name, who.email, who.language) == (CONTACT.name, CONTACT.email, CONTACT.language)
    ref = await sealed.read(lambda rx: rx.execute(select(applications.c.application)).scalar_one())
    assert (await desk.application(ref)).body == BODY
    assert await desk.payload(ref) == PAYLOAD
    letter = await sealed.read(lambda rx: rx.execute(select(letters.c.letter)).scalar_one())
    assert (await desk.letter(letter)).body == "Dear CANARY"
    assert (await desk.letter(letter)).case == case
    assert await desk.paper(letter) == PDF


@pytest.mark.parametrize("words", ["Zoë", "zoe canary", "LEFEVRE", "lef", "canary exam", "zoe.canary@example.org", "Zoë C."])
async def test_somebody_is_found_by_how_their_words_begin(sealed: Database, words: str) -> None:
    _, candidate = await kept(sealed)
    (found,) = await People(sealed).find(words)
    assert (found["candidate"], found["name"]) == (candidate, CONTACT.name)


@pytest.mark.parametrize("words", ["efevre", "nobody", "zoe nobody"])
async def test_nobody_is_found_by_other_words(sealed: Database, words: str) -> None:
    await kept(sealed)
    assert await People(sealed).find(words) == []


@pytest.mark.parametrize("words", ["", "  ", "z", "%%"])
async def test_too_little_to_look_for_is_said(sealed: Database, words: str) -> None:
    with pytest.raises(BadInput, match="two letters"):
        await People(sealed).find(words)


async def test_a_source_that_names_somebody_again_means_the_same_person_with_the_newest_contact(sealed: Database) -> None:
    _, candidate = await kept(sealed)
    await Vacancies(sealed).publish(m.published("240655"))
    newer = CONTACT.model_copy(update={"name": "Zoë Martin"})
    case = (await Inbox(sealed).accept(m.arrival("evt-2", vacancy="240655", contact=newer))).case
    assert await People(sealed).candidate_of(case) == candidate
    assert (await People(sealed).contact(candidate)).name == "Zoë Martin"
    assert await People(sealed).find("lefevre") == []
    arrival = m.arrival()
    known = await Imports(sealed).people(arrival.source, [str(arrival.candidate_source_id), "somebody else"])
    assert known == {arrival.candidate_source_id: candidate}


async def test_a_value_opens_in_its_own_row_alone(sealed: Database) -> None:
    _, candidate = await kept(sealed)
    swapped = update(people).where(people.c.candidate == candidate).values(name=people.c.email, email=people.c.name)
    await sealed.write(lambda tx: tx.execute(swapped))
    with pytest.raises(NotOpened):
        await People(sealed).contact(candidate)


async def test_a_value_put_there_in_clear_is_refused(sealed: Database) -> None:
    _, candidate = await kept(sealed)
    await sealed.write(lambda tx: tx.execute(update(people).values(name="Mallory")))
    with pytest.raises(NotOpened, match="in clear"):
        await People(sealed).contact(candidate)


async def test_a_process_without_the_keyring_says_so_and_shows_nothing(sealed: Database, db: Database) -> None:
    _, candidate = await kept(sealed)
    with pytest.raises(VaultClosed, match=r"keys/keyring\.json"):
        await People(db).contact(candidate)


async def test_a_process_that_lost_the_keyring_writes_nothing_in_clear(sealed: Database, db: Database) -> None:
    await kept(sealed)
    with pytest.raises(VaultClosed):
        await Inbox(db).accept(m.arrival("evt-2", candidate="c-2", contact=CONTACT, application=BODY, payload=PAYLOAD))
    assert "canary" not in (await everything(db)).casefold()


async def test_after_a_rotation_the_words_of_an_old_copy_tell_nobody_anything(sealed: Database) -> None:
    await kept(sealed)
    words = select(people_words.c.word)
    before = set(await sealed.read(lambda rx: rx.execute(words).scalars().all()))
    assert await sealed.write(lambda tx: renew_words(sealed, tx)) == 1
    after = set(await sealed.read(lambda rx: rx.execute(words).scalars().all()))
    assert len(before) == len(after) > 5
    assert not before & after
    assert (await People(sealed).find("lefevre"))[0]["name"] == CONTACT.name


async def test_another_keyring_opens_nothing(sealed: Database, url: str) -> None:
    _, candidate = await kept(sealed)
    other = await Database.open(url, Ring())
    with pytest.raises(NotOpened):
        await People(other).contact(candidate)
    await other.close()


async def test_each_kind_of_thing_is_kept_in_its_compartment(sealed: Database) -> None:
    case, candidate = await kept(sealed)
    await Inbox(sealed).accept(m.arrival("evt-m", type="medical.replied", case=case, payload=PAYLOAD))
    rows = await sealed.read(lambda rx: rx.execute(select(data_keys.c.subject, data_keys.c.compartment)).all())
    assert {row.compartment for row in rows if row.subject == candidate} == {"identity", "medical"}
    compartments = select(payloads.c.compartment).join(inbox, inbox.c.payload == payloads.c.ref).order_by(inbox.c.seq)
    assert await sealed.read(lambda rx: list(rx.execute(compartments).scalars())) == ["identity", "medical"]


async def test_after_a_rotation_everything_is_wrapped_anew_and_the_old_key_is_needed_no_more(sealed: Database) -> None:
    _, candidate = await kept(sealed)
    ring = sealed.ring
    assert isinstance(ring, Ring)
    ring.turn("2026-12")
    for compartment in Compartment:
        while await sealed.write(partial(_one, ring, compartment)):
            pass
    for compartment in Compartment:
        del ring.keys[compartment, "2026-11"]
    assert (await People(sealed).contact(candidate)).name == CONTACT.name
    assert (await People(sealed).find("lefevre"))[0]["candidate"] == candidate


def _one(ring: Ring, compartment: Compartment, tx: Connection) -> int:
    return rewrap(tx, ring, compartment, 1)


def test_words_are_told_apart_at_whatever_is_no_letter_or_figure() -> None:
    assert words_of("Lefèvre-Roy, O'Neill <roy.2@example.org>") == ["lefevre", "roy", "o", "neill", "roy", "2", "example", "org"]


def test_no_table_of_the_vault_is_forgotten_here() -> None:
    assert {people_words.name, people.name} <= set(metadata.tables)
    binary = {(t.name, c.name) for t in metadata.sorted_tables for c in t.c if isinstance(c.type, LargeBinary)}
    assert {("payloads", "body"), ("letters", "pdf"), ("data_keys", "wrapped")} <= binary


async def test_who_is_not_there_is_said_not_to_be(sealed: Database) -> None:
    with pytest.raises(NotFound):
        await People(sealed).contact("cand-nobody")
