"""The vault: what is personal is sealed before it stands in a row and opened after it was read, within the transaction that does so.

Each subject (a candidate; of what belongs to nobody yet, its sender) has a random key of its own in each compartment, kept wrapped in
`data_keys`; a sealed value is bound to table, column and row, so that one put elsewhere does not open. What rows are found by (a source's
own id of a person, the words of a name) stands as a keyed hash. A store opened without a keyring keeps everything in clear, and says of
a sealed value that it is one: installations are one or the other from their first row on.
"""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from domain.errors import BadInput, NotNow
from domain.sealing import Compartment, DataKey, Keyring, NotOpened, place
from store import keys
from store.database import Database
from store.names import folded
from store.tables import data_keys, people, people_words

#: Begins a sealed value among texts, and among bytes. No name begins so, and nothing we keep in clear.
TEXT, BYTES = keys.SEALED_TEXT, b"\x00sealed\x00"
#: Whose keys the hashes are made with that rows are found by: sources' own ids, and the words of names. They are nobody's.
SOURCES, WORDS = "index.sources", "index.words"
SHORTEST, LONGEST = 2, 12


class VaultClosed(NotNow):
    """What is kept here is sealed, and this process has no keyring."""


def pen(db: Database, connection: Connection) -> "Pen":
    """What seals and opens within one transaction of a store. Raises VaultClosed without the keyring of a store that is sealed."""
    if db.ring is None and not db.plain:
        # A keyring that was lost or not mounted must not turn encryption off: nothing is written here in clear beside what is sealed.
        if connection.execute(select(data_keys.c.subject).where(data_keys.c.compartment != Compartment.TEMPORAL).limit(1)).first():
            raise _closed()
        db.plain = True
    return Pen(connection, db.ring)


async def rewrapped(db: Database, ring: Keyring, compartment: Compartment) -> int:
    """Wrap every key of a compartment that an older generation wraps anew, some hundreds a transaction; how many.

    With `identity` the words people are found by are made anew too. Raises KeyGone.
    """
    done = 0
    while some := await db.write(lambda tx: keys.rewrap(tx, ring, compartment)):
        done += some
    if compartment is Compartment.IDENTITY:
        await db.write(lambda tx: renew_words(db, tx))
    return done


def renew_words(db: Database, tx: Connection) -> int:
    """Make the words people are found by anew, under a new key; of how many people. With the old key destroyed an old backup's words
    tell nobody anything. A source's own ids stay under their key: there is no text to make their hashes from again.
    """
    tx.execute(delete(data_keys).where(data_keys.c.subject == WORDS))
    tx.execute(delete(people_words))
    held, n = pen(db, tx), 0
    for row in tx.execute(select(people.c.candidate, people.c.name, people.c.email)).all():
        name, email = (
            held.open_text(row.candidate, Compartment.IDENTITY, ("people", column, row.candidate), getattr(row, column))
            for column in ("name", "email")
        )
        found_by = [{"word": word, "candidate": row.candidate} for word in sorted(held.blind_words(name, email))]
        if found_by:
            tx.execute(insert(people_words), found_by)
        n += 1
    return n


