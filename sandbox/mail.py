"""The candidates' mail: a real SMTP server that keeps every letter it takes, one JSON line each, and refuses nothing."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session


class Sink:
    """Takes letters. `port` is known once it is open; `taken` counts."""

    def __init__(self, file: Path, clock: Callable[[], datetime]) -> None:
        self._file, self._clock = file, clock
        self.port = 0
        self.taken = 0

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(raw, policy=policy.default)
        body = message.get_body(("plain",))
        line = {
            "at": self._clock(),
            "id": str(message["message-id"] or ""),
            "to": list(envelope.rcpt_tos),
            "subject": str(message["subject"] or ""),
            "headers": {name: str(value) for name, value in message.items()},
            "body": body.get_content() if body else "",
            "parts": [part.get_content_type() for part in message.walk() if not part.is_multipart()],
        }
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self.taken += 1
        return "250 taken"

    @contextmanager
    def open(self) -> Iterator["Sink"]:
        """Listen on a free loopback port, in a thread of its own, until the block ends."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()
