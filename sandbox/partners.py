"""The partner systems: real HTTP servers with keys and logs of their own, and their signed events to our gateway.

One server process has one path per partner (`http://127.0.0.1:PORT/<partner>`). What a partner is asked, hears and sends is appended
to its own log (`<partner>.jsonl`), which is what the invariants are later held against. What it *decides* stands in `behaviour.py`.
"""

import asyncio
import contextlib
import hashlib
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import httpx
import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.contract import AskBody
from connectors.signatures import BadSignature, SigningKey, VerifyingKey, key_text, new_signing_key, sign, verify, verifying_key
from domain.events import CONTENT_TYPE, PREFIX, PartnerKind, cloud_event

#: How long a partner tries to hand in an event while our door is shut, and how long it waits between tries.
PATIENCE_S, PAUSE_S = 60.0, 0.2
#: How many asks a partner lists on one page.
PAGE = 20

Asked = Callable[["Partner", AskBody], None]
Heard = Callable[["Partner", str, str, dict[str, Any]], None]


@dataclass
class Partner:
    """One partner: who it is, its key, and what its own system remembers."""

    id: str
    kind: PartnerKind
    name: str
    nations: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    key: SigningKey = field(default_factory=lambda: new_signing_key())
    asks: dict[str, dict[str, Any]] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    log: TextIO | None = None
    #: A flaw some real ones have: every ask starts a procedure of its own, whatever its key says.
    forgetful: bool = False
    #: How it can be looked up, as its entry in the partners file says.
    look_up: str = "key"
    procedures: list[str] = field(default_factory=list)
    #: So many answers to asks get lost on their way to us; the asks themselves are taken.
    loses: int = 0

    def stands(self, key: str) -> dict[str, Any]:
        """Where one ask stands here."""
        known = self.asks[key]
        state = "recalled" if key in self.recalled else "answered" if key in self.answered else "in_progress"
        return {**known["answer"], "id": key, "kind": known["kind"], "subject": known["subject"], "state": state}

    def write(self, what: str, **more: Any) -> None:
        if self.log is not None:
            self.log.write(json.dumps({"what": what, **more}, ensure_ascii=False, default=str) + "\n")
            self.log.flush()


@dataclass(frozen=True)
class Answer:
    """What our gateway said to one delivery."""

    status: int
    body: dict[str, Any]

    @property
    def case(self) -> str:
        return str(self.body.get("case", ""))


def everybody(nations: Iterable[str], administrations: Iterable[str]) -> dict[str, Partner]:
    """Every partner of a demonstration: one authority per nation concerned, one administration per nation that seconds."""
    kinds = PartnerKind
    fixed = [
        Partner("portal", kinds.PORTAL, "Applications portal", subscribes=("*",)),
        Partner("assessment", kinds.ASSESSMENT_PLATFORM, "Assessment and interview platform"),
        Partner("medical", kinds.MEDICAL_ADVISER, "Medical Adviser"),
        Partner("verification", kinds.VERIFICATION_AGENCY, "Verification agency"),
        Partner("host-nation", kinds.HOST_NATION, "Host nation protocol desk", nations=("BE",)),
        Partner("budget", kinds.BUDGET_AUTHORITY, "Budget authority"),
        Partner("hris", kinds.HRIS, "Personnel system", subscribes=("appointment.made",)),
    ]
    for nation in sorted(set(nations)):
        fixed.append(Partner(f"nation-{nation.lower()}", kinds.NATIONAL_AUTHORITY, f"National security authority {nation}", (nation,)))
    for nation in sorted(set(administrations)):
        fixed.append(
            Partner(f"administration-{nation.lower()}", kinds.NATIONAL_ADMINISTRATION, f"National administration {nation}", (nation,))
        )
    return {partner.id: partner for partner in fixed}


