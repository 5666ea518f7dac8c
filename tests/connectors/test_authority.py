"""Asking authorities over real HTTP on this machine: answers, refusals, troubles, repeats."""

import asyncio
import functools
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from config.words import LANGUAGES, Words
from connectors import contract, signatures
from connectors.authority import MAX_ANSWER, MAX_PATIENCE_S, HttpAuthority, connect
from connectors.by_hand import ConsoleAuthority, EmailAuthority, PaperAuthority, reference_of
from domain.errors import BadInput, Conflict, NotAllowed, NotFound, PartnerUnavailable, Refusal

KEY = "hire/7q2k9fxm/clearance/request/1"
PERSON = {"name": "Zoé Müller", "born_on": "1990-01-01"}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Office:
    """An authority's server: keeps asks by key like a good partner, unless a test tells it to answer otherwise."""

    url: str = ""
    asks: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    say: Callable[[Request], Awaitable[Response]] | None = None

    async def __call__(self, request: Request, path: str) -> Response:
        body = await request.body()
        self.seen.append((f"{request.method} {path}", dict(request.headers), body))
        if self.say is not None:
            return await self.say(request)
        key = path.removeprefix("asks/")
        match request.method:
            case "POST":
                ask = json.loads(body)
                known = self.asks.setdefault(ask["id"], ask)
                if known != ask:
                    return JSONResponse({"title": "another ask"}, status_code=409)
                return JSONResponse({"reference": f"F-{len(self.asks)}", "expected": "2026-09-01", "extra": 1}, status_code=202)
            case "DELETE" if key in self.asks:
                del self.asks[key]
                return Response(status_code=204)
            case "GET" if key in self.asks:
                ask = self.asks[key]
                state = {"id": key, "kind": ask["kind"], "subject": ask["subject"], "state": "in_progress", "reference": "F-1"}
                return JSONResponse(state)
            case _:
                return JSONResponse({"title": "no such ask"}, status_code=404)

    def answers(self, status: int, content: bytes = b"", **headers: str) -> None:
        async def say(request: Request) -> Response:
            return Response(content, status_code=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

        self.say = say


@dataclass
class House:
    """One server for the whole file; each test moves its own office in."""

    url: str
    office: Office = field(default_factory=Office)


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    house = House(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    app = FastAPI()

    @app.api_route("/v1/{path:path}", methods=["GET", "POST", "DELETE"])
    async def answer(request: Request, path: str) -> Response:
        return await house.office(request, path)

    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
            await asyncio.sleep(0.01)
    yield house
    server.should_exit = True
    await serving
    listener.close()


@pytest.fixture
def office(house: House) -> Office:
    house.office = Office(house.url)
    return house.office


@pytest.fixture
async def authority(office: Office) -> AsyncIterator[HttpAuthority]:
    async with HttpAuthority("nsa-be", office.url + "/", timeout_s=2, clock=lambda: NOW) as authority:
        yield authority


async def ask(authority: HttpAuthority, **other: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"key": KEY, "kind": "clearance", "case": "hire/7q2k9fxm", "details": {"level": "NS"}, "person": PERSON}
    return await authority.ask(**asked | other)


async def test_an_ask_reaches_the_authority_as_the_contract_says(office: Office, authority: HttpAuthority) -> None:
    assert await ask(authority) == {"reference": "F-1", "expected": "2026-09-01"}
    (what, headers, body), *_ = office.seen
    assert (what, headers["idempotency-key"], headers["content-type"]) == ("POST asks", KEY, "application/json")
    sent = contract.AskBody.model_validate_json(body)
    assert (sent.id, sent.kind, sent.subject, sent.details, sent.person) == (KEY, "clearance", "hire/7q2k9fxm", {"level": "NS"}, PERSON)


async def test_asking_again_is_the_same_bytes_and_the_same_answer(office: Office, authority: HttpAuthority) -> None:
    assert await ask(authority, details={"a": 1, "b": 2}) == await ask(authority, details={"b": 2, "a": 1})
    assert office.seen[0][2] == office.seen[1][2]
    assert len(office.asks) == 1


async def test_an_ask_known_already_is_looked_up(office: Office, authority: HttpAuthority) -> None:
    async def forgetful(request: Request) -> Response:
        if request.method == "POST":
            return Response(status_code=409)
        return JSONResponse({"id": KEY, "kind": "clearance", "subject": "hire/7q2k9fxm", "state": "received", "reference": "F-7"})

    office.say = forgetful
    assert await ask(authority) == {"reference": "F-7", "expected": None}
    assert [what for what, _, _ in office.seen] == ["POST asks", f"GET asks/{KEY}"]


async def test_the_same_key_for_another_ask_is_a_conflict(office: Office, authority: HttpAuthority) -> None:
    await ask(authority)
    with pytest.raises(Conflict):
        await ask(authority, kind="medical")


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


async def test_every_request_is_signed_over_its_exact_bytes(office: Office) -> None:
    key = signatures.new_signing_key()
    async with HttpAuthority("nsa-be", office.url, sign=functools.partial(signatures.sign, key)) as authority:
        await ask(authority)
        await authority.state(KEY)
        await authority.recall(KEY)
    proved = [signatures.verify(raw(headers), body, [key.verifying()]) for _, headers, body in office.seen]
    assert len({v.message_id for v in proved}) == 3


async def test_a_repeat_keeps_its_message_id(office: Office) -> None:
    key = signatures.new_signing_key()
    async with HttpAuthority("nsa-be", office.url, sign=functools.partial(signatures.sign, key)) as authority:
        await ask(authority)
        await ask(authority)
    first, second = (headers["webhook-id"] for _, headers, _ in office.seen)
    assert first == second


async def test_an_ask_about_a_post_never_carries_a_person(office: Office, authority: HttpAuthority) -> None:
    await ask(authority, kind="budget", details={"post": "p1"})
    assert b"person" not in office.seen[0][2]


async def test_a_recall_is_done_once_and_twice_is_no_error(office: Office, authority: HttpAuthority) -> None:
    await ask(authority)
    await authority.recall(KEY)
    await authority.recall(KEY)
    assert office.asks == {}
    with pytest.raises(NotFound):
        await authority.state(KEY)


async def test_the_state_is_told_without_an_outcome(office: Office, authority: HttpAuthority) -> None:
    await ask(authority)
    state = await authority.state(KEY)
    assert (state["id"], state["state"], state["reference"], state["expected"]) == (KEY, "in_progress", "F-1", None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadInput),
        (401, NotAllowed),
        (403, NotAllowed),
        (404, NotFound),
        (405, BadInput),
        (410, NotFound),
        (413, BadInput),
        (422, BadInput),
    ],
)
async def test_a_refusal_is_not_worth_repeating(office: Office, authority: HttpAuthority, status: int, kind: type[Refusal]) -> None:
    office.answers(status, b'{"detail": "Zoe Mueller"}')
    with pytest.raises(kind) as caught:
        await ask(authority)
    assert caught.value.details["status"] == status
    assert "Mueller" not in f"{caught.value} {caught.value.details}"


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 502, 503, 504])
async def test_a_trouble_is_worth_another_try(office: Office, authority: HttpAuthority, status: int) -> None:
    office.answers(status, location="http://127.0.0.1:1/elsewhere")
    with pytest.raises(PartnerUnavailable) as caught:
        await ask(authority)
    assert caught.value.retry_after is None
    assert len(office.seen) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0.0),
        ("99999999999999", MAX_PATIENCE_S),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_the_time_they_name_is_kept_within_reason(
    office: Office, authority: HttpAuthority, status: int, said: str, seconds: float | None
) -> None:
    office.answers(status, retry_after=said)
    with pytest.raises(PartnerUnavailable) as caught:
        await ask(authority)
    assert caught.value.retry_after == seconds


