"""The figures of the rules as their two tables give them (`recruitment.md` §2 and §4), against the standard policy."""

import pytest

from config.files import load_rules
from domain.conditions import TABLE
from domain.rules import DeadlineRule
from domain.words import Condition, LimitAction, Party, Stage

RULES = load_rules("standard")

#: stage | clock | who moves | target / reminder / limit | at the limit; "-" where the table gives none.
STAGES = """
received            | -                    | -             | -              | -
screening           | screening            | hr            | 14 / 10 / 30   | escalate
shortlisting        | shortlisting         | hr            | 14 / 10 / 30   | escalate
assessment          | assessment_answer    | candidate     | 7 / 5 / 7      | lapse_due
assessment          | assessment_marking   | board         | 14 / 10 / 30   | escalate
interview           | interview            | board         | 21 / 14 / 60   | escalate
interview           | interview_fast_track | board         | 7 / - / 60     | escalate
selection           | selection            | board         | 14 / 10 / 30   | escalate
reserve             | reserve              | hr            | 365 / 335 / 365| lapse_due
conditional_offer   | offer                | candidate     | 7 / 5 / 7      | lapse_due
conditions          | -                    | -             | -              | -
contract_offer      | contract             | candidate     | 14 / 10 / -    | person_decides
entry_on_duty       | entry                | candidate     | 90 / 76 / 90   | person_decides
probation           | probation            | line_manager  | 180 / 150 / 179| escalate
"""

#: condition | clock | who answers | target / reminded every / limit | at the limit
CONDITIONS = """
clearance           | clearance_forms      | candidate           | 14 / - / -     | -
clearance           | clearance            | nation              | 180 / 30 / 548 | person_decides
medical             | medical_file         | candidate           | 30 / - / -     | escalate
medical             | medical              | medical_adviser     | 14 / 20 / 90   | escalate
verification        | verification         | verification_agency | 30 / 20 / 60   | escalate
accreditation       | accreditation        | host_nation         | 30 / 20 / 90   | escalate
secondment          | secondment           | nation              | 30 / 20 / 90   | person_decides
budget              | budget               | budget_authority    | - / 30 / 180   | person_decides
"""


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def check(rule: DeadlineRule, party: str, figures: str, at_limit: str, remind: int | None) -> None:
    """What the table gives holds; where it gives nothing the policy may."""
    told = [cell.strip() for cell in figures.split("/")]
    real = [rule.target, remind, rule.limit]
    assert [None if cell == "-" else real[n] for n, cell in enumerate(told)] == [None if cell == "-" else int(cell) for cell in told]
    assert rule.party == Party(party)
    assert at_limit in ("-", rule.at_limit)


@pytest.mark.parametrize(("stage", "key", "party", "figures", "at_limit"), [row for row in table(STAGES) if row[1] != "-"])
def test_each_stage_has_the_figures_of_its_line(stage: str, key: str, party: str, figures: str, at_limit: str) -> None:
    rule = RULES.deadlines[key]
    check(rule, party, figures, at_limit, rule.remind)
    if at_limit == "escalate":
        assert rule.ladder[0].to == "hr_head"


def test_every_stage_has_its_line() -> None:
    assert list(dict.fromkeys(row[0] for row in table(STAGES))) == [str(stage) for stage in Stage]
    assert "received" not in RULES.deadlines, "what is received has no clock of its own"


@pytest.mark.parametrize(("condition", "key", "party", "figures", "at_limit"), table(CONDITIONS))
def test_each_condition_has_the_figures_of_its_line(condition: str, key: str, party: str, figures: str, at_limit: str) -> None:
    rule, line = RULES.deadlines[key], TABLE[Condition(condition)]
    check(rule, party, figures, at_limit, rule.remind_every)
    assert key in (line.deadline_key, line.papers_key)


def test_every_condition_has_its_line() -> None:
    assert list(dict.fromkeys(row[0] for row in table(CONDITIONS))) == [str(condition) for condition in Condition]


def test_the_other_figures_are_those_of_the_rules() -> None:
    assert RULES.default_closing_time == "23:59:59"
    assert (RULES.deadlines["review"].limit, RULES.deadlines["allegation"].limit) == (20, 10)
    assert (RULES.reserve.days, RULES.reserve.notice_days, RULES.reserve.extensions) == (365, 30, 2)
    assert (RULES.conditions[Condition.MEDICAL].valid_days, RULES.conditions[Condition.MEDICAL].appeal_days) == (365, 20)
    assert {c for c in Condition if RULES.conditions[c].valid_days} == {Condition.MEDICAL}, "the others last until their own date"
    assert RULES.probation_months == 6
    contract = RULES.contract
    assert (contract.years, contract.renewable_years, contract.secondment_max_years) == (3, 3, 6)
    assert (contract.twin_years, contract.twin_reduction_months) == (3, 24)


def test_no_limit_of_the_policy_ends_a_case() -> None:
    ways = {LimitAction.ESCALATE, LimitAction.LAPSE_DUE, LimitAction.PERSON_DECIDES, LimitAction.CLOSES}
    assert {rule.at_limit for rule in RULES.deadlines.values()} <= ways
    closing = {key for key, rule in RULES.deadlines.items() if rule.at_limit is LimitAction.CLOSES}
    assert closing == {"review"}, "what closes is the time to ask, not a case still open"
