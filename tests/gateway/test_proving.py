"""Three ways to prove who speaks: each takes the good proof and refuses every other, and revoking acts on the next request."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from config.partners import Certificate, ClientSecret, Partner
from connectors.client_secrets import fits, new_client_secret, secret_hash
from connectors.signatures import BadKey, SigningKey
from gateway.proving import system_now
from gateway.tokens import ALGORITHM, LIFETIME_S, TYPE, Tokens
from store.database import Database
from tests.domain.event_samples import event
from tests.gateway.door import OURS, door, key_of, query, rows, signed
from tests.gateway.proofs import EDGE, EDGES, GOOD, OVER, SECRET, STRANGE, bearing, every_way, fingerprint, shown, token

BODY = event("application.submitted")
FORM = {"grant_type": "client_credentials", "client_id": "portal", "client_secret": SECRET}


def called(db: Database, known: dict[str, Partner] | None = None, peer: str = EDGE, **more: Any) -> httpx.AsyncClient:
    """A client at this address of a door whose edge is EDGE."""
    app = door(db, every_way() if known is None else known, EDGES, **more)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


async def post(http: httpx.AsyncClient, headers: dict[str, str] | list[tuple[str, str]], body: bytes = BODY) -> tuple[int, str]:
    answer = await http.post("/events", content=body, headers=headers)
    return answer.status_code, answer.json().get("code", "")


# ---- each way, and what it leaves behind -----------------------------------------------------------------------------------


async def test_each_way_is_taken_and_kept_with_what_was_proved(db: Database, store: Path) -> None:
    async with called(db) as http:
        for event_id, headers in (("a", shown("a")), ("b", bearing("b", token()))):
            assert await post(http, headers, event("application.submitted", event_id)) == (202, "")
        assert await post(http, signed(BODY, "evt-1")) == (202, "")
    kept = query(store, "SELECT event_id, key_id, signature IS NULL FROM inbox ORDER BY event_id")
    assert kept == [("a", f"mtls:{fingerprint(GOOD)}", 1), ("b", "oauth:s-1", 1), ("evt-1", "portal-1", 0)]


async def test_the_idempotency_key_makes_a_repeat_one_event_in_every_way(db: Database, store: Path) -> None:
    async with called(db) as http:
        ways = (shown("evt-1"), bearing("evt-1", token()), signed(BODY, "evt-1"), bearing("evt-1", token()))
        answers = [await http.post("/events", content=BODY, headers=headers) for headers in ways]
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.content for answer in answers}) == 1
        assert query(store, "SELECT count(*) FROM inbox") == [(1,)]
        for headers in (shown("evt-1"), bearing("evt-1", token())):
            del headers["webhook-id"]
            assert await post(http, headers) == (400, "id_mismatch")


async def test_a_question_may_be_asked_in_every_way(db: Database) -> None:
    async with called(db) as http:
        await post(http, shown("evt-1"))
        for headers in (shown("q"), bearing("q", token())):
            assert (await http.get("/events/portal/evt-1", headers=headers)).json()["state"] == "open"
            assert (await http.get("/events/medical/evt-1", headers=headers)).status_code == 403


async def test_a_way_that_is_not_in_the_entry_is_refused_with_a_good_proof(db: Database) -> None:
    for allowed in ("signature", "oauth", "mtls"):
        async with called(db, every_way(auth=(allowed,))) as http:
            given = {"signature": signed(BODY, "evt-1"), "oauth": bearing("evt-1", token()), "mtls": shown("evt-1")}
            for way, headers in given.items():
                assert await post(http, headers) == ((202, "") if way == allowed else (401, "way_not_allowed"))


async def test_two_proofs_at_once_are_refused_even_when_both_are_good(db: Database) -> None:
    async with called(db) as http:
        assert await post(http, bearing("evt-1", token()) | signed(BODY, "evt-1")) == (401, "several_proofs")
        assert await post(http, shown("evt-1") | bearing("evt-1", token())) == (401, "several_proofs")


# ---- tokens ----------------------------------------------------------------------------------------------------------------


async def test_a_client_gets_a_token_by_form_or_basic_and_sends_with_it(db: Database) -> None:
    async with called(db) as http:
        basic = {"authorization": "Basic " + base64.b64encode(f"portal:{SECRET}".encode()).decode()}
        for data, headers in ((FORM, {}), ({"grant_type": "client_credentials"}, basic)):
            answer = await http.post("/oauth/token", data=data, headers=headers)
            assert (answer.status_code, answer.headers["cache-control"], answer.headers["pragma"]) == (200, "no-store", "no-cache")
            given = answer.json()
            assert (set(given), given["token_type"], given["expires_in"]) == (
                {"access_token", "token_type", "expires_in"},
                "Bearer",
                LIFETIME_S,
            )
            assert await post(http, bearing("evt-1", given["access_token"])) == (202, "")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (FORM | {"client_secret": new_client_secret()[0]}, 401, "invalid_client"),
        (FORM | {"client_secret": SECRET[:-1]}, 401, "invalid_client"),
        (FORM | {"client_secret": secret_hash(SECRET)}, 401, "invalid_client"),
        (FORM | {"client_id": "medical"}, 401, "invalid_client"),
        (FORM | {"client_id": "stranger"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        (FORM | {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "portal", "client_secret": SECRET}, 400, "invalid_request"),
        (FORM | {"scope": "everything"}, 400, "invalid_scope"),
        (FORM | {"more": "x"}, 400, "invalid_request"),
        (FORM | {"client_id": ["portal", "portal"]}, 400, "invalid_request"),
    ],
)
async def test_the_token_endpoint_refuses_in_the_words_of_the_standard(form: dict[str, Any], status: int, error: str, db: Database) -> None:
    async with called(db) as http:
        answer = await http.post("/oauth/token", data=form)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_the_token_endpoint_takes_one_way_of_saying_who_asks(db: Database) -> None:
    async with called(db) as http:
        basic = "Basic " + base64.b64encode(f"portal:{SECRET}".encode()).decode()
        assert (await http.post("/oauth/token", data=FORM, headers={"authorization": basic})).json() == {"error": "invalid_request"}
        for wrong in ("Basic !", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Bearer x", basic + "="):
            answer = await http.post("/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": wrong})
            assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
        as_json = await http.post("/oauth/token", json=FORM)
        assert (as_json.status_code, as_json.json()) == (400, {"error": "invalid_request"})


def _made(key: SigningKey, **changes: Any) -> str:
    """A token like ours, signed by `key`, with some claims or header fields changed."""
    now = int(system_now().timestamp())
    claims = {"iss": "muster", "aud": "muster-gateway", "sub": "portal", "iat": now, "exp": now + 600, "jti": "j", "secret": "s-1"}
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": OURS.id}
    header |= {name: value for name, value in changes.items() if name in header}
    claims |= {name: value for name, value in changes.items() if name not in header}
    parts = {"x": key.verifying().material, "d": key.material}
    text = {name: base64.urlsafe_b64encode(value).rstrip(b"=").decode() for name, value in parts.items()}
    return jwt.encode(header, claims, OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", **text}), algorithms=[header["alg"]])


def _unsigned(alg: str) -> str:
    parts = _made(OURS).split(".")
    header = base64.urlsafe_b64encode(f'{{"alg":"{alg}","typ":"at+jwt","kid":"{OURS.id}"}}'.encode()).rstrip(b"=").decode()
    return f"{header}.{parts[1]}."


def _by_hmac() -> str:
    """The old trick: our public key, which everybody knows, taken for a shared secret."""
    public = OctKey.import_key(OURS.verifying().material)
    return jwt.encode({"alg": "HS256", "typ": TYPE, "kid": OURS.id}, {"sub": "portal"}, public, algorithms=["HS256"])


def _other_spelling(given: str) -> str:
    """The same signature bytes, written another way: the last character has four bits nobody reads."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return given[:-1] + alphabet[alphabet.index(given[-1]) ^ 1]


