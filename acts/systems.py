"""How it stands with each system we talk to, in one look; and what operators do about one: send again by cause, try its door, new keys.

What stands in journals is left to `acts.partners`: this counts in the store, so that a page may ask for it at every change.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from config.partners import Partner
from domain.deeds import check_deed
from domain.errors import NotAllowed, NotFound, NotNow
from domain.forecast import ENOUGH, Spread
from domain.maintenance import Window, holding
from domain.reach import Door, Reach
from store.clock import DoorClock
from store.database import Database
from store.log import note_partner_key
from store.maintenance import Maintenance
from store.names import system_now
from store.partners import Partners
from store.people import People
from store.replays import Replays
from store.systems import Counts, Systems

if TYPE_CHECKING:
    from connectors.deliveries import Ping

Row = dict[str, Any]
#: In what order what is wrong is told: the first that holds is the state.
STATES = ("off", "shut", "failing", "dead", "person", "away", "held_up", "well", "quiet")
#: Of these a person has to see; of one that is away for maintenance, nobody.
TROUBLED = frozenset({"off", "shut", "failing", "dead", "person"})


class World(Protocol):
    """The way to the systems. `acts.outside.Outside` fits."""

    def partners(self) -> Mapping[str, Partner]: ...
    async def ping(self, partner: Partner) -> "Ping": ...
    def rotate(self, partner: str, taken: list[str], overlap: timedelta) -> "NewKey": ...


@dataclass(frozen=True)
class NewKey:
    """A key made for a partner: `private` is shown once and kept nowhere. `until`: when those before it end."""

    id: str
    public: str
    private: str
    until: datetime


@dataclass(frozen=True)
class System:
    """One system. `state` is one of STATES; `since` when that began, `n` how many it is about."""

    id: str
    name: str
    kind: str
    channel: str
    known: bool
    state: str
    since: datetime | None
    n: int
    door: str
    error: str
    last_success: datetime | None
    counts: Counts
    windows: tuple[Window, ...] = ()

    @property
    def troubled(self) -> bool:
        return self.state in TROUBLED

    @property
    def waiting_in(self) -> int:
        return self.counts.in_open + self.counts.parked + self.counts.unrouted

    @property
    def oldest(self) -> datetime | None:
        found = self.counts
        return min((at for at in (found.in_oldest, found.unrouted_oldest, found.pending_oldest) if at), default=None)


@dataclass(frozen=True)
class Answers:
    """The times of the last `n` answers, in days: half of them, and 95 of 100, were there by then; None where there are too few to tell."""

    n: int
    half: float | None = None
    most: float | None = None


class SystemDesk:
    """`reached_on` is the clock the doors are judged by: the machine's own."""

    def __init__(self, db: Database, people: People, world: World | None, reached_on: Callable[[], datetime] = system_now) -> None:
        self._db, self._people, self._world, self._reached_on = db, people, world, reached_on
        self._kept, self._reaches, self._replays = Systems(db), Partners(db, reached_on), Replays(db)
        self._clock, self._maintenance = DoorClock(db), Maintenance(db)

    async def all(self) -> list[System]:
        """Every system of the partners file, and whoever else was heard of; those that need somebody first."""
        counts, reaches = await self._kept.counts(), await self._reaches.reaches()
        health = {row["partner"]: row for row in await self._replays.health()}
        partners = {} if self._world is None else self._world.partners()
        names, now = {*partners, *counts, *reaches, *health}, self._reached_on() + await self._clock.ahead()
        planned = await self._maintenance.windows(now)
        found = [
            _system(name, partners.get(name), counts.get(name, Counts()), reaches.get(name), health.get(name), planned.get(name, ()), now)
            for name in names
        ]
        return sorted(found, key=lambda each: (STATES.index(each.state), each.name))

    async def needing(self, *, letters: bool) -> int:
        """How much needs a person: systems that are troubled, events nobody's case takes, and, where asked for, letters given up."""
        now = self._reached_on() + await self._clock.ahead()
        away = {name for name, windows in (await self._maintenance.windows(now)).items() if holding(windows, now)}
        return await self._kept.needing(away, letters=letters)

    async def get(self, name: str) -> System:
        """Raises NotFound."""
        found = next((each for each in await self.all() if each.id == name), None)
        if found is None:
            raise NotFound(f"there is no system {name}", code="no_such_partner")
        return found

    def entry(self, name: str) -> Partner | None:
        """Its entry in the partners file; None for a system that is not, or no longer, in it."""
        return None if self._world is None else self._world.partners().get(name)

    async def came(self, name: str, state: str | None = None, limit: int = 100) -> list[Row]:
        return await self._kept.came(name, state, limit)

    async def causes(self, name: str) -> list[Row]:
        return await self._kept.causes(name)

    async def acted(self, name: str, limit: int = 20) -> list[Row]:
        return await self._kept.acted(name, limit)

    async def answers(self, name: str) -> Answers:
        """How long its last answers took, measured: from each request to the first answer of its own to it."""
        days = [wait.total_seconds() / 86400 for wait in await self._kept.answers(name)]
        if len(days) < ENOUGH:
            return Answers(len(days))
        spread = Spread.observed(days)
        return Answers(len(days), spread.at(0.5), spread.at(0.95))

    async def again(self, person: str, name: str, error: str) -> int:
        """Send again every delivery to a system that was given up for this cause; how many. Raises NotAllowed, NotFound, NotNow."""
        await self._may(person, "operate_deliveries")
        sent = await self._replays.replay(person, await self._clock.now(), partner=name, error=error)
        if not sent:
            raise NotFound("nothing is given up for this cause any more", code="unknown_delivery")
        return len(sent)

    async def ping(self, person: str, name: str) -> "Ping":
        """Tell it `int.muster.ping`, which acts on nothing. Raises NotAllowed, NotFound, NotNow where nothing is posted to it."""
        await self._may(person, "operate_deliveries")
        partner = self._known(name)
        if not told(partner):
            raise NotNow(f"nothing is posted to {name}", code="not_told", partner=name)
        return await self._there.ping(partner)

    async def rotate(self, person: str, name: str, days: int) -> NewKey:
        """A new key for what it sends, beside the old, which counts for so many days more. Raises NotAllowed, NotFound, NotNow."""
        await self._may(person, "rotate_partner_key")
        partner = self._known(name)
        new = self._there.rotate(name, [key.id for key in partner.keys], timedelta(days=days))
        await note_partner_key(self._db, "key_added", name, new.id, person)
        return new

    async def _may(self, person: str, deed: str) -> None:
        check_deed(deed, (await self._people.staff(person)).roles)

    def _known(self, name: str) -> Partner:
        found = self.entry(name)
        if found is None:
            raise NotFound(f"there is no partner {name!r} in the partners file", code="no_such_partner")
        return found

    @property
    def _there(self) -> World:
        if self._world is None:
            raise NotAllowed("this desk reaches no partner", code="read_only")
        return self._world


