"""Notices of our own in many layouts: each gives exactly the JSON written beside it, whatever its bytes and line ends."""

import unicodedata
from collections.abc import Callable

import pytest

from domain.notice import Notice, read_notice
from tests.domain.notice.samples import OWN, expected, own, values


@pytest.mark.parametrize("name", OWN)
def test_a_notice_gives_what_it_says_and_is_silent_on_the_rest(name: str) -> None:
    assert values(own(name)) == expected(name)


def test_there_are_notices_of_many_kinds() -> None:
    assert len(OWN) >= 15


@pytest.mark.parametrize("name", OWN)
def test_every_value_has_the_lines_that_prove_it(name: str) -> None:
    notice = read_notice(own(name))
    lines = own(name).decode().split("\n")
    silent = Notice().to_json()
    said = {key for key, value in values(own(name)).items() if value != silent[key]} - {"conflicts", "clauses"}
    said |= {f"clauses.{key}" for key, value in notice.clauses if value}
    assert said <= set(notice.evidence)
    for evidence in notice.evidence.values():
        first, last = evidence.lines
        assert 1 <= first <= last <= len(lines)
        assert any(line.strip() for line in lines[first - 1 : last])


REWRITTEN: dict[str, Callable[[str], bytes]] = {
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "decomposed accents": lambda text: unicodedata.normalize("NFD", text).encode(),
    "no-break spaces": lambda text: text.replace(" :", "\u00a0:").replace(" Grade", "\u202fGrade").encode(),
    "a soft hyphen and a zero width space": lambda text: text.replace("rade", "ra\u00adde").replace("eadline", "ead\u200bline").encode(),
    "no blank lines": lambda text: "\n".join(line for line in text.split("\n") if line.strip()).encode(),
}


@pytest.mark.parametrize("how", list(REWRITTEN))
@pytest.mark.parametrize("name", OWN)
def test_the_same_text_in_other_bytes_reads_the_same(name: str, how: str) -> None:
    assert values(REWRITTEN[how](own(name).decode())) == expected(name)


def test_windows_1252_is_read() -> None:
    text = own("unaccented_french").decode().replace("Secretaire", "Secrétaire")
    assert read_notice(text.encode("cp1252")).title.fr == "Secrétaire de direction"


def test_the_contract_has_these_fields_in_this_order() -> None:
    assert " ".join(Notice().to_json()) == (
        "reference title body location schedule deadline salary grades clearance clearance_is contracts secondment languages "
        "education_alternatives desirable competencies role_profiles pending_budget_approval fast_track eligible_statuses reserve_list "
        "multiple_posts eligible_nationalities clauses info_sessions contact conflicts evidence"
    )
    assert Notice().to_json()["deadline"] == {"date": None, "time": None, "zone": None, "ongoing": False}
