"""What is written as a vacancy file is read again as the same vacancy."""

from pathlib import Path

import pytest

from config.files import load_posts, load_vacancy, names, vacancy_toml, write_vacancy
from domain.errors import BadInput, Conflict, NotFound
from domain.words import PostKind


@pytest.mark.parametrize("name", names("vacancies"))
def test_a_written_vacancy_loads_as_what_it_was(name: str, tmp_path: Path) -> None:
    spec = load_vacancy(name)
    write_vacancy(tmp_path / "out.toml", spec)
    assert load_vacancy(tmp_path / "out.toml") == spec
    assert [path.name for path in tmp_path.iterdir()] == ["out.toml"]


def test_any_text_survives(tmp_path: Path) -> None:
    spec = load_vacancy("270311").model_copy(update={"desirable": ('a "quote" \\ and\na line', "é\N{SNOWMAN}\x07", "'''")})
    write_vacancy(tmp_path / "out.toml", spec)
    assert load_vacancy(tmp_path / "out.toml") == spec


def test_remarks_are_comments_whatever_they_hold(tmp_path: Path) -> None:
    spec = load_vacancy("270311")
    write_vacancy(tmp_path / "out.toml", spec, ['settled\nreference = "999"\x07', "= [["])
    assert load_vacancy(tmp_path / "out.toml") == spec
    assert vacancy_toml(spec, ["one\ntwo"]).splitlines()[:2] == ["# one two", ""]


def test_another_vacancy_is_never_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out.toml"
    write_vacancy(out, load_vacancy("270311"))
    write_vacancy(out, load_vacancy("270311"), ["the same again"])
    with pytest.raises(Conflict):
        write_vacancy(out, load_vacancy("240655"))
    assert load_vacancy(out).reference == "270311"


def test_a_file_that_is_no_vacancy_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "notes.toml"
    out.write_text("mine = 1")
    with pytest.raises(BadInput):
        write_vacancy(out, load_vacancy("270311"))
    assert out.read_text() == "mine = 1"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write_vacancy(tmp_path / "none" / "out.toml", load_vacancy("270311"))


def test_posts_come_from_a_file_as_far_as_they_are_given(tmp_path: Path) -> None:
    file = tmp_path / "posts.toml"
    file.write_text('[[posts]]\nid = "A"\nkind = "project"\ngrade = "G8-G10"\nfunded = false\n\n[[posts]]\n')
    first, second = load_posts(file)
    assert (first.id, first.kind, first.grade, first.funded) == ("A", PostKind.PROJECT, "G8-G10", False)
    assert (second.id, second.kind, second.funded) == (None, None, None)
    file.write_text('[[posts]]\nkind = "permanent"\n')
    with pytest.raises(BadInput, match=r"posts\[0\]\.kind"):
        load_posts(file)
    with pytest.raises(NotFound):
        load_posts(tmp_path / "none.toml")
