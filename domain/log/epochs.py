"""The log's epochs: the part of it one key signs. At the end of each the log is handed to the next key, and the handover says to which.

A handover is a note signed with the key before: origin, number of the epoch that begins, size and root of the last log the old key
signs for, and the next key. The first leaf of an epoch is bound to it. Whoever has the first key follows the handovers to the newest;
what a handed-on key signs for a larger log counts for nothing (`verify.py`).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from domain.log.note import LogKey


@dataclass(frozen=True)
class Handover:
    """`number` is the epoch that begins with the key `key`; `size` how many leaves stand before it."""

    number: int
    size: int
    before: str
    key: str
    note: str


def handed(old: LogKey, number: int, size: int, root: bytes, new: LogKey) -> Handover:
    text = f"{old.origin}/epoch\n{number}\n{size}\n{base64.b64encode(root).decode()}\n{new.text}\n"
    return Handover(number, size, old.text, new.text, old.note(text))


def keys_text(key: str, handovers: Sequence[Handover]) -> str:
    """The log's keys in one line, as verifiers read them: the first, and after it each handover in base64. `key` is the one there is
    while there was no handover."""
    first = handovers[0].before if handovers else key
    return " ".join([first, *(base64.b64encode(each.note.encode()).decode() for each in handovers)])
