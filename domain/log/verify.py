#!/usr/bin/env python3
"""Checks a dossier, a log export or a proof of Muster, without Muster: one file, the standard library only (with the package
`cryptography` it is faster). It shares no code with what wrote them, asks no network, and trusts nothing but a checkpoint and a key
you kept.

    python verify.py FILE [--checkpoint KEPT.txt] [--key PUBLIC] [--log LOG] [--proofs FOLDER] [--json]

FILE is a dossier (a case), a log export (all leaves or those from one on, nothing disclosed) or a .tlog-proof (one leaf). PUBLIC is
the log's public key, or a file that holds it; a .tlog-proof needs it. Where the log was handed to other keys, the handovers stand behind
the first key, each signed with the key before; one key of them is enough to compare, and nothing signed before it counts then. LOG is an
export of the whole log: with it, that nothing about the case was left out of the dossier is shown too. FOLDER gets a .tlog-proof of every
leaf of the dossier.

The claims are checked in this order; the first that fails ends the check, says the first bad place, and is the exit code:

    3 form          the file is in the one form it can have: every byte of it is accounted for
    4 alteration    every part is the one its maker listed and signed
    5 signature     the checkpoint is signed by the log's key
    6 inclusion     every leaf is in the log at its index
    7 consistency   the log goes on from the checkpoint you kept: nothing before it was rewritten
    8 contents      every content disclosed is the one the log is bound to; what is redacted is counted
    9 completeness  the facts of the case (in a log: of every case) are numbered 1 to n, none missing, none twice
   10 order         they stand in the log in that order

    0 all of them hold     1 something unforeseen     2 the question is wrong, or a file cannot be read
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # then the curve is computed below, slowly and in the open
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

CODES = {
    "form": 3,
    "alteration": 4,
    "signature": 5,
    "inclusion": 6,
    "consistency": 7,
    "contents": 8,
    "completeness": 9,
    "order": 10,
}


class Wrong(Exception):
    """The first thing that is not as it should be, in words."""


# ---- texts have one form -------------------------------------------------------------------------------------------------


def bytes_of(text: object, what: str, length: int | None = 32) -> bytes:
    """Bytes from standard base64 in its one canonical form: decoded, encoded again, compared."""
    if not isinstance(text, str):
        raise Wrong(f"{what}: base64 text is expected")
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Wrong(f"{what}: this is no base64") from None
    if base64.b64encode(raw).decode() != text or len(raw) != (len(raw) if length is None else length):
        raise Wrong(f"{what}: {'bytes' if length is None else f'{length} bytes'} in canonical base64 are expected")
    return raw


def text_of(raw: bytes, what: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong(f"{what}: byte {error.start} is no UTF-8") from None


def canonical(value: object) -> str:
    """JSON in the form of RFC 8785, for what Muster writes: names of fields in ASCII, fractions neither huge nor tiny."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_of(text: str, what: str) -> Any:
    """The value of a JSON text in canonical form. Any other form of the same value (and so a key twice) is refused."""
    try:
        value = json.loads(text)
        same = canonical(value) == text
    except (ValueError, RecursionError):
        raise Wrong(f"{what}: this is no JSON") from None
    if not same:
        raise Wrong(f"{what}: the JSON is not in its canonical form")
    return value


def hex_of(text: object, what: str) -> str:
    if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{64}", text):
        raise Wrong(f"{what}: 64 small hexadecimal digits are expected")
    return text


