"""A log, dossiers and exports made up for tests and proofs, with a key of their own; and the edits that nobody may get past the checks."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.log import verify
from domain.log.dossier import Anchor, Line, Made, canonical, dossier, log_export
from domain.log.tree import Tree, leaf_hash

VERIFIER = Path(verify.__file__).read_bytes()
MADE = Made(at="2026-11-23T10:00:00Z", by="auditor-1", purpose="tribunal", made_with="muster 0.1.0")
ORIGIN = "muster.example/log"
LETTER = b"Your appointment\0Dear candidate, ...\0"
POLICY = b'{"name":"standard"}'


class Signer:
    """A log's key: signed notes and the public key in their text forms."""

    def __init__(self, seed: int = 1, name: str = ORIGIN) -> None:
        self.name, self._key = name, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"key {seed}".encode()).digest())
        public = b"\x01" + self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.mark = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.public = f"{name}+{self.mark.hex()}+{base64.b64encode(public).decode()}"

    def note(self, text: str) -> str:
        signature = base64.b64encode(self.mark + self._key.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"


class SampleLog:
    """`cases` cases whose facts come in turn; every fact's content is a small object like a journal entry's. With `handed`, the log is
    handed to another key after so many facts."""

    def __init__(self, facts: int, cases: int = 3, seed: int = 1, handed: int = 0) -> None:
        self.signer, self.tree = Signer(), Tree()
        self.leaves: list[str] = []
        self.disclosures: list[dict[str, Any]] = []
        self.keys, self.first = self.signer.public, (self.signer, 0)
        for n in range(facts):
            self._add(f"hire/{seed}case{n % cases}", n // cases + 1, seed)
            if n + 1 == handed:
                self._hand_over()

    def _hand_over(self) -> None:
        size, new = len(self.leaves), Signer(2)
        root = base64.b64encode(self.tree.root(size)).decode()
        note = self.signer.note(f"{ORIGIN}/epoch\n2\n{size}\n{root}\n{new.public}\n")
        self.keys, self.first = f"{self.signer.public} {base64.b64encode(note.encode()).decode()}", (self.signer, size)
        self.signer = new
        leaf = {"v": 1, "kind": "epoch", "stream": "log", "ref": "2", "at": MADE.at, "content": hashlib.sha256(note.encode()).hexdigest()}
        self.leaves.append(canonical(leaf))
        self.disclosures.append({})
        self.tree.append(leaf_hash(self.leaves[-1].encode()))

    def _add(self, stream: str, number: int, seed: int) -> None:
        salt = hashlib.sha256(f"{seed} {stream} {number}".encode()).digest()
        content = {"actor": "person:hr-1", "number": number, "fact": {"kind": "screened", "reason": "met", "score": number * 7 % 100}}
        if number == 1:
            content["fact"] = {"kind": "letter_written", "sha256": hashlib.sha256(LETTER).hexdigest(), "é": "ü\n"}
        if number == 2:
            content["fact"] = {"kind": "decided", "policy": hashlib.sha256(POLICY).hexdigest()}
        bound = hmac.new(salt, canonical(content).encode(), hashlib.sha256).hexdigest()
        at = f"2026-11-{number % 28 + 1:02}T09:00:00Z"
        leaf = canonical({"v": 1, "kind": "fact", "stream": stream, "ref": str(number), "at": at, "content": bound})
        self.leaves.append(leaf)
        self.disclosures.append({"salt": salt.hex(), "content": content})
        self.tree.append(leaf_hash(leaf.encode()))

    def checkpoint(self, size: int | None = None) -> str:
        size = len(self.leaves) if size is None else size
        signer = self.first[0] if size <= self.first[1] else self.signer
        return signer.note(f"{ORIGIN}\n{size}\n{base64.b64encode(self.tree.root(size)).decode()}\n")

    def export(self, size: int | None = None, begin: int = 0) -> bytes:
        size = len(self.leaves) if size is None else size
        return log_export(self.keys, self.leaves[begin:size], self.checkpoint(size), begin, self.tree.peaks(begin))

    def lines(self, case: str, redacted: frozenset[int] = frozenset(), size: int | None = None) -> list[Line]:
        """The case's lines; `redacted` holds numbers of facts."""
        found = []
        for index, text in enumerate(self.leaves[:size]):
            leaf = json.loads(text)
            if leaf["stream"] == case:
                disclosed = None if int(leaf["ref"]) in redacted else self.disclosures[index]
                found.append(Line(index, text, self.tree.inclusion(index, size), disclosed))
        return found

    def dossier(
        self, case: str, redacted: frozenset[int] = frozenset(), since: int = 0, lines: list[Line] | None = None, size: int | None = None
    ) -> bytes:
        lines = self.lines(case, redacted, size) if lines is None else lines
        earlier = {"earlier": self.checkpoint(since), "consistency": self.tree.consistency(since, size)} if since else {}
        return dossier(
            case,
            MADE,
            Anchor(ORIGIN, len(self.leaves) if size is None else size, self.checkpoint(size), self.keys, **earlier),  # type: ignore[arg-type]
            lines,
            facts=len(lines),
            verifier=VERIFIER,
            seal=self.signer.note,
            attached={"letters/l1.txt": LETTER, "policies/p1.json": POLICY},
            readable={"en": b"%PDF-1.7 a stand-in"},
        )


def flips(raw: bytes, masks: tuple[int, ...]) -> Iterator[bytes]:
    """`raw` with one byte changed: each byte in turn, by each mask."""
    changed = bytearray(raw)
    for at in range(len(raw)):
        for mask in masks:
            changed[at] ^= mask
            yield bytes(changed)
            changed[at] ^= mask


KINDS = ("bit", "delete", "insert", "duplicate", "swap", "truncate", "splice", "older")


def edit(draw: random.Random, kind: str, raw: bytes, other: bytes, older: bytes) -> bytes:
    """One edit of a log export: of bytes or of whole records; `other` is another log's export, `older` the same log's of yesterday."""
    at, whole = draw.randrange(len(raw)), draw.random() < 0.5
    if kind == "bit":
        return raw[:at] + bytes([raw[at] ^ 1 << draw.randrange(8)]) + raw[at + 1 :]
    if kind == "truncate":
        return raw[:at]
    if kind == "older":
        return older if whole else raw[: _start(raw, at)] + older[_start(older, draw.randrange(len(older))) :]
    begin, end = _span(raw, at) if whole else (at, min(len(raw), at + draw.randint(1, 64)))
    piece = raw[begin:end]
    if kind == "delete":
        return raw[:begin] + raw[end:]
    if kind == "insert":
        return raw[:begin] + draw.randbytes(draw.randint(1, 64)) + raw[begin:]
    if kind == "duplicate":
        return raw[:begin] + piece + raw[begin:]
    if kind == "swap":
        return _swapped(draw, raw, begin, end)
    return _spliced(draw, raw, begin, end, other)


def _span(raw: bytes, at: int) -> tuple[int, int]:
    return _start(raw, at), raw.find(b"\n", at) + 1 or len(raw)


def _start(raw: bytes, at: int) -> int:
    return raw.rfind(b"\n", 0, at) + 1


def _swapped(draw: random.Random, raw: bytes, begin: int, end: int) -> bytes:
    low, high = _span(raw, draw.randrange(len(raw)))
    (a, b), (c, d) = sorted([(begin, end), (low, high)])
    b = min(b, c)
    return raw[:a] + raw[c:d] + raw[b:c] + raw[a:b] + raw[d:]


def _spliced(draw: random.Random, raw: bytes, begin: int, end: int, other: bytes) -> bytes:
    low, high = _span(other, draw.randrange(len(other)))
    return raw[:begin] + other[low:high] + raw[end:]
