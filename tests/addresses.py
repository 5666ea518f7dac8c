"""Every address there is, from the very routers the doors are put together from."""

from collections.abc import Iterable
from typing import Any, cast

from fastapi import APIRouter
from fastapi.routing import APIRoute

from acts.needs import Free, Need, free, needs
from config.cursors import Cursors
from config.serving import health
from console.pages.hire import Engine
from console.wiring import routers as of_console
from gateway import app, intake, logged, reading, schemas, standing, tokens
from gateway.api import codec
from gateway.api.wiring import routers as of_api
from tests.console.conftest import FRAME

ANY = cast("Any", None)


async def _ready() -> None: ...


def _of(routers: Iterable[APIRouter]) -> list[APIRoute]:
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def stated(route: APIRoute) -> Need:
    """What an address says it needs, once."""
    (need,) = needs(route)
    return need


HEALTH = health(_ready, free(Free.PUBLIC))
CONSOLE = _of([*of_console(FRAME, Cursors(b""), ANY, Engine()), FRAME.assets.routes(), HEALTH])
API = _of([*of_api(Cursors(b"")), codec.routes(ANY), HEALTH])
PARTNERS = _of(
    [
        app._about_itself(app.Parts((), _ready, ())),
        intake.routes(ANY),
        reading.routes(ANY, ANY),
        logged.routes(ANY, ANY),
        standing.routes(ANY),
        schemas.routes(),
        tokens.routes(ANY),
    ]
)
