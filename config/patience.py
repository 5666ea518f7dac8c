"""How long a caller may take to say what it wants: connections that never finish their request line and headers are closed.

The guard bounds the time of a body; it is only asked once the headers are there, and the server would wait for those for ever.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a bound on the time from a connection, or from the first byte of a further request, to the end of its headers."""

    headers_s = 10.0
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._done()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.headers_s, self._close)

    def _done(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _close(self, *_: Any) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.close()
