"""Ids drawn at random, and the bytes a content hash is taken over."""

import base64
import hashlib
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any

import rfc8785
from pydantic import BaseModel

from domain.errors import BadInput


def new_id() -> str:
    """24 letters and digits, unguessable: the id of an inbox or outbox row, an application, a person."""
    return base64.b32encode(secrets.token_bytes(15)).decode().lower()


def new_hire() -> str:
    """The id of a hire case: "hire/" and eight letters and digits that say nothing about anybody."""
    return "hire/" + base64.b32encode(secrets.token_bytes(5)).decode().lower()


def system_now() -> datetime:
    return datetime.now(UTC)


def canonical_sha256(value: BaseModel | dict[str, Any]) -> str:
    """SHA-256, in hex, of the RFC 8785 canonical JSON of `value`. Raises BadInput for what that form cannot hold."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    try:
        return hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise BadInput("not expressible as canonical JSON: a number or a text is out of range", code="not_canonical") from error


def folded(*words: str) -> str:
    """Words as they are compared in a search: without accents and capitals, on one line."""
    plain = unicodedata.normalize("NFKD", " ".join(words))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())
