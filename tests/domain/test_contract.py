from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract import CLAUSES, Terms, propose_terms, terms_sha256
from domain.errors import BadInput
from domain.rules import ContractRules
from domain.vacancy import Closing, DutyStation, PostSpec, Salary, Title, VacancySpec
from domain.words import PostKind

RULES = ContractRules()
ENTERS = date(2025, 9, 1)


def post(kind: PostKind = PostKind.ESTABLISHED, low: str = "G8", high: str = "G8") -> PostSpec:
    return PostSpec(id="p1", kind=kind, grade_low=low, grade_high=high)


def vacancy(secondment_max_years: int | None = None) -> VacancySpec:
    return VacancySpec(
        reference="250442",
        title=Title(en="a", fr="b"),
        body="IS",
        duty_station=DutyStation(country="BE", city="Brussels", zone="Europe/Brussels"),
        closing=Closing(ongoing=True),
        secondment_max_years=secondment_max_years,
        posts=(post(),),
    )


def propose(on: PostSpec, *, seconded: bool = False, serving: bool = False, reason: str = "", most: int | None = None) -> Terms:
    return propose_terms(
        on, seconded=seconded, serving=serving, enters_on=ENTERS, rules=RULES, spec=vacancy(most), higher_grade_reason=reason
    )


def clauses(terms: Terms) -> list[str]:
    return [line.clause for line in terms.conditions]


@pytest.mark.parametrize(
    ("kind", "renewable", "condition", "indefinite"),
    [
        (PostKind.ESTABLISHED, None, None, True),
        (PostKind.PROJECT, 3, "project_requires", False),
        (PostKind.LIMITED, 3, "required", False),
    ],
)
def test_a_first_contract_lasts_three_years(kind: PostKind, renewable: int | None, condition: str | None, indefinite: bool) -> None:
    terms = propose(post(kind))
    assert (terms.kind, terms.years, terms.ends_on) == ("definite", 3, date(2028, 8, 31))
    assert (terms.renewable_years, terms.renewable_if, terms.then_indefinite) == (renewable, condition, indefinite)
    assert clauses(terms)[0] == f"{kind}.definite"


@pytest.mark.parametrize("kind", PostKind)
def test_a_secondment_is_renewed_only_if_the_nation_agrees_and_for_six_years_at_most_where_the_notice_says_so(kind: PostKind) -> None:
    terms = propose(post(kind), seconded=True, most=6)
    assert (terms.years, terms.renewable_years, terms.renewable_if, terms.max_total_years) == (3, 3, "national_authority_agrees", 6)
    assert not terms.then_indefinite
    assert "seconded.at_most" in clauses(terms)
    silent = propose(post(kind), seconded=True)
    assert silent.max_total_years is None
    assert "seconded.at_most" not in clauses(silent)


@pytest.mark.parametrize(("most", "renewable"), [(5, 2), (4, 1), (3, 0), (9, 3)])
def test_the_renewal_of_a_secondment_stays_within_the_limit(most: int, renewable: int) -> None:
    terms = propose(post(), seconded=True, most=most)
    assert terms.renewable_years == renewable
    assert ("seconded.renewal" in clauses(terms)) == bool(renewable)
    assert terms.max_total_years == min(most, RULES.secondment_max_years)


@pytest.mark.parametrize("kind", PostKind)
def test_serving_staff_get_no_three_year_default(kind: PostKind) -> None:
    terms = propose(post(kind), serving=True)
    assert (terms.kind, terms.years, terms.ends_on, terms.renewable_years) == ("personnel_regulations", None, None, None)
    assert clauses(terms)[0] == "serving.regulations"


def test_a_twin_graded_post_begins_at_the_lower_grade() -> None:
    terms = propose(post(low="G8", high="G10"))
    assert (terms.grade, terms.grade_high) == ("G8", "G10")
    assert terms.earliest_advancement == date(2028, 9, 1)
    assert terms.earliest_reduced_advancement == date(2026, 9, 1)
    assert {"twin.lower_grade", "twin.advancement", "twin.reduction"} <= set(clauses(terms))