class Pen:
    """Seals and opens within one transaction; every key it needed is looked up once."""

    def __init__(self, connection: Connection, ring: Keyring | None) -> None:
        self._connection, self._ring = connection, ring
        self._keys: dict[tuple[str, Compartment], DataKey] = {}

    def seal(self, subject: str, compartment: Compartment, where: tuple[str, ...], value: bytes) -> bytes:
        """Bytes as they are to stand in the row. Raises KeyErased for somebody who was erased."""
        if self._ring is None:
            return value
        return BYTES + self._key(subject, compartment, self._ring, new=True).seal(value, place("vault", *where))

    def open(self, subject: str, compartment: Compartment, where: tuple[str, ...], kept: bytes) -> bytes:
        """Bytes as they were given. Raises KeyErased, NotOpened, VaultClosed."""
        if self._ring is None:
            if kept.startswith(BYTES):
                raise _closed()
            return kept
        if not kept.startswith(BYTES):
            raise NotOpened("a value in clear in a store that is sealed: refused", code="plain_value")
        return self._key(subject, compartment, self._ring).open(kept[len(BYTES) :], place("vault", *where))

    def seal_text(self, subject: str, compartment: Compartment, where: tuple[str, ...], value: str) -> str:
        """A text as it is to stand in the row."""
        if self._ring is None:
            return value
        return TEXT + base64.b64encode(self.seal(subject, compartment, where, value.encode())).decode()

    def open_text(self, subject: str, compartment: Compartment, where: tuple[str, ...], kept: str) -> str:
        """A text as it was given."""
        if self._ring is None:
            if kept.startswith(TEXT):
                raise _closed()
            return kept
        if not kept.startswith(TEXT):
            raise NotOpened("a value in clear in a store that is sealed: refused", code="plain_value")
        try:
            raw = base64.b64decode(kept.removeprefix(TEXT), validate=True)
        except binascii.Error:
            raise NotOpened("this cannot be opened here: changed, moved, or sealed with another key", code="not_opened") from None
        return self.open(subject, compartment, where, raw).decode()

    def seal_json(self, subject: str, compartment: Compartment, where: tuple[str, ...], value: Any) -> Any:
        """A JSON value as it is to stand in the row: itself, or a text."""
        return value if self._ring is None else self.seal_text(subject, compartment, where, json.dumps(value))

    def open_json(self, subject: str, compartment: Compartment, where: tuple[str, ...], kept: Any) -> Any:
        """A JSON value as it was given."""
        if self._ring is None and not (isinstance(kept, str) and kept.startswith(TEXT)):
            return kept
        return json.loads(self.open_text(subject, compartment, where, kept if isinstance(kept, str) else ""))

    def blind(self, source: str, source_id: str) -> str:
        """What the row of a source's own id is found by: a keyed hash; without a keyring, the id itself."""
        return self._hashed(SOURCES, source, source_id)

    def blind_word(self, word: str) -> str:
        """What the beginning of a word is found by."""
        return self._hashed(WORDS, word)

    def blind_words(self, *texts: str) -> set[str]:
        """The hashes somebody is found by: of every beginning, from two letters on, of every word of these texts."""
        words = {word for text in texts for word in words_of(text)}
        return {self.blind_word(word[:n]) for word in words for n in range(SHORTEST, min(len(word), LONGEST) + 1)}

    def _hashed(self, index: str, *words: str) -> str:
        if self._ring is None:
            return words[-1]
        key = self._key(index, Compartment.IDENTITY, self._ring, new=True).key.secret()
        return hmac.new(key, place(index, *words), hashlib.sha256).hexdigest()[:32]

    def _key(self, subject: str, compartment: Compartment, ring: Keyring, *, new: bool = False) -> DataKey:
        name = (subject, compartment)
        if name not in self._keys:
            self._keys[name] = (keys.to_seal if new else keys.to_open)(self._connection, ring, subject, compartment)
        return self._keys[name]


def words_of(text: str) -> list[str]:
    """The words of a name or an address, folded: "Lefèvre-Roy" gives lefevre and roy."""
    apart = "".join(each if each.isalnum() else " " for each in folded(text))
    return apart.split()


def asked_for(words: str) -> list[str]:
    """The beginnings somebody looks for. Raises BadInput for nothing, or for single letters."""
    wanted = [word for word in words_of(words) if len(word) >= SHORTEST]  # "O'Neill", "Anna B.": single letters narrow nothing
    if not wanted:
        raise BadInput("say how a name or an address begins, with two letters at least", code="nothing_to_find", field="words")
    return [word[:LONGEST] for word in wanted]


def _closed() -> VaultClosed:
    said = "what is kept here about people is sealed, and there is no keyring here; put keys/keyring.json back into the data folder"
    return VaultClosed(said, code="no_keyring")
