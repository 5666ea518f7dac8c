"""The locks install exactly what was tried, and an installation and a workplace agree about it."""

import re

import pytest

from tests.house.repository import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text("utf-8")))


def asked(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    names = (re.match(r"[a-z0-9][a-z0-9._-]*", line) for line in lines)
    return {match.group().replace("_", "-") for match in names if match}


def test_development_runs_what_an_installation_runs() -> None:
    base, dev = pins("base") | pins("import") | pins("nats"), pins("dev")
    assert {name: (version, dev.get(name)) for name, version in base.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("name", ["base", "import", "nats", "dev"])
def test_everything_asked_for_is_locked(name: str) -> None:
    assert asked(name) - set(pins(name)) == set()


@pytest.mark.parametrize("name", ["base", "import", "nats", "dev"])
def test_every_pin_carries_its_hashes(name: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8"), flags=re.MULTILINE)
    assert [entry.splitlines()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []
