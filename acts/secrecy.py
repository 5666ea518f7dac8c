"""Secrets that open something: made of chance, told once, kept as their hash."""

import hashlib
import re
import secrets

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def fresh(prefix: str = "") -> str:
    """A secret of 256 random bits, 43 characters that fit into an address, after what it is known by."""
    return prefix + secrets.token_urlsafe(32)


def well_formed(secret: str, prefix: str = "") -> bool:
    """Could `fresh` have made it? What could not is never looked for."""
    return secret.startswith(prefix) and _SECRET.fullmatch(secret.removeprefix(prefix)) is not None


def hashed(secret: str) -> str:
    """What stands in the store for it. 256 random bits need no slow hash: there is nothing to guess from."""
    return hashlib.sha256(secret.encode()).hexdigest()
