"""Tokens for partners that cannot sign: OAuth 2.0 client credentials (RFC 6749, section 4.4) and bearer tokens (RFC 6750).

A token is a JWT signed with our own Ed25519 key and lives ten minutes. It names the client secret it was given for: when that secret is
revoked, or the partner loses the right to this way, its tokens are refused at the very next request, however long they had to live.
The answers of `/oauth/token` are those of RFC 6749, for the libraries that speak it; nothing of what was sent is repeated in them.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import JSONResponse

from acts.needs import Free, free
from connectors.client_secrets import fits
from connectors.signatures import BadKey, BadSignature, Headers, SigningKey
from gateway.certificates import Edges
from gateway.limits import Limits
from gateway.senders import Sender, Senders

log = structlog.get_logger(__name__)

#: RFC 9864: the name that says the curve. The older "EdDSA" is deprecated there.
ALGORITHM = "Ed25519"
TYPE = "at+jwt"
LIFETIME_S = 600

_BASIC = re.compile(rb"Basic ([A-Za-z0-9+/]+={0,2})")
_CLIENT = re.compile(r"([a-z0-9][a-z0-9-]{0,63}):(whcs_[A-Za-z0-9_-]{43})")
_BEARER = re.compile(rb"Bearer ([A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]{86})")
_FORM = re.compile(rb"application/x-www-form-urlencoded(; ?charset=utf-8)?", re.IGNORECASE)
_FIELDS = frozenset({"grant_type", "client_id", "client_secret", "scope"})


class _Claims(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    iss: str
    aud: str
    sub: str
    iat: int
    exp: int
    jti: str
    #: The client secret it was given for.
    secret: str


class Tokens:
    """Gives tokens and reads them again. Raises BadKey for a key that is no Ed25519 key."""

    def __init__(self, key: SigningKey, source: str) -> None:
        if key.algorithm != "ed25519":
            raise BadKey("our own signing key must be an Ed25519 key (whsk_…)", code="bad_key")
        self._id, self._source = key.id, source
        parts = {"x": key.verifying().material, "d": key.material}
        self._key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", **{name: _text(value) for name, value in parts.items()}})

    def give(self, partner: str, secret: str, now: datetime) -> str:
        at = int(now.timestamp())
        claims = _Claims(
            iss=self._source,
            aud=self._audience,
            sub=partner,
            iat=at,
            exp=at + LIFETIME_S,
            jti=uuid.uuid4().hex,
            secret=secret,
        )
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self._id}
        return jwt.encode(header, claims.model_dump(), self._key, algorithms=[ALGORITHM])

    def proved(self, headers: Headers, sender: Sender, now: datetime) -> str:
        """The id of the live client secret behind the one bearer token of a request by `sender`. Raises BadSignature."""
        claims = self._read(_bearer(headers))
        if (claims.iss, claims.aud, claims.sub) != (self._source, self._audience, sender.id):
            raise BadSignature("this token is not this sender's for this door", code="token_not_yours")
        if not claims.iat - LIFETIME_S <= now.timestamp() < claims.exp:
            raise BadSignature("this token is over; get a new one", code="token_expired")
        if not any(each.id == claims.secret and each.live(now) for each in sender.secrets):
            raise BadSignature("the client secret of this token counts no more", code="token_revoked")
        return claims.secret

    def _read(self, token: str) -> _Claims:
        try:
            read = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            if read.header == {"alg": ALGORITHM, "typ": TYPE, "kid": self._id}:
                return _Claims.model_validate(read.claims)
        except (JoseError, ValidationError, ValueError):
            pass
        raise BadSignature("this is no token of ours", code="token_malformed")

    @property
    def _audience(self) -> str:
        return f"{self._source}-gateway"


def _bearer(headers: Headers) -> str:
    values = [value for name, value in headers if name == b"authorization"]
    found = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if found is None or not all(_canonical(part) for part in found[1].split(b".")):
        raise BadSignature("authorization must be sent once, as Bearer and one token", code="token_malformed")
    return found[1].decode()


def _canonical(part: bytes) -> bool:
    """Whether this is the only way to write these bytes: two writings of one signature would be two tokens."""
    try:
        return _text(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))).encode() == part
    except binascii.Error:
        return False


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


# ---- the token endpoint ----------------------------------------------------------------------------------------------------


class TokenRefused(Exception):
    """An error of RFC 6749, section 5.2."""

    def __init__(self, error: str, status: int = 400, **headers: str) -> None:
        self.error, self.status, self.headers = error, status, headers


def _asked(headers: Headers, body: bytes) -> tuple[str, str]:
    """The client's id and secret: in the form or in Basic, never both. Raises TokenRefused."""
    form = _form(headers, body)
    if form.get("grant_type") != "client_credentials":
        raise TokenRefused("unsupported_grant_type" if "grant_type" in form else "invalid_request")
    if form.get("scope"):
        raise TokenRefused("invalid_scope")
    given = [value for name, value in headers if name == b"authorization"]
    if not given:
        said = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
    elif len(given) > 1 or "client_secret" in form or "client_id" in form:
        raise TokenRefused("invalid_request")
    else:
        said = _basic(given[0])
    found = _CLIENT.fullmatch(said)
    if found is None:
        raise TokenRefused("invalid_client", 401)
    return found[1], found[2]


