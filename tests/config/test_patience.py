"""Connections that never say what they want are closed; those that do may stay."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

from config.patience import PatientProtocol
from sandbox.installation import free_port
from tests.siege.wire import Line, head


class Hasty(PatientProtocol):
    headers_s = 0.2


async def _app(scope: object, receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]


@pytest.fixture
async def port() -> AsyncIterator[int]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(_app, port=port, http=Hasty, lifespan="off", log_config=None, timeout_keep_alive=30))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    await serving


@pytest.mark.parametrize("said", [b"", b"POST", b"POST /events HTTP/1.1\r\nhost: g\r\nx-long: aaaa"])
async def test_headers_that_do_not_end_end_the_connection(said: bytes, port: int) -> None:
    async with Line.open(port) as line, asyncio.timeout(5):
        line.writer.write(said)
        await line.hung_up()


async def test_a_byte_now_and_then_buys_no_time(port: int) -> None:
    async with Line.open(port) as line, asyncio.timeout(5):
        line.writer.write(b"GET / HTTP/1.1\r\nx: ")
        for _ in range(4):
            line.writer.write(b"a")
            await asyncio.sleep(0.1)
        await line.hung_up()


async def test_a_connection_that_asks_and_rests_stays_open_and_is_held_to_its_next_headers(port: int) -> None:
    async with Line.open(port) as line, asyncio.timeout(10):
        for _ in range(2):
            line.writer.write(head("GET", "/", {}))
            assert (await line.answer()).status == 200
            await asyncio.sleep(0.4)
        line.writer.write(b"GET /")
        await line.hung_up()
