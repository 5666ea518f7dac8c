"""Opaque, signed cursors: where a page ended, for one question alone. No page is ever counted off from the beginning."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from domain.errors import BadInput

_MAC = 16


class Cursors:
    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"muster cursor", "sha256")

    def make(self, question: dict[str, Any], at: list[Any]) -> str:
        """A cursor for the page after `at`, the sort values of the last row (JSON values, or moments)."""
        body = json.dumps([_of(question), [_plain(value) for value in at]], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, cursor: str, question: dict[str, Any]) -> list[Any]:
        """The sort values again. Raises BadInput for a cursor that is not ours, or that belongs to another question."""
        try:
            raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise _bad() from None
        mac, body = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise _bad()
        asked, at = json.loads(body)
        if asked != _of(question):
            raise _bad()
        return [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in at]

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC]


def _of(question: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _bad() -> BadInput:
    return BadInput("this cursor is not one of ours, or belongs to another question: begin again without it", code="bad_cursor")
