"""Signatures of messages in the form of Standard Webhooks 1.0, both ways: what a stranger sent us, what we send.

Signed is `id.timestamp.body`, with Ed25519 (`v1a`, the default) or HMAC-SHA256 (`v1`). The reference library takes floats, blanks
and non-canonical base64 and raises what it pleases, so this verifier is our own: every header matches its grammar whole before any
cryptography, base64 is decoded, encoded again and compared, and nothing but `BadSignature` ever comes out.
Time here is the system's clock, always: a demonstration may move the door clock, never the age of a signature.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import BadInput, NotAllowed

Algorithm = Literal["ed25519", "hmac-sha256"]
Headers = Iterable[tuple[bytes, bytes]]

TOLERANCE_S = 300
MAX_TOKENS = 8

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{9}")
_TOKEN = re.compile(r"(v1a?),([A-Za-z0-9+/]+={0,2})")
_VERSION: dict[Algorithm, str] = {"ed25519": "v1a", "hmac-sha256": "v1"}
_LENGTH = {"v1a": 64, "v1": 32}


class BadSignature(NotAllowed):
    """The message is not provably its sender's. `code` says which test failed; nothing of the message is repeated."""


class BadKey(BadInput):
    """A key in a file is not of the right form."""


@dataclass(frozen=True)
class VerifyingKey:
    """One of a sender's keys. `material` is the raw Ed25519 public key, or the shared secret."""

    id: str
    algorithm: Algorithm
    material: bytes = field(repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None
    revoked: bool = False

    def live(self, now: datetime) -> bool:
        return (
            not self.revoked and (self.not_before is None or self.not_before <= now) and (self.not_after is None or now <= self.not_after)
        )


@dataclass(frozen=True)
class SigningKey:
    """`material` is the raw Ed25519 private key, or the shared secret."""

    id: str
    algorithm: Algorithm
    material: bytes = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        if self.algorithm == "ed25519":
            return Ed25519PrivateKey.from_private_bytes(self.material).sign(content)
        return hmac.digest(self.material, content, hashlib.sha256)

    def verifying(self) -> VerifyingKey:
        """The other half: what a receiver needs."""
        if self.algorithm == "ed25519":
            public = Ed25519PrivateKey.from_private_bytes(self.material).public_key().public_bytes_raw()
            return VerifyingKey(self.id, self.algorithm, public)
        return VerifyingKey(self.id, self.algorithm, self.material)


@dataclass(frozen=True)
class Verified:
    """What a good signature proved: the message's id, when this attempt was signed, the key, and the token that fitted."""

    message_id: str
    timestamp: int
    key_id: str
    signature: str


# ---- signing and verifying -------------------------------------------------------------------------------------------------


def sign(key: SigningKey, message_id: str, body: bytes, *, at: datetime | None = None) -> dict[str, str]:
    """The three headers of one attempt. A resend keeps the id and gets a fresh timestamp."""
    timestamp = str(int((at or datetime.now(UTC)).timestamp()))
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise BadInput("a message id is 1 to 64 letters, digits, _ or -", code="bad_message_id")
    token = f"{_VERSION[key.algorithm]},{base64.b64encode(key.sign(_content(message_id, timestamp, body))).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": token}


def verify(headers: Headers, body: bytes, keys: Iterable[VerifyingKey], *, now: datetime | None = None) -> Verified:
    """Prove that one of `keys` signed this id, time and body within five minutes of now. Raises BadSignature."""
    now = now or datetime.now(UTC)
    message_id, timestamp, tokens = _read(headers)
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE_S:
        raise BadSignature("webhook-timestamp must be within 300 seconds of our clock", code="timestamp_out_of_range")
    content = _content(message_id, timestamp, body)
    for key in keys:
        for version, signature in tokens:
            if key.live(now) and version == _VERSION[key.algorithm] and _fits(key, signature, content):
                token = f"{version},{base64.b64encode(signature).decode()}"
                return Verified(message_id, int(timestamp), key.id, token)
    raise BadSignature("no live key of this sender fits webhook-signature", code="no_key_fits")


def proves(key: VerifyingKey, signature: str, content: bytes) -> bool:
    """Whether `signature` (base64, as in a receipt) is `key`'s over `content`. Never raises."""
    try:
        return _fits(key, _canonical(signature), content)
    except BadSignature:
        return False


