from datetime import UTC, datetime
from typing import Any

import pytest

from config.files import load_rules, load_vacancy
from domain.errors import BadInput
from domain.policies.publication import content_hash, freeze, rules_objections, vacancy_objections
from domain.rules import ConditionRule
from domain.vacancy import Closing, Published
from domain.words import Condition

RULES = load_rules("standard")
SPEC = load_vacancy("240655")
SPRING = datetime(2024, 4, 1, 10, 0, tzinfo=UTC)


def test_a_vacancy_is_frozen_with_its_policy_and_its_closing_instant() -> None:
    found = freeze(SPEC, RULES, SPRING)
    assert (found.spec, found.rules, found.published_at) == (SPEC, RULES, SPRING)
    assert found.closes_at == datetime(2024, 5, 5, 21, 59, 59, tzinfo=UTC)  # no time in the notice, summer time in Brussels


def test_the_hash_is_of_the_content_not_of_the_day() -> None:
    assert freeze(SPEC, RULES, SPRING).sha256 == freeze(SPEC, RULES, SPRING.replace(day=2)).sha256 == content_hash(SPEC, RULES)
    other = RULES.model_copy(update={"review_holds_days": 21})
    assert freeze(SPEC, other, SPRING).sha256 != freeze(SPEC, RULES, SPRING).sha256


def test_what_was_frozen_survives_json() -> None:
    found = freeze(SPEC, RULES, SPRING)
    assert Published.model_validate_json(found.model_dump_json()) == found


def test_a_vacancy_that_has_closed_is_not_published() -> None:
    with pytest.raises(BadInput, match="closing: lies before the publication"):
        freeze(SPEC, RULES, datetime(2024, 5, 6, tzinfo=UTC))


def test_an_ongoing_vacancy_has_no_closing_instant() -> None:
    ongoing = SPEC.model_copy(update={"closing": Closing(ongoing=True)})
    assert freeze(ongoing, RULES, SPRING).closes_at is None


def test_everything_that_forbids_publication_is_said_at_once() -> None:
    wrong = SPEC.model_copy(update={"posts": (), "eligible_statuses": ()})
    assert [key for key, _ in vacancy_objections(wrong)] == ["eligible_statuses", "posts"]
    with pytest.raises(BadInput) as refused:
        freeze(wrong, RULES.model_copy(update={"deadlines": {}}), SPRING)
    assert refused.value.details["keys"][:3] == ["eligible_statuses", "posts", "deadlines.screening"]


def test_conditions_that_wait_for_each_other_are_refused() -> None:
    circle = {**RULES.conditions, Condition.MEDICAL: ConditionRule(after=(Condition.ACCREDITATION,))}
    ((key, what),) = rules_objections(RULES.model_copy(update={"conditions": circle}))
    assert key == "conditions"
    assert "wait for each other" in what


@pytest.mark.parametrize(
    ("changes", "key", "other"),
    [
        ({"reserve": RULES.reserve.model_copy(update={"days": 300})}, "reserve.days", "deadlines.reserve.target says 365"),
        ({"reserve": RULES.reserve.model_copy(update={"notice_days": 60})}, "reserve.notice_days", "says 30"),
    ],
)
def test_two_figures_that_mean_the_same_must_agree(changes: dict[str, Any], key: str, other: str) -> None:
    ((found, what),) = rules_objections(RULES.model_copy(update=changes))
    assert found == key
    assert other in what
    assert rules_objections(RULES) == []