async def test_no_answer_in_time_is_worth_another_try(office: Office) -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.5)
        return JSONResponse({"reference": "late"})

    office.say = slow
    async with HttpAuthority("nsa-be", office.url, timeout_s=0.1) as authority:
        with pytest.raises(PartnerUnavailable, match=r"0\.1 s"):
            await ask(authority)


async def test_an_answer_that_drips_does_not_hold_us() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with HttpAuthority("nsa-be", url, timeout_s=0.3) as authority:
        began = asyncio.get_running_loop().time()
        with pytest.raises(PartnerUnavailable):
            await ask(authority)
        assert asyncio.get_running_loop().time() - began < 2
    server.close()
    await server.wait_closed()


async def test_nobody_at_the_door_is_worth_another_try() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with HttpAuthority("nsa-be", f"http://127.0.0.1:{port}", timeout_s=2) as authority:
        with pytest.raises(PartnerUnavailable):
            await ask(authority)


@pytest.mark.parametrize(
    "content", [b"not json", b'{"reference": ""}', b'{"expected": "2026-09-01"}', b'{"reference": "x", "expected": "soon"}', b"[]"]
)
async def test_an_answer_outside_the_contract_is_for_a_person(office: Office, authority: HttpAuthority, content: bytes) -> None:
    office.answers(200, content)
    with pytest.raises(BadInput, match="contract"):
        await ask(authority)


async def test_an_empty_yes_is_a_yes(office: Office, authority: HttpAuthority) -> None:
    office.answers(204)
    assert await ask(authority) == {"reference": KEY, "expected": None}


