"""The text of a leaf: one form, readable by the verifier, bound to its content, and silent about it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from domain.errors import BadInput
from domain.log import verify
from domain.log.leaf import Kind, Leaf, salt

KEY = bytes(range(32))
AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CONTENT: dict[str, Any] = {"actor": "person:hr-1", "fact": {"kind": "rejected", "reason": "not_eligible"}}


def leaf(**other: Any) -> Leaf:
    return Leaf(**{"kind": Kind.FACT, "stream": "hire/a", "ref": "4", "at": AT, "content": CONTENT, **other})


def test_the_verifier_reads_it_and_opens_it_with_its_salt_alone() -> None:
    text = leaf().text(KEY)
    read = verify.leaf_of(text, "leaf")
    verify.opened("leaf", read, {"salt": salt(KEY, "fact", "hire/a", "4").hex(), "content": CONTENT})
    with pytest.raises(verify.Wrong):
        verify.opened("leaf", read, {"salt": salt(KEY, "fact", "hire/a", "5").hex(), "content": CONTENT})


def test_it_says_nothing_about_what_happened() -> None:
    text = leaf().text(KEY)
    assert set(json.loads(text)) == {"v", "kind", "stream", "ref", "at", "content"}
    assert not any(word in text for word in ("rejected", "not_eligible", "hr-1"))


def test_every_part_of_it_changes_it() -> None:
    others = [
        leaf(),
        leaf(kind=Kind.EFFECT),
        leaf(stream="hire/b"),
        leaf(ref="5"),
        leaf(at=AT + timedelta(microseconds=1)),
        leaf(content={}),
    ]
    assert len({each.text(KEY) for each in others} | {leaf().text(bytes(32))}) == 7


def test_one_moment_is_written_in_one_way() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    assert leaf(at=AT.astimezone(there)).text(KEY) == leaf().text(KEY)
    assert json.loads(leaf().text(KEY))["at"] == "2026-11-23T10:00:00.000000Z"


def test_what_canonical_json_cannot_hold_is_refused() -> None:
    for bad in (2**60, "\ud800"):
        with pytest.raises(BadInput):
            leaf(content={"x": bad}).text(KEY)


def test_a_short_key_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        leaf().text(b"short")
