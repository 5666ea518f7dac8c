"""Publishing a policy: proposed by one person, published by another. The policies that come with the software need neither."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from config.files import load_calendar, load_rules, names
from domain.deadlines import at_wall_clock
from domain.editions import Edition, approve, in_force, propose, shipped, state
from domain.errors import NotFound, NotNow
from domain.rules import Rules
from store.clock import DoorClock
from store.database import Database
from store.editions import Editions
from store.people import People


class PolicyDesk:
    """What may be done to policies, and which is in force. A desk's own part: `Desk.policies`."""

    def __init__(self, db: Database, people: People, clock: DoorClock) -> None:
        self._kept, self._people, self._clock = Editions(db), people, clock

    async def propose(self, person: str, rules: Rules, effective: date | None = None) -> Edition:
        """Propose `rules`, to take effect at the beginning of a day of its calendar's zone (or when published).

        Raises NotFound (person), NotAllowed, Conflict (the version stands with other content), NotNow (a day in the past).
        """
        who = await self._people.staff(person)
        await self._meet(rules.name)
        known, now = await self._kept.list(rules.name), await self._clock.now()
        return await self._kept.propose(propose(rules, known, person, who.roles, now, _begin(effective, rules) if effective else None))

    async def approve(self, person: str, name: str, version: str, sha256: str) -> Edition:
        """Publish what another person proposed. Raises NotFound, NotAllowed, FourEyes, NotNow (other bytes, published already)."""
        who = await self._people.staff(person)
        edition = await self.get(name, version)
        return await self._kept.publish(approve(edition, sha256, person, who.roles, await self._clock.now()))

    async def list(self) -> list[dict[str, Any]]:
        """Every edition and where it stands; a policy of the software that was never used is among them as what it would be."""
        now, kept = await self._clock.now(), await self._kept.list()
        met = {each.name for each in kept if each.published_at is not None}
        known = [*(shipped(load_rules(name), now) for name in names("policies") if name not in met), *kept]
        return [_row(each) | {"state": state(each, known, now)} for each in known]

    async def get(self, name: str, version: str) -> Edition:
        """One edition, published or proposed. Raises NotFound."""
        await self._meet(name)
        return await self._kept.get(name, version)

    async def in_force(self, name: str, at: datetime | None = None) -> Edition:
        """The edition of a policy in force, now or at `at`. Raises NotFound where there is none."""
        await self._meet(name)
        found = in_force(await self._kept.list(name), name, at or await self._clock.now())
        if found is None:
            raise NotFound(f"no policy {name!r} is in force; look at: muster policy list", code="unknown_policy", policy=name)
        return found

    async def check_in_force(self, rules: Rules) -> None:
        """Raises NotNow unless exactly these rules are in force: a vacancy is published under no other."""
        now = (await self.in_force(rules.name)).rules
        if now.sha256 != rules.sha256:
            raise NotNow(
                f"policy {rules.name} {rules.version} is not in force, {now.version} is; two people publish one: muster policy publish",
                code="policy_not_in_force",
                policy=rules.name,
                in_force=now.version,
            )

    async def _meet(self, name: str) -> None:
        """The first time a policy of the software is asked for, it is kept: no later release changes it without two people."""
        published = [each for each in await self._kept.list(name) if each.published_at is not None]
        if name in names("policies") and not published:
            rules = load_rules(name)
            await self._kept.propose(shipped(rules, await self._clock.now()))


def _begin(day: date, rules: Rules) -> datetime:
    return at_wall_clock(day, time(), ZoneInfo(load_calendar(rules.calendar).zone))


def _row(edition: Edition) -> dict[str, Any]:
    columns = ("name", "version", "sha256", "effective_from", "proposed_by", "proposed_at", "approved_by", "published_at")
    return {name: getattr(edition, name) for name in columns}
