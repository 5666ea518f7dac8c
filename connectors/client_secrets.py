"""Client secrets (`whcs_…`) of partners that get their tokens by OAuth 2.0 client credentials.

A secret is 32 random bytes, shown once to the partner and never kept here: the partners file holds its SHA-256. A slow hash would add
nothing, for there is nothing to guess among 2^256, and would let a stranger spend our processor.
"""

import base64
import hashlib
import hmac
import re
import secrets

PREFIX = "whcs_"
FORM = re.compile(r"whcs_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


def new_client_secret() -> tuple[str, str]:
    """A fresh secret for the partner, and the hash for the partners file."""
    text = PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return text, secret_hash(text)


def secret_hash(text: str) -> str:
    """What the partners file keeps of a secret: SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def fits(text: str, kept: str) -> bool:
    """Whether `text` is the secret this hash was made from. Never raises; takes the same time whatever is wrong."""
    return FORM.fullmatch(text) is not None and hmac.compare_digest(secret_hash(text), kept)
