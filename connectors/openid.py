"""An OpenID Connect provider: the way there (authorization code with PKCE), and what it vouches for when somebody comes back.

Authlib writes the request and fetches the tokens; the ID token is checked here claim by claim, as OpenID Connect Core §3.1.3.7 has it,
the nonce and the algorithm included. The names, addresses and groups a provider tells are never asked for: who may do what is kept here.
"""

import hmac
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import authlib.deprecate  # noqa: F401 - before the filter below: it has its own warnings always shown
import httpx
from authlib.common.errors import AuthlibBaseError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from domain.errors import NotAllowed, PartnerUnavailable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says that another client is to come, to whoever starts the console
    from authlib.integrations.httpx_client import AsyncOAuth2Client

#: What an ID token may be signed with: a key of the provider that nobody else has. None and shared secrets are not among them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
KEY_TYPES = ("RSA", "EC", "OKP")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
#: How far two clocks may differ, and how old a token may be that was fetched just now.
LEEWAY, NEW = timedelta(seconds=60), timedelta(minutes=10)
#: How long what a provider says of itself counts; how often its keys are asked for again because a token names an unknown one.
KEPT, AGAIN = timedelta(hours=1), timedelta(seconds=30)
LARGEST = 256 * 1024
TIMEOUT_S = 10.0
LONG_AGO = datetime.min.replace(tzinfo=UTC)
WANTED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class NotVouched(NotAllowed):
    """The provider refused, or what came back does not prove who somebody is. The code says which; the message is for the log."""


@dataclass(frozen=True)
class Asked:
    """What one way to the provider and back is bound to. Only the browser that set out has the secret these come from."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for; `proved_at` is when they last proved it to the provider, None where it does not say."""

    issuer: str
    subject: str
    proved_at: datetime | None


@dataclass
class _Known:
    """What the provider said of itself, and when."""

    at: datetime
    about: dict[str, Any]
    keys: KeySet | None = None
    keys_at: datetime = LONG_AGO


