"""HTTP/1.1 by hand over a real socket: quick enough to load two gateways from one process, and free to be ill-mannered."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One connection that is kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int) -> AsyncIterator["Line"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    async def post(self, body: bytes, headers: Mapping[str, str], path: str = "/events") -> Answer:
        self.writer.write(head("POST", path, {**headers, "content-length": str(len(body))}) + body)
        return await self.answer()

    async def answer(self) -> Answer:
        """Raises asyncio.IncompleteReadError when the other side hung up."""
        top = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(top.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return Answer(int(top.split(b" ", 2)[1]), await self._reader.readexactly(length))

    async def hung_up(self) -> None:
        """Return when the other side has closed the connection, whatever it said before."""
        with suppress(ConnectionError):
            await self._reader.read()


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: gateway", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
