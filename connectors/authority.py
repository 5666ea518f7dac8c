"""Asking an authority: over HTTP, by e-mail, on paper, or (the console twin) on the screen.

One shape for all of them, whatever is asked; `connect` chooses by the partner's channel. What HTTP answers is put into our words
in one place: retrying helps (`PartnerUnavailable`) or it does not (`Refusal`). Messages of errors name the partner and the status
only: a partner's own words may hold personal data, and errors are logged and kept in histories.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, TypeVar, cast
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ValidationError

from connectors.addresses import Bounds, GuardedTransport
from connectors.by_hand import ConsoleAuthority, EmailAuthority, Mail, PaperAuthority, Say, Sheet
from connectors.contract import AskAnswer, AskBody, AskList, AskState, Kind
from domain.errors import BadInput, Conflict, NotAllowed, NotFound, NotNow, PartnerUnavailable, Refusal

#: (message id, exact body) -> the headers that sign it. `connectors.signatures.sign` with our key fits.
Sign = Callable[[str, bytes], Mapping[str, str]]

#: An ask about a post, not about a person: the budget authority never learns whose post it is.
ABOUT_A_POST = frozenset({"budget"})

Model = TypeVar("Model", bound=BaseModel)

MAX_ANSWER = 64 * 1024
MAX_PAGES = 1000
#: A partner's Retry-After is kept within these bounds, so that a slip of theirs cannot put a case to sleep.
MAX_PATIENCE_S = 24 * 3600.0


class Authority(Protocol):
    """What every channel offers. Answers are plain dicts: `ask` gives `reference` and `expected` (ISO date or None)."""

    channel: str
    #: Does a repeat with the same key start nothing a second time?
    repeatable: bool

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]: ...

    async def recall(self, key: str) -> None: ...

    async def state(self, key: str) -> dict[str, Any]: ...

    async def find(self, key: str) -> dict[str, Any] | None: ...

    async def known(self, *, everything: bool = False) -> dict[str, dict[str, Any]] | None: ...

    async def close(self) -> None: ...


class PartnerLike(Protocol):
    """What of a configured partner matters here."""

    @property
    def id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def base_url(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def timeout_s(self) -> float: ...
    @property
    def idempotent(self) -> bool: ...
    @property
    def look_up(self) -> Literal["key", "list", "none"]: ...


class HttpAuthority:
    """An authority that speaks `docs/partner-openapi.json`."""

    channel = "http"

    def __init__(
        self,
        partner: str,
        base_url: str,
        *,
        timeout_s: float = 10.0,
        idempotent: bool = True,
        look_up: Literal["key", "list", "none"] = "key",
        sign: Sign | None = None,
        bounds: Bounds | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.partner, self.repeatable, self._look_up = partner, idempotent, look_up
        self._base = base_url.rstrip("/")
        self._timeout = timeout_s
        self._sign = sign
        self._clock = clock
        # No proxy from the environment: where our requests go is a setting of ours, not of the shell that started us.
        transport = None if bounds is None else GuardedTransport(bounds)
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False, transport=transport)

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]:
        """Ask once; repeating with the same key is harmless and gives the same answer.

        Raises PartnerUnavailable (try again, with `retry_after` when they named a time) or a Refusal (do not).
        """
        about = None if kind in ABOUT_A_POST else person
        try:
            body = AskBody(id=key, kind=cast("Kind", kind), subject=case, details=details, person=about)
        except ValidationError as error:
            fields = sorted({str(e["loc"][0]) for e in error.errors(include_input=False)})
            raise BadInput(f"no ask to {self.partner} can be made of this: {', '.join(fields)}", partner=self.partner) from None
        # Sorted and compact: a repeat is the same bytes, so a partner may compare hashes.
        content = json.dumps(body.model_dump(mode="json", exclude_none=True), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        try:
            answer = await self._send("POST", "/asks", "ask", key, content.encode(), {"Idempotency-Key": key})
        except Conflict:
            return await self._known_already(body)
        if not answer:
            return {"reference": key, "expected": None}
        asked = self._read(AskAnswer, answer)
        return {"reference": asked.reference, "expected": asked.expected and asked.expected.isoformat()}

    async def recall(self, key: str) -> None:
        """Take an ask back. What they never received needs no recall."""
        try:
            await self._send("DELETE", f"/asks/{quote(key, safe='')}", "recall", key)
        except NotFound:
            return

    async def state(self, key: str) -> dict[str, Any]:
        """Where the ask stands with them: id, kind, subject, state, reference, expected. Raises NotFound when they do not know it."""
        answer = await self._send("GET", f"/asks/{quote(key, safe='')}", "state", key)
        return self._read(AskState, answer).model_dump(mode="json")

    async def find(self, key: str) -> dict[str, Any] | None:
        """What they have under our key, wherever it stands; None: nothing. Raises NotNow for a partner that cannot be asked that."""
        if self._look_up == "none":
            raise NotNow(f"{self.partner} cannot say what it has of ours", code="no_look_up", partner=self.partner, ask=key)
        if self._look_up == "list":
            return ((await self.known(everything=True)) or {}).get(key)
        try:
            return await self.state(key)
        except NotFound:
            return None

    async def known(self, *, everything: bool = False) -> dict[str, dict[str, Any]] | None:
        """Their list of our asks, by key: the open ones, or all. None: they keep no such list (404, 405, 501)."""
        found: dict[str, dict[str, Any]] = {}
        after: str | None = None
        for _ in range(MAX_PAGES):
            query = {"state": "all" if everything else "open", **({"after": after} if after else {})}
            try:
                answer = await self._send("GET", f"/asks?{urlencode(query)}", "asks", f"{query}")
            except Refusal as refusal:
                if not found and refusal.details.get("status") in (404, 405):
                    return None
                raise
            page = self._read(AskList, answer)
            found |= {ask.id: ask.model_dump(mode="json") for ask in page.asks}
            after = page.next
            if after is None:
                return found
        raise BadInput(f"the list of {self.partner} has no end", partner=self.partner)

    async def close(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> "HttpAuthority":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def _known_already(self, body: AskBody) -> dict[str, Any]:
        """They know this key (409). It is ours only if it is the same ask."""
        state = await self.state(body.id)
        if (state["id"], state["kind"], state["subject"]) != (body.id, body.kind, body.subject):
            raise Conflict(f"{self.partner} knows this key with another ask", partner=self.partner, ask=body.id)
        return {"reference": state["reference"], "expected": state["expected"]}

    async def _send(
        self, method: str, path: str, what: str, key: str, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> bytes:
        message = f"{what}_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        signed = self._sign(message, content) if self._sign else {}
        # Uncompressed, so that the bound on an answer is the bound on what we hold.
        sent = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **({"Content-Type": "application/json"} if content else {}),
            **(headers or {}),
            **signed,
        }
        try:
            # httpx counts each read alone; a partner that drips a byte at a time would otherwise hold us for ever.
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(method, self._base + path, content=content or None, headers=sent) as response,
            ):
                answer = await self._bounded(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            said = f"{self.partner} cannot be reached: {type(error).__name__}"
            raise PartnerUnavailable(said, code="unreachable", partner=self.partner, ask=key, arrived="no") from None
        except (httpx.TimeoutException, TimeoutError):
            said = f"{self.partner} did not answer in {self._timeout:g} s"
            raise PartnerUnavailable(said, code="timeout", partner=self.partner, ask=key) from None
        except httpx.InvalidURL:
            raise BadInput(f"the address set for {self.partner} is no URL", partner=self.partner) from None
        except httpx.UnsupportedProtocol:
            raise BadInput(f"the address set for {self.partner} is not http or https", partner=self.partner) from None
        except httpx.HTTPError as error:
            said = f"{self.partner} broke off: {type(error).__name__}"
            raise PartnerUnavailable(said, code="broken_off", partner=self.partner, ask=key) from None
        self._judge(response, key)
        return answer

    async def _bounded(self, response: httpx.Response) -> bytes:
        answer = bytearray()
        async for chunk in response.aiter_raw():
            answer += chunk
            if len(answer) > MAX_ANSWER:
                raise BadInput(f"{self.partner} answered with more than {MAX_ANSWER} bytes", partner=self.partner)
        return bytes(answer)

    def _judge(self, response: httpx.Response, key: str) -> None:
        """`temporal.md` §8 in one place: 2xx goes on; 429, 5xx and what a proxy may say for a while is trouble; other 4xx is final."""
        status = response.status_code
        if 200 <= status < 300:
            return
        about: dict[str, Any] = {"partner": self.partner, "ask": key, "status": status}
        if status < 400 or status in (408, 421, 425, 429) or status >= 500:
            code = f"http_{status}"
            raise PartnerUnavailable(f"{self.partner} answered {status}", code=code, retry_after=self._retry_after(response), **about)
        family: dict[int, type[Refusal]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 409: Conflict, 410: NotFound}
        raise family.get(status, BadInput)(f"{self.partner} refused: {status}", **about)

    def _retry_after(self, response: httpx.Response) -> float | None:
        said = response.headers.get("retry-after", "").strip()
        if not said:
            return None
        if said.isascii() and said.isdigit():
            wait = float(said[:9])
        else:
            try:
                then = parsedate_to_datetime(said)
            except ValueError:
                return None
            wait = (then.replace(tzinfo=then.tzinfo or UTC) - self._clock()).total_seconds()
        return min(max(wait, 0.0), MAX_PATIENCE_S)

    def _read(self, model: type[Model], answer: bytes) -> Model:
        try:
            return model.model_validate_json(answer)
        except ValidationError as error:
            fields = ", ".join(sorted({".".join(map(str, e["loc"])) or "body" for e in error.errors(include_input=False)}))
            raise BadInput(f"{self.partner} answered outside the contract: {fields}", partner=self.partner) from None


def connect(
    partner: PartnerLike,
    *,
    sign: Sign | None = None,
    mail: Mail | None = None,
    say: Say | None = None,
    paper_dir: Path | None = None,
    sheet: Sheet | None = None,
    bounds: Bounds | None = None,
) -> Authority:
    """The authority behind a configured partner, by its channel. Raises BadInput when a setting the channel needs is missing."""
    match partner.channel:
        case "http" if partner.base_url:
            manners: dict[str, Any] = {"timeout_s": partner.timeout_s, "idempotent": partner.idempotent, "look_up": partner.look_up}
            return HttpAuthority(partner.id, partner.base_url, **manners, sign=sign, bounds=bounds)
        case "email" if partner.email and mail and say:
            return EmailAuthority(partner.id, partner.email, mail, say)
        case "paper" if paper_dir and say:
            return PaperAuthority(partner.id, paper_dir, say, sheet)
        case "console":
            return ConsoleAuthority(partner.id)
        case "http" | "email" | "paper":
            raise BadInput(
                f"partner {partner.id}: channel {partner.channel} lacks what it needs (base_url, or email, or a folder)", partner=partner.id
            )
        case _:
            raise BadInput(f"partner {partner.id}: no channel {partner.channel!r}; known: http, email, paper, console", partner=partner.id)
