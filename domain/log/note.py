"""What the log's owner signs: checkpoints as C2SP signed notes, and proofs of inclusion as C2SP tlog-proofs.

The key has a name (the log's origin) and a mark, the first four bytes of SHA-256 over name, newline, 1 and the public key; the mark
stands before every signature, so that a reader knows which key to try.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LogKey:
    """`sign` signs bytes with Ed25519; `public` is the raw public key."""

    origin: str
    public: bytes
    sign: Callable[[bytes], bytes]

    @property
    def mark(self) -> bytes:
        return hashlib.sha256(self.origin.encode() + b"\n\x01" + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The public key as verifiers read it: `name+hash+base64`."""
        return f"{self.origin}+{self.mark.hex()}+{_base64(bytes([1]) + self.public)}"

    def note(self, text: str) -> str:
        """A signed note over `text`, which ends with a newline."""
        return f"{text}\n— {self.origin} {_base64(self.mark + self.sign(text.encode()))}\n"

    def checkpoint(self, size: int, root: bytes) -> str:
        return self.note(f"{self.origin}\n{size}\n{_base64(root)}\n")


def proof_text(leaf: str, index: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """C2SP tlog-proof: that this leaf is in the log of this checkpoint, at this index. It brings the leaf itself, as `extra`."""
    top = ["c2sp.org/tlog-proof@v1", f"extra {_base64(leaf.encode())}", f"index {index}"]
    return "\n".join([*top, *map(_base64, proof), "", checkpoint])


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