def fields(value: object, what: str, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """An object with exactly these fields, of these types."""
    if not isinstance(value, dict) or set(value) != set(kinds):
        raise Wrong(f"{what}: exactly the fields {', '.join(sorted(kinds))} are expected")
    for name, kind in kinds.items():
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            raise Wrong(f"{what}: the field {name} is of another type")
    return value


# ---- the tree (RFC 6962, RFC 9162) -----------------------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _hashes(*all_of_them: bytes) -> None:
    if any(len(each) != 32 for each in all_of_them):
        raise Wrong("a hash has 32 bytes")


def check_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    """RFC 9162, 2.1.3.2. Raises Wrong unless `proof` leads from the leaf's hash at `index` to the root over `size` leaves."""
    if not 0 <= index < size:
        raise Wrong(f"leaf {index} is not in a log of {size} leaves")
    _hashes(leaf, root, *proof)
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise Wrong(f"leaf {index}: the proof is longer than the way to the root")
        if at % 2 or at == last:
            found = node_hash(step, found)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise Wrong(f"leaf {index}: the proof ends before the root")
    if not hmac.compare_digest(found, root):
        raise Wrong(f"leaf {index}: its proof leads to another root")


def check_consistency(earlier: int, size: int, proof: list[bytes], earlier_root: bytes, root: bytes) -> None:
    """RFC 9162, 2.1.4.2. Raises Wrong unless the log of `size` leaves begins with the one of `earlier` leaves."""
    if not 0 < earlier <= size:
        raise Wrong(f"a log of {size} leaves cannot be shown to go on from one of {earlier}")
    if earlier == size:
        if proof:
            raise Wrong("between two logs of the same size there is nothing to prove, and a proof is given")
        if not hmac.compare_digest(earlier_root, root):
            raise Wrong("two logs of the same size have different roots")
        return
    _hashes(earlier_root, root, *proof)
    way = list(proof) if earlier & (earlier - 1) else [earlier_root, *proof]
    if not way:
        raise Wrong("the proof of consistency is empty")
    at, last = earlier - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = way[0]
    for step in way[1:]:
        if last == 0:
            raise Wrong("the proof of consistency is longer than the way to the root")
        if at % 2 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise Wrong("the proof of consistency ends before the root")
    if not hmac.compare_digest(old, earlier_root):
        raise Wrong("the proof of consistency does not lead to the earlier root")
    if not hmac.compare_digest(new, root):
        raise Wrong("the proof of consistency does not lead to the later root")


def root_of(leaves: Iterable[bytes], begin: int = 0, peaks: Sequence[bytes] = ()) -> bytes:
    """The root over all leaves, the given ones as they stand in the log, from leaf `begin` on; `peaks` are the hashes of the complete
    subtrees before it, the smallest first. Level by level; a last one without a partner goes up as it is."""
    sha256, left_out = hashlib.sha256, iter(peaks)
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1 or begin:
        if begin & 1:
            level.insert(0, next(left_out))
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = above + level[-1:] if len(level) % 2 else above
        begin >>= 1
    return level[0] if level else sha256().digest()


# ---- Ed25519 (RFC 8032), for a machine without `cryptography` ----------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _point(raw: bytes) -> Point | None:
    number = int.from_bytes(raw, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def _packed(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def signed_in_the_open(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this is the key's signature of the message, computed here."""
    public, scalar = _point(key), int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    if public is None or base is None or scalar >= ORDER:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    minus: Point = (P - public[0], public[1], 1, P - public[3])
    return _packed(_add(_times(scalar, base), _times(digest, minus))) == signature[:32]


def signed(key: bytes, signature: bytes, message: bytes) -> bool:
    if Ed25519PublicKey is None:
        return signed_in_the_open(key, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---- keys, signed notes, checkpoints (C2SP) ------------------------------------------------------------------------------


class Key(NamedTuple):
    """A log's public key: `name+hash+base64`, the hash being the first four bytes of SHA-256 over name, newline, 1 and key."""

    name: str
    mark: bytes
    public: bytes


def key_of(text: str) -> Key:
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or re.search(r"\s", text):
        raise Wrong("the public key: name+hash+base64 is expected")
    raw = bytes_of(parts[2], "the public key", 33)
    mark = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if raw[0] != 1 or mark.hex() != parts[1]:
        raise Wrong("the public key: its hash is another, or it is no Ed25519 key")
    return Key(parts[0], mark, raw[1:])


class Keys(NamedTuple):
    """The log's keys, one an epoch, and with what each but the last ended: the size and root of the last log it signed."""

    each: tuple[Key, ...]
    sealed: tuple[tuple[int, bytes], ...] = ()

    def epoch(self, size: int) -> int:
        """Which of the keys signs for a log of this size."""
        return sum(end < size for end, _ in self.sealed)


def keys_of(text: str) -> Keys:
    """A public key and, a blank before each, the handovers in base64: notes signed with the key before, that name the next."""
    first, *notes = text.split(" ")
    keys, sealed = [key_of(first)], [(0, b"")]
    for number, note in enumerate(notes, 2):
        what = f"the handover to key {number}"
        lines = note_of(bytes_of(note, what, None), keys[-1], what)
        if len(lines) != 5 or lines[:2] != [f"{keys[-1].name}/epoch", str(number)] or not re.fullmatch("[1-9][0-9]{0,15}", lines[2]):
            raise Wrong(f"{what}: origin, number, size, root and the next key are expected, a line each")
        end, root, new = int(lines[2]), bytes_of(lines[3], f"{what}: the root"), key_of(lines[4])
        if end <= sealed[-1][0] or new.name != keys[-1].name or new in keys:
            raise Wrong(f"{what}: the log has not grown since the one before, or the key is not a new one of this log")
        keys.append(new)
        sealed.append((end, root))
    return Keys(tuple(keys), tuple(sealed[1:]))


def note_of(raw: bytes, key: Key, what: str) -> list[str]:
    """The lines of a signed note: text, an empty line, one signature of this key's. The signature covers every byte of the text."""
    text = text_of(raw, what)
    body, gap, last = text.rpartition("\n\n")
    found = re.fullmatch(r"— (\S+) (\S+)\n", last)
    if not gap or not found:
        raise Wrong(f"{what}: a text, an empty line and one signature are expected")
    mark_and_signature = bytes_of(found[2], f"{what}: the signature", 68)
    if found[1] != key.name or mark_and_signature[:4] != key.mark:
        raise Wrong(f"{what}: it is signed with another key")
    if not signed(key.public, mark_and_signature[4:], (body + "\n").encode()):
        raise Wrong(f"{what}: the signature is not the key's signature of this text")
    return body.split("\n")


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


def checkpoint_of(raw: bytes, keys: Keys, what: str) -> Checkpoint:
    """Signed with the key of its epoch: whoever holds a key that was handed on signs nothing that counts."""
    said = re.match(rb"[^\n]*\n([1-9][0-9]{0,15})\n", raw)
    lines = note_of(raw, keys.each[keys.epoch(int(said[1])) if said else -1], what)
    if len(lines) < 3 or not said or "" in lines:
        raise Wrong(f"{what}: origin, size and root are expected, a line each")
    found = Checkpoint(lines[0], int(lines[1]), bytes_of(lines[2], f"{what}: the root"))
    if dict(keys.sealed).get(found.size, found.root) != found.root:
        raise Wrong(f"{what}: the log of {found.size} leaves was handed to the next key with another root")
    return found


# ---- leaves --------------------------------------------------------------------------------------------------------------

LEAF = {"v": int, "kind": str, "stream": str, "ref": str, "at": str, "content": str}


def leaf_of(text: str, what: str) -> dict[str, Any]:
    leaf = fields(json_of(text, what), what, **LEAF)
    if leaf["v"] != 1:
        raise Wrong(f"{what}: version {leaf['v']} of a leaf is not known here")
    hex_of(leaf["content"], what)
    return leaf


class Numbered:
    """The facts of each case as they come: their numbers must be 1, 2, 3 … in the order of the log."""

    def __init__(self) -> None:
        self.places: dict[str, list[tuple[int, int]]] = {}

    def take(self, leaf: dict[str, Any], index: int) -> None:
        if leaf["kind"] == "fact":
            if not re.fullmatch("[1-9][0-9]{0,8}", leaf["ref"]):
                raise Wrong(f"leaf {index}: a fact is referred to by its number, not by {leaf['ref']}")
            self.places.setdefault(leaf["stream"], []).append((int(leaf["ref"]), index))

    def complete(self, whole: bool = True) -> int:
        """How many facts there are. Raises Wrong for the first missing, or twice there; of a part of the log, for one in between."""
        for stream, places in self.places.items():
            for expected, (number, index) in enumerate(sorted(places), 1 if whole else min(places)[0]):
                if number != expected:
                    raise Wrong(f"{stream}: " + (f"fact {expected} is missing" if number > expected else f"leaf {index} repeats {number}"))
        return sum(len(places) for places in self.places.values())

    def ordered(self) -> None:
        for stream, places in self.places.items():
            for (before, _), (number, index) in pairwise(places):
                if number < before:
                    raise Wrong(f"{stream}: leaf {index} holds fact {number}, after fact {before}")


# ---- the file of a dossier: a zip in one form, nothing compressed -----------------------------------------------------------

LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
DATE = 0x21  # 1 January 1980: a dossier says elsewhere when it was made


def local_header(name: bytes, data: bytes) -> bytes:
    return LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, DATE, zlib.crc32(data), len(data), len(data), len(name), 0) + name


def directory(members: dict[str, bytes], places: list[int], at: int) -> bytes:
    """What stands at the end of the file: each member again, and where it begins."""
    rows = []
    for (name, data), place in zip(members.items(), places, strict=True):
        sizes = (zlib.crc32(data), len(data), len(data), len(name.encode()), 0, 0, 0, 0)
        rows.append(CENTRAL.pack(b"PK\1\2", 0x314, 20, 0, 0, 0, DATE, *sizes, 0o100644 << 16, place) + name.encode())
    whole = b"".join(rows)
    return whole + END.pack(b"PK\5\6", 0, 0, len(rows), len(rows), len(whole), at, 0)


def members_of(raw: bytes) -> dict[str, bytes]:
    """The members by name. Headers are not believed but made again and compared, so there is nowhere to hide a byte."""
    members: dict[str, bytes] = {}
    places, at = [], 0
    while raw[at : at + 4] == b"PK\3\4" and at + LOCAL.size <= len(raw):
        *_, size, length, _ = LOCAL.unpack_from(raw, at)
        begin = at + LOCAL.size + length
        name, data = text_of(raw[at + LOCAL.size : begin], f"the name at byte {at + LOCAL.size}"), raw[begin : begin + size]
        if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_/.-]*", name) or ".." in name or name <= max(members, default=""):
            raise Wrong(f"byte {at + LOCAL.size}: a name that is none, or not in its place")
        if raw[at:begin] != local_header(name.encode(), data):
            raise Wrong(f"{name}: its header at byte {at} is not the one of these contents")
        members[name] = data
        places.append(at)
        at = begin + size
    if raw[at:] != directory(members, places, at):
        raise Wrong(f"the directory at byte {at} is not the one of these members, or bytes are missing or follow")
    return members


# ---- the claims ----------------------------------------------------------------------------------------------------------

MANIFEST = {
    "v": int,
    "format": str,
    "case": str,
    "origin": str,
    "at": str,
    "by": str,
    "purpose": str,
    "made_with": str,
    "size": int,
    "leaves": int,
    "facts": int,
    "redacted": int,
    "members": dict,
}
ATTACHED = ("letters/", "policies/", "history/")


class Kept(NamedTuple):
    """What the reader kept, or got by another way than from whom they check."""

    checkpoint: bytes | None = None
    keys: Keys | None = None


class Log:
    """A log export: a line that says so, the public key, where it begins, every leaf on a line, an empty line, the checkpoint."""

    def __init__(self, raw: bytes, kept: Kept) -> None:
        self.raw, self.kept, self.facts = raw, kept, Numbered()

    def form(self) -> str:
        top, _, self.note = self.raw.partition(b"\n\n")
        lines = top.split(b"\n")
        if lines[0] != b"muster-log 1" or len(lines) < 4:
            raise Wrong("line 1: `muster-log 1`, a public key, `from` and leaves are expected")
        self.keys, self.leaves = known_keys(lines[1], self.kept), lines[3:]
        self.begin, self.peaks = begin_of(text_of(lines[2], "line 3"))
        return f"a log export of {len(self.leaves)} leaves" + (f", from leaf {self.begin} on" if self.begin else "")

    def signature(self) -> str:
        self.checkpoint = checkpoint_of(self.note, self.keys, "the checkpoint")
        return whose(self.keys, self.kept, self.checkpoint)

    def inclusion(self) -> str:
        size = self.checkpoint.size
        if size != self.begin + len(self.leaves):
            raise Wrong(f"the checkpoint counts {size} leaves, and here they end with {self.begin + len(self.leaves)}")
        if root_of(self.leaves, self.begin, self.peaks) != self.checkpoint.root:
            raise Wrong("the leaves do not lead to the checkpoint's root: at least one is not as it was")
        return f"{len(self.leaves)} leaves lead to the checkpoint's root"

    def consistency(self) -> str:
        return goes_on(self.kept, self.keys, self.checkpoint, self)

    def goes_on_from(self, other: Checkpoint, what: str) -> None:
        if other.size > self.checkpoint.size:
            raise Wrong(f"this log has {self.checkpoint.size} leaves and is older than {what}")
        if other.size < self.begin:
            raise Wrong(f"this export begins with leaf {self.begin}, after {what}")
        same = other.size == self.checkpoint.size
        root = self.checkpoint.root if same else root_of(self.leaves[: other.size - self.begin], self.begin, self.peaks)
        if root != other.root:
            raise Wrong(f"this log is not the one of {what}: something before it was rewritten")

    def contents(self) -> str:
        named = ((index, f"leaf {index}", raw) for index, raw in enumerate(self.leaves, self.begin))
        self.read = [(index, leaf_of(text_of(raw, what), what)) for index, what, raw in named]
        for number, (end, _) in enumerate(self.keys.sealed, 2):
            begun = [leaf for index, leaf in self.read if index == end]
            if begun and (begun[0]["kind"], begun[0]["ref"]) != ("epoch", str(number)):
                raise Wrong(f"leaf {end}: here the log was handed to key {number}, and the leaf does not say so")
        return "every leaf is in its form; a log export discloses nothing"

    def completeness(self) -> str:
        for index, leaf in self.read:
            self.facts.take(leaf, index)
        count = self.facts.complete(whole=not self.begin)
        before = " of this part" if self.begin else ""
        return f"{count} facts of {len(self.facts.places)} cases{before}, none missing, none twice"

    def order(self) -> str:
        self.facts.ordered()
        return "the facts of every case stand in the order of their numbers"


def begin_of(line: str) -> tuple[int, list[bytes]]:
    """Where an export begins, and the hashes of the complete subtrees before that: one for each bit of the number, the smallest first."""
    word, *rest = line.split(" ")
    if word != "from" or not rest or not re.fullmatch("0|[1-9][0-9]{0,15}", rest[0]):
        raise Wrong("line 3: `from`, a number and hashes are expected")
    begin, peaks = int(rest[0]), [bytes_of(each, "line 3: a hash") for each in rest[1:]]
    if len(peaks) != begin.bit_count():
        raise Wrong(f"line 3: before leaf {begin} stand {begin.bit_count()} complete subtrees, not {len(peaks)}")
    return begin, peaks


class Proof:
    """A C2SP tlog-proof: one leaf (as `extra`), the way from it to the root, and the checkpoint. It does not bring the public key."""

    def __init__(self, raw: bytes, kept: Kept, log: Log | None = None) -> None:
        self.raw, self.kept, self.log = raw, kept, log

    def form(self) -> str:
        top, _, self.note = self.raw.partition(b"\n\n")
        lines = text_of(top, "the proof").split("\n")
        extra, place = re.fullmatch("extra (.+)", "".join(lines[1:2])), re.fullmatch("index (0|[1-9][0-9]{0,15})", "".join(lines[2:3]))
        if not extra or not place:
            raise Wrong("lines 2 and 3: `extra` with the leaf, and `index` are expected")
        self.leaf, self.index = bytes_of(extra[1], "the leaf", None), int(place[1])
        self.steps = [bytes_of(step, f"line {n}") for n, step in enumerate(lines[3:], 4)]
        if self.kept.keys is None:
            raise Wrong("a proof does not bring the public key: give --key")
        self.keys = self.kept.keys if self.log is None else self.log.keys
        return f"the proof of leaf {self.index}"

    def signature(self) -> str:
        self.checkpoint = checkpoint_of(self.note, self.keys, "the checkpoint")
        return whose(self.keys, self.kept, self.checkpoint)

    def inclusion(self) -> str:
        check_inclusion(leaf_hash(self.leaf), self.index, self.checkpoint.size, self.steps, self.checkpoint.root)
        return f"leaf {self.index} is in the log of {self.checkpoint.size}"

    def consistency(self) -> str:
        return goes_on(self.kept, self.keys, self.checkpoint, self.log)

    def contents(self) -> str:
        leaf = leaf_of(text_of(self.leaf, "the leaf"), "the leaf")
        return f"{leaf['kind']} {leaf['ref']} of {leaf['stream']}, {leaf['at']}; what it is bound to is not disclosed here"


class Dossier:
    """The dossier of a case."""

    def __init__(self, raw: bytes, kept: Kept, log: Log | None = None) -> None:
        self.raw, self.kept, self.log, self.facts = raw, kept, log, Numbered()

    def form(self) -> str:
        self.members = members_of(self.raw)
        for name in ("manifest.json", "seal.txt", "key.txt", "checkpoint.txt", "leaves.jsonl"):
            if name not in self.members:
                raise Wrong(f"there is no {name}")
        self.keys = known_keys(self._line("key.txt"), self.kept)
        text = text_of(self.members["manifest.json"], "manifest.json")
        self.manifest = fields(json_of(text, "manifest.json"), "manifest.json", **MANIFEST)
        if (self.manifest["v"], self.manifest["format"]) != (1, "muster-dossier"):
            raise Wrong("manifest.json: this form of dossier is not known here")
        return f"the dossier of {self.manifest['case']}, made {self.manifest['at']} by {self.manifest['by']} ({self.manifest['purpose']})"

    def alteration(self) -> str:
        listed = self.manifest["members"]
        others = {name: data for name, data in self.members.items() if name not in ("manifest.json", "seal.txt")}
        if set(listed) != set(others):
            raise Wrong(f"the manifest lists other members: {', '.join(sorted(set(listed) ^ set(others)))}")
        for name, data in others.items():
            if hashlib.sha256(data).hexdigest() != listed[name]:
                raise Wrong(f"{name}: it is not the one the manifest lists")
        sealed = note_of(self.members["seal.txt"], self.keys.each[-1], "seal.txt")
        digest = hashlib.sha256(self.members["manifest.json"]).hexdigest()
        if sealed != [f"{self.manifest['origin']}/dossier", digest]:
            raise Wrong("seal.txt: it seals another manifest")
        return f"all {len(others)} parts are as listed, and the list is signed"

    def signature(self) -> str:
        self.checkpoint = checkpoint_of(self.members["checkpoint.txt"], self.keys, "checkpoint.txt")
        if (self.checkpoint.origin, self.checkpoint.size) != (self.manifest["origin"], self.manifest["size"]):
            raise Wrong("checkpoint.txt: it is of another log, or of another size, than the manifest says")
        return whose(self.keys, self.kept, self.checkpoint)

    def inclusion(self) -> str:
        self.leaves: list[tuple[int, dict[str, Any], Any]] = []
        last = -1
        for n, line in enumerate(text_of(self.members["leaves.jsonl"], "leaves.jsonl").split("\n")[:-1], 1):
            last = self._leaf(f"leaves.jsonl, line {n}", line, last)
        if not self.members["leaves.jsonl"].endswith(b"\n") or len(self.leaves) != self.manifest["leaves"]:
            raise Wrong(f"leaves.jsonl: {self.manifest['leaves']} lines are expected")
        return f"{len(self.leaves)} leaves are in the log of {self.checkpoint.size}"

    def _leaf(self, what: str, line: str, last: int) -> int:
        row = fields(json_of(line, what), what, index=int, leaf=str, proof=list, disclosed=(dict, type(None)))
        proof = [bytes_of(step, f"{what}: the proof") for step in row["proof"]]
        if row["index"] <= last:
            raise Wrong(f"{what}: leaf {row['index']} stands after leaf {last}")
        check_inclusion(leaf_hash(row["leaf"].encode()), row["index"], self.checkpoint.size, proof, self.checkpoint.root)
        leaf = leaf_of(row["leaf"], what)
        if leaf["stream"] != self.manifest["case"]:
            raise Wrong(f"{what}: it is about {leaf['stream']}, not about {self.manifest['case']}")
        self.leaves.append((row["index"], leaf, row["disclosed"]))
        return int(row["index"])

    def consistency(self) -> str:
        earlier = self._earlier()
        if self.log is not None:
            self.log.goes_on_from(self.checkpoint, f"the dossier's checkpoint, of {self.checkpoint.size} leaves")
        return goes_on(self.kept, self.keys, self.checkpoint, self.log, earlier)

    def _earlier(self) -> Checkpoint | None:
        """The earlier checkpoint the dossier itself brings, with the proof that leads from it to the dossier's own."""
        if "earlier.txt" not in self.members:
            return None
        earlier = checkpoint_of(self.members["earlier.txt"], self.keys, "earlier.txt")
        steps = json_of(text_of(self.members.get("consistency.json", b""), "consistency.json"), "consistency.json")
        if not isinstance(steps, list):
            raise Wrong("consistency.json: a list is expected")
        proof = [bytes_of(step, "consistency.json") for step in steps]
        check_consistency(earlier.size, self.checkpoint.size, proof, earlier.root, self.checkpoint.root)
        return earlier

    def contents(self) -> str:
        said: set[str] = set()
        for index, leaf, disclosed in self.leaves:
            if disclosed is not None:
                said |= opened(f"leaf {index}", leaf, disclosed)
        redacted = sum(disclosed is None for _, _, disclosed in self.leaves)
        if redacted != self.manifest["redacted"]:
            raise Wrong(f"the manifest counts {self.manifest['redacted']} redacted contents, and there are {redacted}")
        attached = [name for name in self.members if name.startswith(ATTACHED)]
        for name in attached:
            if hashlib.sha256(self.members[name]).hexdigest() not in said:
                raise Wrong(f"{name}: no disclosed content speaks of it")
        return f"{len(self.leaves) - redacted} contents disclosed, {redacted} redacted; {len(attached)} papers they speak of are here"

    def completeness(self) -> str:
        for index, leaf, _ in self.leaves:
            self.facts.take(leaf, index)
        count = self.facts.complete()
        if count != self.manifest["facts"] or not count:
            raise Wrong(f"the manifest counts {self.manifest['facts']} facts, and there are {count}")
        if self.log is None:
            return f"facts 1 to {count}, none missing; that there is none after {count} is its maker's word (with --log it is shown)"
        return f"facts 1 to {count}, none missing; {self._against(self.log)}"

    def _against(self, log: Log) -> str:
        if log.begin:
            raise Wrong(f"the log export begins with leaf {log.begin}: that nothing was left out needs the whole log")
        here, case = {index for index, _, _ in self.leaves}, self.manifest["case"]
        there = [index for index, leaf in log.read if leaf["stream"] == case]
        for index in there:
            if index < self.checkpoint.size and index not in here:
                raise Wrong(f"leaf {index} of the log is about {case}, and the dossier does not hold it")
        later = len([index for index in there if index >= self.checkpoint.size])
        return f"the log holds nothing else about the case up to this checkpoint, and {later} later leaves"

    def order(self) -> str:
        self.facts.ordered()
        return "the facts stand in the log in the order of their numbers"

    def _line(self, name: str) -> bytes:
        if not self.members[name].endswith(b"\n"):
            raise Wrong(f"{name}: it does not end with its line")
        return self.members[name][:-1]


NOTHING_KEPT = "not asked: give --checkpoint to see that nothing before one you kept was rewritten"


def goes_on(kept: Kept, keys: Keys, here: Checkpoint, log: Log | None, earlier: Checkpoint | None = None) -> str:
    """That the log of the checkpoint `here` goes on from the one the reader kept. Shown by the leaves of `log`, or by `earlier`, to
    which a proof leads that was checked already."""
    if kept.checkpoint is None:
        return NOTHING_KEPT
    yours = checkpoint_of(kept.checkpoint, keys, "the checkpoint you kept")
    if yours.origin != here.origin:
        raise Wrong(f"the checkpoint you kept is of {yours.origin}, this one of {here.origin}")
    if yours.size == here.size:
        check_consistency(yours.size, here.size, [], yours.root, here.root)
    elif log is not None:
        log.goes_on_from(yours, f"the checkpoint you kept, of {yours.size} leaves")
    elif yours.size > here.size:
        raise Wrong(f"this is of a log of {here.size} leaves, the one you kept has {yours.size}: ask for a newer, or give --log")
    elif earlier is None or earlier.size != yours.size:
        raise Wrong(f"there is no proof from your checkpoint ({yours.size} leaves) here: ask for one made with --since, or give --log")
    elif earlier.root != yours.root:
        raise Wrong("the log is not the one of your checkpoint: something before it was rewritten")
    return f"the log goes on from the checkpoint you kept ({yours.size} leaves)"


def opened(what: str, leaf: dict[str, Any], disclosed: object) -> set[str]:
    """The SHA-256 hashes a disclosed content speaks of. Raises Wrong unless the leaf is bound to this very content."""
    both = fields(disclosed, f"{what}: the disclosure", salt=str, content=dict)
    salt = bytes.fromhex(hex_of(both["salt"], f"{what}: the salt"))
    bound = hmac.new(salt, canonical(both["content"]).encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(bound, leaf["content"]):
        raise Wrong(f"{what} ({leaf['kind']} {leaf['ref']}): the content is not the one the log is bound to")
    return set(re.findall('"([0-9a-f]{64})"', canonical(both["content"])))


def known_keys(line: bytes, kept: Kept) -> Keys:
    """The keys of the file, and after them those the reader knows besides. Raises Wrong unless both are one row of handovers."""
    keys, yours = keys_of(text_of(line, "the public key")), kept.keys
    if yours is None:
        return keys
    if yours.each[0] not in keys.each:
        raise Wrong("the public key is not the one you gave")
    at = keys.each.index(yours.each[0])
    both = min(len(keys.each) - at, len(yours.each))
    if keys.each[at : at + both] != yours.each[:both] or keys.sealed[at : at + both - 1] != yours.sealed[: both - 1]:
        raise Wrong("the log was handed to other keys than those you gave")
    if at + both < len(keys.each):
        return keys
    return Keys(keys.each + yours.each[both:], keys.sealed + yours.sealed[both - 1 :])


def whose(keys: Keys, kept: Kept, here: Checkpoint) -> str:
    epoch = keys.epoch(here.size)
    if kept.keys is not None and kept.keys.each[0] in keys.each[epoch + 1 :]:
        raise Wrong(f"the checkpoint is signed with key {epoch + 1} of this log, and the first you gave came later: ask for a newer one")
    of = f" with its key {epoch + 1} of {len(keys.each)}" if keys.sealed else ""
    fingerprint = hashlib.sha256(keys.each[epoch].public).hexdigest()
    known = "" if kept.keys else f"; compare the key's fingerprint with one you got elsewhere: {fingerprint}"
    return f"signed by {keys.each[epoch].name}{of}{known}"


# ---- asking, and saying what was found --------------------------------------------------------------------------------------


class Finding(NamedTuple):
    claim: str
    held: bool | None
    words: str


def plain(words: str) -> str:
    """Words that may come from the file, without what a screen would obey: it must not overwrite what is said here."""
    return "".join(each if each.isprintable() else "\ufffd" for each in words)


def findings(about: Log | Proof | Dossier) -> list[Finding]:
    """Every claim it makes, in the order of the table; after the first that does not hold, the others are not reached."""
    found: list[Finding] = []
    for claim in (each for each in CODES if hasattr(about, each)):
        check: Callable[[], str] = getattr(about, claim)
        if found and not found[-1].held:
            found.append(Finding(claim, None, "not reached"))
            continue
        try:
            found.append(Finding(claim, True, plain(check())))
        except Wrong as wrong:
            found.append(Finding(claim, False, plain(str(wrong))))
    return found


def verify(raw: bytes, kept: Kept | None = None, log: bytes | None = None) -> list[Finding]:
    """The claims of a dossier, a log export or a proof. With `log`, the log's own claims come first."""
    kept = kept or Kept()
    if raw.startswith(b"muster-log"):
        return findings(Log(raw, kept))
    kind = Proof if raw.startswith(b"c2sp.org/tlog-proof@v1\n") else Dossier
    if log is None:
        return findings(kind(raw, kept))
    whole = Log(log, Kept(None, kept.keys))
    of_log = [Finding(each.claim, each.held, f"log: {each.words}") for each in findings(whole)]
    return of_log if code(of_log) else of_log + findings(kind(raw, kept, whole))


def code(found: list[Finding]) -> int:
    return next((CODES[each.claim] for each in found if each.held is False), 0)


def proofs_of(raw: bytes) -> dict[str, bytes]:
    """A C2SP tlog-proof of every leaf of a dossier that was checked, by the name of its file."""
    members, found = members_of(raw), {}
    for row in map(json.loads, members["leaves.jsonl"].splitlines()):
        leaf = base64.b64encode(row["leaf"].encode()).decode()
        top = ["c2sp.org/tlog-proof@v1", f"extra {leaf}", f"index {row['index']}", *row["proof"]]
        found[f"leaf-{row['index']}.tlog-proof"] = "\n".join([*top, "", ""]).encode() + members["checkpoint.txt"]
    return found


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks what Muster exported for auditors.", epilog=__doc__, formatter_class=AsWritten)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--checkpoint", metavar="KEPT", help="a checkpoint you kept")
    parser.add_argument("--key", metavar="PUBLIC", help="the log's public key, or a file that holds it")
    parser.add_argument("--log", metavar="LOG", help="a log export, to see that the dossier leaves nothing out")
    parser.add_argument("--proofs", metavar="FOLDER", help="write a .tlog-proof of every leaf of the dossier there, if all claims hold")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(words)
    try:
        kept = Kept(_read(asked.checkpoint), _keys(asked.key))
        raw = Path(asked.file).read_bytes()
        found = verify(raw, kept, _read(asked.log))
        if asked.proofs and not code(found) and raw.startswith(b"PK"):
            for name, proof in proofs_of(raw).items():
                Path(asked.proofs, name).write_bytes(proof)
    except (OSError, Wrong) as error:
        print(plain(str(error)), file=sys.stderr)
        return 2
    print(json.dumps([each._asdict() for each in found]) if asked.json else "\n".join(map(_told, found)))
    return code(found)


class AsWritten(argparse.RawDescriptionHelpFormatter):
    """The table of exit codes is shown as it stands."""


def _read(path: str | None) -> bytes | None:
    return None if path is None else Path(path).read_bytes()


def _keys(given: str | None) -> Keys | None:
    if given is None:
        return None
    return keys_of(Path(given).read_text("utf-8").strip() if os.path.isfile(given) else given)


def _told(each: Finding) -> str:
    mark = {True: "holds ", False: "FAILS ", None: "      "}[each.held]
    return f"{mark} {each.claim:<13} {each.words}"


if __name__ == "__main__":
    sys.exit(main())