def told(partner: Partner) -> bool:
    """Are announcements posted to it?"""
    return bool(partner.subscribes) and partner.channel == "http" and partner.base_url is not None and not partner.feed


def key_id(partner: str, taken: list[str], at: datetime) -> str:
    """What a new key of a partner is called: partner and date, and a number where that is taken."""
    first = f"{partner[:50]}-{at:%Y%m%d}"
    return next(name for name in (first, *(f"{first}-{n}" for n in range(2, 100)), secrets.token_hex(8)) if name not in taken)


def _system(
    name: str, partner: Partner | None, counts: Counts, reach: Reach | None, health: Row | None, windows: Sequence[Window], now: datetime
) -> System:
    reach, health = reach or Reach(partner=name), health or {}
    state, since, n = _state(counts, reach, health, holding(windows, now), now)
    heard = (reach.reached_at, health.get("heard_at"))
    return System(
        id=name,
        name=partner.name if partner else name,
        kind=str(partner.kind) if partner else "",
        channel=partner.channel if partner else "",
        known=partner is not None,
        state=state,
        since=since,
        n=n,
        door=str(reach.door(now)),
        error=reach.error or str(health.get("error") or ""),
        last_success=max((at for at in heard if at), default=None),
        counts=counts,
        windows=tuple(windows),
    )


def _state(counts: Counts, reach: Reach, health: Row, away: Window | None, now: datetime) -> tuple[str, datetime | None, int]:
    """What is to be said of it first: a state, since when (away: until when), and how many it is about.

    In planned maintenance nothing is said against its door; what needs a person whatever it does is said still.
    """
    if health.get("off_at"):
        return "off", health["off_at"], counts.skipped
    door = reach.door(now)
    if not away and door in (Door.RESTING, Door.PROBING):
        return "shut", reach.failing_since, counts.asked
    if not away and (door is Door.FAILING or health.get("failing_since")):
        return "failing", reach.failing_since or health["failing_since"], counts.pending
    if counts.dead:
        return "dead", None, counts.dead
    if counts.unrouted:
        return "person", counts.unrouted_oldest, counts.unrouted
    if away:
        return "away", away.until, counts.pending
    if counts.pending or counts.in_open:
        return "held_up", None, counts.pending + counts.in_open
    return ("well", None, 0) if counts.last_heard or reach.reached_at or health.get("heard_at") else ("quiet", None, 0)
