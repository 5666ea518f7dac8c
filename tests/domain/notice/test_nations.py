"""Who may apply: a secondment paragraph that mentions member states says nothing about it."""

import pytest

from domain.notice.clauses import members_only


@pytest.mark.parametrize(
    ("sentence", "limits"),
    [
        ("whoever is seconded by the national administration of one of nato's member states gets three years", False),
        ("only nationals of nato member countries can be considered", True),
        ("applicants must be a national of a nato member state", True),
    ],
)
def test_only_a_sentence_about_nationals_admits_the_members(sentence: str, limits: bool) -> None:
    assert members_only(sentence) is limits
