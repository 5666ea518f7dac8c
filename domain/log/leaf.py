"""One leaf of the audit log: the text that is hashed into the tree, and the salt that binds it to what it is about.

A leaf is RFC 8785 canonical JSON: `{"v":1,"kind":…,"stream":…,"ref":…,"at":…,"content":…}`. `content` is HMAC-SHA256, in hex, of the
canonical JSON of what happened, under a salt of that leaf's own; what happened (and who did it, and in what words) stands elsewhere.
So a leaf says nothing about an outcome, and a small content cannot be guessed from it. The salt is HMAC-SHA256 of `kind/stream/ref`
under the stream's key: whoever is given one salt opens one leaf, and once the stream's key is erased nobody opens any.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from domain.errors import BadInput

VERSION, KEY_BYTES = 1, 32


class Kind(StrEnum):
    """What a leaf is about; with the stream and the ref it names the leaf."""

    FACT = "fact"  # stream: the case; ref: the fact's number
    EVENT = "event"  # partner/<id>, or the case once it is known; ref: our id of the event
    EFFECT = "effect"  # the case; ref: which parcel or ask, and what became of it
    DECISION = "decision"  # outside the cases: policies, overlays, calendars, events
    KEY = "key"  # stream: keys
    READ = "read"  # somebody read data of a special category
    HISTORY = "history"  # the workflow history of a closed case
    NOTE = "note"  # the case; ref: the note. Bound to its hash, never to its words
    EPOCH = "epoch"  # stream: log; ref: the epoch's number


@dataclass(frozen=True)
class Leaf:
    """What a leaf will say. `content` is what it is bound to, and never part of its text."""

    kind: Kind
    stream: str
    ref: str
    at: datetime
    content: Mapping[str, Any]

    def text(self, key: bytes) -> str:
        """The leaf as it stands in the log, bound under the stream's key. Raises BadInput for what canonical JSON cannot hold."""
        bound = hmac.new(salt(key, self.kind, self.stream, self.ref), canonical(self.content), hashlib.sha256).hexdigest()
        said = {"v": VERSION, "kind": str(self.kind), "stream": self.stream, "ref": self.ref, "at": instant(self.at), "content": bound}
        return canonical(said).decode()


def salt(key: bytes, kind: str, stream: str, ref: str) -> bytes:
    """The salt of one leaf, from its stream's key."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key of a stream has {KEY_BYTES} bytes")
    return hmac.new(key, f"{kind}/{stream}/{ref}".encode(), hashlib.sha256).digest()


def canonical(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 canonical JSON. Raises BadInput for a number or a text that form cannot hold."""
    try:
        return rfc8785.dumps(dict(value))
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise BadInput("not expressible as canonical JSON: a number or a text is out of range", code="not_canonical") from error


def instant(moment: datetime) -> str:
    """Six digits after the second, and Z: one form for one moment."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
