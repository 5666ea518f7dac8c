from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import add_months, period_end
from domain.contract import CLAUSES, Terms, moved_to, propose_terms, terms_sha256
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
        assert (line.term, line.sources) == (CLAUSES[line.clause][0], CLAUSES[line.clause][2])
        assert set(line.sources) <= {"240655", "250442"}
        assert "None" not in line.says
        assert "{" not in line.says
    assert clauses(terms)[-1] == "policy.in_use"


def test_no_line_promises_a_renewal() -> None:
    words = [says for _, says, _ in CLAUSES.values() if "renew" in says]
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


# ---- the sentences of recruitment.md §5, one by one --------------------------------------------------------------------------


def terms(on: PostSpec, who: str = "external", *, rules: ContractRules = RULES, enters: date = ENTERS, **more: Any) -> Terms:
    most = more.pop("most", None)
    spec = vacancy(most).model_copy(update=more.pop("spec", {}))
    return propose_terms(on, seconded=who == "seconded", serving=who == "serving", enters_on=enters, rules=rules, spec=spec, **more)


LIMITED, PROJECT, TWIN = post(PostKind.LIMITED), post(PostKind.PROJECT), post(low="G8", high="G10")
SENTENCES: dict[str, tuple[Terms, dict[str, Any], set[str]]] = {
    "The first contract is of definite duration, three years": (terms(post()), {"kind": "definite", "years": 3}, {"established.definite"}),
    "On an established post an indefinite contract may follow": (
        terms(post()),
        {"then_indefinite": True, "renewable_years": None},
        {"established.then_indefinite"},
    ),
    "On a project post it is renewable up to three years if the project requires": (
        terms(PROJECT),
        {"renewable_years": 3, "renewable_if": "project_requires", "then_indefinite": False},
        {"project.renewal"},
    ),
    "On a limited-period post it is renewable up to three years if required": (
        terms(LIMITED),
        {"years": 3, "renewable_years": 3, "renewable_if": "required"},
        {"limited.definite", "limited.renewal"},
    ),
    "A secondment is renewable up to three years with the national authority's agreement": (
        terms(post(), "seconded"),
        {"years": 3, "renewable_years": 3, "renewable_if": "national_authority_agrees", "max_total_years": None},
        {"seconded.renewal"},
    ),
    "A secondment lasts at most six years in the post where the notice says so": (
        terms(post(), "seconded", most=6),
        {"max_total_years": 6},
        {"seconded.at_most"},
    ),
    "The years the national administration agreed to cap the term": (
        terms(post(), "seconded", most=6, agreed_years=2),
        {"years": 2, "agreed_years": 2, "ends_on": date(2027, 8, 31)},
        {"seconded.agreed", "seconded.definite"},
    ),
    "An agreement for longer gives no longer term": (terms(post(), "seconded", agreed_years=9), {"years": 3}, {"seconded.agreed"}),
    "Serving staff get a contract under the personnel regulations, with no three-year default": (
        terms(post(), "serving"),
        {"kind": "personnel_regulations", "years": None, "ends_on": None},
        {"serving.regulations"},
    ),
    "On a twin-graded post the lower grade is given whatever the qualifications": (terms(TWIN), {"grade": "G8"}, {"twin.lower_grade"}),
    "Advancement is normally not before three years in the post": (
        terms(TWIN),
        {"earliest_advancement": date(2028, 9, 1)},
        {"twin.advancement"},
    ),
    "For external candidates it may be reduced by up to 24 months": (
        terms(TWIN),
        {"earliest_reduced_advancement": date(2026, 9, 1)},
        {"twin.reduction"},
    ),
    "Serving staff may be appointed at the higher grade by a decision": (
        terms(TWIN, "serving", higher_grade_reason="stated_circumstances"),
        {"grade": "G10", "higher_grade_reason": "stated_circumstances"},
        {"twin.higher_grade"},
    ),
    "Pay comes from the notice": (
        terms(post(), spec={"salary": Salary(amount="3833.04", currency="EUR", period="month")}),
        {"salary_from": "notice", "pay": "3833.04 EUR a month"},
        {"pay.notice"},
    ),
    "Pay comes from the offer form where the notice states none": (
        terms(post(), pay=Salary(amount="4000.00", currency="EUR")),
        {"salary_from": "offer_form", "pay": "4000.00 EUR"},
        {"pay.offer_form"},
    ),
    "Pay is never derived from the grade": (terms(TWIN), {"salary": None, "salary_from": None, "pay": ""}, set()),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_terms_hold_what_the_rules_say(sentence: str) -> None:
    found, expected, cited = SENTENCES[sentence]
    assert {name: getattr(found, name) for name in expected} == expected
    assert cited <= set(clauses(found))


def test_the_offer_form_cannot_state_another_pay_than_the_notice() -> None:
    stated = {"salary": Salary(amount="3833.04", currency="EUR")}
    with pytest.raises(BadInput) as caught:
        terms(post(), spec=stated, pay=Salary(amount="9000", currency="EUR"))
    assert caught.value.code == "pay_in_notice"
    bare = terms(post(), spec={"salary": Salary(amount="3833.04")}, pay=Salary(amount="3833.04", currency="EUR"))
    assert bare.salary_from == "offer_form", "an amount without its currency is not stated"


@given(
    kind=st.sampled_from(PostKind),
    who=st.sampled_from(["external", "seconded", "serving"]),
    years=st.integers(1, 10),
    renewable=st.integers(0, 10),
    cap=st.integers(1, 12),
    most=st.none() | st.integers(1, 12),
    agreed=st.none() | st.integers(1, 10),
    enters=st.dates(date(2024, 1, 1), date(2040, 12, 31)),
)
def test_no_term_goes_beyond_its_caps(
    kind: PostKind, who: str, years: int, renewable: int, cap: int, most: int | None, agreed: int | None, enters: date
) -> None:
    rules = ContractRules(years=years, renewable_years=renewable, secondment_max_years=cap)
    found = terms(post(kind), who, rules=rules, enters=enters, most=most, agreed_years=agreed)
    assert (found.years or 0) <= years
    assert (found.renewable_years or 0) <= renewable
    assert not (found.then_indefinite and found.renewable_years)
    if who == "seconded":
        assert found.years is not None
        assert found.years <= (agreed or years)
        if most is not None:
            assert found.years + (found.renewable_years or 0) <= min(most, cap)
    if found.years is not None:
        assert found.ends_on is not None
        assert found.ends_on <= add_months(enters, 12 * found.years)


@given(enters=st.dates(date(2024, 1, 1), date(2060, 12, 31)), years=st.integers(1, 6), reduction=st.integers(0, 60))
def test_advancement_is_never_before_the_whole_time_is_over_not_even_over_a_leap_day(enters: date, years: int, reduction: int) -> None:
    found = terms(TWIN, rules=ContractRules(twin_years=years, twin_reduction_months=reduction), enters=enters)
    assert found.earliest_advancement == period_end(enters, 12 * years) + timedelta(days=1)
    assert found.earliest_reduced_advancement is not None
    assert period_end(enters, 12) < found.earliest_reduced_advancement <= found.earliest_advancement


def test_three_years_begun_on_a_leap_day_are_over_with_february() -> None:
    assert terms(TWIN, enters=date(2028, 2, 29)).earliest_advancement == date(2031, 3, 1)


@given(
    who=st.sampled_from(["external", "seconded", "serving"]),
    enters=st.dates(date(2024, 1, 1), date(2040, 12, 31)),
    later=st.integers(1, 400),
)
def test_terms_moved_to_another_day_are_the_terms_of_that_day(who: str, enters: date, later: int) -> None:
    other = enters + timedelta(days=later)
    assert moved_to(terms(TWIN, who, enters=enters, most=6), other) == terms(TWIN, who, enters=other, most=6)
