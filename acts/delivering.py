"""What operators do to deliveries: look, send again, resume a subscription; and trying one subscriber's door with a ping."""

from datetime import datetime
from typing import Any

from config.partners import Partner
from config.settings import Settings
from connectors.addresses import Bounds, guarded_client
from connectors.deliveries import Ping, Post
from connectors.deliveries import ping as ping_with
from connectors.signatures import load_signing_key
from domain.deeds import check_deed
from store.clock import DoorClock
from store.database import Database
from store.names import new_id
from store.people import People
from store.replays import Replays


class DeliveryDesk:
    """A desk's own part: `Desk.deliveries`. What somebody did is dated by the door's clock, as all their acts are."""

    def __init__(self, db: Database, people: People, clock: DoorClock) -> None:
        self._kept, self._people, self._clock = Replays(db), people, clock

    async def find(self, state: str | None = None, partner: str | None = None, case: str | None = None, limit: int = 100) -> list[Any]:
        return await self._kept.find(state=state, partner=partner, case=case, limit=limit)

    async def health(self) -> list[Any]:
        """How each subscriber is: healthy, failing (since when), off; and what waits for it."""
        return await self._kept.health()

    async def replay(self, person: str, delivery: str | None = None, partner: str | None = None, state: str = "dead") -> list[str]:
        """Send again, under the same id. Raises NotFound (person, delivery), NotAllowed, NotNow."""
        return await self._kept.replay(person, await self._by(person), delivery=delivery, partner=partner, state=state)

    async def resume(self, person: str, partner: str) -> None:
        """Raises NotFound (person, subscriber), NotAllowed, NotNow."""
        await self._kept.resume(person, await self._by(person), partner)

    async def _by(self, person: str) -> datetime:
        check_deed("operate_deliveries", (await self._people.staff(person)).roles)
        return await self._clock.now()


async def ping(settings: Settings, partner: Partner) -> Ping:
    """Tell this partner `int.muster.ping` now, signed and within bounds as every delivery is. Raises BadKey when ours cannot be read."""
    key = load_signing_key(settings.signing_key, create=settings.signing_key_file is None)
    async with guarded_client(Bounds(settings.allow_networks, frozenset(settings.allow_http)), timeout=partner.timeout_s) as http:
        return await ping_with(partner, Post(key, settings.source, http), f"ping-{new_id()}")
