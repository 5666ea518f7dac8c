"""What the doors have in common: settings read once, logging set up, running until asked to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer

from cli.terminal import terminal

if TYPE_CHECKING:
    from config.settings import Settings


def run(ctx: typer.Context, serve: "Callable[[Settings], Awaitable[None]]") -> None:
    """Run a door until Ctrl-C or SIGTERM; ending so is a success. Logs go to standard error."""
    from config.logs import configure

    settings = terminal(ctx).settings
    configure(log_format=settings.log_format, level=settings.log_level)
    asyncio.run(_until_told(serve(settings)))


async def _until_told(serving: Awaitable[None]) -> None:
    # A door may take the signals itself (the worker lets running steps finish); then these handlers are replaced and never called.
    task = asyncio.ensure_future(serving)
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
