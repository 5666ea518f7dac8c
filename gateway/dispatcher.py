"""`muster dispatcher`: the inbox's door to the cases, and the way of their histories out of Temporal into the store."""

import asyncio
import signal

import structlog

from acts.archiving import Archive
from acts.carrier import Carrier
from acts.dispatcher import Dispatcher
from acts.engine import engine
from config.keyring import ring_of
from config.settings import Settings
from gateway.heartbeat import Heartbeat, beating
from store.clock import DoorClock
from store.database import Database, check_migrated
from store.door_log import DoorLog
from store.inbox import Inbox
from store.names import system_now

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Carry inbox rows to their cases and keep their histories, until SIGTERM or Ctrl-C.

    Raises StoreUnavailable, EngineUnavailable at the start.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        carrier = Carrier(await engine(settings, db), settings.task_queue)
        log.info("dispatcher.started")
        async with beating(Heartbeat("dispatcher", DoorLog(db), DoorClock(db))):
            dispatcher, archive = Dispatcher(Inbox(db), carrier, system_now), Archive(db, carrier.client)
            await asyncio.gather(dispatcher.run(stop), archive.run(stop))
    finally:
        await db.close()
    log.info("dispatcher.stopped")