async def test_an_answer_without_end_is_cut_off(office: Office, authority: HttpAuthority) -> None:
    office.answers(200, b" " * (MAX_ANSWER + 1))
    with pytest.raises(BadInput, match="bytes"):
        await ask(authority)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "nowhere", "http://host:port"])
async def test_a_wrong_address_is_said_and_not_repeated(url: str) -> None:
    async with HttpAuthority("nsa-be", url) as authority:
        with pytest.raises(BadInput, match="nsa-be"):
            await ask(authority)


@pytest.mark.parametrize("other", [{"kind": "tea"}, {"key": ""}, {"case": ""}])
async def test_what_no_authority_is_asked_is_not_sent(office: Office, authority: HttpAuthority, other: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        await ask(authority, **other)
    assert office.seen == []


# ---- the other channels --------------------------------------------------------------------------------------------------


@dataclass
class Post:
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, letter: dict[str, Any]) -> None:
        self.sent.append(letter)


@dataclass(frozen=True)
class Partner:
    id: str = "nsa-be"
    channel: str = "http"
    base_url: str | None = None
    email: str | None = None
    timeout_s: float = 5.0
    idempotent: bool = True
    look_up: Literal["key", "list", "none"] = "key"


async def test_an_email_asks_in_both_languages_and_holds_no_personal_data() -> None:
    post = Post()
    partner = Partner(channel="email", email="registry@nsa.example")
    authority = connect(partner, mail=post, say=Words.load().say)
    asked = await authority.ask(
        key=KEY, kind="clearance", case="hire/7q2k9fxm", details={"level": "NS", "nations": ["BE", "FR"]}, person=PERSON
    )
    assert asked == {"reference": reference_of(KEY), "expected": None}
    (mail,) = post.sent
    assert (mail["to"], mail["letter"]) == ("registry@nsa.example", KEY)
    for text in ("security clearance", "habilitation de sécurité", "level: NS", "nations: BE, FR", reference_of(KEY)):
        assert text in mail["body"]
    assert "Müller" not in json.dumps(mail, ensure_ascii=False)
    await authority.recall(KEY)
    assert reference_of(KEY) in post.sent[1]["body"]
    assert post.sent[1]["letter"] != KEY
    assert (await authority.state(KEY))["state"] == "unknown"


async def test_paper_is_kept_for_the_desk_once(tmp_path: Path) -> None:
    authority = connect(Partner(channel="paper"), paper_dir=tmp_path / "paper", say=Words.load().say)
    first = await authority.ask(key=KEY, kind="medical", case="hire/x", details={"post": "p1"}, person=PERSON)
    (kept,) = (tmp_path / "paper" / "nsa-be").iterdir()
    before = kept.stat().st_mtime_ns
    assert await authority.ask(key=KEY, kind="medical", case="hire/x", details={"post": "p1"}, person=PERSON) == first
    assert kept.stat().st_mtime_ns == before
    text = kept.read_text(encoding="utf-8")
    assert first["reference"] in text
    assert "Müller" not in text
    await authority.recall(KEY)
    assert sorted(path.name for path in kept.parent.iterdir()) == [f"{reference_of(KEY)}-recall.txt", f"{reference_of(KEY)}.txt"]


async def test_the_console_twin_prints_no_person(capsys: pytest.CaptureFixture[str]) -> None:
    authority = connect(Partner(channel="console"))
    await authority.ask(key=KEY, kind="clearance", case="hire/x", details={"level": "NS"}, person=PERSON)
    await authority.recall(KEY)
    said = capsys.readouterr().out
    assert KEY in said
    assert "Müller" not in said


async def test_the_channel_decides_who_is_asked(tmp_path: Path) -> None:
    say = Words.load().say
    found = [
        connect(Partner(base_url="http://127.0.0.1:1")),
        connect(Partner(channel="email", email="a@b.example"), mail=Post(), say=say),
        connect(Partner(channel="paper"), paper_dir=tmp_path, say=say),
        connect(Partner(channel="console")),
    ]
    assert [type(authority) for authority in found] == [HttpAuthority, EmailAuthority, PaperAuthority, ConsoleAuthority]
    assert [authority.channel for authority in found] == ["http", "email", "paper", "console"]
    for authority in found:
        await authority.close()


@pytest.mark.parametrize(
    "partner", [Partner(), Partner(channel="email"), Partner(channel="paper"), Partner(channel="fax", base_url="http://x")]
)
def test_a_channel_without_what_it_needs_is_refused_at_the_start(partner: Partner) -> None:
    with pytest.raises(BadInput, match="nsa-be"):
        connect(partner)


def test_the_same_ask_has_one_reference_in_every_process() -> None:
    assert reference_of(KEY) == reference_of(KEY)
    assert reference_of(KEY) != reference_of(KEY + "0")
    assert LANGUAGES == ("en", "fr")
