"""A real store with staff, behind the real API, called over ASGI by whoever holds a token."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from acts.in_person import TokenDesk
from config.cursors import Cursors
from domain.errors import EngineUnavailable
from domain.tokens import Scope
from domain.words import Role
from gateway.api import notices
from gateway.api.app import Parts, create_api
from gateway.api.callers import Counter, Pace
from gateway.api.wiring import routers
from store.database import Database, migrate
from tests.gateway.api.played import write
from tests.store.making import NOON

CURSORS = Cursors(b"a key of the tests")
#: One person per role, called like it; and one without any.
STAFF = {str(role): (role,) for role in Role} | {"nobody": ()}


@dataclass
class Api:
    """The API of one store. `carrier` is what acting reaches; without one, Temporal is away."""

    db: Database
    http: httpx.AsyncClient
    desk: TokenDesk

    async def token(self, person: str, scope: Scope = Scope.READ, days: int = 90) -> str:
        _, secret = await self.desk.tokens.add(person, "a test", scope, days)
        return secret

    async def by(self, person: str, scope: Scope = Scope.READ) -> dict[str, str]:
        """The headers of a caller."""
        return {"authorization": f"Bearer {await self.token(person, scope)}"}

    async def get(self, path: str, person: str = "hr_officer", **more: Any) -> httpx.Response:
        headers = {**(await self.by(person)), **more.pop("headers", {})}
        return await self.http.get(f"/api/v1{path}", headers=headers, **more)


@pytest.fixture(scope="session")
async def staffed_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with everybody in it and a played competition, to copy from."""
    return await played_at(tmp_path_factory.mktemp("api") / "staffed.db")


@pytest.fixture
def store(staffed_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(staffed_store, tmp_path / "muster.db"))


@pytest.fixture
async def db(store: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{store}")
    yield opened
    await opened.close()


async def played_at(path: Path) -> Path:
    """A store at this place with everybody in it and a played competition."""
    await migrate(f"sqlite+aiosqlite:///{path}")
    db = await Database.open(f"sqlite+aiosqlite:///{path}")
    await staffed(db)
    await write(db)
    await db.close()
    return path


async def staffed(db: Database) -> None:
    desk = TokenDesk(db)
    await desk.clock.set(NOON)
    for person, roles in STAFF.items():
        await desk.put_staff(person, person.replace("_", " ").title(), f"{person}@example.org", roles)


def app_of(desk: TokenDesk, pace: Pace | None = None) -> Any:
    async def ready() -> None:
        await desk.clock.now()

    async def acting() -> TokenDesk:
        raise EngineUnavailable("no Temporal here")

    return create_api(Parts(routers(CURSORS), Counter(desk, acting, pace or Pace(10_000, 10_000)), ready, larger=notices.LARGER))


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    desk = TokenDesk(db)
    # Errors of ours must come out as answers, as they would over a socket.
    transport = httpx.ASGITransport(app=app_of(desk), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        yield Api(db, http, desk)
