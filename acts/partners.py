"""How it stands with the partners: who answers, who is silent, what is overdue; and what we asked held against what they have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from acts.chasing import Chaser, called, draft
from config.files import load_rules
from config.partners import Partner
from config.words import Words
from connectors.authority import Authority
from domain.asked import OurAsk, asks
from domain.deeds import HR
from domain.editions import in_force
from domain.errors import BadInput, NotAllowed, NotFound
from domain.forecast import observations
from domain.maintenance import Window, holding
from domain.reconciling import Difference, Theirs, differences, overdue_only
from domain.rules import Rules
from domain.silence import OWNERS, Awaited, PartnerNow, Reading, awaited, standing, unfetched_since, waited
from domain.words import Role
from domain.words import roles as roles_among
from store.clock import DoorClock
from store.database import Database
from store.editions import Editions
from store.feed import START, Feed, Reader, Wanted
from store.maintenance import Maintenance
from store.names import system_now
from store.partners import Partners
from store.people import People
from store.queries import Queries

POLICY = "standard"


class Mailer(Protocol):
    async def send(self, letter: dict[str, Any]) -> None: ...


class World(Protocol):
    """The way to the partners. `acts.outside.Outside` fits."""

    def partners(self) -> Mapping[str, Partner]: ...
    def authority(self, partner: Partner) -> Authority: ...
    @property
    def mail(self) -> Mailer: ...


@dataclass(frozen=True)
class Reconciled:
    """What came of holding both sides together. `asked_them`: by its list, ask by ask, or not at all (nobody to ask)."""

    partner: str
    asked_them: str
    ours: int
    theirs: int | None
    differences: tuple[Difference, ...]
    chaser: Chaser | None


@dataclass
class _Ground:
    """What all partners of one moment have in common."""

    now: datetime
    rules: Rules
    asks: dict[str, list[OurAsk]]
    waits: dict[str, list[float]]


class PartnerDesk:
    """`reached_on` is the clock the doors are judged by: the machine's own (`store.partners`)."""

    def __init__(self, db: Database, world: World | None, reached_on: Callable[[], datetime] = system_now) -> None:
        self._queries, self._people, self._clock = Queries(db), People(db), DoorClock(db)
        self._editions, self._kept, self._world, self._reached_on = Editions(db), Partners(db, reached_on), world, reached_on
        self._feed, self._maintenance = Feed(db), Maintenance(db)

    async def standings(self) -> list[PartnerNow]:
        """Every partner of the file, those that need somebody first."""
        ground, reached_on = await self._ground(), self._reached_on() + await self._clock.ahead()
        reaches, heard = await self._kept.reaches(), await self._kept.last_heard()
        places = {reader.partner: reader for reader in await self._feed.readers()}
        planned = await self._maintenance.windows(ground.now)
        found = [
            await self._with_feed(
                partner,
                places.get(partner.id),
                ground.now,
                standing(
                    partner,
                    ground.asks.get(partner.id, []),
                    ground.waits,
                    ground.rules,
                    ground.now,
                    reach=reaches.get(partner.id),
                    reached_on=reached_on,
                    last_event=heard.get(partner.id),
                ),
            )
            for partner in self._there.partners().values()
        ]
        found = [replace(now, away_until=until) if (until := _away(planned.get(now.id, ()), ground.now)) else now for now in found]
        return sorted(
            found, key=lambda now: (now.silent_since is None and now.unfetched_since is None, not now.failing, not now.overdue, now.id)
        )

    async def show(self, name: str) -> dict[str, Any]:
        """One partner with its open requests, and what was written to it about them. Raises NotFound."""
        partner = self._partner(name)
        [now] = [each for each in await self.standings() if each.id == name]
        ground = await self._ground()
        references = await self._kept.references(name)
        open_ = [_row(each, called(partner, each.ask), references) for each in self._awaited(name, ground)]
        return asdict(now) | {"asks": open_, "chasers": await self._kept.chased(name)}

    async def troubled(self) -> list[PartnerNow]:
        """Those to be looked at: silent, failing, not fetching, or with answers overdue; not in planned maintenance.

        Nobody on an installation without partners.
        """
        if self._world is None or not self._world.partners():
            return []
        stands = [each for each in await self.standings() if each.away_until is None]
        return [each for each in stands if each.silent_since or each.unfetched_since or each.failing or each.overdue]

    async def reconcile(self, name: str) -> Reconciled:
        """Hold what we asked against what the partner has; nothing is changed, and nothing it says is taken for an answer.

        Raises NotFound for a partner nobody knows, PartnerUnavailable when it does not answer, a Refusal when it refuses.
        """
        partner, ground = self._partner(name), await self._ground()
        ours, waiting = ground.asks.get(name, []), self._awaited(name, ground)
        authority = self._there.authority(partner)
        try:
            how, theirs = await _theirs(authority, ours)
        finally:
            await authority.close()
        late = {each.ask.key for each in waiting if each.overdue}
        found = overdue_only(waiting) if theirs is None else differences(ours, theirs, late)
        references = await self._kept.references(name)
        chaser = draft(partner, found, waiting, references, Words.load())
        return Reconciled(name, how, len(waiting), None if theirs is None else len(theirs), tuple(found), chaser)

    async def send(self, person: str, chaser: Chaser) -> str:
        """Mail a chaser to the partner, in the name of a person; the address it went to. The same text twice on a day is one letter.

        Raises NotFound, NotAllowed for who is neither HR nor of the desk concerned, BadInput for a partner without an address.
        """
        partner, who = self._partner(chaser.partner), await self._people.staff(person)
        allowed = HR | {OWNERS.get(partner.kind, Role.HR_OFFICER)}
        if not allowed & roles_among(who.roles):
            raise NotAllowed(f"a partner is written to by {', '.join(sorted(allowed))}", code="wrong_role")
        if partner.email is None:
            raise BadInput(f"partner {partner.id} has no `email`: the letter is for a file or for paper", code="no_address")
        now = await self._clock.now()
        key = f"chaser/{partner.id}/{now:%Y-%m-%d}/{chaser.sha256[:16]}"
        letter = {"letter": key, "to": partner.email, "at": now.isoformat(), "subject": chaser.subject, "body": chaser.body}
        await self._there.mail.send(letter | {"language": "en, fr"})
        row = {"chaser": key, "partner": partner.id, "person": person, "at": now, "asks": list(chaser.asks), "sha256": chaser.sha256}
        await self._kept.chase(row)
        return partner.email

    # ---- what it is made of -----------------------------------------------------------------------------------------------

    async def _with_feed(self, partner: Partner, place: Reader | None, now: datetime, stands: PartnerNow) -> PartnerNow:
        """The same with where it stands in the feed, where it fetches one."""
        if not partner.feed or not partner.subscribes:
            return stands
        behind = place.acknowledged if place else START
        waiting, oldest = await self._feed.waiting(behind, Wanted.of(partner.subscribes, partner.vacancies))
        ahead = await self._clock.ahead()
        reading = Reading(place.seen_at + ahead if place else None, waiting, oldest)
        since = unfetched_since(reading, now, self._reached_on() + ahead)
        return replace(stands, fetched_at=reading.asked_at, unfetched=waiting, unfetched_since=since)

    @property
    def _there(self) -> World:
        if self._world is None:
            raise NotAllowed("this desk reaches no partner", code="read_only")
        return self._world

    def _partner(self, name: str) -> Partner:
        partner = self._there.partners().get(name)
        if partner is None:
            raise NotFound(f"there is no partner {name!r} in the partners file", code="no_such_partner")
        return partner

    def _awaited(self, name: str, ground: _Ground) -> Sequence[Awaited]:
        return awaited(ground.asks.get(name, []), ground.waits, ground.rules, ground.now)

    async def _ground(self) -> _Ground:
        hires = list((await self._queries.journals()).values())
        vacancies = [await self._queries.entries(f"vacancy/{row['reference']}") for row in await self._queries.vacancies()]
        by_partner: dict[str, list[OurAsk]] = {}
        for ask in asks(hires, vacancies):
            by_partner.setdefault(ask.partner, []).append(ask)
        waits = waited(each for journal in hires for each in observations(journal))
        now = await self._clock.now()
        return _Ground(now, await self._rules(now), by_partner, waits)

    async def _rules(self, now: datetime) -> Rules:
        edition = in_force(await self._editions.list(POLICY), POLICY, now)
        return edition.rules if edition else load_rules(POLICY)


