"""Addresses that a web page of one other origin may ask: what browsers call CORS. Everywhere else no page but our own may.

A request that names another origin is refused before anything is looked at; one that names none (no browser) goes on.
"""

from collections.abc import Mapping

from config.guard import App, Message, Receive, Scope, Send
from gateway.problems import refused

ASKS = b"authorization, content-type, x-namespace"
#: Seconds a browser may remember what it may ask.
REMEMBERED_S = b"600"


def sharing(app: App, origins: Mapping[str, str]) -> App:
    """`origins`: for an address, the one origin whose pages may ask it."""

    async def shared(scope: Scope, receive: Receive, send: Send) -> None:
        allowed = origins.get(scope["path"]) if scope["type"] == "http" else None
        named = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"origin"]
        if allowed is None or not named:
            await app(scope, receive, send)
        elif named != [allowed]:
            await refused(403, "origin", "pages of this origin may not ask here", {})(scope, receive, send)
        else:
            await app(scope, receive, _saying(send, allowed, preflight=scope["method"] == "OPTIONS"))

    return shared


def _saying(send: Send, origin: str, *, preflight: bool) -> Send:
    more = [(b"access-control-allow-origin", origin.encode()), (b"vary", b"origin")]
    if preflight:
        more += [
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", ASKS),
            (b"access-control-max-age", REMEMBERED_S),
        ]

    async def saying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return saying
