"""How a door serves HTTP: until it is told to stop, and what is under way is answered first."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext

import uvicorn
from fastapi import APIRouter, Depends

from config.guard import App
from config.patience import PatientProtocol


def health(ready: Callable[[], Awaitable[None]], stated: Callable[[], Awaitable[None]]) -> APIRouter:
    """Where a door says that it runs, and that it could do its work: `ready` raises Trouble while it could not.
    `stated` says what one needs to ask: nothing."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(stated)])

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> dict[str, str]:
        await ready()
        return {"status": "ready"}

    return router


class _Server(uvicorn.Server):
    """Uvicorn, but its signals are ours: it would raise them again after serving, and the store would never be closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run_server(
    app: App,
    host: str,
    port: int,
    beside: AbstractAsyncContextManager[None] | None = None,
    *,
    closing: asyncio.Event | None = None,
) -> None:
    """Serve `app` until SIGTERM or SIGINT, with `beside` running meanwhile; requests under way are answered first.

    `closing` is set before the end, for those that wait on purpose.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=PatientProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
        # Whoever forwards to this door decides nothing about a request: the address plays no part in it.
        proxy_headers=False,
    )
    server = _Server(config)
    with until_stopped() as stop:
        running = asyncio.create_task(server.serve())
        stopped = asyncio.create_task(stop.wait())
        async with beside or nullcontext():
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if closing is not None:
                closing.set()
            server.should_exit = True
            stopped.cancel()
            await running


@contextmanager
def until_stopped() -> Iterator[asyncio.Event]:
    """An event that SIGTERM or SIGINT sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
