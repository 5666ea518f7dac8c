"""What is encrypted looks like this: AES-256-GCM, bound by associated data to the place it belongs to, in one strict form.

    version (1) | length (1) compartment | length (1) epoch | nonce (12) | ciphertext and tag (at least 16)

The header is bound too: a sealed text under another compartment's or epoch's name does not open. Each nonce is drawn anew; a compartment's
key is never used on texts itself, only for wrapping the data keys of subjects, so that no key comes near GCM's limit of 2^32 texts.
"""

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import BadInput, NotFound

VERSION, KEY_BYTES, NONCE_BYTES, TAG_BYTES = 1, 32, 12, 16
EPOCH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(\.[2-9]|\.[1-9][0-9])?")


class Compartment(StrEnum):
    """What is kept apart, each under keys of its own."""

    IDENTITY = "identity"
    MEDICAL = "medical"
    CLEARANCE = "clearance"
    VERIFICATION = "verification"
    OFFER = "offer"
    BALANCE = "balance"
    TEMPORAL = "temporal"
    LOG = "log"


class NotOpened(BadInput):
    """Changed, moved to another place, or sealed with another key: which of them cannot be told, and is not."""


class KeyErased(NotFound):
    """This subject's keys were erased with what is kept about them, for good: nothing of theirs is opened or sealed again."""


class Key:
    """32 secret bytes that never show: not in a repr, a log line or a traceback."""

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        if len(material) != KEY_BYTES:
            raise BadInput(f"a key is {KEY_BYTES} bytes", code="bad_key")
        self._material = bytes(material)

    @classmethod
    def new(cls) -> "Key":
        return cls(os.urandom(KEY_BYTES))

    def secret(self) -> bytes:
        """The bytes, for those who must: the cipher and the adapter that keeps them."""
        return self._material

    def __repr__(self) -> str:
        return "Key(**********)"

    def __reduce__(self) -> "str | tuple[object, ...]":
        raise TypeError("a key is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._material == other._material

    def __hash__(self) -> int:
        return hash(self._material)


@dataclass(frozen=True)
class Sealed:
    """One encrypted text. `body` is the ciphertext with its tag."""

    compartment: Compartment
    epoch: str
    nonce: bytes
    body: bytes

    def encoded(self) -> bytes:
        return _header(self.compartment, self.epoch) + self.nonce + self.body

    @classmethod
    def decoded(cls, raw: bytes) -> "Sealed":
        """Read exactly what `encoded` writes. Raises NotOpened for anything else."""
        try:
            version, first = raw[0], raw[1]
            second = raw[2 + first]
            compartment = Compartment(raw[2 : 2 + first].decode("ascii"))
            epoch = raw[3 + first : 3 + first + second].decode("ascii")
        except (IndexError, ValueError):
            raise _unopened() from None
        rest = raw[3 + first + second :]
        if version != VERSION or not EPOCH.fullmatch(epoch) or len(rest) < NONCE_BYTES + TAG_BYTES:
            raise _unopened()
        return cls(compartment, epoch, rest[:NONCE_BYTES], rest[NONCE_BYTES:])


def seal(key: Key, compartment: Compartment, epoch: str, text: bytes, place: bytes) -> Sealed:
    """Encrypt, bound to `place`: whoever opens it must name the same."""
    nonce = os.urandom(NONCE_BYTES)
    return Sealed(compartment, epoch, nonce, AESGCM(key.secret()).encrypt(nonce, text, _header(compartment, epoch) + place))


def opened(key: Key, sealed: Sealed, place: bytes) -> bytes:
    """The text. Raises NotOpened."""
    try:
        return AESGCM(key.secret()).decrypt(sealed.nonce, sealed.body, _header(sealed.compartment, sealed.epoch) + place)
    except InvalidTag:
        raise _unopened() from None


class Keyring(Protocol):
    """What the house asks of the compartments' keys, wherever they are kept (`config/keyring.py` keeps them in a file)."""

    def newest(self, compartment: Compartment) -> tuple[str, Key]:
        """The generation that encrypts: its epoch and its key. Raises KeyGone."""
        ...

    def key(self, compartment: Compartment, epoch: str) -> Key:
        """A living generation's key. Raises KeyGone."""
        ...


@dataclass(frozen=True)
class DataKey:
    """A subject's own key in one compartment, in clear: for memory alone. `epoch`: the generation of the compartment's key that wraps it.

    What it sealed still opens after it was wrapped again under a newer one; the epoch in a sealed text says only when that was.
    """

    subject: str
    compartment: Compartment
    epoch: str
    key: Key

    def seal(self, text: bytes, place: bytes) -> bytes:
        """Encrypt, bound to `place`."""
        return seal(self.key, self.compartment, self.epoch, text, place).encoded()

    def open(self, raw: bytes, place: bytes) -> bytes:
        """The text. Raises NotOpened."""
        sealed = Sealed.decoded(raw)
        if sealed.compartment is not self.compartment:
            raise _unopened()
        return opened(self.key, sealed, place)


def place(*parts: str) -> bytes:
    """Names of a place as associated data; no two lists of names give the same bytes."""
    return b"".join(len(raw := part.encode()).to_bytes(4, "big") + raw for part in parts)


def wrap(key: Key, compartment: Compartment, epoch: str, data_key: Key, subject: str) -> bytes:
    """A subject's data key for one compartment, as it is kept: useless for another subject or compartment."""
    return seal(key, compartment, epoch, data_key.secret(), place("data-key", subject, compartment)).encoded()


def unwrap(key: Key, wrapped: bytes, compartment: Compartment, subject: str) -> Key:
    """Raises NotOpened."""
    sealed = Sealed.decoded(wrapped)
    if sealed.compartment is not compartment:
        raise _unopened()
    return Key(opened(key, sealed, place("data-key", subject, compartment)))


def _header(compartment: Compartment, epoch: str) -> bytes:
    names = (compartment.value.encode("ascii"), epoch.encode("ascii"))
    return bytes([VERSION]) + b"".join(bytes([len(name)]) + name for name in names)


def _unopened() -> NotOpened:
    return NotOpened("this cannot be opened here: changed, moved, or sealed with another key", code="not_opened")
