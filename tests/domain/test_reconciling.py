"""What we asked held against what a partner has: each difference has its name, and a query is never an answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.words import LANGUAGES, Words
from domain.asked import OurAsk, Standing
from domain.reconciling import PROPOSALS, Theirs, differences

ASK = OurAsk("hire/a/medical/request/1", "hire/a", "medical", "medical", "medical", datetime(2027, 3, 1, tzinfo=UTC))


def named(standing: Standing, state: str, *, overdue: bool = False, by_hand: bool = False) -> list[str]:
    ask = replace(ASK, standing=standing, by_hand=by_hand)
    theirs = {ask.key: Theirs(state, "F-1")} if state else {}
    return [each.name for each in differences([ask], theirs, {ask.key} if overdue else set())]


@pytest.mark.parametrize(
    ("ours", "theirs", "name"),
    [
        ("open", "", "unknown_to_them"),
        ("open", "answered", "answered_by_them"),
        ("open", "recalled", "recalled_there"),
        ("recalled", "in_progress", "recalled_by_us"),
        ("unrecalled", "received", "recalled_by_us"),
        ("answered", "in_progress", "answered_by_us"),
        ("lost", "received", "arrived_after_all"),
    ],
)
def test_each_difference_has_its_name(ours: Standing, theirs: str, name: str) -> None:
    assert named(ours, theirs) == [name]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("open", "in_progress"), ("answered", "answered"), ("recalled", "recalled"), ("recalled", ""), ("lost", ""), ("answered", "")],
)
def test_where_both_agree_nothing_is_said(ours: Standing, theirs: str) -> None:
    assert named(ours, theirs) == []


def test_open_on_both_sides_and_overdue_is_chased() -> None:
    assert named("open", "in_progress", overdue=True) == ["overdue"]


def test_what_a_person_asked_by_hand_their_machine_need_not_know() -> None:
    assert named("open", "", by_hand=True) == []
    assert named("open", "", by_hand=True, overdue=True) == ["overdue"]


def test_what_they_have_and_we_never_asked_is_said_last() -> None:
    found = differences([ASK], {"tea": Theirs("received", "T-1")}, set())
    assert [(each.name, each.ask, each.theirs) for each in found] == [("unknown_to_them", ASK.key, ""), ("unknown_to_us", "tea", "T-1")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_difference_and_proposal_has_its_words(language: str) -> None:
    known = Words.load().known(language)
    assert {f"reconcile.{name}" for name in PROPOSALS} | {f"propose.{each}" for each in PROPOSALS.values()} <= known
