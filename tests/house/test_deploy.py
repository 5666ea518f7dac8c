"""The samples in deploy/ say nothing that the real commands and settings do not understand."""

import configparser
import importlib
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.commands import complaint, muster
from tests.house.repository import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
DOORS = {"worker", "gateway", "api", "console", "dispatcher", "relay", "nats"}


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def our_services() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose()["services"].items() if service["image"] == "muster"}


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names keep their capitals
    parser.read_string(path.read_text("utf-8"))
    return parser


def containerfile() -> list[list[str]]:
    """Its instructions, continued lines joined, comments gone."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Containerfile").read_text("utf-8"), flags=re.MULTILINE)
    return [line.split(maxsplit=1) for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]


def written_commands() -> list[tuple[str, str]]:
    """Every `muster ...` the samples start, with where it stands."""
    services = [(f"compose.yaml: {name}", " ".join(service["command"])) for name, service in our_services().items()]
    started = [(path.name, unit(path)["Service"]["ExecStart"].split("/bin/muster ", 1)[1]) for path in UNITS]
    return [*services, *started]


def written_settings() -> list[tuple[str, str]]:
    """Every setting of ours the samples set, with where it stands."""
    services = [(f"compose.yaml: {name}", key) for name, service in our_services().items() for key in service["environment"]]
    lines = re.findall(r"^([A-Z_]+)=", (DEPLOY / "systemd" / "muster.env").read_text("utf-8"), re.MULTILINE)
    image = re.findall(r"\b(MUSTER_[A-Z_]+)=", (DEPLOY / "Containerfile").read_text("utf-8"))
    named = re.findall(r"\bMUSTER_[A-Z][A-Z_]*[A-Z]\b", (DEPLOY / "README.md").read_text("utf-8"))
    every = [
        *services,
        *(("muster.env", key) for key in lines),
        *(("Containerfile", key) for key in image),
        *(("README.md", key) for key in named),
    ]
    return [(where, key) for where, key in every if key.startswith("MUSTER_")]


@pytest.mark.parametrize(("where", "line"), written_commands())
def test_every_command_started_is_a_command_there_is(where: str, line: str) -> None:
    assert complaint(line, muster()) is None, where


@pytest.mark.parametrize("name", sorted({name for _, name in written_settings()}))
def test_every_setting_written_down_is_a_setting_there_is(name: str) -> None:
    if importlib.util.find_spec("config.settings") is None:
        pytest.skip("config/settings.py is not there yet")
    settings = importlib.import_module("config.settings").Settings
    delimiter = settings.model_config.get("env_nested_delimiter") or "__"
    model = settings
    for step in name.removeprefix("MUSTER_").lower().split(delimiter.lower()):
        assert step in model.model_fields, f"{name}: {model.__name__} has {', '.join(model.model_fields)}"
        model = model.model_fields[step].annotation


def test_every_door_can_be_started_either_way() -> None:
    assert set(our_services()) == DOORS | {"migrate"}
    assert {path.stem for path in UNITS} == {f"muster-{door}" for door in DOORS}


def test_only_the_brokers_door_is_off_until_somebody_asks_for_it() -> None:
    assert {name: service["profiles"] for name, service in our_services().items() if "profiles" in service} == {"nats": ["broker"]}
    enabled = re.findall(r"^systemctl enable --now (.+)$", (DEPLOY / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [set(line.split()) for line in enabled] == [{f"muster-{door}" for door in DOORS - {"nats"}}]


def test_the_image_can_speak_to_a_broker() -> None:
    installed = next(rest for word, rest in containerfile() if word == "RUN" and "--require-hashes" in rest)
    copied = [rest for word, rest in containerfile() if word == "COPY"]
    assert "-r /tmp/nats.txt" in installed
    assert any("requirements/nats.txt" in rest for rest in copied)


def test_nothing_of_ours_starts_on_tables_that_are_not_there() -> None:
    late = {name for name, service in our_services().items() if "migrate" not in service["depends_on"]}
    assert late == {"migrate"}


def test_a_service_waits_only_for_services_there_are() -> None:
    services = compose()["services"]
    waits = {(name, other) for name, service in services.items() for other in service.get("depends_on", {})}
    assert {(name, other) for name, other in waits if other not in services} == set()


def test_no_image_is_pinned_to_whatever_is_latest() -> None:
    bases = [rest.split()[0] for word, rest in containerfile() if word == "FROM"]
    images = [service["image"] for service in compose()["services"].values() if service["image"] != "muster"]
    assert [image for image in [*bases, *images] if not re.search(r":\d+\.\d+", image)] == []


def test_nobody_is_root() -> None:
    users = [rest for word, rest in containerfile() if word == "USER"]
    assert users
    assert not users[-1].startswith(("0", "root"))
    assert {unit(path)["Service"]["User"] for path in UNITS} == {"muster"}
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in our_services().values())


def test_the_image_installs_by_hash_and_leaves_the_embedded_server_out() -> None:
    steps = " ".join(rest for word, rest in containerfile() if word == "RUN")
    assert "--require-hashes" in steps
    assert re.search(r"pip uninstall .*\btemporal-bin\b", steps)


def test_what_the_image_copies_is_there() -> None:
    copied = [name for word, rest in containerfile() if word == "COPY" and not rest.startswith("--from") for name in rest.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_no_password_is_committed() -> None:
    example = (DEPLOY / "example.env").read_text("utf-8")
    assert re.findall(r"^\w*PASSWORD=.+$", example, re.MULTILINE) == []
    written = [
        value for service in compose()["services"].values() for key, value in service.get("environment", {}).items() if "PASSWORD" in key
    ]
    assert written
    assert [value for value in written if not value.startswith("${")] == []


def test_the_example_of_the_environment_names_what_compose_asks_for() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    offered = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "example.env").read_text("utf-8"), re.MULTILINE))
    assert asked == offered
