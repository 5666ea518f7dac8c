"""docs/rules.md says of every rule of recruitment where it is built and tested, and nothing it says leads nowhere."""

import pytest

from tests.house.rules import PAGE, RULES, STATES, missing_code, missing_test, rows, units

ROWS = rows(PAGE.read_text("utf-8"))
GIST = 15
"""Words a rule may take on the page: it is said in ours, not repeated."""


def normative() -> dict[str, str]:
    if not RULES.is_file():
        pytest.skip("the rules of recruitment are not beside this checkout")
    return units(RULES.read_text("utf-8"))


def test_every_rule_has_its_row() -> None:
    assert sorted(set(normative()) - {row.unit for row in ROWS}) == []


def test_no_row_names_a_rule_that_is_not_there() -> None:
    assert sorted({row.unit for row in ROWS} - set(normative())) == []


def test_every_code_named_is_there() -> None:
    assert [(row.unit, code) for row in ROWS for code in row.code if missing_code(code)] == []


def test_every_test_named_is_there() -> None:
    assert [(row.unit, test) for row in ROWS for test in row.tests if missing_test(test)] == []


def test_what_is_held_names_its_code_and_its_test_and_what_is_not_says_why() -> None:
    assert [row.unit for row in ROWS if not STATES.fullmatch(row.state)] == []
    assert [row.unit for row in ROWS if not row.state.startswith("left") and not (row.code and row.tests)] == []


def test_a_rule_is_told_in_few_words() -> None:
    assert [row.unit for row in ROWS if not 0 < len(row.gist.split()) <= GIST] == []


def test_the_rows_stand_in_the_order_of_the_rules() -> None:
    numbers = [tuple(int(part) for part in row.unit.removeprefix("§").split(".")) for row in ROWS]
    assert numbers == sorted(numbers)


SAMPLE = """# Title
not yet counted
## 1. One
A first sentence, see (S1. And S2; both). A second; a third
goes on here: `a; b` · a fourth.
- **Bold** one (3.5 days). **Next**: e.g. this
```
code; stays. Whole
```
| head | of it |
|---|---|
| a row; | of. Words |

## 2. Two
Only this.
"""


def test_the_rules_are_cut_at_sentences_semicolons_and_dots_but_not_inside_brackets() -> None:
    assert list(units(SAMPLE).items()) == [
        ("§1.1", "A first sentence, see (S1. And S2; both)."),
        ("§1.2", "A second"),
        ("§1.3", "a third goes on here: `a; b`"),
        ("§1.4", "a fourth."),
        ("§1.5", "Bold** one (3.5 days)."),
        ("§1.6", "Next**: e.g. this"),
        ("§1.7", "```\ncode; stays. Whole\n```"),
        ("§1.8", "| a row; | of. Words |"),
        ("§2.1", "Only this."),
    ]


@pytest.mark.parametrize("code", ["domain/hire.py", "domain/hire.py:nothing_of_this", "domain/nowhere.py:HireState", "config/none.toml"])
def test_a_reference_that_leads_nowhere_is_found(code: str) -> None:
    assert missing_code(code)
    assert missing_test(f"{code}::test_nothing")


def test_a_reference_leads_to_a_function_a_class_a_method_a_name_or_a_file() -> None:
    there = ["domain/hire.py:fold", "domain/hire.py:HireState.needs", "domain/contract.py:CLAUSES", "config/policies/standard.toml"]
    assert [code for code in there if missing_code(code)] == []
