"""A partner's side of the machines' door, and a look behind it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from config.guard import Guard
from config.partners import Partner, PartnerKey
from connectors.signatures import SigningKey, key_text, sign
from domain.events import CONTENT_TYPE, PartnerKind
from gateway import intake, logged, reading, schemas, standing, tokens
from gateway.app import Parts, create_app
from gateway.certificates import Edges
from gateway.feed import Feed
from gateway.intake import Intake
from gateway.limits import Limits, Rate, Rates
from gateway.proving import Prover, system_now
from gateway.receipts import Receipts
from gateway.senders import Senders
from gateway.standing import Standing
from gateway.tokens import TokenDesk, Tokens
from store.clock import DoorClock
from store.database import Database
from store.feed import Feed as Log
from store.inbox import Inbox
from store.proofs import Proofs
from store.standings import Standings
from tests.domain.event_samples import SENDER

OURS = SigningKey("muster-test", "ed25519", hashlib.sha256(b"muster").digest())


def key_of(partner: str, generation: str = "1") -> SigningKey:
    return SigningKey(f"{partner}-{generation}", "ed25519", hashlib.sha256(f"{partner} {generation}".encode()).digest())


def partners() -> dict[str, Partner]:
    """One partner of each kind, with a key that is live and an older one that is revoked."""
    return {
        name: Partner(id=name, kind=PartnerKind(kind), name=name, channel="paper", keys=(_key(name), _key(name, "0", revoked=True)))
        for kind, name in SENDER.items()
    }


def _key(partner: str, generation: str = "1", *, revoked: bool = False) -> PartnerKey:
    key = key_of(partner, generation).verifying()
    return PartnerKey(id=key.id, public=key_text(key), revoked=revoked)


def senders() -> Senders:
    return Senders(partners())


#: So wide that nothing is ever refused for being too much: what is refused here is refused for what it is.
WIDE = Rates(*[Rate(1e9, 1e9)] * 4)
TOKENS = Tokens(OURS, "muster")


def prover(
    partners: Mapping[str, Partner] | None = None, edges: Edges | None = None, rates: Rates = WIDE, now: Callable[[], datetime] = system_now
) -> Prover:
    return Prover(senders() if partners is None else Senders(partners), TOKENS, Limits(rates), edges, now)


def _feed(db: Database, known: Mapping[str, Partner] | None) -> Feed:
    return Feed(Log(db), partners() if known is None else known, OURS, "muster")


def door(
    db: Database,
    partners: Mapping[str, Partner] | None = None,
    edges: Edges | None = None,
    rates: Rates = WIDE,
    now: Callable[[], datetime] = system_now,
    **limits: Any,
) -> Guard:
    clock = DoorClock(db)

    async def ready() -> None:
        await clock.now()

    known, counted, edges = senders() if partners is None else Senders(partners), Limits(rates), edges or Edges()
    proving = Prover(known, TOKENS, counted, edges, now)
    taking = Intake(proving, Inbox(db), Receipts(OURS), clock)
    desk = TokenDesk(known, TOKENS, counted, edges, now)
    routers = (
        intake.routes(taking),
        standing.routes(Standing(proving, Standings(db))),
        tokens.routes(desk),
        schemas.routes(),
        reading.routes(_feed(db, partners), proving),
        logged.routes(Proofs(db), proving),
    )
    return create_app(Parts(routers, ready=ready, keys=(OURS.verifying(),), **limits))


def signed(
    body: bytes, event_id: str, partner: str = "portal", key: SigningKey | None = None, at: datetime | None = None
) -> dict[str, str]:
    """The headers a well-behaved partner sends."""
    signature = sign(key or key_of(partner), event_id, body, at=at or datetime.now(UTC))
    return {"content-type": CONTENT_TYPE, "muster-partner": partner, **signature}


@dataclass
class Caller:
    """One HTTP client with a partner's manners."""

    http: httpx.AsyncClient

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.http.post("/events", content=body, headers=headers)

    async def send(self, body: bytes, partner: str = "portal") -> httpx.Response:
        return await self.post(body, signed(body, json.loads(body)["id"], partner))

    async def ask(self, partner: str, event_id: str, asker: str | None = None, **more: Any) -> httpx.Response:
        path = f"/events/{partner}/{event_id}"
        headers = signed(f"GET {path}".encode(), "question-1", asker or partner, **more)
        del headers["content-type"]
        return await self.http.get(path, headers=headers)


def rows(store: Path) -> dict[str, int]:
    """How many rows stand in each table: what "nothing was stored" is measured by."""
    with sqlite3.connect(store) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        counts = {table: db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
    db.close()
    return counts


def query(store: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(store)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()
