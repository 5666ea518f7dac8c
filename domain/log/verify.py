#!/usr/bin/env python3
"""Checks what Muster's log says, without Muster: one file, standard library only. It shares no code with what wrote the log.

Every decoder here takes exactly one form of a text (decode, encode again, compare): a changed letter is a change, also where it would
decode to the same bytes. Nothing is trusted but the root somebody kept.
"""

import base64
import binascii
import hashlib
import hmac


class Wrong(Exception):
    """The first thing that is not as it should be, in words."""


def bytes_of(text: object, what: str, length: int = 32) -> bytes:
    """Bytes from standard base64 in its one canonical form."""
    if not isinstance(text, str):
        raise Wrong(f"{what}: base64 text is expected")
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise Wrong(f"{what}: this is no base64") from None
    if base64.b64encode(raw).decode() != text or len(raw) != length:
        raise Wrong(f"{what}: {length} bytes in canonical base64 are expected")
    return raw


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
