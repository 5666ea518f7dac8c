"""An identity provider of our own that does everything right, and lies where it is told to: `claims` over what it would say, `header`,
`key` and `alg` over how it would sign, `about` and `keys` over what it says of itself."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

ISSUER, CLIENT, SECRET = "https://id.example.int", "muster-console", "a secret of the console at its provider, long enough"
Lie = dict[str, Any]
#: Signatures a provider may not use are made all the same, by a registry that forbids nothing.
ANY_ALG = jws.JWSRegistry(algorithms=["none", "HS256", "RS256"])


@cache
def key_named(name: str) -> RSAKey:
    """A key of the provider's, or of somebody's; made once, for it takes a while."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


@dataclass
class Issuer:
    """`subject` is who is signed in there. `proved` is how many seconds ago they proved it; None: it does not say."""

    subject: Any = "sub-1"
    proved: float | None = 0
    claims: Lie = field(default_factory=dict)
    header: Lie = field(default_factory=dict)
    about: Lie = field(default_factory=dict)
    keys: list[Lie] | None = None
    alg: str = "RS256"
    key: Any = None
    checks_verifier: bool = True
    away: bool = False
    now: Callable[[], float] = time.time
    own: RSAKey = field(default_factory=lambda: key_named("own"))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def authorized(self, url: str, code: str = "") -> str:
        """What a browser sent to this address comes back with: the address of the console, with a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(query)
        code = code or f"code-{len(self.codes) + 1}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': ISSUER})}"

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("nobody listens")
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self._about() | self.about)
            case "/jwks":
                return httpx.Response(200, json={"keys": self.keys if self.keys is not None else [self.own.as_dict(private=False)]})
            case "/token":
                return self._token(request)
        return httpx.Response(404)

    def _about(self) -> Lie:
        at = {f"{name}_endpoint": f"{ISSUER}/{name.split('_')[0]}" for name in ("authorization", "token", "end_session")}
        return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", "authorization_response_iss_parameter_supported": True, **at}

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".replace(" ", "+").encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if request.headers.get("authorization") not in (basic, plain) or asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return httpx.Response(400, json={"error": "invalid_grant"})
        hashed = _b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if self.checks_verifier and asked.get("code_challenge") != hashed:
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": self._signed(asked.get("nonce", ""))})

    def _signed(self, nonce: str) -> str:
        now = int(self.now())
        honest = {"iss": ISSUER, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300, "nonce": nonce}
        if self.proved is not None:
            honest["auth_time"] = now - int(self.proved)
        claims = {name: value for name, value in (honest | self.claims).items() if value is not None}
        if isinstance(self.key, bytes):  # the library makes no shared secret of a public key: by hand, then
            return _by_hand({"alg": self.alg, "kid": self.own.kid}, claims, self.key)
        key = self.key or (OctKey.import_key("unused" * 8) if self.alg in ("none", "HS256") else self.own)
        return str(jwt.encode({"alg": self.alg, "kid": self.own.kid, **self.header}, claims, key, registry=ANY_ALG))


def _by_hand(header: Lie, claims: Lie, key: bytes) -> str:
    parts = ".".join(_b64(json.dumps(each).encode()) for each in (header, claims))
    return f"{parts}.{_b64(hmac.new(key, parts.encode(), hashlib.sha256).digest())}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
