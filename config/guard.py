"""What stands before everything else: only known addresses, only small bodies, only quick senders.

A pure ASGI layer, because a framework reads a body before it asks how long it is. Bytes are counted as they come; a declared length
is only a reason to refuse sooner.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: How a door says no: status, code, sentence, headers.
Refuse = Callable[[int, str, str, Mapping[str, str]], Response]

MAX_BYTES = 64 * 1024
READ_SECONDS = 10.0


@dataclass(frozen=True)
class Allowed:
    """One address of the door: what may be done there, and whether a query may follow (a route that declares none gets none)."""

    path: re.Pattern[str]
    methods: frozenset[str]
    query: bool


def allowed(routers: Iterable[APIRouter], described: str = "/openapi.json") -> tuple[Allowed, ...]:
    """Every address the routers declare, and the description of them all."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    itself = Allowed(re.compile(re.escape(described)), frozenset({"GET"}), query=False)
    return (*(Allowed(r.path_regex, frozenset(r.methods or ()), _asks(r.dependant)) for r in routes), itself)


def _asks(dependant: Dependant) -> bool:
    """Does an address, or anything it depends on, read a query?"""
    return bool(dependant.query_params) or any(map(_asks, dependant.dependencies))


class Guard:
    """`refuse` is the door's own way of saying no; `larger` names the addresses where a body may have more bytes than elsewhere."""

    def __init__(
        self,
        app: App,
        routes: Sequence[Allowed],
        refuse: Refuse,
        *,
        max_bytes: int = MAX_BYTES,
        read_seconds: float = READ_SECONDS,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app, self._routes, self._refuse = app, routes, refuse
        self._max_bytes, self._read_seconds = max_bytes, read_seconds
        self._larger = larger or {}

    @property
    def app(self) -> App:
        """What stands behind."""
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            try:
                body = await asyncio.wait_for(self._read(receive, self._most(scope)), self._read_seconds)
            except TimeoutError:
                refusal = self._refuse(408, "too_slow", f"the whole body must arrive within {self._read_seconds:g} seconds", {})
            except _TooLarge:
                refusal = self._too_large(self._most(scope))
            except _Gone:
                return
        if refusal is not None:
            # What is left of the body is read by nobody: without this, a slow sender could go on with it for ever.
            refusal.headers["Connection"] = "close"
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _refusal(self, scope: Scope) -> Response | None:
        """What the request line and headers alone forbid."""
        here = [route for route in self._routes if route.path.fullmatch(scope["path"])]
        if not here:
            return self._refuse(404, "no_such_address", "there is nothing at this address", {})
        route = next((route for route in here if scope["method"] in route.methods), None)
        if route is None:
            methods = ", ".join(sorted({method for each in here for method in each.methods}))
            return self._refuse(405, "method_not_allowed", f"only {methods} here", {"Allow": methods})
        if scope["query_string"] and not route.query:
            return self._refuse(400, "no_query", "nothing may follow the path: a signature would not cover it", {})
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if len(lengths) > 1 or any(not re.fullmatch(rb"[0-9]{1,12}", value) for value in lengths):
            return self._refuse(400, "bad_length", "content-length must be one number", {})
        most = self._most(scope)
        return self._too_large(most) if lengths and int(lengths[0]) > most else None

    def _too_large(self, most: int) -> Response:
        return self._refuse(413, "too_large", f"the body must have at most {most} bytes", {})

    def _most(self, scope: Scope) -> int:
        return self._larger.get(scope["path"], self._max_bytes)

    async def _read(self, receive: Receive, most: int) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += message.get("body", b"")
            if len(body) > most:
                raise _TooLarge
            if not message.get("more_body"):
                return bytes(body)


class _TooLarge(Exception):
    pass


class _Gone(Exception):
    """The sender hung up; there is nobody to answer."""


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand the counted body on, once; after it, only what really comes (a disconnect)."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