class OpenId:
    """`name` is what the button on the door says. Every method raises PartnerUnavailable while the provider does not answer."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        secret: str = "",
        name: str = "",
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.issuer, self.client_id, self._secret = issuer, client_id, secret
        self.name = name or urlsplit(issuer).netloc
        self._transport, self._now = transport, now
        self._known: _Known | None = None

    async def way(self, asked: Asked, back: str, *, within: timedelta, again: bool = False) -> str:
        """The address at the provider to send a browser to; it comes back to `back`.

        `within` is how long ago the person may have proved who they are; `again` makes them do it now.
        """
        about = await self._about()
        async with self._client(about) as client:
            more = {"prompt": "login"} if again else {}
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=asked.state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
                redirect_uri=back,
                scope="openid",
                max_age=int(within.total_seconds()),
                **more,
            )
        return str(url)

    async def vouched(self, asked: Asked, back: str, code: str, iss: str) -> Vouched:
        """Whom the provider vouches for by this code. `iss` is the issuer named on the way back (RFC 9207). Raises NotVouched."""
        about = await self._about()
        if (iss and iss != self.issuer) or (not iss and about.get("authorization_response_iss_parameter_supported") is True):
            raise NotVouched("another issuer answered than the one that was asked", code="provider_wrong")
        claims = await self._claims(await self._token(about, asked, back, code), about)
        self._check(claims, asked.nonce)
        proved = claims.get("auth_time")
        at = datetime.fromtimestamp(proved, UTC) if isinstance(proved, int) and not isinstance(proved, bool) else None
        if at is not None and at > self._now() + LEEWAY:
            raise NotVouched("auth_time lies in the future", code="provider_wrong")
        return Vouched(self.issuer, claims["sub"], at)

    async def leaving(self, back: str) -> str:
        """Where somebody signs out of the provider too; empty where it offers that not."""
        end = (await self._about()).get("end_session_endpoint")
        if not isinstance(end, str) or not self._safe(end):
            return ""
        return f"{end}{'&' if '?' in end else '?'}{urlencode({'client_id': self.client_id, 'post_logout_redirect_uri': back})}"

    # ---- within -----------------------------------------------------------------------------------------------------------

    async def _token(self, about: Mapping[str, Any], asked: Asked, back: str, code: str) -> str:
        try:
            async with self._client(about) as client:
                given = await client.fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=back,
                    code_verifier=asked.verifier,
                )
        except httpx.HTTPError as error:
            raise _away(error) from error
        except (AuthlibBaseError, ValueError) as error:
            raise NotVouched(f"the code was not exchanged ({type(error).__name__})", code="provider_refused") from error
        token = given.get("id_token") if isinstance(given, dict) else None
        if not isinstance(token, str) or len(token) > LARGEST:
            raise NotVouched("the answer has no ID token", code="provider_wrong")
        return token

    async def _claims(self, token: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """The claims of a token with a signature of the provider's. Its keys are asked for once more if the token names a new one."""
        for fresh in (False, True):
            keys = await self._keys(about, fresh=fresh)
            try:
                return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)
            except (JoseError, ValueError, KeyError, TypeError) as error:
                wrong = error
        raise NotVouched(f"the ID token has no signature of the provider's ({type(wrong).__name__})", code="provider_wrong") from wrong

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """OpenID Connect Core §3.1.3.7. Raises NotVouched, naming the claim."""
        now, audience = self._now().timestamp(), claims.get("aud")
        among = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
        party, subject, said = claims.get("azp"), claims.get("sub"), claims.get("nonce")
        holds = {
            "iss": claims.get("iss") == self.issuer,
            "aud": self.client_id in among,
            "azp": party == self.client_id or (party is None and len(among) == 1),
            "sub": isinstance(subject, str) and 0 < len(subject) <= 255,
            "exp": _number(claims.get("exp")) > now - LEEWAY.total_seconds(),
            "iat": now - NEW.total_seconds() < _number(claims.get("iat")) < now + LEEWAY.total_seconds(),
            "nbf": _number(claims.get("nbf", 0)) < now + LEEWAY.total_seconds(),
            "nonce": isinstance(said, str) and hmac.compare_digest(said.encode(), nonce.encode()),
        }
        if wrong := [name for name, good in holds.items() if not good]:
            raise NotVouched(f"the ID token's {', '.join(wrong)} is not what it has to be", code="provider_wrong")

    async def _about(self) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery)."""
        if self._known is None or self._now() - self._known.at >= KEPT:
            about = await self._fetched(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if about.get("issuer") != self.issuer:
                raise NotVouched("the provider calls itself by another name than was configured", code="provider_wrong")
            if bad := [name for name in WANTED if not isinstance(about.get(name), str) or not self._safe(about[name])]:
                raise NotVouched(f"the provider's {', '.join(bad)} is missing or not https", code="provider_wrong")
            self._known = _Known(self._now(), about)
        return self._known.about

    async def _keys(self, about: Mapping[str, Any], *, fresh: bool) -> KeySet:
        known = self._known
        assert known is not None
        age = self._now() - known.keys_at
        if known.keys is None or age >= KEPT or (fresh and age >= AGAIN):
            given = (await self._fetched(about["jwks_uri"])).get("keys")
            usable = [each for each in given if _usable(each)] if isinstance(given, list) else []
            try:
                known.keys, known.keys_at = KeySet.import_key_set({"keys": usable}), self._now()
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise NotVouched(f"the provider's keys cannot be read ({type(error).__name__})", code="provider_wrong") from error
        return known.keys

    async def _fetched(self, url: str) -> dict[str, Any]:
        try:
            async with (
                httpx.AsyncClient(transport=self._transport, timeout=TIMEOUT_S, trust_env=False) as client,
                client.stream("GET", url, headers={"accept": "application/json"}) as answer,
            ):
                answer.raise_for_status()
                found = json.loads(await _bounded(answer))
        except httpx.HTTPError as error:
            raise _away(error) from error
        except ValueError as error:
            raise NotVouched("the provider's answer is not JSON", code="provider_wrong") from error
        if not isinstance(found, dict):
            raise NotVouched("the provider's answer is no JSON object", code="provider_wrong")
        return found

    def _client(self, about: Mapping[str, Any]) -> AsyncOAuth2Client:
        ways = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "none" if not self._secret else "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return AsyncOAuth2Client(
            self.client_id,
            self._secret or None,
            token_endpoint_auth_method=way,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    def _safe(self, url: str) -> bool:
        """Over https; in the clear only where the issuer itself is on this very machine."""
        return url.startswith("https://") or (on_loopback(self.issuer) and on_loopback(url))


def on_loopback(url: str) -> bool:
    """Plain http on this very machine, as in a trial."""
    parts = urlsplit(url)
    return parts.scheme == "http" and (parts.netloc.rpartition(":")[0] or parts.netloc) in LOOPBACK


async def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise NotVouched("the provider's answer is too large", code="provider_wrong")
    return body


def _usable(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"


def _number(value: Any) -> float:
    """A moment as JWT has it; what is none lies before and after everything."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


def _away(error: Exception) -> PartnerUnavailable:
    return PartnerUnavailable(f"the identity provider does not answer ({type(error).__name__})", code="provider_away")
