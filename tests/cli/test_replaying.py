"""What `muster audit replay` says of what the pages show: each field that differs, each row too many or too few, or that nobody did."""

from typing import Any

import pytest

from activities.rejudging import Difference
from cli.replaying import in_words
from worker.replaying import Verdict


def verdict(*found: tuple[Any, Any], **changed: Any) -> Verdict:
    differences = [Difference(number=3, step="shown", fact="deadlines offer", expected=given, found=shown) for given, shown in found]
    said: dict[str, Any] = {"case": "hire/a", "run": "r", "events": 9, "replayed": True, "steps": 2, "judged": 2, "compared_shown": True}
    return Verdict(**said | changed, differences=differences)


@pytest.mark.parametrize(
    ("given", "shown", "says"),
    [
        ({"state": "met"}, {"state": "open"}, "shown: deadlines offer: state is shown as open, the journal gives met"),
        (None, {"state": "open"}, "shown: deadlines offer: the pages show it, and the journal does not give it"),
        ({"state": "met"}, None, "shown: deadlines offer: the journal gives it, and the pages do not show it"),
    ],
)
def test_each_row_that_is_shown_otherwise_is_named_with_both_values(given: Any, shown: Any, says: str) -> None:
    found = verdict((given, shown))
    assert not found.identical
    assert in_words(found)[1:] == [says]


def test_of_a_file_alone_it_is_said_that_what_is_shown_was_not_compared() -> None:
    assert in_words(verdict())[1:] == []
    found = verdict(compared_shown=False)
    assert found.identical
    assert in_words(found)[1:] == ["what the pages show was not compared: that takes the store"]
