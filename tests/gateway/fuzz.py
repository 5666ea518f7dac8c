"""An HTTP interface asked everything its own description allows, and much that it forbids: no server error, no undocumented answer."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks, not_a_server_error

from domain.events import PREFIX, catalogue
from tests.domain.event_samples import SENDER, VACANCY, event
from tests.gateway.door import Caller, signed

load_all_checks()
HELD = [
    not_a_server_error,
    *CHECKS.get_by_names(
        [
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    ),
]
#: Makes a generated request one that is proved, where it can be.
Prove = Callable[[httpx.Request], httpx.Request]
Send = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Interface:
    """One application: how it is reached, where it describes itself, and how a caller proves itself there."""

    http: httpx.AsyncClient
    described: str
    prove: Prove
    #: Whether something behind it is away on purpose: 503 is then a right answer, as described.
    away: bool = False


async def fuzzed(interface: Interface, examples: int, draw: int) -> Counter[str]:
    """How often each call answered what. `examples`: for each call, in the forms described and in others. Raises at the first fault."""
    description = (await interface.http.get(interface.described)).json()
    loop = asyncio.get_running_loop()

    def send(request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(interface.http.send(request), loop).result(60)

    return await asyncio.to_thread(_fuzz, description, send, interface, examples, draw)


def _fuzz(
    description: Any, send: Callable[[httpx.Request], httpx.Response], interface: Interface, examples: int, draw: int
) -> Counter[str]:
    answers = Counter[str]()
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # an error here is an error of the description, and raises
        count = 5 * examples if operation.label == "POST /events" else examples  # one call, and many types
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
                continue

            @seed(draw)
            @settings(max_examples=count, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(operation.as_strategy(generation_mode=mode), st.booleans())
            def ask(case: Any, proved: bool) -> None:
                request = _request(interface, case)
                answer = send(interface.prove(request) if proved else request)
                answers[f"{case.operation.label} {answer.status_code}"] += 1
                case.validate_response(answer, checks=HELD[1:] if interface.away and answer.status_code == 503 else HELD)

            with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):  # a header that may be anything cannot be wrong
                ask()
    return answers


def _can_be_wrong(operation: Any) -> bool:
    return bool(operation.body) or any(True for _ in operation.iter_parameters())


def _request(interface: Interface, case: Any) -> httpx.Request:
    kwargs = case.as_transport_kwargs(base_url=str(interface.http.base_url))
    made = requests.Request(**{name: value for name, value in kwargs.items() if name != "cookies"}).prepare()
    headers = [(name.encode("latin-1"), _bytes(value)) for name, value in made.headers.items()]
    body: Any = made.body.encode() if isinstance(made.body, str) else made.body or b""
    return httpx.Request(str(made.method), str(made.url), headers=headers, content=body)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


async def as_partners(http: httpx.AsyncClient) -> Prove:
    """Partners that know one case: events then are about it."""
    applied = await Caller(http).send(event("application.submitted"))
    return partial(_as_a_partner, applied.json()["case"])


def _as_a_partner(case: str, request: httpx.Request) -> httpx.Request:
    """The same request, signed by the partner that may say such a thing; an event then is that partner's."""
    line = request.url.raw_path.decode("latin-1")
    body, partner, signs = request.content, "portal", f"{request.method} {line}".encode()
    event_id = "question-1"
    if request.method == "POST":
        body, event_id, partner = _own(body, case)
        signs = body
    sends = line == "/events"
    proof = {name: value for name, value in signed(signs, event_id, partner).items() if sends or name != "content-type"}
    replaced = {b"content-length", *([b"content-type"] if sends else [])}
    kept = [(name.lower(), value) for name, value in request.headers.raw if not _proof(name) and name.lower() not in replaced]
    return httpx.Request(request.method, request.url, headers=[*kept, *_raw(proof)], content=body)


def _own(body: bytes, case: str) -> tuple[bytes, str, str]:
    """The event with an id, a source and a subject that can be meant, if it is one."""
    try:
        said = json.loads(body)
    except ValueError:
        return body, "fuzz-1", "portal"
    if not isinstance(said, dict):
        return body, "fuzz-1", "portal"
    model = catalogue().get(str(said.get("type", "")).removeprefix(PREFIX))
    partner = SENDER[str(min(model.SENDERS))] if model else "portal"
    event_id = said.get("id")
    if not isinstance(event_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", event_id):
        event_id = "fuzz-1"
    own: dict[str, Any] = said | {"source": partner, "id": event_id}
    data = said.get("data")
    if model and model.SUBJECT == "hire" and str(said.get("subject")).startswith("hire/"):
        own["subject"] = case
    elif model and isinstance(data, dict):
        own |= {"subject": VACANCY, "data": data | ({"vacancy": "250442"} if "vacancy" in data else {})}
    return json.dumps(own).encode(), event_id, partner


def _proof(name: bytes) -> bool:
    return name.lower() in (b"muster-partner", b"authorization", b"client-cert", b"last-event-id") or name.lower().startswith(b"webhook-")


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
