"""Signatures: what another implementation signs we take, what we sign it takes, and nothing in between."""

import base64
import random
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from connectors.signatures import (
    BadKey,
    BadSignature,
    SigningKey,
    VerifyingKey,
    key_text,
    load_signing_key,
    new_signing_key,
    proves,
    sign,
    signing_key,
    verify,
    verifying_key,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = '{"specversion":"1.0","data":{"né":true}}'.encode()
ED = SigningKey("ed-1", "ed25519", bytes(range(32)))
MAC = SigningKey("mac-1", "hmac-sha256", bytes(range(32)))


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def refused(headers: dict[str, str], body: bytes = BODY, *keys: VerifyingKey, now: datetime = NOW) -> str:
    with pytest.raises(BadSignature) as caught:
        verify(raw(headers), body, keys or (ED.verifying(), MAC.verifying()), now=now)
    return caught.value.code


@pytest.mark.parametrize("key", [ED, MAC], ids=["v1a", "v1"])
def test_what_we_sign_we_take_and_say_which_key_it_was(key: SigningKey) -> None:
    headers = sign(key, "evt-1", BODY, at=NOW)
    verified = verify(raw(headers), BODY, [ED.verifying(), MAC.verifying()], now=NOW)
    assert (verified.message_id, verified.key_id, verified.timestamp) == ("evt-1", key.id, int(NOW.timestamp()))
    assert verified.signature == headers["webhook-signature"]


def test_the_reference_library_takes_what_we_sign() -> None:
    headers = sign(MAC, "evt-1", BODY)
    assert Webhook(MAC.material).verify(BODY, headers) == {"specversion": "1.0", "data": {"né": True}}


def test_we_take_what_the_reference_library_signs() -> None:
    token = Webhook(MAC.material).sign("evt-1", NOW, BODY.decode())
    headers = {"webhook-id": "evt-1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": token}
    assert verify(raw(headers), BODY, [MAC.verifying()], now=NOW).key_id == "mac-1"


def test_the_fixed_vector_of_the_specification_library() -> None:
    """From the reference libraries' own tests: another pair of hands computed it."""
    key = signing_key("k", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    token = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at=datetime.fromtimestamp(1614265330, UTC))
    assert token["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_old_and_new_signatures_may_stand_side_by_side() -> None:
    headers = sign(ED, "evt-1", BODY, at=NOW)
    both = f"{sign(MAC, 'evt-1', BODY, at=NOW)['webhook-signature']} {headers['webhook-signature']}"
    assert verify(raw({**headers, "webhook-signature": both}), BODY, [ED.verifying()], now=NOW).key_id == "ed-1"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_each_way_are_in_time(seconds: int) -> None:
    verified = verify(raw(sign(ED, "e", BODY, at=NOW + timedelta(seconds=seconds))), BODY, [ED.verifying()], now=NOW)
    assert verified.timestamp == int(NOW.timestamp()) + seconds


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400])
def test_a_second_more_is_not(seconds: int) -> None:
    assert refused(sign(ED, "e", BODY, at=NOW + timedelta(seconds=seconds))) == "timestamp_out_of_range"


def test_a_key_counts_only_while_it_is_live() -> None:
    headers = sign(ED, "e", BODY, at=NOW)
    material = ED.verifying().material
    day = timedelta(days=1)
    for dead in (
        VerifyingKey("k", "ed25519", material, not_before=NOW + day),
        VerifyingKey("k", "ed25519", material, not_after=NOW - day),
        VerifyingKey("k", "ed25519", material, revoked=True),
    ):
        assert refused(headers, BODY, dead) == "no_key_fits"
    assert verify(raw(headers), BODY, [VerifyingKey("k", "ed25519", material, NOW - day, NOW + day)], now=NOW).key_id == "k"


def test_a_signature_of_one_kind_is_never_tried_with_a_key_of_the_other() -> None:
    """Else a public key would do as a shared secret."""
    public = ED.verifying().material
    forged = sign(SigningKey("x", "hmac-sha256", public), "e", BODY, at=NOW)
    assert refused(forged, BODY, ED.verifying()) == "no_key_fits"


STAMP = str(int(NOW.timestamp()))


