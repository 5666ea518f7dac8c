"""Who fills which place in this door: the only file here that knows settings, store, partners and keys together."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from acts.checkpointing import Mailing, checkpointed
from config.guard import Guard
from config.keyring import ring_of
from config.partners import PartnerBook
from config.serving import run_server, until_stopped
from config.settings import RateSettings, Settings
from config.words import Words
from connectors.addresses import Bounds, guarded_client
from connectors.deliveries import Post
from connectors.letters.render import Printer
from connectors.log_key import load_log_key
from connectors.mail import SmtpMail
from connectors.signatures import SigningKey, load_signing_key
from domain.errors import Problem
from gateway import intake, logged, reading, schemas, standing, tokens
from gateway.announcer import Announcer
from gateway.app import Parts, create_app
from gateway.broker import Incoming, Outgoing
from gateway.certificates import Edges
from gateway.feed import Feed
from gateway.heartbeat import Heartbeat, beating
from gateway.intake import Intake
from gateway.jetstream import Door
from gateway.limits import Limits, Rate, Rates
from gateway.notices import StaffPost
from gateway.press import Press
from gateway.proving import Prover, system_now
from gateway.receipts import Receipts
from gateway.relay import Relay
from gateway.senders import Senders
from gateway.standing import Standing
from gateway.tokens import TokenDesk, Tokens
from store.checkpoints import Checkpoints, Places
from store.clock import DoorClock
from store.database import Database, check_migrated
from store.deliveries import Deliveries
from store.door_log import DoorLog
from store.feed import Feed as Log
from store.inbox import Inbox
from store.outbox import Outbox
from store.people import People
from store.proofs import Proofs
from store.standings import Standings

log = structlog.get_logger(__name__)

#: The audit log is signed so often while something is added.
CHECKPOINT_S = 5.0

UNLIMITED = Rates(*[Rate(1e9, 1e9)] * 4)


@dataclass(frozen=True)
class Means:
    """What both halves of the door share."""

    settings: Settings
    db: Database
    partners: PartnerBook
    key: SigningKey


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Means]:
    """Open what the door needs and give it back at the end. Raises a Problem, in a sentence, when something is missing."""
    partners = PartnerBook(settings.partners_file)
    key = load_signing_key(settings.signing_key, create=settings.signing_key_file is None)
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        yield Means(settings, db, partners, key)
    finally:
        await db.close()


def feed_of(means: Means) -> Feed:
    return Feed(Log(means.db), means.partners, means.key, means.settings.source)


def gateway_app(means: Means, feed: Feed | None = None) -> Guard:
    clock = DoorClock(means.db)

    async def ready() -> None:
        await clock.now()  # one read through the same door that events take

    prover, desk = proving(means)
    taking = Intake(prover, Inbox(means.db), Receipts(means.key), clock)
    routers = (
        intake.routes(taking),
        standing.routes(Standing(prover, Standings(means.db))),
        tokens.routes(desk),
        schemas.routes(),
        reading.routes(feed or feed_of(means), prover),
        logged.routes(Proofs(means.db), prover),
    )
    return create_app(Parts(routers, ready=ready, keys=(means.key.verifying(),)))


def proving(means: Means) -> tuple[Prover, TokenDesk]:
    """Who proves the senders, and who gives tokens to those that come with one: the same directory, limits and clock for both."""
    senders, edges = Senders(means.partners), Edges(means.settings.edge_addresses)
    given, limits = Tokens(means.key, means.settings.source), Limits(rates_of(means.settings.rates))
    return Prover(senders, given, limits, edges), TokenDesk(senders, given, limits, edges, system_now)


def rates_of(settings: RateSettings) -> Rates:
    return Rates(
        sender=Rate(settings.per_minute, settings.burst),
        everybody=Rate(settings.all_per_minute, settings.all_burst),
        unproved=Rate(settings.unproved_per_minute, settings.unproved_burst),
        strangers=Rate(settings.strangers_per_minute, settings.strangers_burst),
    )


def relay_of(means: Means, announcer: Announcer) -> Relay:
    settings = means.settings
    mail, people = mail_of(settings), People(means.db)
    staff = StaffPost(people, mail, Words.load(), settings.language)
    return Relay(Outbox(means.db), people, Press(Printer(Words.load()), people), mail, announcer, settings.relay, staff=staff)


def mail_of(settings: Settings) -> SmtpMail:
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return SmtpMail(settings.smtp_host, settings.smtp_port, settings.smtp_from, username=settings.smtp_username, password=password)


async def serve(settings: Settings) -> None:
    """Run the gateway until SIGTERM or SIGINT; requests under way are answered first."""
    async with opened(settings) as means:
        feed, heart = feed_of(means), Heartbeat("gateway", DoorLog(means.db), DoorClock(means.db))
        door = gateway_app(means, feed)
        await run_server(door, settings.gateway_host, settings.gateway_port, beating(heart), closing=feed.closing)


async def serve_relay(settings: Settings) -> None:
    """Run the relay until SIGTERM or SIGINT; what is being sent is finished first."""
    bounds = Bounds(settings.allow_networks, frozenset(settings.allow_http))
    async with opened(settings) as means, guarded_client(bounds) as http:
        post = Post(means.key, settings.source, http)
        announcer = Announcer(Deliveries(means.db), means.partners, post, settings.relay, system_now)
        with until_stopped() as stop:
            async with beside(checkpointing(means, stop)):
                await relay_of(means, announcer).run(stop)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """`work` runs meanwhile, and is waited for at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await task


async def checkpointing(means: Means, stop: asyncio.Event) -> None:
    """Sign and publish what was added to the audit log, every few seconds. What cannot be signed or published is said, and tried again."""
    settings = means.settings

    def under_the_key() -> Checkpoints:
        return Checkpoints(means.db, load_log_key(settings.log_key, f"{settings.source}/log"))

    made = under_the_key()
    places, to = Places(means.db), settings.log_publish_mail
    mailing = Mailing(places, mail_of(settings), to, settings.log_publish_mail_every) if to else None
    while not stop.is_set():
        for publishing in (checkpointed(made, settings.log_publish_folder, places), mailed(made, mailing)):
            try:
                await publishing
            except Problem as problem:
                log.error("log.not_published", code=problem.code, reason=problem.message)
                if problem.code == "log_key_changed":  # handed over while this ran: the new key stands in the same place
                    made = under_the_key()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), CHECKPOINT_S)


async def mailed(made: Checkpoints, mailing: Mailing | None) -> None:
    if mailing is not None and (newest := await made.sign()) is not None:
        await mailing.tell(newest)


async def serve_nats(settings: Settings) -> None:
    """Run the broker's door until SIGTERM or SIGINT; a message half taken comes again."""
    async with opened(settings) as means:
        with until_stopped() as stop:
            await nats_door(means).run(stop)


def nats_door(means: Means) -> Door:
    senders, given = Senders(means.partners), Tokens(means.key, means.settings.source)

    def taking(now: datetime) -> Intake:
        # What the broker holds back for us needs no other limit: we take as much as we can.
        prover = Prover(senders, given, Limits(UNLIMITED), Edges(), lambda: now)
        return Intake(prover, Inbox(means.db), Receipts(means.key), DoorClock(means.db))

    incoming = Incoming(taking, lambda name: name in means.partners)
    return Door(means.settings.nats, incoming, Outgoing(Log(means.db), means.key, means.settings.source))
