"""Building, signing and sending one event as a partner would: for trying out."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from connectors.signatures import SigningKey, sign
from domain.errors import BadInput, Conflict, NotAllowed, NotFound, PartnerUnavailable, Problem, Refusal
from domain.events import CONTENT_TYPE, catalogue
from domain.strict_json import loads

#: What a status of the door means to whoever tries it out, by the error tree.
MEANT: dict[int, type[Refusal]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 409: Conflict}


def from_sample(kind: str, partner: str, event_id: str, subject: str | None, now: datetime | None = None) -> bytes:
    """The sample of a type, as this partner's, of this moment. Raises NotFound naming the types there are."""
    from gateway.shapes import example

    if kind not in catalogue():
        raise NotFound(f"there is no inbound type {kind}; there are: {', '.join(catalogue())}", code="unknown_type")
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
    event = example(kind) | {"id": event_id, "source": partner, "time": moment}
    return json.dumps(event | ({"subject": subject} if subject else {}), ensure_ascii=False).encode()


def from_file(file: Path) -> tuple[bytes, str]:
    """The bytes of a file, as they are, and the id of the event in it. Raises NotFound, NotStrictJson, BadInput."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read ({type(error).__name__})", code="no_file") from None
    event = loads(body)
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        raise BadInput(f"{file} must hold one event: a JSON object with an `id`", code="no_event")
    return body, event["id"]


def signed(key: SigningKey, partner: str, event_id: str, body: bytes) -> dict[str, str]:
    return {"content-type": CONTENT_TYPE, "muster-partner": partner, **sign(key, event_id, body)}


def curl(url: str, headers: dict[str, str], body: bytes) -> str:
    """The same request as one line for a shell; it is good for five minutes."""
    said = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    return f"curl -sS {shlex.quote(url)} {said} --data-binary {shlex.quote(body.decode())}"


def post(url: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The receipt. Raises the refusal as a problem of ours, or PartnerUnavailable when nobody answers."""
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=30, follow_redirects=False, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PartnerUnavailable(f"{url} does not answer ({type(error).__name__})", code="unreachable") from None
    said = _json(answer)
    if answer.status_code == 202:
        return said
    raise _refusal(answer.status_code, said)


def _refusal(status: int, said: dict[str, Any]) -> Problem:
    code, detail = str(said.get("code", status)), str(said.get("detail", "no reason given"))
    message = f"the door answered {status} {code}: {detail}"
    if status >= 500 or status == 429:
        return PartnerUnavailable(message, code=code)
    return MEANT.get(status, BadInput)(message, code=code, status=status, **({"errors": said["errors"]} if said.get("errors") else {}))


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
