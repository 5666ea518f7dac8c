"""Every refusal of the catalogue provoked once, at a real door: it has the status and the code that partners are told of."""

import asyncio
import dataclasses
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.guard import Guard
from connectors.signatures import sign
from domain.errors import StoreUnavailable
from domain.events import CONTENT_TYPE, cloud_event
from gateway import intake, reading
from gateway.app import Parts, create_app
from gateway.broker import IN, Incoming, Message
from gateway.feed import AT_ONCE
from gateway.intake import Intake
from gateway.limits import Rate
from gateway.proving import system_now
from gateway.receipts import Receipts
from gateway.refusals import refusals
from gateway.tokens import LIFETIME_S
from store.clock import DoorClock
from store.database import Database
from store.inbox import Inbox
from store.strays import MOST
from tests.domain.event_samples import DATA, event
from tests.gateway.door import OURS, WIDE, Caller, door, key_of, partners, prover, signed
from tests.gateway.proofs import EDGE, EDGES, OVER, STRANGE, bearing, every_way, shown, token
from tests.gateway.test_intake import Broken, refused

BODY = event("application.submitted")
#: One request, and the next only after minutes.
ONE = Rate(0.1, 1)


@dataclasses.dataclass
class Scene:
    """A store, and doors before it."""

    db: Database
    store: Path
    open: AsyncExitStack

    async def at(self, app: Guard | None = None, peer: str = EDGE) -> Caller:
        """A partner's side of a door; where none is given, of one at which the portal may prove itself in every way."""
        transport = httpx.ASGITransport(app=app or door(self.db, every_way(), EDGES), raise_app_exceptions=False, client=(peer, 1))
        return Caller(await self.open.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://gateway")))


#: What was answered: status and code.
Answered = tuple[int, str]
Provoke = Callable[[Scene], Awaitable[Answered]]


def _of(answer: httpx.Response) -> Answered:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


# ---- how each is provoked --------------------------------------------------------------------------------------------------


async def _sent(scene: Scene, headers: Any, body: bytes = BODY, peer: str = EDGE) -> Answered:
    return _of(await (await scene.at(peer=peer)).http.post("/events", content=body, headers=headers))


async def _got(scene: Scene, method: str, path: str, headers: Any = None) -> Answered:
    return _of(await (await scene.at()).http.request(method, path, headers=headers))


async def _asked(scene: Scene, line: str, asker: str = "portal") -> Answered:
    """A question whose request line is signed."""
    headers = {"muster-partner": asker, **sign(key_of(asker), "question-1", f"GET {line}".encode())}
    known = {"portal": partners()["portal"].model_copy(update={"feed": True})}
    return _of(await (await scene.at(door(scene.db, partners() | known))).http.get(line, headers=headers))


async def _too_often(scene: Scene, proved: bool, **narrow: Rate) -> Answered:
    caller = await scene.at(door(scene.db, rates=dataclasses.replace(WIDE, **narrow)))
    headers = signed(BODY, "evt-1", key=key_of("portal" if proved else "nobody"))
    first = await caller.post(BODY, headers)
    assert first.status_code == (202 if proved else 401)
    answer = await caller.post(BODY, headers)
    assert int(answer.headers["retry-after"]) >= 1
    return _of(answer)


async def _too_many_readers(scene: Scene) -> Answered:
    async with asyncio.TaskGroup() as group:
        known = partners() | {"portal": partners()["portal"].model_copy(update={"feed": True})}
        caller = await scene.at(door(scene.db, known))
        query = "wait=1"
        headers = {"muster-partner": "portal", **sign(key_of("portal"), "question-1", reading.signed_text(query, ""))}
        for _ in range(AT_ONCE):
            group.create_task(caller.http.get(f"/feed?{query}", headers=headers))
        await asyncio.sleep(0.3)
        return _of(await caller.http.get(f"/feed?{query}", headers=headers))


async def _broken(scene: Scene, error: Exception) -> Answered:
    """A store that fails is no request anybody can send: it is put behind the door."""

    async def ready() -> None: ...

    taking = Intake(prover(), Broken(error), Receipts(OURS), DoorClock(scene.db))
    caller = await scene.at(create_app(Parts((intake.routes(taking),), ready=ready, keys=())))
    return _of(await caller.send(BODY))


async def _slow(scene: Scene) -> Answered:
    async def body() -> Any:
        yield b"{"
        await asyncio.sleep(5)

    caller = await scene.at(door(scene.db, read_seconds=0.05))
    return _of(await caller.http.post("/events", content=body(), headers=signed(BODY, "evt-1")))


async def _vacancy_over(scene: Scene) -> Answered:
    with sqlite3.connect(scene.store) as db:
        db.execute("UPDATE vacancies SET status = 'cancelled'")
    db.close()
    return _of(await (await scene.at()).send(BODY))


async def _unknown_case(scene: Scene) -> Answered:
    """Of an event for a case nobody knows, only past so many that wait already; and of a question about one."""
    body = cloud_event("evt-1", "hris", "duty.entered", "hire/aaaaaaaa", DATA["duty.entered"])
    caller = await scene.at()
    for number in range(MOST):
        assert (await caller.send(body.replace(b"evt-1", f"evt-{number}".encode()), "hris")).status_code == 202
    refused = _of(await caller.send(body.replace(b"evt-1", b"evt-more"), "hris"))
    assert refused == await _asked(scene, "/hires/aaaaaaaa/status")
    return refused


async def _other_content(scene: Scene) -> Answered:
    caller = await scene.at()
    assert (await caller.send(BODY)).status_code == 202
    return _of(await caller.send(event("application.submitted", channel="internal")))


async def _over_the_broker(scene: Scene) -> Answered:
    """Under the medical adviser's subject, an event that the portal signed."""

    def taking(now: Any) -> Intake:
        return Intake(prover(now=lambda: now), Inbox(scene.db), Receipts(OURS), DoorClock(scene.db))

    incoming = Incoming(taking, lambda name: name in partners())
    outcome = await incoming.take(Message(f"{IN}.medical", signed(BODY, "evt-1"), BODY, system_now()))
    return outcome.status, json.loads(outcome.answer)["code"]


def provoked() -> dict[str, Provoke]:
    """How each is provoked. Signed when asked: a signature made at import is too old when a long run comes to it."""
    twice = [*signed(BODY, "evt-1").items(), ("webhook-id", "evt-1")]
    bare = {"content-type": CONTENT_TYPE, "muster-partner": "medical", "webhook-id": "evt-1", "authorization": "Bearer x.y.z"}
    return {
        # What one signed POST is refused for, as tests/gateway/test_intake.py has it.
        **{code: partial(_sent, headers=headers, body=body) for (body, headers), _, code in refused().values()},
        "no_such_address": partial(_got, method="GET", path="/nothing"),
        "method_not_allowed": partial(_got, method="PUT", path="/events"),
        "no_query": partial(_got, method="POST", path="/events?x=1"),
        "bad_length": partial(_sent, headers=signed(BODY, "evt-1") | {"content-length": "+7"}),
        "too_slow": _slow,
        "bad_address": partial(_asked, line="/events/portal/a.b"),
        "bad_query": partial(_asked, line="/feed?limit=0"),
        "unknown_cursor": partial(_asked, line="/feed?after=x"),
        "unavailable": partial(_broken, error=StoreUnavailable("the disk is full")),
        "internal": partial(_broken, error=RuntimeError("a mistake of ours")),
        "header_repeated": partial(_sent, headers=twice),
        "way_not_allowed": partial(_sent, headers=bare),
        "several_proofs": partial(_sent, headers=signed(BODY, "evt-1") | bearing("evt-1", token())),
        "token_malformed": partial(_sent, headers=bearing("evt-1", "x.y.z")),
        "token_not_yours": partial(_sent, headers=bearing("evt-1", token("medical"))),
        "token_expired": partial(_sent, headers=bearing("evt-1", token(at=system_now() - timedelta(seconds=LIFETIME_S + 1)))),
        "token_revoked": partial(_sent, headers=bearing("evt-1", token(secret="s-2"))),
        "not_the_edge": partial(_sent, headers=shown("evt-1"), peer="127.0.0.1"),
        "certificate_malformed": partial(_sent, headers=shown("evt-1") | {"client-cert": "::"}),
        "certificate_unknown": partial(_sent, headers=shown("evt-1", STRANGE)),
        "certificate_expired": partial(_sent, headers=shown("evt-1", OVER)),
        "sender_rate": partial(_too_often, proved=True, sender=ONE),
        "total_rate": partial(_too_often, proved=True, everybody=ONE),
        "unproved_rate": partial(_too_often, proved=False, unproved=ONE),
        "stranger_rate": partial(_too_often, proved=False, strangers=ONE),
        "too_many_readers": _too_many_readers,
        "not_its_sender": partial(_asked, line="/events/portal/evt-1", asker="medical"),
        "unknown_case": _unknown_case,
        "vacancy_over": _vacancy_over,
        "other_content": _other_content,
        "unknown_event": partial(_asked, line="/events/portal/evt-9"),
        "not_signed_yet": partial(_got, method="GET", path="/log/checkpoint"),
        "unknown_schema": partial(_got, method="GET", path="/schemas/nothing"),
        "subject_mismatch": _over_the_broker,
    }


def test_every_refusal_of_the_catalogue_is_provoked_and_no_other() -> None:
    assert set(provoked()) ^ set(refusals()) == set()


@pytest.mark.parametrize("code", refusals())
async def test_a_refusal_has_the_status_and_the_code_it_is_catalogued_with(code: str, db: Database, store: Path) -> None:
    async with AsyncExitStack() as open_:
        assert await provoked()[code](Scene(db, store, open_)) == (refusals()[code].status, code)
