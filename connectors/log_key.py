"""The log's own key: a file beside the key of receipts and events, and another key than that."""

import os
from pathlib import Path

from connectors.signatures import load_signing_key
from domain.errors import StoreUnavailable
from domain.log.note import LogKey


def load_log_key(path: Path, origin: str) -> LogKey:
    """Made at first use, readable by its owner alone. Raises BadKey."""
    key = load_signing_key(path, create=True)
    return LogKey(origin, key.verifying().material, key.sign)


def next_log_key(path: Path, origin: str) -> LogKey:
    """The key the log is about to be handed to: beside the one that signs, the same one until it takes its place. Raises BadKey;
    StoreUnavailable where the folder of the keys cannot be written, so that nothing was handed to a key that cannot stand there."""
    try:
        return load_log_key(_next(path), origin)
    except OSError as error:
        said = f"the next key of the log cannot be written to {path.parent}: {error.strerror}"
        raise StoreUnavailable(said, code="key_not_written") from None


def take_place(path: Path) -> None:
    """The next key stands where the one stood that signed so far, which is gone. Raises FileNotFoundError."""
    os.replace(_next(path), path)


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")