def _read(headers: Headers) -> tuple[str, str, list[tuple[str, bytes]]]:
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        if name not in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            continue
        if name in found:
            raise BadSignature(f"{name} must be sent once", code="header_repeated")
        found[name] = raw_value.decode("latin-1")
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if name not in found:
            raise BadSignature(f"{name} is missing", code="header_missing")
    if not _ID.fullmatch(found["webhook-id"]):
        raise BadSignature("webhook-id must be 1 to 64 letters, digits, _ or -", code="header_malformed")
    if not _TIMESTAMP.fullmatch(found["webhook-timestamp"]):
        raise BadSignature("webhook-timestamp must be whole seconds since 1970, ten digits", code="header_malformed")
    return found["webhook-id"], found["webhook-timestamp"], _tokens(found["webhook-signature"])


def _tokens(header: str) -> list[tuple[str, bytes]]:
    parts = header.split(" ")
    if len(parts) > MAX_TOKENS:
        raise BadSignature(f"webhook-signature must hold at most {MAX_TOKENS} signatures", code="header_malformed")
    tokens = []
    for part in parts:
        match = _TOKEN.fullmatch(part)
        if match is None:
            raise BadSignature("webhook-signature must be `v1a,` or `v1,` and base64, separated by one space", code="header_malformed")
        signature = _canonical(match[2])
        if len(signature) != _LENGTH[match[1]]:
            raise BadSignature("webhook-signature has the wrong length", code="header_malformed")
        tokens.append((match[1], signature))
    return tokens


def _canonical(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("a signature must be base64", code="header_malformed") from None
    if base64.b64encode(raw).decode() != text:
        raise BadSignature("a signature must be canonical base64", code="header_malformed")
    return raw


def _content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def _fits(key: VerifyingKey, signature: bytes, content: bytes) -> bool:
    if key.algorithm == "hmac-sha256":
        return hmac.compare_digest(hmac.digest(key.material, content, hashlib.sha256), signature)
    try:
        Ed25519PublicKey.from_public_bytes(key.material).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---- keys as text (the specification's serialisations) ---------------------------------------------------------------------


def verifying_key(
    key_id: str, text: str, *, not_before: datetime | None = None, not_after: datetime | None = None, revoked: bool = False
) -> VerifyingKey:
    """From `whpk_…` (Ed25519 public) or `whsec_…` (shared secret). Raises BadKey."""
    if text.startswith("whsk_"):
        raise BadKey(f"key {key_id} is a private key; its public half (whpk_…) belongs here", code="bad_key")
    algorithm, material = _material(key_id, text)
    return VerifyingKey(key_id, algorithm, material, not_before, not_after, revoked)


def signing_key(key_id: str, text: str) -> SigningKey:
    """From `whsk_…` (Ed25519 private) or `whsec_…` (shared secret). Raises BadKey."""
    if text.startswith("whpk_"):
        raise BadKey(f"key {key_id} is a public key; a private one (whsk_…) is needed to sign", code="bad_key")
    algorithm, material = _material(key_id, text)
    return SigningKey(key_id, algorithm, material)


def _material(key_id: str, text: str) -> tuple[Algorithm, bytes]:
    prefix = text.partition("_")[0] + "_"
    try:
        material = _canonical(text.removeprefix(prefix))
    except BadSignature:
        material = b""
    if prefix in ("whpk_", "whsk_") and len(material) == 32:
        return "ed25519", material
    if prefix == "whsec_" and 24 <= len(material) <= 64:
        return "hmac-sha256", material
    raise BadKey(f"key {key_id} must be whpk_ or whsk_ and 32 bytes, or whsec_ and 24 to 64 bytes, in base64", code="bad_key")


def key_text(key: VerifyingKey | SigningKey) -> str:
    ours = "whsk_" if isinstance(key, SigningKey) else "whpk_"
    prefix = "whsec_" if key.algorithm == "hmac-sha256" else ours
    return prefix + base64.b64encode(key.material).decode()


def new_signing_key(key_id: str | None = None) -> SigningKey:
    """A fresh Ed25519 pair, named after its public half unless a name is given."""
    key = SigningKey(key_id or "", "ed25519", Ed25519PrivateKey.generate().private_bytes_raw())
    return key if key_id else _named(key)


def load_signing_key(path: Path, *, create: bool = False) -> SigningKey:
    """Read our own key (`whsk_…`, one line); with `create`, make it when it is not there, readable by its owner only.

    Two processes may start at once: whoever makes the file first has made the key. Raises BadKey.
    """
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key_text(new_signing_key("new")) + "\n")
        try:
            os.link(draft, path)  # atomic, and never over an existing key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"{path}: the signing key cannot be read ({type(error).__name__})", code="bad_key") from None
    return _named(signing_key(str(path), text))


def _named(key: SigningKey) -> SigningKey:
    public = key.verifying().material if key.algorithm == "ed25519" else b"secret" + key.material
    return SigningKey(f"muster-{hashlib.sha256(public).hexdigest()[:12]}", key.algorithm, key.material)
