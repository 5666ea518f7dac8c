"""A partners file that changes while the doors run: the change counts at once, a mistake changes nothing."""

import os
from pathlib import Path

import pytest
import structlog

from config.partners import BadConfiguration, PartnerBook
from domain.errors import NotFound


def _entry(name: str, more: str = "") -> str:
    return f'[partners.{name}]\nkind = "hris"\nname = "{name}"\nchannel = "paper"\n{more}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "partners.toml"
    path.write_text(_entry("one"))
    return path


def _replace(path: Path, text: str) -> None:
    """As a careful writer does: a new file, renamed over the old one."""
    draft = path.with_suffix(".new")
    draft.write_text(text)
    os.replace(draft, path)


def test_a_change_is_seen_by_the_next_look(path: Path) -> None:
    book = PartnerBook(path)
    assert list(book) == ["one"]
    _replace(path, _entry("one") + _entry("two"))
    assert (list(book), len(book), book["two"].name) == (["one", "two"], 2, "two")
    _replace(path, _entry("two"))
    assert "one" not in book
    assert [each.id for each in book.values()] == ["two"]
    assert [name for name, _ in book.items()] == list(book.keys())


def test_a_change_of_the_same_size_within_one_tick_of_the_clock_is_seen(path: Path) -> None:
    book = PartnerBook(path)
    for name in ("abc", "xyz", "abc"):
        was = path.stat()
        path.write_text(_entry(name))
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
        assert list(book) == [name]


def test_an_unchanged_file_is_not_read_again(path: Path) -> None:
    os.utime(path, (1, 1))
    book = PartnerBook(path)
    same = book.now()
    inode = path.stat().st_ino
    path.write_text(_entry("two"))  # same size, same inode, and the time is put back: nothing tells that it changed
    os.utime(path, (1, 1))
    assert path.stat().st_ino == inode
    assert book.now() is same
    os.utime(path, (2, 2))
    assert list(book) == ["two"]


@pytest.mark.parametrize("broken", ["[partners", _entry("one", 'secret = "hunter2"\n'), None])
def test_a_broken_file_keeps_the_last_good_content_and_is_said_once_per_change(broken: str | None, path: Path) -> None:
    book = PartnerBook(path)
    with structlog.testing.capture_logs() as said:
        path.unlink() if broken is None else _replace(path, broken)
        assert [list(book) for _ in range(5)] == [["one"]] * 5
    (line,) = said
    assert (line["event"], line["log_level"]) == ("partners.not_read", "error")
    assert {"code", "place"} <= set(line)
    assert "hunter2" not in repr(line)
    _replace(path, _entry("two"))
    assert list(book) == ["two"]


def test_a_file_that_is_broken_at_the_start_is_refused(path: Path) -> None:
    path.write_text("[partners")
    with pytest.raises(BadConfiguration):
        PartnerBook(path)
    path.unlink()
    with pytest.raises(NotFound):
        PartnerBook(path)


def test_a_key_that_could_not_be_used_is_refused_with_the_file_and_not_at_a_request(path: Path) -> None:
    book = PartnerBook(path)
    for key in ('public = "whpk_' + "A" * 42 + 'B="', 'algorithm = "hmac-sha256"\nsecret = "whsec_AAAA"'):
        _replace(path, _entry("one", f'[[partners.one.keys]]\nid = "k"\n{key}\n'))
        assert book["one"].keys == ()