def _form(headers: Headers, body: bytes) -> dict[str, str]:
    types = [value for name, value in headers if name == b"content-type"]
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=8)
    except ValueError:
        raise TokenRefused("invalid_request") from None
    names = [name for name, _ in pairs]
    if len(types) != 1 or not _FORM.fullmatch(types[0]) or len(set(names)) != len(names) or not _FIELDS.issuperset(names):
        raise TokenRefused("invalid_request")
    return dict(pairs)


def _basic(value: bytes) -> str:
    found = _BASIC.fullmatch(value)
    try:
        said = base64.b64decode(found[1], validate=True) if found else b""
        return said.decode("ascii") if found and base64.b64encode(said) == found[1] else ""
    except ValueError:
        return ""


class TokenDesk:
    def __init__(self, senders: Senders, tokens: Tokens, limits: Limits, edges: Edges, system_clock: Callable[[], datetime]) -> None:
        self._senders, self._tokens, self._limits, self._edges, self._now = senders, tokens, limits, edges, system_clock

    def give(self, headers: Headers, body: bytes, peer: str) -> dict[str, Any]:
        """A token for a client that knows its secret. Raises TokenRefused, TooMany, BadSignature."""
        headers = list(headers)
        self._edges.check(headers, peer)
        caller = self._edges.caller(headers, peer)
        self._limits.check((caller, ""))
        try:
            client, secret = _asked(headers, body)
        except TokenRefused:
            self._limits.failed((caller, ""))
            raise
        return self._given(caller, client, secret)

    def _given(self, caller: str, client: str, secret: str) -> dict[str, Any]:
        sender = self._senders.get(client)
        pair, own = (caller, client if sender else ""), sender.rate(self._limits.usual) if sender else None
        self._limits.check(pair, own)
        try:
            name = self._live_secret(sender, secret)
        except TokenRefused:
            self._limits.failed(pair)
            raise
        self._limits.proved(pair, own)
        log.info("token.given", partner=client, secret=name)
        return {"access_token": self._tokens.give(client, name, self._now()), "token_type": "Bearer", "expires_in": LIFETIME_S}

    def _live_secret(self, sender: Sender | None, secret: str) -> str:
        """The same answer for a client nobody knows, a wrong secret, a dead one, and a partner that may not come this way."""
        if sender is not None and "oauth" in sender.ways:
            for each in sender.secrets:
                if each.live(self._now()) and fits(secret, each.sha256):
                    return each.id
        raise TokenRefused("invalid_client", 401)


def routes(desk: TokenDesk) -> APIRouter:
    router = APIRouter(dependencies=[Depends(free(Free.DOOR))])

    @router.post("/oauth/token", summary="A bearer token for a client id and secret (OAuth 2.0 client credentials)")
    async def token(request: Request) -> JSONResponse:
        never = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            given = desk.give(request.headers.raw, await request.body(), request.client.host if request.client else "")
        except TokenRefused as refused:
            asked = {"WWW-Authenticate": 'Basic realm="muster"'} if refused.status == 401 else {}
            log.info("token.refused", code=refused.error)
            return JSONResponse({"error": refused.error}, refused.status, never | asked)
        return JSONResponse(given, headers=never)

    return router
