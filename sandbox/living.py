"""A demonstration to watch and take part in: the first months are played quickly, then a moment every few seconds, while the console and
the people's API are open on it. What somebody does there is done to the same cases; the simulated people notice, and go on from it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from config.settings import Settings
from domain.words import Stage
from sandbox.demo import Options, Run, fresh, publish, staged
from sandbox.installation import DOORS, installed
from sandbox.screen import Screen

#: Played quickly until so many hires stand at their conditions: then there is something of everything to see.
ENOUGH, AT = 3, Stage.CONDITIONS


async def live(
    options: Options, ports: Settings, pace_s: float, stop: asyncio.Event, opened: Callable[[Run], Awaitable[None]], screen: Screen
) -> None:
    """Play until the story is told or `stop` is set, and stay open until then. `ports` says where the doors listen; `opened` is called
    once there is something to see. Raises BadInput, EngineUnavailable, Trouble."""
    with fresh(options) as settings:
        named = {name: getattr(ports, name) for name in ("gateway_port", "api_port", "console")}
        install = partial(installed, doors=(*DOORS, "api", "console"), anywhere=False)
        async with staged(options, settings.model_copy(update=named), screen, install) as run:
            await publish(run)
            await _on(run, pace_s, stop, opened)


async def _on(run: Run, pace_s: float, stop: asyncio.Event, opened: Callable[[Run], Awaitable[None]]) -> None:
    watched = False
    while not stop.is_set() and (moment := run.conductor.next) is not None:
        await run.conductor.moment(moment)
        if not watched and _standing(run) >= ENOUGH:
            watched = True
            await opened(run)
        if watched:
            await _rest(stop, pace_s)
    if not stop.is_set():
        run.screen.say("The story is told. Everything stays open as it stands.", "bold")
        await stop.wait()


def _standing(run: Run) -> int:
    return sum(hire["stage"] == AT for hire in run.conductor.seen.values())


async def _rest(stop: asyncio.Event, pace_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), pace_s)
