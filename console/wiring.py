"""Who fills which place in the console: the only file here that knows settings, store, Temporal and keys together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import APIRouter

from acts.carrier import Carrier
from acts.desk import Desk
from acts.digest import office_zone
from acts.engine import engine as engine_of
from acts.evidence import Evidence
from acts.holding import Holding, carrying
from acts.machinery import Looking
from acts.outside import Outside
from acts.sessions import SessionBook
from acts.vouching import Vouching
from config.cursors import Cursors
from config.files import load_retention
from config.guard import Guard
from config.keyring import ring_of
from config.serving import run_server
from config.settings import Settings
from config.words import Words
from connectors.openid import OpenId
from connectors.signatures import load_signing_key
from console.app import Parts, create_console
from console.assets import Assets
from console.frame import Frame
from console.pages import (
    acting,
    audit,
    audited,
    board,
    boardroom,
    bulk,
    calendars,
    deadlines,
    diary,
    exporting,
    finding,
    hire,
    hires,
    holding,
    live,
    machinery,
    maintenance,
    notices,
    operations,
    overlays,
    overview,
    policies,
    provider,
    reserve,
    retention,
    saving,
    signals,
    signing_in,
    staff,
    systems,
    times,
    undelivered,
    vacancies,
)
from console.pages.hire import Engine
from console.pulse import Pulse
from console.visits import Reception
from domain.sessions import Bounds
from store.changes import Changes
from store.database import Database, check_migrated


class Desks:
    """The desk that only reads, and the one that reaches the cases: Temporal is called for when somebody first acts, not before."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings, self._db, self._evidence = settings, db, Evidence(settings)
        self.reading = self._desk()
        self._acting: Desk | None = None
        self._turn = asyncio.Lock()

    async def acting(self) -> Desk:
        """Raises EngineUnavailable while Temporal is away; the next request tries again."""
        async with self._turn:
            if self._acting is None:
                self._acting = self._desk(Carrier(await engine_of(self._settings, self._db), self._settings.task_queue))
            return self._acting

    def _desk(self, carrier: Carrier | None = None) -> Desk:
        desk = Desk(self._db, carrier, Outside(self._settings), self._evidence)
        desk.sessions = SessionBook(self._db, desk.people, bounds_of(self._settings))
        desk.holding = Holding(self._db, desk, timedelta(seconds=self._settings.console.undo_seconds))
        return desk


def bounds_of(settings: Settings) -> Bounds:
    given = settings.console
    return Bounds(
        idle=timedelta(minutes=given.idle_minutes), longest=timedelta(hours=given.hours), fresh=timedelta(minutes=given.fresh_minutes)
    )


def vouching_of(settings: Settings, db: Database, desk: Desk) -> Vouching | None:
    """Signing in with the identity provider of these settings; None where they name none."""
    given = settings.console.openid
    if not given.issuer:
        return None
    secret = given.client_secret.get_secret_value() if given.client_secret else ""
    return Vouching(db, desk.sessions, OpenId(given.issuer, given.client_id, secret, given.name), settings.console_origin)


#: The lists that can be taken along as a file.
LISTINGS = (hires.LISTING, vacancies.LISTING, deadlines.LISTING)


def routers(frame: Frame, cursors: Cursors, pulse: Pulse, engine: Engine, settings: Settings | None = None) -> Sequence[APIRouter]:
    """Every page there is. Without settings the pages about the installation show what the store alone says."""
    return (
        signing_in.routes(frame),
        provider.routes(frame),
        overview.routes(frame),
        board.routes(frame),
        boardroom.routes(frame),
        reserve.routes(frame),
        diary.routes(frame),
        times.routes(frame),
        signals.routes(frame),
        systems.routes(frame),
        maintenance.routes(frame),
        undelivered.routes(frame),
        hires.routes(frame, cursors),
        hire.routes(frame, engine),
        acting.routes(frame),
        holding.routes(),
        bulk.routes(frame),
        operations.routes(frame),
        policies.routes(frame),
        overlays.routes(frame),
        calendars.routes(frame),
        retention.routes(frame, lambda: load_retention(settings.retention_file if settings else None)),
        machinery.routes(frame, Looking(settings)),
        vacancies.routes(frame, cursors),
        notices.routes(frame),
        deadlines.routes(frame, cursors),
        finding.routes(frame),
        live.routes(pulse),
        audit.routes(frame),
        audited.routes(frame, engine),
        exporting.routes(frame, (*LISTINGS, operations.LISTING)),
        saving.routes(frame, LISTINGS),
        staff.routes(frame),
    )


def console_app(
    reception: Reception, frame: Frame, cursors: Cursors, pulse: Pulse, engine: Engine | None = None, settings: Settings | None = None
) -> Guard:
    async def ready() -> None:
        await reception.desk.clock.now()

    return create_console(
        Parts(routers(frame, cursors, pulse, engine or Engine(), settings), frame, reception, pulse, ready), notices.LARGER
    )


@asynccontextmanager
async def beside(pulse: Pulse, desks: Desks) -> AsyncIterator[None]:
    """What runs while the console does: the look at what was written, and the acts whose moment to be taken back is over."""
    async with pulse.beating(), carrying(desks.acting, desks.reading.holding):
        yield


async def serve(settings: Settings) -> None:
    """Run the console until SIGTERM or SIGINT; requests under way are answered first. Raises StoreUnavailable, BadKey."""
    key = load_signing_key(settings.signing_key, create=settings.signing_key_file is None)
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        desks = Desks(settings, db)
        vouching = vouching_of(settings, db, desks.reading)
        reception = Reception(desks.reading, desks.acting, settings.console_origin, vouching, settings.console.passwords)
        pulse = Pulse(Changes(db))
        engine = Engine(settings.temporal_namespace, settings.task_queue, settings.console.temporal_ui or settings.codec_origin)
        app = console_app(reception, Frame(Words.load(), Assets(), office_zone()), Cursors(key.material), pulse, engine, settings)
        await run_server(app, settings.console.host, settings.console.port, beside(pulse, desks), closing=pulse.closing)
    finally:
        await db.close()