FORGERIES: dict[str, Callable[[], str]] = {
    "another key": lambda: _made(key_of("portal")),
    "no algorithm": lambda: _unsigned("none"),
    "our public key as a secret": _by_hmac,
    "another issuer": lambda: _made(OURS, iss="elsewhere"),
    "another door": lambda: _made(OURS, aud="muster"),
    "another partner": lambda: token("medical"),
    "another kind of token": lambda: _made(OURS, typ="JWT"),
    "another key's name": lambda: _made(OURS, kid="other"),
    "a claim too many": lambda: _made(OURS, admin=True),
    "a time that is no number": lambda: _made(OURS, exp="9999999999"),
    "over": lambda: token(at=system_now() - timedelta(seconds=LIFETIME_S + 1)),
    "not begun": lambda: token(at=system_now() + timedelta(seconds=LIFETIME_S + 5)),
    "a secret nobody has": lambda: token(secret="s-2"),
    "a signature spelt otherwise": lambda: _other_spelling(token()),
    "no token": lambda: "x.y.z",
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_token_that_is_not_ours_for_this_sender_now_is_refused(name: str, db: Database, store: Path) -> None:
    counts = rows(store)
    async with called(db) as http:
        status, code = await post(http, bearing("evt-1", FORGERIES[name]()))
    assert (status, code.startswith("token_")) == (401, True)
    assert rows(store) == counts


async def test_our_own_likeness_of_a_token_would_be_taken(db: Database) -> None:
    """So the forgeries above are refused for what is wrong with them, not for how this test makes tokens."""
    async with called(db) as http:
        assert await post(http, bearing("evt-1", _made(OURS))) == (202, "")


async def test_a_header_of_a_proof_sent_twice_is_refused(db: Database) -> None:
    async with called(db) as http:
        for headers in (bearing("evt-1", token()), shown("evt-1")):
            for name in ("authorization", "client-cert", "webhook-id", "muster-partner"):
                if name in headers:
                    assert (await post(http, [*headers.items(), (name, headers[name])]))[0] == 401, name


async def test_a_revoked_secret_ends_its_tokens_at_the_next_request(db: Database) -> None:
    known = every_way()
    second, kept = new_client_secret()
    async with called(db, known) as http:
        given = token()
        assert (await post(http, bearing("evt-1", given)))[0] == 202
        secrets = (ClientSecret(id="s-1", sha256=secret_hash(SECRET), revoked=True), ClientSecret(id="s-2", sha256=kept))
        known["portal"] = known["portal"].model_copy(update={"client_secrets": secrets})
        assert await post(http, bearing("evt-1", given)) == (401, "token_revoked")
        assert (await http.post("/oauth/token", data=FORM)).status_code == 401
        fresh = (await http.post("/oauth/token", data=FORM | {"client_secret": second})).json()["access_token"]
        assert (await post(http, bearing("evt-1", fresh)))[0] == 202


def test_a_client_secret_is_kept_as_its_hash_and_fits_that_alone() -> None:
    text, kept = new_client_secret()
    assert fits(text, kept)
    assert text not in kept
    assert not fits(text[:-1], kept)
    assert not fits(new_client_secret()[0], kept)


def test_tokens_need_a_key_that_can_be_shown() -> None:
    with pytest.raises(BadKey, match="Ed25519"):
        Tokens(SigningKey("k", "hmac-sha256", bytes(32)), "muster")


# ---- certificates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.9.9.7", "::1", ""])
async def test_an_edge_header_from_any_other_address_is_refused_never_passed_over(peer: str, db: Database, store: Path) -> None:
    counts = rows(store)
    async with called(db, peer=peer) as http:
        assert await post(http, shown("evt-1")) == (401, "not_the_edge")
        assert await post(http, signed(BODY, "evt-1") | {"client-cert": "x"}) == (401, "not_the_edge")
        assert await post(http, signed(BODY, "evt-1") | {"client-cert-chain": "x"}) == (401, "not_the_edge")
        assert (await http.post("/oauth/token", data=FORM, headers={"client-cert": "x"})).status_code == 401
        forwarded = {"x-forwarded-for": EDGE, "forwarded": f"for={EDGE}"}
        assert await post(http, shown("evt-1") | forwarded) == (401, "not_the_edge")
    assert rows(store) == counts


async def test_an_edge_is_known_by_its_address_in_either_writing(db: Database) -> None:
    async with called(db, peer=f"::ffff:{EDGE}") as http:
        assert (await post(http, shown("evt-1")))[0] == 202


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (shown("x", STRANGE)["client-cert"], "certificate_unknown"),
        (shown("x", GOOD + b"\0")["client-cert"], "certificate_unknown"),
        (shown("x", OVER)["client-cert"], "certificate_expired"),
        (shown("x")["client-cert"][1:-1], "certificate_malformed"),
        (shown("x")["client-cert"] + ", " + shown("x")["client-cert"], "certificate_malformed"),
        (shown("x")["client-cert"] + ";a=1", "certificate_malformed"),
        (" " + shown("x")["client-cert"].replace("=", "") + "x", "certificate_malformed"),
        ("::", "certificate_malformed"),
        (":" + "A" * 20_000 + ":", "certificate_malformed"),
        (f":{fingerprint(GOOD)}:", "certificate_unknown"),
    ],
    ids=["strange", "one byte more", "over", "bare", "two", "with a parameter", "padded", "empty", "long", "a fingerprint"],
)
async def test_a_certificate_that_is_not_a_live_one_of_the_senders_is_refused(value: str, code: str, db: Database) -> None:
    async with called(db) as http:
        assert await post(http, shown("evt-1") | {"client-cert": value}) == (401, code)


async def test_a_certificate_is_its_own_partners_alone(db: Database) -> None:
    known = every_way()
    known["medical"] = known["medical"].model_copy(update={"auth": ("mtls",)})
    async with called(db, known) as http:
        assert await post(http, shown("evt-1", partner="medical")) == (401, "certificate_unknown")


async def test_a_revoked_certificate_is_refused_at_the_next_request(db: Database) -> None:
    known = every_way()
    async with called(db, known) as http:
        assert (await post(http, shown("evt-1")))[0] == 202
        gone = (Certificate(sha256=fingerprint(GOOD), revoked=True),)
        known["portal"] = known["portal"].model_copy(update={"certificates": gone})
        assert await post(http, shown("evt-1")) == (401, "certificate_unknown")
