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

from sqlalchemy import Connection

from domain.errors import BadInput, NotNow
from domain.sealing import Compartment, DataKey, Keyring, NotOpened, place
from store import keys
from store.database import Database
from store.names import folded

#: Begins a sealed value among texts, and among bytes. No name begins so, and nothing we keep in clear.
TEXT, BYTES = keys.SEALED_TEXT, b"\x00sealed\x00"
#: Whose key the hashes are made with that rows are found by. It is nobody's, and never erased.
INDEX = "index"
SHORTEST, LONGEST = 2, 12


class VaultClosed(NotNow):
    """What is kept here is sealed, and this process has no keyring."""


def pen(db: Database, connection: Connection) -> "Pen":
    """What seals and opens within one transaction of a store."""
    return Pen(connection, db.ring)


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

    def blind(self, *words: str) -> str:
        """What a row is found by: a keyed hash, the same for the same words; without a keyring, the words themselves."""
        if self._ring is None:
            return words[-1]
        key = self._key(INDEX, Compartment.IDENTITY, self._ring, new=True).key.secret()
        return hmac.new(key, place("index", *words), hashlib.sha256).hexdigest()[:32]

    def blind_words(self, *texts: str) -> set[str]:
        """The hashes somebody is found by: of every beginning, from two letters on, of every word of these texts."""
        words = {word for text in texts for word in words_of(text)}
        return {self.blind("word", word[:n]) for word in words for n in range(SHORTEST, min(len(word), LONGEST) + 1)}

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
    wanted = words_of(words)
    if not wanted or any(len(word) < SHORTEST for word in wanted):
        raise BadInput("say how a name or an address begins, with two letters at least", code="nothing_to_find", field="words")
    return [word[:LONGEST] for word in wanted]


def _closed() -> VaultClosed:
    said = "what is kept here about people is sealed, and there is no keyring here; put keys/keyring.json back into the data folder"
    return VaultClosed(said, code="no_keyring")
