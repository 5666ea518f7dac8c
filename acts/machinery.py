"""How the machinery stands that all this runs on: the doctor's checks, versions, queues, workers, sessions, disk. Nothing personal."""

import asyncio
import platform
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from acts import doctor
from acts.doctor import Check
from config.settings import Settings
from config.temporal import Worked, connect, worked
from domain.errors import EngineUnavailable
from domain.sessions import Bounds
from store.clock import DoorClock
from store.database import Database
from store.machinery import Kept, Machinery
from store.names import system_now

#: Everything is looked at anew at most so often, however many people open the page.
ANEW = timedelta(seconds=10)
#: What is said of the installation by its packages.
PACKAGES = {"muster": "Muster", "temporalio": "Temporal SDK", "sqlalchemy": "SQLAlchemy", "pydantic": "Pydantic", "fastapi": "FastAPI"}
#: Less free than this, in percent, is little.
LITTLE = 10


@dataclass(frozen=True)
class Disk:
    """Where the files of this installation stand: bytes free and in all."""

    free: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.free // self.total

    @property
    def little(self) -> bool:
        return self.percent < LITTLE


@dataclass(frozen=True)
class Running:
    """`worked` is None while Temporal does not say. `played`: a demonstration sets the clock, which then says `now`."""

    at: datetime
    now: datetime
    played: bool
    checks: tuple[Check, ...]
    versions: tuple[tuple[str, str], ...]
    kept: Kept
    worked: Worked | None
    task_queue: str
    disk: Disk | None

    @property
    def idle(self) -> bool:
        """Temporal answers, and nobody takes what it has."""
        return self.worked is not None and not self.worked.pollers

    @property
    def behind(self) -> bool:
        return self.kept.revision != self.kept.needed

    @property
    def attention(self) -> int:
        """How many things somebody should look at; tables that are behind are the check's of the store."""
        known = any(check.name == "store" and not check.ok for check in self.checks)
        more = (self.idle, self.disk is not None and self.disk.little, self.behind and not known)
        return sum(not check.ok for check in self.checks) + sum(more)


class Looking:
    """Looks at one installation. Without settings only the store is looked at."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings, self._turn = settings, asyncio.Lock()
        self._last: Running | None = None

    async def now(self, db: Database, bounds: Bounds) -> Running:
        """What stands now, or stood a moment ago. Raises StoreUnavailable."""
        async with self._turn:
            if self._last is None or system_now() - self._last.at >= ANEW:
                self._last = await self._anew(db, bounds)
            return self._last

    async def _anew(self, db: Database, bounds: Bounds) -> Running:
        settings, clock, at = self._settings, DoorClock(db), system_now()
        checks, found = await asyncio.gather(self._checks(), self._worked())
        return Running(
            at=at,
            now=await clock.now(),
            played=await clock.played(),
            checks=tuple(checks),
            versions=_versions(),
            kept=await Machinery(db).kept(at, bounds),
            worked=found,
            task_queue=settings.task_queue if settings else "",
            disk=_disk(settings) if settings else None,
        )

    async def _checks(self) -> list[Check]:
        if self._settings is None:
            return []
        return [doctor.python_is_new_enough(), *await doctor.looked_at(self._settings)]

    async def _worked(self) -> Worked | None:
        if self._settings is None:
            return None
        try:
            client = await connect(self._settings, within=doctor.PATIENCE_S)
            return await worked(client, self._settings.task_queue, timedelta(seconds=doctor.PATIENCE_S))
        except EngineUnavailable:
            return None


def _versions() -> tuple[tuple[str, str], ...]:
    return (*((called, version(name)) for name, called in PACKAGES.items()), ("Python", platform.python_version()))


def _disk(settings: Settings) -> Disk | None:
    try:
        found = shutil.disk_usage(settings.data_dir)
    except OSError:
        return None
    return Disk(found.free, found.total)