def _away(windows: Sequence[Window], now: datetime) -> datetime | None:
    window = holding(windows, now)
    return window.until if window else None


async def _theirs(authority: Authority, ours: Sequence[OurAsk]) -> tuple[str, dict[str, Theirs] | None]:
    """What they have, from their list, or ask by ask where they keep none; None for those who have no machine to say."""
    if authority.channel != "http":
        return "", None
    listed = await authority.known(everything=True)
    if listed is not None:
        return "list", {key: _said(each) for key, each in listed.items()}
    found = {}
    for ask in ours:
        if ask.standing != "answered" and not ask.by_hand and (said := await authority.find(ask.key)) is not None:
            found[ask.key] = _said(said)
    return "one_by_one", found


def _said(said: Mapping[str, Any]) -> Theirs:
    return Theirs(str(said.get("state", "")), str(said.get("reference", "")))


def _row(each: Awaited, reference: str, theirs: Mapping[str, str]) -> dict[str, Any]:
    ask = each.ask
    return {
        "ask": ask.key,
        "case": ask.case,
        "about": ask.about,
        "asked_at": ask.asked_at,
        "expected_by": each.expected.by if each.expected else None,
        "source": each.expected.source if each.expected else "",
        "observations": each.expected.observations if each.expected else 0,
        "overdue": each.overdue,
        "held": ask.held,
        "reference": reference,
        "theirs": theirs.get(ask.key, ""),
    }