@pytest.mark.parametrize(
    "stamp", [STAMP + ".7", f"+{STAMP}", f" {STAMP}", f"{STAMP} ", "1_763812800", "1.7e9", "١٧٦٣٨١٢٨٠٠", "-1", "", "nan", f"0{STAMP}"]
)
def test_a_timestamp_written_otherwise_is_refused(stamp: str) -> None:
    headers = {**sign(ED, "e", BODY, at=NOW), "webhook-timestamp": stamp}
    with pytest.raises(BadSignature) as caught:
        verify([(name.encode(), value.encode()) for name, value in headers.items()], BODY, [ED.verifying()], now=NOW)
    assert caught.value.code == "header_malformed"


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "é", "x" * 65, "a\n"])
def test_an_id_written_otherwise_is_refused(message_id: str) -> None:
    assert refused({**sign(ED, "e", BODY, at=NOW), "webhook-id": message_id}) == "header_malformed"


def test_signature_text_is_taken_only_in_its_one_form() -> None:
    headers = sign(ED, "e", BODY, at=NOW)
    token = headers["webhook-signature"]
    bare = token.removeprefix("v1a,")
    last = bare[-3]
    flipped = bare[:-3] + chr(ord(last) + 1) + "=="  # a bit beyond the last byte: decodes to the same
    for wrong in (
        f"v1a, {bare}",
        f"v2,{bare}",
        f"v1a,{bare.rstrip('=')}",
        f"v1a,{bare}=",
        f"v1a,{bare}\n",
        f"v1a,{bare[:10]}!{bare[10:]}",
        f"v1a,{bare[:10]} {bare[10:]}",
        f"v1a,{flipped}",
        "v1a," + base64.urlsafe_b64encode(bytes([251]) * 64).decode(),
        f"v1,{bare}",
        f"v1a,{bare[:44]}",
        f"{token}  {token}",
        f"{token},{token}",
        " ".join([token] * 9),
        "",
        ",",
    ):
        assert refused({**headers, "webhook-signature": wrong}) == "header_malformed", wrong


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_must_come_and_come_once(name: str) -> None:
    headers = sign(ED, "e", BODY, at=NOW)
    assert refused({k: v for k, v in headers.items() if k != name}) == "header_missing"
    with pytest.raises(BadSignature) as caught:
        verify([*raw(headers), (name.title().encode(), headers[name].encode())], BODY, [ED.verifying()], now=NOW)
    assert caught.value.code == "header_repeated"


def test_no_mutation_is_taken_and_nothing_foreign_is_raised() -> None:
    draw = random.Random(11)
    keys = [ED.verifying(), MAC.verifying()]
    for _ in range(3_000):
        headers = raw(sign(draw.choice((ED, MAC)), "evt-1", BODY, at=NOW))
        target = draw.randrange(4)
        body = BODY
        if target == 3:
            body = _mutated(BODY, draw)
        else:
            name, value = headers[target]
            headers[target] = (name, _mutated(value, draw))
        with pytest.raises(BadSignature):
            verify(headers, body, keys, now=NOW)


def _mutated(value: bytes, draw: random.Random) -> bytes:
    at, byte = draw.randrange(len(value)), bytes([draw.randrange(256)])
    changed = draw.choice((value[:at] + byte + value[at + 1 :], value[:at] + byte + value[at:], value[:at] + value[at + 1 :]))
    return changed if changed != value else value + b"\x00"


def test_keys_keep_the_specifications_text_forms() -> None:
    pair = new_signing_key()
    assert pair.id.startswith("muster-")
    assert signing_key("k", key_text(pair)).material == pair.material
    assert verifying_key("k", key_text(pair.verifying())).material == pair.verifying().material
    assert key_text(MAC).startswith("whsec_")
    for wrong in ("", "whpk_", "whpk_AAAA", "whsec_" + "A" * 16, key_text(pair) + "=", "hello", key_text(pair)):
        with pytest.raises(BadKey) as caught:
            verifying_key("k", wrong)
        assert len(wrong) < 10 or wrong not in caught.value.message
    with pytest.raises(BadKey):
        signing_key("k", key_text(pair.verifying()))


def test_a_key_is_never_shown_by_accident() -> None:
    assert str(ED.material) not in repr(ED)
    assert "material" not in repr(MAC.verifying())


def test_our_own_key_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "muster.key"
    with pytest.raises(BadKey):
        load_signing_key(path)
    first = load_signing_key(path, create=True)
    assert load_signing_key(path, create=True) == first == load_signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["muster.key"]


def test_a_detached_signature_proves_its_content_only() -> None:
    signature = base64.b64encode(ED.sign(b"said")).decode()
    assert proves(ED.verifying(), signature, b"said")
    for wrong in (signature[:-1], signature.lower(), "é", ""):
        assert not proves(ED.verifying(), wrong, b"said")
    assert not proves(ED.verifying(), signature, b"other")
