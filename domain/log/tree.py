"""A Merkle tree over the leaves of the log, as RFC 6962 section 2.1 defines it: what the operator writes. What a stranger checks is
`verify.py`, which shares no code with this file.

A leaf is hashed with the prefix 0x00, two subtrees with 0x01; a tree of no leaves hashes to SHA-256 of nothing. Hashes of complete
subtrees are kept, so that a proof takes as many steps as the tree is high, whatever its size.
"""

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """An append-only tree. `levels[h][i]` is the hash over the 2**h leaves that begin at i * 2**h."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for each in leaves:
            self.append(each)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add one leaf by its hash (32 bytes, of `leaf_hash`)."""
        level, carried = 0, leaf
        while True:
            if level == len(self._levels):
                self._levels.append([])
            here = self._levels[level]
            here.append(carried)
            if len(here) % 2:
                return
            carried = node_hash(here[-2], here[-1])
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """The hash over the first `size` leaves. Raises ValueError for more than there are."""
        size = self._known(len(self) if size is None else size)
        return self._over(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The hashes that lead from leaf `index` to the root over `size` leaves, from the leaf upwards (2.1.1)."""
        size = self._known(len(self) if size is None else size)
        if not 0 <= index < size:
            raise ValueError(f"a tree of {size} leaves has no leaf {index}")
        path, low, high = [], 0, size
        while high - low > 1:
            middle = low + _half(high - low)
            if index < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, earlier: int, size: int | None = None) -> list[bytes]:
        """The hashes that show that the tree over `earlier` leaves is the beginning of the one over `size` (2.1.2)."""
        size = self._known(len(self) if size is None else size)
        if not 0 < earlier <= size:
            raise ValueError(f"a tree of {earlier} leaves is not the beginning of one of {size}")
        path, low, high, whole = [], 0, size, True
        while earlier != high:
            middle = low + _half(high - low)
            if earlier <= middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._over(low, high)]) + path[::-1]

    def peaks(self, size: int) -> list[bytes]:
        """The hashes of the complete subtrees that the first `size` leaves are made of, the smallest first: all one needs to go on."""
        size, found, end = self._known(size), [], size
        while end:
            width = end & -end
            found.append(self._over(end - width, end))
            end -= width
        return found

    def _known(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError(f"there are {len(self)} leaves, not {size}")
        return size

    def _over(self, low: int, high: int) -> bytes:
        """The hash over the leaves from `low` up to `high`; where that is a complete subtree, it is kept already."""
        width = high - low
        if width & (width - 1) == 0 and low % width == 0:
            return self._levels[width.bit_length() - 1][low // width]
        middle = low + _half(width)
        return node_hash(self._over(low, middle), self._over(middle, high))


def _half(width: int) -> int:
    """The largest power of two below `width` (at least 2)."""
    return 1 << (width - 1).bit_length() - 1