def test_a_single_grade_has_no_advancement() -> None:
    terms = propose(post())
    assert (terms.grade, terms.grade_high, terms.earliest_advancement) == ("G8", None, None)


def test_only_external_candidates_can_have_the_time_shortened() -> None:
    terms = propose(post(low="G8", high="G10"), serving=True)
    assert terms.grade == "G8"
    assert terms.earliest_reduced_advancement is None
    assert "twin.reduction" not in clauses(terms)


@given(years=st.integers(1, 6), reduction=st.integers(0, 60))
def test_no_policy_shortens_the_time_to_under_twelve_months(years: int, reduction: int) -> None:
    rules = ContractRules(twin_years=years, twin_reduction_months=reduction)
    terms = propose_terms(post(low="G8", high="G10"), seconded=False, serving=False, enters_on=ENTERS, rules=rules, spec=vacancy())
    assert terms.earliest_reduced_advancement is not None
    assert terms.earliest_reduced_advancement >= date(2026, 9, 1)


def test_serving_staff_may_be_appointed_at_the_higher_grade_by_a_decision() -> None:
    terms = propose(post(low="G8", high="G10"), serving=True, reason="decision 12")
    assert (terms.grade, terms.higher_grade_reason, terms.grade_high) == ("G10", "decision 12", None)


def test_nobody_else_may() -> None:
    with pytest.raises(BadInput, match="only serving staff"):
        propose(post(low="G8", high="G10"), reason="brilliant")
    with pytest.raises(BadInput, match="one grade"):
        propose(post(), serving=True, reason="brilliant")


@pytest.mark.parametrize("kind", PostKind)
@pytest.mark.parametrize(("seconded", "serving"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("high", ["G8", "G10"])
def test_every_line_has_its_clause_and_says_its_figures(kind: PostKind, seconded: bool, serving: bool, high: str) -> None:
    terms = propose(post(kind, "G8", high), seconded=seconded, serving=serving, most=6)
    assert terms.conditions
    for line in terms.conditions:
        assert line.sources == CLAUSES[line.clause][1]
        assert set(line.sources) <= {"240655", "250442"}
        assert "None" not in line.says
        assert "{" not in line.says
    assert clauses(terms)[-1] == "policy.in_use"


def test_no_line_promises_a_renewal() -> None:
    words = [says for says, _ in CLAUSES.values() if "renew" in says]
    assert words
    assert all("may be renewed" in says for says in words)


def test_pay_comes_from_the_notice_and_never_from_the_grade() -> None:
    assert propose(post()).salary is None
    paid = vacancy().model_copy(update={"salary": Salary(amount="3833.04", currency="EUR", period="month")})
    terms = propose_terms(post(low="G8", high="G10"), seconded=False, serving=False, enters_on=ENTERS, rules=RULES, spec=paid)
    assert terms.salary == paid.salary


def test_a_policy_changed_since_publication_is_shown() -> None:
    before = ContractRules(years=4)
    terms = propose_terms(post(), seconded=False, serving=False, enters_on=ENTERS, rules=RULES, spec=vacancy(), rules_at_publication=before)
    assert terms.years == 3
    assert [(c.figure, c.at_publication, c.now) for c in terms.changed] == [("years", 4, 3)]
    assert propose(post()).changed == ()


def test_the_hash_is_that_of_these_very_terms() -> None:
    terms = propose(post(low="G8", high="G10"))
    assert terms_sha256(terms) == terms_sha256(Terms.model_validate(terms.model_dump(mode="json")))
    assert terms_sha256(terms) != terms_sha256(terms.model_copy(update={"years": 4}))
    assert len(terms_sha256(terms)) == 64


def test_a_contract_begun_on_a_leap_day_ends_with_february() -> None:
    terms = propose_terms(post(), seconded=False, serving=False, enters_on=date(2028, 2, 29), rules=RULES, spec=vacancy())
    assert terms.ends_on == date(2031, 2, 28)
