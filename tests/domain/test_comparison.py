"""Two policies compared: every figure that differs is said, in words, and nothing else."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.files import load_rules
from domain.comparison import differences
from domain.rules import DEADLINE_KEYS, Rules
from domain.words import Condition, LimitAction, Role

STANDARD = load_rules("standard")


def changed(rules: Rules = STANDARD, **paths: Any) -> Rules:
    """`deadlines__screening__target=10`: a policy with that figure, checked as a file would be."""
    data = rules.model_dump(mode="json")
    for path, value in paths.items():
        *tables, key = path.split("__")
        table = data
        for name in tables:
            table = table[name]
        table[key] = value
    return Rules.model_validate(data)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("deadlines__screening__target", 10, "screening: target 14 → 10 days"),
        ("deadlines__screening__target", 1, "screening: target 14 → 1 day"),
        ("deadlines__screening__remind", None, "screening: reminder after 10 days → none"),
        ("deadlines__clearance__remind_every", 14, "clearance: reminder every 30 → 14 days"),
        ("deadlines__screening__limit", None, "screening: limit 30 days → none"),
        ("deadlines__screening__at_limit", "lapse_due", "screening: at the limit escalate → lapse due"),
        ("deadlines__screening__escalate_to", "hr_officer", "screening: escalated to hr head → hr officer"),
        ("deadlines__screening__party", "hiring_manager", "screening: whose turn hr → hiring manager"),
        ("deadlines__screening__working_days", True, "screening: counted in days → working days"),
        ("conditions__accreditation__after", ["clearance"], "accreditation: asked after clearance, medical → clearance"),
        ("conditions__accreditation__after", [], "accreditation: asked after clearance, medical → nothing else"),
        ("conditions__medical__valid_days", 180, "medical: a result is valid 365 → 180 days"),
        ("conditions__clearance__valid_days", 700, "clearance: a result is valid without an end of its own → 700 days"),
        ("conditions__medical__appeal_days", 30, "medical: time to appeal 20 → 30 days"),
        ("review_holds_days", 20, "a place is kept for a review: 30 → 20 days"),
        ("assessment", "none", "assessment: recorded video → none"),
        ("reserve__extensions", 1, "extensions of the reserve list: 2 → 1"),
        ("contract__years", 1, "first contract: 3 → 1 year"),
        ("eligibility__minimum_age", 18, "minimum age at entry on duty: none → 18 years"),
        ("version", "2027.1", "version: 2026.1 → 2027.1"),
    ],
)
def test_a_difference_is_said_in_the_words_of_the_trade(path: str, value: Any, words: str) -> None:
    (found,) = differences(STANDARD, changed(**{path: value}))
    assert (found.words, found.key) == (words, path.replace("__", "."))


def test_a_figure_in_another_unit_is_said_with_both() -> None:
    found = differences(STANDARD, changed(deadlines__screening__working_days=True, deadlines__screening__target=10))
    assert [each.words for each in found] == ["screening: counted in days → working days", "screening: target 14 days → 10 working days"]


RULE = st.fixed_dictionaries(
    {
        "target": st.integers(0, 400),
        "remind": st.none() | st.integers(0, 400),
        "limit": st.none() | st.integers(0, 400),
        "at_limit": st.sampled_from([str(a) for a in LimitAction]),
        "escalate_to": st.sampled_from([str(r) for r in Role]),
        "working_days": st.booleans(),
    }
)
CONDITION = st.fixed_dictionaries(
    {"after": st.lists(st.sampled_from([str(c) for c in Condition]), unique=True), "valid_days": st.none() | st.integers(1, 900)}
)


@st.composite
def policies(draw: st.DrawFn) -> Rules:
    data = STANDARD.model_dump(mode="json")
    for key, rule in draw(st.dictionaries(st.sampled_from(sorted(DEADLINE_KEYS)), RULE, max_size=4)).items():
        data["deadlines"][key] |= rule
    for condition, figures_ in draw(st.dictionaries(st.sampled_from([str(c) for c in Condition]), CONDITION, max_size=3)).items():
        data["conditions"][condition] |= figures_
    data["review_holds_days"] = draw(st.integers(0, 60))
    data["contract"]["years"] = draw(st.integers(1, 5))
    return Rules.model_validate(data)


def figures(rules: Rules) -> dict[str, Any]:
    def flat(value: Any, before: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            return {before: value}
        return {key: leaf for name, inner in value.items() for key, leaf in flat(inner, f"{before}.{name}".strip(".")).items()}

    return flat(rules.model_dump(mode="json"), "")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(was=policies(), will=policies())
def test_every_figure_that_differs_is_said_once_and_no_other(was: Rules, will: Rules) -> None:
    found = differences(was, will)
    before, after = figures(was), figures(will)
    assert sorted(each.key for each in found) == sorted(key for key in before if before[key] != after[key])
    assert all((each.was, each.will) == (before[each.key], after[each.key]) for each in found)
    assert len({each.words for each in found}) == len(found)
    assert (found == []) == (was.sha256 == will.sha256)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(was=policies(), will=policies())
def test_seen_from_the_other_side_the_same_figures_differ(was: Rules, will: Rules) -> None:
    assert [(each.key, each.was, each.will) for each in differences(was, will)] == [
        (each.key, each.will, each.was) for each in differences(will, was)
    ]
