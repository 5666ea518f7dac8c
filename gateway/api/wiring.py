"""Who fills which place in the people's API: the only file here that knows settings, store, Temporal and keys together."""

import asyncio
from collections.abc import Sequence

import structlog
from fastapi import APIRouter

from acts.carrier import Carrier
from acts.engine import engine
from acts.evidence import Evidence
from acts.in_person import TokenDesk
from config.cursors import Cursors
from config.guard import Guard
from config.serving import run_server
from config.settings import Settings
from connectors.signatures import load_signing_key
from gateway.api import (
    acting,
    agenda,
    entering,
    events,
    evidence,
    hires,
    letters,
    notices,
    oneself,
    operations,
    privacy,
    rules,
    staff,
    vacancies,
    working,
)
from gateway.api.app import Parts, create_api
from gateway.api.callers import Counter, Pace
from store.database import Database, check_migrated

log = structlog.get_logger(__name__)


class Desks:
    """The desk that only reads, and the one that reaches the cases: Temporal is called for when somebody first acts, not before."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings, self._db = settings, db
        self._evidence = Evidence(settings)
        self.reading = TokenDesk(db, evidence=self._evidence)
        self._acting: TokenDesk | None = None
        self._turn = asyncio.Lock()

    async def acting(self) -> TokenDesk:
        """Raises EngineUnavailable while Temporal is away; the next request tries again."""
        async with self._turn:
            if self._acting is None:
                self._acting = TokenDesk(self._db, Carrier(await engine(self._settings, self._db), self._settings.task_queue))
            return self._acting


def routers(cursors: Cursors) -> Sequence[APIRouter]:
    """Every address there is."""
    return (
        oneself.routes(),
        acting.routes(),
        entering.routes(),
        working.routes(),
        hires.routes(cursors),
        letters.routes(),
        vacancies.routes(cursors),
        agenda.routes(cursors),
        rules.routes(),
        staff.routes(),
        operations.routes(cursors),
        events.routes(),
        evidence.routes(),
        notices.routes(),
        privacy.routes(),
    )


def api_app(desks: Desks, cursors: Cursors, pace: Pace | None = None) -> Guard:
    async def ready() -> None:
        await desks.reading.clock.now()

    return create_api(Parts(routers(cursors), Counter(desks.reading, desks.acting, pace or Pace()), ready, larger=notices.LARGER))


async def serve(settings: Settings) -> None:
    """Run the people's API until SIGTERM or SIGINT; requests under way are answered first. Raises StoreUnavailable, BadKey."""
    key = load_signing_key(settings.signing_key, create=settings.signing_key_file is None)
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url)
    try:
        app = api_app(Desks(settings, db), Cursors(key.material))
        await run_server(app, settings.api_host, settings.api_port)
    finally:
        await db.close()
