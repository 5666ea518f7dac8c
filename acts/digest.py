"""The daily digest of each member of staff: made from what the store knows, and put into the outbox once a day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from acts.partners import PartnerDesk
from acts.personnel import Personnel
from config.files import load_calendar, load_rules
from domain import competition
from domain.acts import ACTS
from domain.agenda import AgendaItem, agenda
from domain.digest import AHEAD, BACK, Case, Digest, Item, Reader, about_partners, composed, happened, needed, prefix, timed
from domain.facts import Entry
from domain.silence import PartnerNow
from domain.vacancy import OVER, fold
from domain.words import roles as roles_among
from store.clock import DoorClock
from store.database import Database
from store.outbox import Outbox
from store.people import People, Staff
from store.queries import Queries
from store.vacancies import Vacancies

NOTICE = "notice.digest"
KINDS = ("deadline_escalated", "stage_entered", "ending_reached")


def office_zone() -> str:
    """Where a day of ours begins: the zone of the standard policy's calendar."""
    return load_calendar(load_rules("standard").calendar).zone


@dataclass
class _Ground:
    """What all digests of one moment have in common."""

    now: datetime
    cases: dict[str, Case] = field(default_factory=dict)
    deadlines: list[AgendaItem] = field(default_factory=list)
    vacancies: dict[str, list[str]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    entries: list[Entry] = field(default_factory=list)
    partners: list[PartnerNow] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.now.astimezone(ZoneInfo(office_zone())).date()


class Digests:
    def __init__(self, db: Database, personnel: Personnel, partners: PartnerDesk | None = None) -> None:
        self._people, self._queries, self._outbox, self._vacancies = People(db), Queries(db), Outbox(db), Vacancies(db)
        self._clock, self._personnel, self._partners = DoorClock(db), personnel, partners

    async def of(self, person: str) -> Digest | None:
        """What this person would be told now; None when nothing. Raises NotFound."""
        who = await self._people.staff(person)
        return await self._of(who, await self._ground())

    async def all(self) -> list[Digest]:
        """Everybody's, of those who are written to: who is away is not, while a deputy has their roles."""
        ground = await self._ground()
        made = [await self._of(who, ground) for who in await self._people.list_staff() if not await self._covered(who.person, ground)]
        return [digest for digest in made if digest is not None]

    async def send(self, person: str = "") -> list[Digest]:
        """Put them into the outbox: once per person and day, whatever is called how often. Returns those that were new."""
        digests = await self.all() if not person else [each for each in [await self.of(person)] if each is not None]
        now = await self._clock.now()
        return [each for each in digests if await self._outbox.put(each.key, NOTICE, now, _body(each))]

    async def _covered(self, person: str, ground: _Ground) -> bool:
        if person not in ground.away:
            return False
        given = (await self._personnel.state(person)).given.values()
        return any(not each.roles and each.on(ground.now.date()) for each in given)

    async def _of(self, who: Staff, ground: _Ground) -> Digest | None:
        stands_in = await self._personnel.stands_in(who.person)
        roles = {"": roles_among(who.roles)} | {principal: roles_among(given) for principal, given in stands_in.items()}
        owners = frozenset({who.person, *(ground.away & stands_in.keys())})
        reader = Reader(person=who.person, roles=roles, owners=owners)
        since = await self._outbox.last(prefix(who.person)) or ground.now - BACK
        items = [
            *await self._needs(reader, ground),
            *timed(reader, ground.deadlines, ground.cases),
            *about_partners(reader, ground.partners),
            *happened(reader, ground.entries, ground.cases, since, ground.now - BACK),
        ]
        return composed(who.person, ground.day, items)

    async def _needs(self, reader: Reader, ground: _Ground) -> list[Item]:
        found: list[Item] = []
        for task in await self._personnel.worklist(reader.person):
            found += needed(
                reader, task.case, ground.cases[task.case], task.need, ACTS[task.need.partition(":")[0]].roles, task.next_deadline
            )
        for case, needs in ground.vacancies.items():
            for need in needs:
                act = competition.ACTS.get(need.partition(":")[0])
                found += needed(reader, case, ground.cases[case], need, act.roles, None) if act else []
        return found

    async def _ground(self) -> _Ground:
        ground = _Ground(now=await self._clock.now(), away=await self._personnel.away())
        zones = {each.spec.reference: each.spec.duty_station.zone for each in await self._vacancies.list()}
        for hire in await self._queries.hires():
            ground.cases[hire["case_id"]] = Case(vacancy=hire["vacancy"], owner=hire["owner"] or "", zone=zones[hire["vacancy"]])
        for row in await self._queries.vacancies():
            case = f"vacancy/{row['reference']}"
            ground.cases[case] = Case(vacancy=row["reference"], zone=zones[row["reference"]])
            if row["status"] not in OVER:
                ground.vacancies[case] = fold(await self._queries.entries(case)).needs()
        ground.deadlines = agenda(await self._queries.open_deadlines(), ground.now, within=AHEAD)
        ground.partners = await self._partners.troubled() if self._partners else []
        ground.entries = await self._queries.told(KINDS, ground.now - BACK * 8)
        return ground


def _body(digest: Digest) -> dict[str, object]:
    return {"staff": digest.person, "about": digest.model_dump(mode="json")}
