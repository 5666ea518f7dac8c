"""The log's own key: a file beside the key of receipts and events, and another key than that."""

from pathlib import Path

from connectors.signatures import load_signing_key
from domain.log.note import LogKey


def load_log_key(path: Path, origin: str) -> LogKey:
    """Made at first use, readable by its owner alone. Raises BadKey."""
    key = load_signing_key(path, create=True)
    return LogKey(origin, key.verifying().material, key.sign)
