"""Settings are read once and strictly; partners likewise; each refusal names the place and never the value."""

import os
import re
from pathlib import Path

import pytest

from config.partners import BadConfiguration, load_partners
from config.settings import Settings, load_settings
from connectors.signatures import SigningKey, key_text
from domain.errors import NotFound
from domain.events import PartnerKind


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_every_setting_has_a_default_and_a_sentence() -> None:
    settings = load_settings()
    assert (settings.gateway_port, settings.temporal_namespace, settings.task_queue) == (8480, "muster", "hiring")
    assert all(field.description for field in Settings.model_fields.values())


def test_the_store_and_the_key_stand_in_the_data_folder_unless_said_otherwise(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "data")
    assert settings.store_url == f"sqlite+aiosqlite:///{tmp_path}/data/muster.db"
    assert settings.signing_key == tmp_path / "data" / "keys" / "muster.key"
    assert load_settings(store_url="postgresql+psycopg://db/muster").store_url == "postgresql+psycopg://db/muster"


def test_an_option_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "muster.toml").write_text('gateway_port = 1\ntask_queue = "file"\nlanguage = "fr"\n[relay]\nbatch = 3\n')
    monkeypatch.setenv("MUSTER_GATEWAY_PORT", "2")
    monkeypatch.setenv("MUSTER_TASK_QUEUE", "environment")
    monkeypatch.setenv("MUSTER_RELAY__LEASE_S", "9")
    settings = load_settings(gateway_port=3)
    assert (settings.gateway_port, settings.task_queue, settings.language) == (3, "environment", "fr")
    assert (settings.relay.batch, settings.relay.lease_s) == (3, 9.0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MUSTER_STOR_URL", "x", "did you mean MUSTER_STORE_URL"),
        ("MUSTER_RELAY__BATCHES", "3", "relay.batches"),
        ("MUSTER_GATEWAY_PORT", "hunter2", "gateway_port"),
        ("MUSTER_LOG_FORMAT", "hunter2", "'plain' or 'json'"),
        ("MUSTER_FILE", "/nowhere/muster.toml", "there is no file"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_repeated(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadConfiguration, match=re.escape(said)) as caught:
        load_settings()
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"), [("smtp_hots = 'x'", "smtp_hots"), ("[relay]\nbatch = 0", "relay.batch"), ("= 3", "not readable")]
)
def test_a_wrong_line_in_the_file_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "muster.toml").write_text(text)
    with pytest.raises(BadConfiguration, match=said) as caught:
        load_settings()
    assert "muster.toml" in caught.value.message


PUBLIC = key_text(SigningKey("k", "ed25519", bytes(range(32))).verifying())
GOOD = f"""
[partners.nsa-be]
kind = "national_authority"
name = "National Security Authority of Belgium"
nations = ["BE"]
base_url = "https://nsa.example/muster/"
subscribes = ["condition.requested"]
[[partners.nsa-be.keys]]
id = "old"
public = "{PUBLIC}"
not_after = 2026-12-31T23:00:00Z
[[partners.nsa-be.keys]]
id = "new"
algorithm = "hmac-sha256"
secret = "whsec_{"A" * 32}"
[partners.ministry]
kind = "national_administration"
name = "Ministry"
channel = "paper"
may_send = []
"""


def test_partners_are_read_with_keys_rights_and_subscriptions(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    path.write_text(GOOD)
    partners = load_partners(path)
    assert list(partners) == ["nsa-be", "ministry"]
    authority = partners["nsa-be"]
    assert (authority.kind, authority.nations, authority.base_url) == (
        PartnerKind.NATIONAL_AUTHORITY,
        ("BE",),
        "https://nsa.example/muster",
    )
    assert authority.keys[0].not_after is not None
    assert "clearance.replied" in authority.sends
    assert authority.hears("condition.requested")
    assert not authority.hears("hire.ended")
    assert partners["ministry"].sends == frozenset()
    assert "whsec_AAAA" not in repr(authority)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "national_authority"', 'kind = "oracle"', "partners.nsa-be.kind"),
        ('nations = ["BE"]', 'nations = ["Belgium"]', "partners.nsa-be.nations.0"),
        ("https://nsa.example/muster/", "ftp://nsa.example", "partners.nsa-be.base_url"),
        ("https://nsa.example/muster/", "https://user:hunter2@nsa.example", "partners.nsa-be.base_url"),
        ('subscribes = ["condition.requested"]', 'subscribes = ["condition.asked"]', "partners.nsa-be.subscribes"),
        ("may_send = []", 'may_send = ["clearance.granted"]', "partners.ministry.may_send"),
        ('channel = "paper"', 'channel = "http"', "partners.ministry"),
        ('channel = "paper"', 'chanel = "paper"', "partners.ministry.chanel"),
        (f'public = "{PUBLIC}"', 'public = "hunter2"', "partners.nsa-be.keys.0.public"),
        (f'public = "{PUBLIC}"', "", "partners.nsa-be.keys.0"),
        ('secret = "whsec_', 'secret = "hunter2', "partners.nsa-be.keys.1.secret"),
        ('id = "new"', 'id = "old"', "partners.nsa-be"),
        ("2026-12-31T23:00:00Z", "2026-12-31T23:00:00", "partners.nsa-be.keys.0.not_after"),
        ("[partners.nsa-be]", "[partners.NSA]\nx = 1\n[partners.nsa-be]", "partners.NSA"),
        ("[partners.ministry]", "[partner.ministry]", "partner"),
        ("[partners.ministry]", "[partners.ministry", "not readable"),
    ],
)
def test_a_wrong_partner_is_named_by_file_and_key(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadConfiguration) as caught:
        load_partners(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert said in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_missing_partners_file_is_said_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="partners_file"):
        load_partners(tmp_path / "none.toml")
