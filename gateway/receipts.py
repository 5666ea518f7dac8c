"""Receipts: our signed promise that an event is on disk. A sender can later prove what we took, and when.

A receipt is one JSON object: `event`, `source`, `sha256` (of the body as sent), `received_at` (the door's clock), `case`, `key_id`,
`signature`. Signed are the canonical bytes (RFC 8785) of the object without `signature`; sent are the canonical bytes of the whole.
Ed25519 signs the same bytes the same way every time, so one event has one receipt.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from connectors.signatures import SigningKey, VerifyingKey, proves


@dataclass(frozen=True)
class Receipts:
    key: SigningKey

    def write(self, *, event: str, source: str, sha256: str, received_at: datetime, case: str) -> dict[str, Any]:
        said = {
            "event": event,
            "source": source,
            "sha256": sha256,
            "received_at": instant_text(received_at),
            "case": case,
            "key_id": self.key.id,
        }
        return {**said, "signature": base64.b64encode(self.key.sign(rfc8785.dumps(said))).decode()}


def instant_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def to_bytes(receipt: Mapping[str, Any]) -> bytes:
    """The bytes sent: always the same for the same receipt."""
    return rfc8785.dumps(dict(receipt))


def receipt_holds(receipt: Mapping[str, Any], key: VerifyingKey) -> bool:
    """Whether `receipt` is whole and signed by `key`; for senders and auditors."""
    said = {name: value for name, value in receipt.items() if name != "signature"}
    signature = receipt.get("signature")
    return receipt.get("key_id") == key.id and isinstance(signature, str) and proves(key, signature, rfc8785.dumps(said))