def partners_toml(partners: Mapping[str, Partner], base_url: str) -> str:
    """The installation's partners file for these partners: addresses and public keys."""
    blocks = []
    for p in partners.values():
        lines = [
            f"[partners.{p.id}]",
            f'kind = "{p.kind}"',
            f'name = "{p.name}"',
            f"nations = {json.dumps(list(p.nations))}",
            'channel = "http"',
            f'base_url = "{base_url}/{p.id}"',
            f"subscribes = {json.dumps(list(p.subscribes))}",
            f"idempotent = {json.dumps(not p.forgetful)}",
            f'look_up = "{p.look_up}"',
            f"[[partners.{p.id}.keys]]",
            f'id = "{p.id}-1"',
            f'public = "{key_text(p.key.verifying())}"',
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


class Street:
    """All partners behind one loopback port, and their way to our gateway."""

    def __init__(self, partners: dict[str, Partner], folder: Path, clock: Callable[[], datetime]) -> None:
        self.partners, self._folder, self._clock = partners, folder, clock
        self.asked: Asked = lambda partner, ask: None
        self.heard: Heard = lambda partner, kind, subject, data: None
        self.muster_keys: tuple[VerifyingKey, ...] = ()
        self.base_url = self.gateway_url = ""
        self.accepted = self.repeated = self.announced = 0
        self.refused: Counter[int] = Counter()
        self._taken: set[str] = set()
        self._http: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Street"]:
        """Serve until the block ends. `base_url` is known inside."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as files, socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
            for partner in self.partners.values():
                partner.log = files.enter_context((self._folder / f"{partner.id}.jsonl").open("a", encoding="utf-8"))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", 0))
            self.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            server = _Server(uvicorn.Config(self.app(), lifespan="off", log_config=None, access_log=False))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
            try:
                async with httpx.AsyncClient(trust_env=False, timeout=20, limits=limits) as self._http:
                    yield self
            finally:
                server.should_exit = True
                await serving
                for partner in self.partners.values():
                    partner.log = None

    # ---- what partners are asked and told ----------------------------------------------------------------------------------

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/{partner}/asks", self._ask, methods=["POST"]),
                Route("/{partner}/asks", self._asks, methods=["GET"]),
                Route("/{partner}/asks/{key:path}", self._state, methods=["GET"]),
                Route("/{partner}/asks/{key:path}", self._recall, methods=["DELETE"]),
                Route("/{partner}/events", self._event, methods=["POST"]),
            ]
        )

    async def _ask(self, request: Request) -> Response:
        partner, body = self.partners.get(request.path_params["partner"]), await request.body()
        if partner is None:
            return _problem(404, "no such partner")
        if not self._signed(request, body):
            partner.write("ask_refused", reason="signature")
            return _problem(401, "the signature is not Muster's")
        try:
            ask = AskBody.model_validate_json(body)
        except ValidationError:
            partner.write("ask_refused", reason="form")
            return _problem(400, "not an ask")
        if request.headers.get("idempotency-key") != ask.id:
            return _problem(400, "Idempotency-Key must be the id of the ask")
        sha = hashlib.sha256(body).hexdigest()
        known = partner.asks.get(ask.id)
        if known is not None and not partner.forgetful:
            partner.write("ask", key=ask.id, kind=ask.kind, subject=ask.subject, sha256=sha, repeat=True, same=known["sha256"] == sha)
            return JSONResponse(known["answer"]) if known["sha256"] == sha else _problem(409, "this id is known with another ask")
        reference = f"{partner.id}-{len(partner.asks) + 1:04d}"
        answer = {"reference": reference, "expected": None}
        partner.asks[ask.id] = {"sha256": sha, "answer": answer, "kind": ask.kind, "subject": ask.subject}
        partner.procedures.append(ask.id)
        partner.write(
            "ask", key=ask.id, kind=ask.kind, subject=ask.subject, sha256=sha, repeat=False, reference=reference, at=self._clock()
        )
        self.asked(partner, ask)
        if partner.loses:
            partner.loses -= 1
            return _problem(504, "the proxy in between gave up")
        return JSONResponse(answer, 202)

    async def _state(self, request: Request) -> Response:
        partner, key = self.partners.get(request.path_params["partner"]), request.path_params["key"]
        if partner is None or key not in partner.asks or partner.look_up != "key":
            return _problem(404, "no such ask")
        if not self._signed(request, b""):
            return _problem(401, "the signature is not Muster's")
        return JSONResponse(partner.stands(key))

    async def _asks(self, request: Request) -> Response:
        """What stands here of Muster's, page by page, in the order in which it came."""
        partner = self.partners.get(request.path_params["partner"])
        if partner is None or partner.look_up == "none":
            return _problem(404, "no such list")
        if not self._signed(request, b""):
            return _problem(401, "the signature is not Muster's")
        everything, after = request.query_params.get("state") == "all", request.query_params.get("after", "")
        keys = [key for key in partner.asks if everything or partner.stands(key)["state"] in ("received", "in_progress")]
        begins = keys.index(after) + 1 if after in keys else 0
        page = keys[begins : begins + PAGE]
        more = {"next": page[-1]} if begins + PAGE < len(keys) else {}
        return JSONResponse({"asks": [partner.stands(key) for key in page], **more})

    async def _recall(self, request: Request) -> Response:
        partner, key = self.partners.get(request.path_params["partner"]), request.path_params["key"]
        if partner is None or key not in partner.asks:
            return _problem(404, "no such ask")
        if not self._signed(request, b""):
            return _problem(401, "the signature is not Muster's")
        partner.write("recall", key=key, repeat=key in partner.recalled)
        partner.recalled.add(key)
        return Response(status_code=204)

    async def _event(self, request: Request) -> Response:
        """An announcement of ours, taken once by its id however often it comes."""
        partner, body = self.partners.get(request.path_params["partner"]), await request.body()
        if partner is None:
            return _problem(404, "no such partner")
        if not self._signed(request, body):
            partner.write("event_refused", reason="signature")
            return _problem(401, "the signature is not Muster's")
        event = json.loads(body)
        first = event["id"] not in partner.heard
        partner.write("event", id=event["id"], type=event["type"], subject=event["subject"], repeat=not first)
        if first:
            partner.heard.add(event["id"])
            self.announced += 1
            self.heard(partner, event["type"].removeprefix(PREFIX), event["subject"], event["data"])
        return Response(status_code=204)

    def _signed(self, request: Request, body: bytes) -> bool:
        try:
            verify(request.headers.raw, body, self.muster_keys)
        except BadSignature:
            return False
        return True

    async def learn_keys(self) -> None:
        """Fetch Muster's public keys from its gateway, as any partner would."""
        assert self._http is not None
        keys = (await self._http.get(f"{self.gateway_url}/keys")).raise_for_status().json()["keys"]
        self.muster_keys = tuple(verifying_key(key["id"], key["public"]) for key in keys)

    # ---- what partners say -------------------------------------------------------------------------------------------------

    async def say(self, partner: str, kind: str, subject: str, data: Mapping[str, Any], event_id: str) -> Answer:
        """Send one signed event, again and again while our door is shut; the same id always means the same bytes."""
        return await self.hand_in(
            self.partners[partner], event_id, cloud_event(event_id, partner, kind, subject, data, self._clock()), kind
        )

    async def hand_in(
        self,
        partner: Partner,
        event_id: str,
        body: bytes,
        kind: str,
        *,
        signer: SigningKey | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Deliver exactly these bytes, signed by the partner's key (or, when it goes wrong, by another)."""
        sent = await self._posted(partner, event_id, body, signer or partner.key, headers or {})
        partner.answered |= _answers(partner, body, kind)
        answer = Answer(sent.status_code, _json(sent))
        again = f"{partner.id}/{event_id}" in self._taken
        if answer.status == 202:
            self._taken.add(f"{partner.id}/{event_id}")
            self.repeated, self.accepted = self.repeated + again, self.accepted + (not again)
        else:
            self.refused[answer.status] += 1
        sha = hashlib.sha256(body).hexdigest()
        partner.write("sent", id=event_id, type=kind, status=answer.status, repeat=again, sha256=sha, case=answer.case, at=self._clock())
        return answer

    async def _posted(self, partner: Partner, event_id: str, body: bytes, signer: SigningKey, headers: Mapping[str, str]) -> httpx.Response:
        assert self._http is not None
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while True:
            try:
                signed = {**sign(signer, event_id, body), "muster-partner": partner.id, "content-type": CONTENT_TYPE, **headers}
                answer = await self._http.post(f"{self.gateway_url}/events", content=body, headers=signed)
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            if loop.time() > until:
                raise TimeoutError(f"{partner.id} could not hand in {event_id}: the gateway stayed shut for {PATIENCE_S:g} s")
            await asyncio.sleep(PAUSE_S)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the demonstration ends it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _problem(status: int, title: str) -> Response:
    return JSONResponse({"type": "about:blank", "title": title, "status": status}, status, media_type="application/problem+json")


def _answers(partner: Partner, body: bytes, kind: str) -> set[str]:
    """The asks an event answers: the one it names, else those about its case, or about its post."""
    if not kind.endswith((".replied", ".completed", ".decided")):
        return set()
    try:
        event = json.loads(body)
        subject, data = event["subject"], dict(event["data"])
    except (ValueError, KeyError, TypeError):
        return set()
    about = f"{subject}/{data['post']}/" if "post" in data else f"{subject}/"
    named = str(data.get("ask") or "")
    return {named} if named else {key for key in partner.asks if key.startswith(about)}


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
