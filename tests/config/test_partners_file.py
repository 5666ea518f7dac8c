"""The partners file changed by command: comments and mode stay, a mistake writes nothing."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.partners import BadConfiguration, load_partners
from config.partners_file import add, revoke, rotate
from connectors.signatures import key_text, new_signing_key
from domain.errors import Conflict, NotFound, NotNow

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
HEAD = "# Who may speak to us. Ask Ines before you change anything.\n\n"
ENTRY: dict[str, Any] = {"kind": "portal", "name": "A portal", "channel": "paper"}


def key(name: str) -> dict[str, Any]:
    return {"id": name, "public": key_text(new_signing_key().verifying())}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "partners.toml"
    path.write_text(HEAD + '[partners.hris]  # since 2026\nkind = \'hris\'\nname = "Personnel"\nchannel = "paper"\n', "utf-8")
    path.chmod(0o640)
    add(path, "portal", ENTRY, key("p-1"))
    return path


def test_a_partner_is_added_and_everything_that_stood_there_stays(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith(HEAD + "[partners.hris]  # since 2026\nkind = 'hris'\n")
    assert list(load_partners(file)) == ["hris", "portal"]
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["partners.toml"]


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    new = tmp_path / "etc" / "partners.toml"
    assert add(new, "portal", ENTRY, None).id == "portal"
    assert new.stat().st_mode & 0o777 == 0o600


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    revoke(link, "portal", "p-1")
    assert link.is_symlink()
    assert load_partners(file)["portal"].keys[0].revoked


def test_a_new_key_stands_beside_the_old_one_for_the_overlap(file: Path) -> None:
    changed = rotate(file, "portal", key("p-2"), NOW, WEEK)
    assert [(each.id, each.not_after) for each in changed.keys] == [("p-1", NOW + WEEK), ("p-2", None)]
    again = rotate(file, "portal", key("p-3"), NOW + WEEK, WEEK)  # the first is over by now
    assert [(each.id, each.not_after) for each in again.keys] == [("p-1", NOW + WEEK), ("p-2", NOW + 2 * WEEK), ("p-3", None)]


def test_an_end_that_comes_sooner_than_the_overlap_stays(file: Path) -> None:
    rotate(file, "portal", key("p-2"), NOW, timedelta(days=1))
    revoke(file, "portal", "p-2")
    changed = rotate(file, "portal", key("p-3"), NOW, WEEK)
    assert changed.keys[0].not_after == NOW + timedelta(days=1)


def test_no_more_than_two_keys_are_live_side_by_side(file: Path) -> None:
    rotate(file, "portal", key("p-2"), NOW, WEEK)
    before = file.read_bytes()
    with pytest.raises(NotNow):
        rotate(file, "portal", key("p-3"), NOW, WEEK)
    assert file.read_bytes() == before
    revoke(file, "portal", "p-1")
    assert len(rotate(file, "portal", key("p-3"), NOW, WEEK).keys) == 3


def test_a_revoked_key_is_marked_and_stays_as_evidence(file: Path) -> None:
    revoke(file, "portal", "p-1")
    (kept,) = tomllib.loads(file.read_text("utf-8"))["partners"]["portal"]["keys"]
    assert kept["revoked"] is True


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (Conflict, lambda file: add(file, "portal", ENTRY, key("x"))),
        (Conflict, lambda file: rotate(file, "portal", key("p-1"), NOW, WEEK)),
        (NotFound, lambda file: rotate(file, "nobody", key("x"), NOW, WEEK)),
        (NotFound, lambda file: revoke(file, "portal", "x")),
        (NotFound, lambda file: revoke(file, "nobody", "x")),
        (BadConfiguration, lambda file: add(file, "Big Name", ENTRY, None)),
        (BadConfiguration, lambda file: add(file, "other", ENTRY | {"kind": "florist"}, None)),
        (BadConfiguration, lambda file: add(file, "other", ENTRY, {"id": "x", "public": "whpk_short"})),
        (BadConfiguration, lambda file: add(file, "other", ENTRY | {"subscribes": ["hire.danced"]}, None)),
    ],
)
def test_what_would_not_load_or_is_not_there_writes_nothing(file: Path, error: type[Exception], change: Any) -> None:
    before = file.read_bytes()
    with pytest.raises(error) as refused:
        change(file)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["partners.toml"]
    assert "whpk_short" not in str(refused.value)


@pytest.mark.parametrize("text", ["[partners.", "[partners.portal]\nkind = 'florist'\n"])
def test_a_file_that_is_wrong_already_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "partners.toml"
    path.write_text(text)
    with pytest.raises(BadConfiguration):
        add(path, "new", ENTRY, None)
    assert path.read_text() == text


def test_keys_written_in_one_line_are_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    path.write_text(
        f"[partners.portal]\nkind = 'portal'\nname = 'P'\nchannel = 'paper'\nkeys = [{{id = 'a', public = '{key('a')['public']}'}}]\n"
    )
    with pytest.raises(BadConfiguration, match="written as"):
        revoke(path, "portal", "a")
