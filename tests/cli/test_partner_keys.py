"""`muster partner add|rotate|revoke|test` and `muster event send`, as an operator and an integrator use them."""

import json
import shlex
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.terminal import Terminal
from config.settings import Settings
from connectors.signatures import key_text, load_signing_key, new_signing_key, verify, verifying_key
from domain.events import catalogue, parse
from tests.cli.conftest import Muster, Said

ADD = ("partner", "add", "portal", "--kind", "portal", "--name", "A portal")


def test_a_pair_made_here_is_shown_once_and_only_its_public_half_is_kept(muster: Muster, tmp_path: Path) -> None:
    said = muster(*ADD, "--json").json
    assert said["private"].startswith("whsk_")
    kept = (tmp_path / "nobody.toml").read_text("utf-8")
    assert said["public"] in kept
    assert said["private"] not in kept


def test_a_private_key_goes_to_a_file_of_its_owner_alone_and_never_over_another(muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "portal.key"
    assert muster(*ADD, "--key-file", str(file)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    again = muster("partner", "rotate", "portal", "--key-file", str(file))
    assert (again.code, file.read_text()) == (5, text)
    assert "whsk_" not in again.out + again.err


def test_when_the_entry_is_refused_no_key_is_left_behind(muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "portal.key"
    refused = muster(*ADD, "--base-url", "ftp://nowhere", "--key-file", str(file))
    assert refused.code == 2
    assert not file.exists()
    assert "base_url" in refused.err


def test_the_life_of_a_key(muster: Muster, tmp_path: Path) -> None:
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    muster(*ADD, "--key-id", "k1", "--key-file", str(old))
    assert muster("partner", "test", "portal", "--key", str(old)).code == 0
    said = muster("partner", "rotate", "portal", "--key-id", "k2", "--key-file", str(new), "--json").json
    assert said["live"] == ["k1", "k2"]
    assert muster("partner", "revoke", "portal", "k1", "--json").json["live"] == ["k2"]
    tested = muster("partner", "test", "portal", "--key", str(old), "--json")
    assert tested.code == 1
    assert {check["check"]: check["ok"] for check in tested.json["checks"]} == {"keys": True, "private": False, "address": True}
    assert muster("partner", "test", "portal", "--key", str(new)).code == 0
    last = muster("partner", "revoke", "portal", "k2")
    assert "muster partner rotate portal" in last.out
    assert muster("partner", "test", "portal").code == 1


def test_a_public_key_of_the_partners_own_is_all_we_need(muster: Muster) -> None:
    public = key_text(new_signing_key().verifying())
    said = muster(*ADD, "--public", public, "--json").json
    assert said["public"] == public
    assert "private" not in said


def test_an_address_that_does_not_answer_is_said(muster: Muster) -> None:
    muster(*ADD, "--base-url", "http://127.0.0.1:1/portal")
    tested = muster("partner", "test", "portal")
    assert tested.code == 1
    assert "does not answer" in tested.out


def test_there_is_no_such_partner(muster: Muster) -> None:
    muster(*ADD)
    for command in (("rotate", "x"), ("revoke", "x", "k"), ("test", "x")):
        assert muster("partner", *command).code == 3


# ---- event send ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def private(tmp_path: Path) -> Path:
    file = tmp_path / "portal.key"
    file.write_text(key_text(new_signing_key()) + "\n")
    return file


def send(muster: Muster, private: Path, *words: str) -> list[str]:
    said = muster("event", "send", "portal", "--key", str(private), *words, "--print")
    assert said.code == 0, said.err
    return shlex.split(said.out)


@pytest.mark.parametrize("kind", catalogue())
def test_what_is_printed_is_a_signed_request_of_a_good_event(kind: str, muster: Muster, private: Path) -> None:
    words = send(muster, private, "--sample", kind, "--to", "http://door.example/")
    assert words[:3] == ["curl", "-sS", "http://door.example/events"]
    headers = [words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H"]
    body = words[words.index("--data-binary") + 1].encode()
    from connectors.signatures import load_signing_key

    own = load_signing_key(private)
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert verify(raw, body, [verifying_key("k", key_text(own.verifying()))]).message_id == parse(body).envelope.id
    assert (parse(body).type, parse(body).envelope.source) == (kind, "portal")


def test_the_case_and_the_id_may_be_given(muster: Muster, private: Path) -> None:
    words = send(muster, private, "--sample", "offer.answered", "--subject", "hire/abc", "--id", "e-1")
    event = json.loads(words[-1])
    assert (event["subject"], event["id"]) == ("hire/abc", "e-1")


def test_a_file_is_sent_byte_for_byte(muster: Muster, private: Path, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{ "id": "e-1",\n  "odd": "it\'s" }\n')
    assert send(muster, private, "--file", str(file))[-1] == file.read_text()


def test_mistakes_are_said_before_anything_is_sent(muster: Muster, private: Path, tmp_path: Path) -> None:
    def refused(*words: str, key: Path = private) -> int:
        return muster("event", "send", "portal", "--key", str(key), "--to", "http://127.0.0.1:1", *words).code

    assert refused() == 2
    assert refused("--sample", "offer.answered", "--file", "x.json") == 2
    assert refused("--sample", "offer.asked") == 3
    assert refused("--file", str(tmp_path / "none.json")) == 3
    assert refused("--sample", "offer.answered", key=tmp_path / "none.key") == 2
    assert refused("--sample", "offer.answered") == 6  # all was well, and nobody is there


# ---- ping ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def subscriber() -> Iterator["Listening"]:
    with Listening(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Listening(ThreadingHTTPServer):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.calls: list[tuple[str, str, list[tuple[bytes, bytes]], bytes]] = []


class Listener(BaseHTTPRequestHandler):
    """A subscriber that keeps what it is told."""

    server: Listening

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.calls.append(("POST", self.path, [(k.encode(), v.encode()) for k, v in self.headers.items()], body))
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        self.server.calls.append(("GET", self.path, [], b""))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The operator allows partners on this machine itself."""
    home = {"allow_networks": ("127.0.0.0/8",), "allow_http": ("127.0.0.1",)}
    return Settings.model_validate({"data_dir": tmp_path, "partners_file": tmp_path / "partners.toml", **home})


@pytest.fixture
def at_home(settings: Settings) -> Muster:
    def run(*words: str) -> Said:
        return Said(CliRunner().invoke(app, list(words), obj=Terminal(read_settings=lambda: settings), env={"MUSTER_PERSON": ""}))

    return run


def test_a_subscriber_is_pinged_when_it_is_added_and_when_it_is_tested(at_home: Muster, subscriber: Listening, settings: Settings) -> None:
    where = f"http://127.0.0.1:{subscriber.server_port}/portal"
    added = at_home(*ADD, "--base-url", where, "--subscribe", "hire.ended", "--json").json
    assert added["ping"]["ok"], added["ping"]
    tested = at_home("partner", "test", "portal", "--json")
    assert (tested.code, [check["check"] for check in tested.json["checks"]]) == (0, ["keys", "ping"])
    assert [(method, path) for method, path, _, _ in subscriber.calls] == [("POST", "/portal/events")] * 2
    ours = load_signing_key(settings.signing_key).verifying()
    for _, _, headers, body in subscriber.calls:
        told = json.loads(body)
        assert verify(headers, body, [ours]).message_id == told["id"]
        assert (told["type"], told["subject"], told.get("data")) == ("int.muster.ping", "partner/portal", {})


def test_who_hears_of_nothing_is_not_pinged(at_home: Muster, subscriber: Listening) -> None:
    added = at_home(*ADD, "--base-url", f"http://127.0.0.1:{subscriber.server_port}/portal", "--json").json
    assert "ping" not in added
    assert at_home("partner", "test", "portal").code == 0
    assert [method for method, *_ in subscriber.calls] == ["GET"]


def test_a_partner_is_kept_although_its_door_is_not_open_yet(muster: Muster) -> None:
    added = muster(*ADD, "--base-url", "http://127.0.0.1:1/portal", "--subscribe", "hire.ended")
    assert added.code == 0
    assert "int.muster.ping was not taken (address_not_https)" in added.out
    tested = muster("partner", "test", "portal", "--json")
    assert tested.code == 1
    assert {check["check"]: check["says"] for check in tested.json["checks"]}["ping"] == "int.muster.ping was not taken (address_not_https)"
