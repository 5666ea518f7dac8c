"""Who fills which place in the people's API: the only file here that knows settings, store, Temporal and keys together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from temporalio.client import Client

from acts.carrier import Carrier
from acts.engine import CaseKeys, engine
from acts.evidence import Evidence
from acts.histories import HistoryDesk
from acts.in_person import TokenDesk
from acts.opening import Opener
from config.codec import NoKeyring
from config.cursors import Cursors
from config.files import load_retention
from config.guard import Guard
from config.keyring import ring_of
from config.serving import run_server
from config.settings import Settings
from connectors.signatures import load_signing_key
from domain.errors import EngineUnavailable
from domain.retention import Schedule
from gateway.api import (
    acting,
    agenda,
    audit,
    balance,
    codec,
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
from gateway.api import (
    log as logged,
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
        self.schedule = load_retention(settings.retention_file)
        self.reading = TokenDesk(db, evidence=self._evidence)
        self.reading.histories = HistoryDesk(db, self.reading.queries, self._temporal)
        self._acting: TokenDesk | None = None
        self._turn = asyncio.Lock()

    async def _temporal(self) -> Client | None:
        """For what is told from Temporal only if it answers."""
        try:
            return (await self.acting()).carrier.client
        except EngineUnavailable:
            return None

    async def acting(self) -> TokenDesk:
        """Raises EngineUnavailable while Temporal is away; the next request tries again."""
        async with self._turn:
            if self._acting is None:
                self._acting = TokenDesk(self._db, Carrier(await engine(self._settings, self._db), self._settings.task_queue))
            return self._acting


def routers(cursors: Cursors, schedule: Schedule | None = None) -> Sequence[APIRouter]:
    """Every address there is."""
    return (
        oneself.routes(),
        acting.routes(),
        entering.routes(),
        working.routes(),
        hires.routes(cursors),
        audit.routes(cursors),
        letters.routes(),
        vacancies.routes(cursors),
        agenda.routes(cursors),
        balance.routes(),
        rules.routes(),
        staff.routes(),
        operations.routes(cursors),
        events.routes(),
        logged.routes(),
        evidence.routes(),
        notices.routes(),
        privacy.routes(schedule),
    )


@dataclass(frozen=True)
class Opening:
    """Histories are opened here for Temporal's Web UI, which stands at `origin`."""

    opener: Opener
    origin: str


def api_app(desks: Desks, cursors: Cursors, pace: Pace | None = None, opening: Opening | None = None) -> Guard:
    async def ready() -> None:
        await desks.reading.clock.now()

    counter = Counter(desks.reading, desks.acting, pace or Pace())
    if opening is None:
        return create_api(Parts(routers(cursors, desks.schedule), counter, ready, larger=notices.LARGER))
    every = [*routers(cursors, desks.schedule), codec.routes(opening.opener)]
    origins = dict.fromkeys(codec.ADDRESSES, opening.origin)
    return create_api(Parts(every, counter, ready, larger=notices.LARGER | codec.LARGER, origins=origins))


def _opening(settings: Settings, db: Database) -> Opening | None:
    """Raises BadKeyring, and NoKeyring where histories are to be opened without one."""
    if not settings.codec_origin:
        return None
    ring = ring_of(settings)
    if ring is None:
        raise NoKeyring("codec_origin is set, and there is no keyring: no history here is encrypted", code="no_keyring")
    return Opening(Opener(db, CaseKeys(db, ring, keep_s=0.0)), settings.codec_origin)


async def serve(settings: Settings) -> None:
    """Run the people's API until SIGTERM or SIGINT; requests under way are answered first. Raises StoreUnavailable, BadKey, BadKeyring."""
    key = load_signing_key(settings.signing_key, create=settings.signing_key_file is None)
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        app = api_app(Desks(settings, db), Cursors(key.material), opening=_opening(settings, db))
        await run_server(app, settings.api_host, settings.api_port)
    finally:
        await db.close()
