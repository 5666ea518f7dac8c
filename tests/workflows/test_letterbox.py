from datetime import UTC, datetime

from tests.fakes import message
from workflows.letterbox import Mailbox

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_messages_are_read_in_order_each_id_once() -> None:
    box = Mailbox()
    for id_ in ("a", "b", "a"):
        box.put(message(id_, "offer.answered", AT))
    assert len(box) == 2
    first = box.ready()
    assert first is not None
    assert first.id == "a"
    box.done(first)
    box.put(message("a", "offer.answered", AT))
    second = box.ready()
    assert second is not None
    assert (second.id, len(box)) == ("b", 1)


def test_on_hold_only_some_types_are_ready_and_the_rest_keeps_its_place() -> None:
    box = Mailbox()
    box.put(message("a", "medical.replied", AT))
    box.put(message("b", "application.withdrawn", AT))
    only = box.ready(("application.withdrawn",))
    assert only is not None
    assert only.id == "b"
    assert box.ready(("vacancy.cancelled",)) is None
    box.done(only)
    assert (first := box.ready()) is not None
    assert first.id == "a"


def test_what_the_journal_knows_is_not_read_again() -> None:
    box = Mailbox()
    box.put(message("a", "offer.answered", AT))
    box.remember("message/a")
    box.remember("act/b")
    box.put(message("a", "offer.answered", AT))
    box.put(message("b", "offer.answered", AT))
    assert [m.id for m in [box.ready()] if m] == ["b"]
