"""Who fills which place in a worker: the only file of this door that knows all."""

import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.asking import Asking
from activities.hire import HireSteps
from activities.housekeeping import Chores
from activities.judgements import Judgements
from activities.records import Desk
from activities.vacancy import VacancySteps
from acts.digest import Digests
from acts.outside import Outside
from acts.partners import PartnerDesk
from acts.personnel import Personnel
from config.files import load_calendar
from config.keyring import ring_of
from config.partners import Partner, PartnerBook
from config.settings import Settings
from config.words import Words
from connectors.addresses import Bounds
from connectors.authority import Authority
from connectors.authority import connect as connect_authority
from connectors.letters.compose import Composer
from connectors.letters.render import Printer
from connectors.letters.sheet import Sheets
from connectors.mail import SmtpMail
from connectors.signatures import SigningKey, load_signing_key, sign
from domain.calendars import Calendar
from domain.competition import Rival
from domain.editions import in_force
from domain.outage import Outage
from domain.overlays import Standing
from domain.rules import Rules
from domain.vacancy import Published
from domain.words import Stage
from store.calendars import Calendars
from store.clock import DoorClock
from store.database import Database, check_migrated
from store.door_log import DoorLog
from store.editions import Editions
from store.inbox import Inbox
from store.overlays import Overlays
from store.partners import Partners
from store.people import People
from store.queries import Queries
from store.records import Records
from store.vacancies import Vacancies
from worker.authorities import Authorities
from worker.translate import Translate
from workflows.hire import Hire
from workflows.housekeeping import Housekeeping
from workflows.vacancy import Vacancy

#: Running steps may finish when a worker is told to stop.
GRACE = timedelta(seconds=30)
#: After a crash the next event of a case waits this long before another worker takes it over (Temporal's default is 10 s).
STICKY = timedelta(seconds=3)


class StoreLibrary:
    """What a judgement may look up, read from the store."""

    def __init__(self, db: Database) -> None:
        self._vacancies, self._people, self._queries, self._inbox = Vacancies(db), People(db), Queries(db), Inbox(db)
        self._editions, self._overlays = Editions(db), Overlays(db)
        self._calendars, self._doors = Calendars(db), DoorLog(db)

    async def published(self, reference: str) -> Published:
        return await self._vacancies.get(reference)

    async def overlay(self, overlay: str) -> Standing:
        return await self._overlays.get(overlay)

    async def in_force(self, policy: str, at: datetime) -> Rules | None:
        edition = in_force(await self._editions.list(policy), policy, at)
        return edition.rules if edition else None

    async def application(self, application: str) -> dict[str, Any]:
        return (await self._people.application(application)).body

    async def contact(self, candidate: str) -> dict[str, Any]:
        person = await self._people.contact(candidate)
        return {"candidate": person.candidate, "name": person.name, "email": person.email, "language": person.language}

    async def calendars(self) -> dict[str, Calendar]:
        return await self._calendars.in_force()

    async def outages(self, now: datetime) -> list[Outage]:
        return await self._doors.outages(now)

    async def holders(self, role: str) -> list[str]:
        return [each.person for each in await self._people.list_staff() if role in each.roles]

    async def about(self, case: str) -> tuple[str, str]:
        return await self._people.about(case)

    async def rivals(self, vacancy: str) -> list[Rival]:
        """Also those whose application lies undelivered: who applied in time is in the competition, and is told when it is cancelled."""
        rows = await self._queries.hires(vacancy=vacancy)
        begun = [
            Rival(
                case=r["case_id"],
                stage=r["stage"] and Stage(r["stage"]),
                score=r["score"] or 0,
                late=r["late"],
                candidate=r["candidate"],
            )
            for r in rows
        ]
        return begun + [Rival(case=case, stage=Stage.RECEIVED) for case in await self._inbox.unbegun(vacancy)]


@dataclass
class Parts:
    """Everything a worker runs."""

    db: Database
    hires: HireSteps
    vacancies: VacancySteps
    asking: Asking
    chores: Chores

    @property
    def activities(self) -> list[Callable[..., Any]]:
        found: list[Callable[..., Any]] = [
            getattr(steps, name)
            for steps in (self.hires, self.vacancies, self.asking, self.chores)
            for name in dir(type(steps))
            if hasattr(getattr(steps, name), "__temporal_activity_definition")
        ]
        return found


async def assemble(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Open the store, read partners and keys, put one in the other. Raises what each of them raises, each with a plain sentence."""
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    stack.push_async_callback(db.close)
    key = load_signing_key(settings.signing_key, create=True)
    words = Words.load()
    mail = SmtpMail(settings.smtp_host, settings.smtp_port, settings.smtp_from)
    authorities = _authorities(settings, key, words, mail, stack)
    library = StoreLibrary(db)
    desk = Desk(Records(db), library, Composer(words, settings.smtp_from), cache(load_calendar))
    judgements = Judgements(library, _judgement_key(key))
    hires, vacancies = HireSteps(desk, Inbox(db), judgements.eligibility), VacancySteps(desk, library)
    personnel = Personnel(db, People(db), Queries(db), DoorClock(db))
    return Parts(
        db, hires, vacancies, Asking(authorities, library, Partners(db)), Chores(Digests(db, personnel, PartnerDesk(db, Outside(settings))))
    )


def _authorities(settings: Settings, key: SigningKey, words: Words, mail: SmtpMail, stack: AsyncExitStack) -> Authorities:
    sheets = Sheets(lambda: Printer(words))
    bounds = Bounds(settings.allow_networks, frozenset(settings.allow_http))

    def connect(partner: Partner) -> Authority:
        return connect_authority(
            partner,
            sign=lambda message_id, body: sign(key, message_id, body),
            mail=mail,
            say=words.say,
            paper_dir=settings.data_dir / "paper",
            sheet=sheets.set,
            bounds=bounds,
        )

    found = Authorities(PartnerBook(settings.partners_file), connect)
    stack.push_async_callback(found.close)
    return found


def _judgement_key(key: SigningKey) -> bytes:
    """A key of its own, derived from ours: what a judgement saw is proved with it, never guessed without it."""
    return hashlib.sha256(key.sign(b"muster: key of the judgements")).digest()


def build(client: Client, settings: Settings, parts: Parts) -> Worker:
    """The worker: versioned AUTO_UPGRADE where a build id is set, so that open hires move to new code by themselves."""
    deployment = None
    if settings.build_id != "dev":
        deployment = WorkerDeploymentConfig(
            version=WorkerDeploymentVersion(deployment_name=settings.task_queue, build_id=settings.build_id),
            use_worker_versioning=True,
            default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
        )
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[Hire, Vacancy, Housekeeping],
        activities=parts.activities,
        interceptors=[Translate()],
        deployment_config=deployment,
        max_cached_workflows=1000,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=STICKY,
    )
