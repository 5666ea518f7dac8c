"""A policy is published by two people, holds one content for ever, and binds nobody backwards."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.editions import approve, in_force, propose, shipped, state
from domain.errors import Conflict, FourEyes, NotAllowed, NotNow
from tests.domain.test_comparison import STANDARD, changed

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HEAD, AUTHORITY = ("hr_head",), ("appointing_authority",)
NEW = changed(version="2027.1", contract__years=4)
OLD = shipped(STANDARD, AT - 100 * DAY)
PROPOSED = propose(NEW, [OLD], "helga", HEAD, AT, None)


def test_who_proposes_a_policy_cannot_publish_it() -> None:
    with pytest.raises(FourEyes):
        approve(PROPOSED, NEW.sha256, "helga", HEAD, AT)
    published = approve(PROPOSED, NEW.sha256, "aude", AUTHORITY, AT + DAY)
    assert (published.proposed_by, published.approved_by) == ("helga", "aude")


def test_only_the_bytes_that_were_read_are_published_and_only_once() -> None:
    with pytest.raises(NotNow) as caught:
        approve(PROPOSED, STANDARD.sha256, "aude", AUTHORITY, AT)
    assert caught.value.code == "other_policy"
    published = approve(PROPOSED, NEW.sha256, "aude", AUTHORITY, AT)
    with pytest.raises(NotNow) as caught:
        approve(published, NEW.sha256, "other", AUTHORITY, AT)
    assert caught.value.code == "already_published"


@pytest.mark.parametrize("roles", [(), ("hr_officer",), ("auditor", "board_chair")])
def test_policies_are_kept_by_the_head_of_hr_and_the_appointing_authority(roles: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        propose(NEW, [OLD], "ines", roles, AT, None)
    with pytest.raises(NotAllowed):
        approve(PROPOSED, NEW.sha256, "ines", roles, AT)


def test_the_same_version_with_other_content_is_a_conflict_and_the_same_bytes_are_what_stands() -> None:
    assert propose(NEW, [OLD, PROPOSED], "aude", AUTHORITY, AT + DAY, None) == PROPOSED
    with pytest.raises(Conflict):
        propose(changed(version="2027.1", contract__years=5), [OLD, PROPOSED], "aude", AUTHORITY, AT, None)


def test_a_policy_binds_nobody_backwards() -> None:
    with pytest.raises(NotNow) as caught:
        propose(NEW, [OLD], "helga", HEAD, AT, AT - DAY)
    assert caught.value.code == "effective_in_the_past"
    soon = propose(NEW, [OLD], "helga", HEAD, AT, AT + 2 * DAY)
    assert approve(soon, NEW.sha256, "aude", AUTHORITY, AT + DAY).effective_from == AT + 2 * DAY
    assert approve(soon, NEW.sha256, "aude", AUTHORITY, AT + 9 * DAY).effective_from == AT + 9 * DAY, "approved late"


def test_what_is_in_force_follows_from_the_list_and_the_moment() -> None:
    soon = propose(NEW, [OLD], "helga", HEAD, AT, AT + 2 * DAY)
    published = approve(soon, NEW.sha256, "aude", AUTHORITY, AT)
    known = [OLD, published]
    assert in_force(known, "standard", AT - 200 * DAY) is None
    assert in_force(known, "standard", AT + 2 * DAY - timedelta(seconds=1)) == OLD
    assert in_force(known, "standard", AT + 2 * DAY) == published
    assert in_force([OLD, soon], "standard", AT + 9 * DAY) == OLD, "proposed is not published"
    assert in_force(known, "other", AT) is None
    assert [state(each, known, AT) for each in known] == ["in_force", "to_come"]
    assert [state(each, known, AT + 3 * DAY) for each in known] == ["past", "in_force"]
    assert state(soon, [OLD, soon], AT + 9 * DAY) == "proposed"
