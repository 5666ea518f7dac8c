"""The dossier of a case and the export of the whole log, as bytes: the same bytes for the same contents, whatever made them.

A dossier is a zip in one form (names in order, one date, nothing compressed). The manifest lists every other part by SHA-256 and is
itself sealed by a note signed with the log's key, so no byte stands outside what `verify.py` checks. The contents stand in
`leaves.jsonl`, each beside its leaf: what the log is bound to, and what is read, is one text.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from domain.log.guide import GUIDE

FORMAT, VERSION = "muster-dossier", 1
#: The parts every dossier has; what is attached besides stands in one of these folders and is spoken of by a content.
ATTACHED = ("letters", "policies", "history")


@dataclass(frozen=True)
class Line:
    """One leaf of the case: its exact text, the way to the root, and what it is bound to. No `disclosed`: redacted."""

    index: int
    leaf: str
    proof: Sequence[bytes]
    disclosed: Mapping[str, Any] | None  # {"salt": hex, "content": {…}}

    def text(self) -> str:
        proof = [base64.b64encode(step).decode() for step in self.proof]
        return canonical({"index": self.index, "leaf": self.leaf, "proof": proof, "disclosed": self.disclosed})


@dataclass(frozen=True)
class Made:
    """When, by whom and what for a dossier was made, and with which version of the software."""

    at: str
    by: str
    purpose: str
    made_with: str


@dataclass(frozen=True)
class Anchor:
    """What the proofs lead to: the signed checkpoint, the public key that signed it, and the way from an earlier one if asked for."""

    origin: str
    size: int
    checkpoint: str
    key: str
    earlier: str = ""
    consistency: Sequence[bytes] = field(default_factory=tuple)


def canonical(value: object) -> str:
    """RFC 8785 canonical JSON."""
    return rfc8785.dumps(value).decode()  # type: ignore[arg-type]


def dossier(
    case: str,
    made: Made,
    anchor: Anchor,
    lines: Sequence[Line],
    *,
    facts: int,
    verifier: bytes,
    seal: Callable[[str], str],
    attached: Mapping[str, bytes] | None = None,
    readable: Mapping[str, bytes] | None = None,
) -> bytes:
    """The dossier of a case. `facts`: how many it has; `seal` signs a note's text with the log's key; `verifier` is verify.py;
    `attached` are papers by name (`letters/…`, `policies/…`, `history/…`); `readable` the PDFs by language."""
    parts = {
        "README.txt": GUIDE.encode(),
        "verify.py": verifier,
        "leaves.jsonl": "".join(each.text() + "\n" for each in lines).encode(),
        "checkpoint.txt": anchor.checkpoint.encode(),
        "key.txt": f"{anchor.key}\n".encode(),
        **(attached or {}),
        **{f"dossier.{language}.pdf": pdf for language, pdf in (readable or {}).items()},
    }
    if anchor.earlier:
        steps = [base64.b64encode(step).decode() for step in anchor.consistency]
        parts |= {"earlier.txt": anchor.earlier.encode(), "consistency.json": canonical(steps).encode()}
    listed = {
        "v": VERSION,
        "format": FORMAT,
        "case": case,
        "origin": anchor.origin,
        "at": made.at,
        "by": made.by,
        "purpose": made.purpose,
        "made_with": made.made_with,
        "size": anchor.size,
        "leaves": len(lines),
        "facts": facts,
        "redacted": sum(each.disclosed is None for each in lines),
        "members": {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()},
    }
    return zipped(sealed(parts, listed, seal))


def sealed(parts: Mapping[str, bytes], manifest: Mapping[str, Any], seal: Callable[[str], str]) -> dict[str, bytes]:
    """The parts with the manifest that lists them, and the note that seals the manifest."""
    text = canonical(dict(manifest)).encode()
    note = seal(f"{manifest['origin']}/dossier\n{hashlib.sha256(text).hexdigest()}\n")
    return {**parts, "manifest.json": text, "seal.txt": note.encode()}


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip in one form: in the order of the names, dated 1980, nothing compressed."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, members[name])
    return whole.getvalue()


def log_export(key: str, leaves: Iterable[str], checkpoint: str, begin: int = 0, peaks: Sequence[bytes] = ()) -> bytes:
    """The log from leaf `begin` on: a line that says so, the public key, where it begins with the hashes of the complete subtrees before
    (`Tree.peaks`), every leaf on a line, an empty line, the checkpoint over all of it."""
    place = " ".join(["from", str(begin), *(base64.b64encode(peak).decode() for peak in peaks)])
    return "\n".join(["muster-log 1", key, place, *leaves, "", checkpoint]).encode()
