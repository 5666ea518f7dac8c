"""The partner servers over real HTTP: they know our signature, take an ask once, and hand in signed events until they are taken."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from config.partners import load_partners
from connectors.authority import HttpAuthority
from connectors.mail import SmtpMail
from connectors.signatures import new_signing_key, sign, verify
from domain.errors import Conflict, NotAllowed
from domain.events import parse
from sandbox.mail import Sink
from sandbox.partners import Street, everybody, partners_toml

NOW = datetime(2027, 5, 4, 8, tzinfo=UTC)
MUSTER = new_signing_key("muster-test")
ASK: dict[str, Any] = {
    "key": "hire/abc/clearance/request/1",
    "kind": "clearance",
    "case": "hire/abc",
    "details": {"level": "NS"},
    "person": None,
}


@pytest_asyncio.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    opened = Street(everybody(["BE", "FR"], ["FR"]), tmp_path / "partners", lambda: NOW)
    opened.muster_keys = (MUSTER.verifying(),)
    async with opened.open():
        yield opened


def authority(street: Street, partner: str) -> HttpAuthority:
    return HttpAuthority(partner, f"{street.base_url}/{partner}", sign=lambda message, body: sign(MUSTER, message, body))


def log_of(street: Street, tmp_path: Path, partner: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "partners" / f"{partner}.jsonl").read_text().splitlines()]


async def test_an_ask_is_taken_once_however_often_it_is_repeated(street: Street, tmp_path: Path) -> None:
    heard: list[str] = []
    street.asked = lambda partner, ask: heard.append(f"{partner.id} {ask.subject}")
    async with authority(street, "nation-be") as nation:
        first = await nation.ask(**ASK)
        assert await nation.ask(**ASK) == first
        assert (await nation.state(ASK["key"]))["state"] == "in_progress"
    assert heard == ["nation-be hire/abc"]
    assert [line["repeat"] for line in log_of(street, tmp_path, "nation-be")] == [False, True]


async def test_what_a_partner_has_is_listed_and_one_with_a_flaw_starts_twice(street: Street) -> None:
    street.partners["nation-be"].forgetful = True
    async with authority(street, "nation-be") as nation:
        await nation.ask(**ASK)
        await nation.ask(**ASK)
        assert street.partners["nation-be"].procedures == [ASK["key"], ASK["key"]]
        assert list(await nation.known() or {}) == [ASK["key"]]
        await nation.recall(ASK["key"])
        assert await nation.known() == {}
        assert [each["state"] for each in (await nation.known(everything=True) or {}).values()] == ["recalled"]


async def test_the_same_key_with_other_words_is_a_conflict(street: Street) -> None:
    async with authority(street, "nation-be") as nation:
        await nation.ask(**ASK)
        with pytest.raises(Conflict):
            await nation.ask(**{**ASK, "case": "hire/other"})


async def test_only_muster_can_ask(street: Street, tmp_path: Path) -> None:
    stranger = new_signing_key("stranger")
    async with HttpAuthority("medical", f"{street.base_url}/medical", sign=lambda m, body: sign(stranger, m, body)) as medical:
        with pytest.raises(NotAllowed):
            await medical.ask(**{**ASK, "kind": "medical"})
    assert [line["what"] for line in log_of(street, tmp_path, "medical")] == ["ask_refused"]


async def test_a_recalled_ask_is_recalled(street: Street) -> None:
    async with authority(street, "nation-fr") as nation:
        await nation.ask(**ASK)
        await nation.recall(ASK["key"])
        await nation.recall(ASK["key"])
        assert (await nation.state(ASK["key"]))["state"] == "recalled"


async def test_an_announcement_is_heard_once(street: Street) -> None:
    heard: list[str] = []
    street.heard = lambda partner, kind, subject, data: heard.append(f"{partner.id} {kind} {subject}")
    body = json.dumps({"id": "m1", "type": "int.muster.offer.issued", "subject": "hire/abc", "data": {}}).encode()
    async with httpx.AsyncClient() as http:
        for _ in range(2):
            answer = await http.post(f"{street.base_url}/portal/events", content=body, headers=sign(MUSTER, "m1", body))
            assert answer.status_code == 204
    assert heard == ["portal offer.issued hire/abc"]


def test_the_partners_file_is_one_muster_reads(tmp_path: Path) -> None:
    partners = everybody(["BE"], ["FR"])
    (tmp_path / "partners.toml").write_text(partners_toml(partners, "http://127.0.0.1:1"))
    read = load_partners(tmp_path / "partners.toml")
    assert list(read) == list(partners)
    assert read["nation-be"].base_url == "http://127.0.0.1:1/nation-be"
    assert "clearance.replied" in read["nation-be"].sends
    assert read["portal"].hears("offer.issued")


@contextlib.asynccontextmanager
async def gateway(after: float, taken: list[Request]) -> AsyncIterator[str]:
    """A door that opens after a while and takes what is properly signed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def take(request: Request) -> Response:
        body = await request.body()
        verify(request.headers.raw, body, KEYS)
        taken.append(request)
        return JSONResponse({"case": "hire/abc", "type": parse(body).type}, 202)

    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Route("/events", take, methods=["POST"])]), port=port, lifespan="off", log_config=None)
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

    async def open_late() -> None:
        await asyncio.sleep(after)
        await server.serve()

    opening = asyncio.create_task(open_late())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await opening


KEYS: list[Any] = []


async def test_an_event_is_handed_in_until_the_door_opens_and_the_same_one_again_counts_as_a_repeat(street: Street) -> None:
    taken: list[Request] = []
    KEYS[:] = [street.partners["portal"].key.verifying()]
    async with gateway(0.3, taken) as url:
        street.gateway_url = url
        for _ in range(2):
            answer = await street.say("portal", "offer.answered", "hire/abc", {"accepted": True}, "e1")
            assert (answer.status, answer.case) == (202, "hire/abc")
    assert len(taken) == 2
    assert [request.headers["muster-partner"] for request in taken] == ["portal", "portal"]
    assert (street.accepted, street.repeated) == (1, 1)


async def test_the_mail_sink_keeps_what_it_takes(tmp_path: Path) -> None:
    with Sink(tmp_path / "mail.jsonl", lambda: NOW).open() as sink:
        mail = SmtpMail("127.0.0.1", sink.port, "recruitment@muster.example")
        letter = {"letter": "L1", "at": NOW.isoformat(), "to": "ada@mail.example", "language": "fr"}
        await mail.send({**letter, "subject": "Accusé de réception", "body": "Bonjour.\n"})
    (line,) = [json.loads(text) for text in (tmp_path / "mail.jsonl").read_text().splitlines()]
    assert line["id"].startswith("<L1@")
    assert line["to"] == ["ada@mail.example"]
    assert line["subject"] == "Accusé de réception"
    assert "Bonjour." in line["body"]
