"""The terms of a contract, computed by rule, each line with the clause it comes from (recruitment.md §5).

Nobody types a term: who is appointed, to which post and on which day decide. "May be renewed" is never a right, so every
renewal here is an upper bound with its condition. Pay comes from the notice or the offer form, never from the grade.
"""

import hashlib
import json
from datetime import date, timedelta
from itertools import count
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain import grades
from domain.calendars import period_end
from domain.errors import BadInput
from domain.rules import ContractRules, Rules
from domain.vacancy import PostSpec, Salary, VacancySpec
from domain.words import PostKind

#: Advancement on a twin-graded post is never sooner than this, whatever is granted.
LEAST_MONTHS = 12

#: clause id → (the term it gives, what it says with the terms' own figures, the notices it stands in). Both languages of a clause are
#: the catalogue's (`clause.<id>`); the English here is part of the bytes that are approved, and a test holds the two together.
CLAUSES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "established.definite": ("duration", "a definite duration of {years} years", ("250442",)),
    "established.then_indefinite": ("afterwards", "may be followed by an indefinite duration contract", ("250442",)),
    "project.definite": ("duration", "a definite duration of {years} years, as the post serves a project", ("250442",)),
    "project.renewal": ("renewal", "may be renewed for up to {renewable_years} years if the project requires", ("250442",)),
    "limited.definite": ("duration", "a definite duration of {years} years, as the post is needed for a limited period", ("240655",)),
    "limited.renewal": ("renewal", "may be renewed for up to {renewable_years} years if required", ("240655",)),
    "seconded.definite": ("duration", "a definite duration of {years} years on secondment", ("240655", "250442")),
    "seconded.agreed": ("duration", "the national administration agreed to {agreed_years} years", ("240655", "250442")),
    "seconded.renewal": (
        "renewal",
        "may be renewed for up to {renewable_years} years if the national authority agrees",
        ("240655", "250442"),
    ),
    "seconded.at_most": ("at_most", "at most {max_total_years} years in the post on secondment", ("250442",)),
    "serving.regulations": ("duration", "a contract under the personnel regulations, as for all serving staff", ("240655", "250442")),
    "twin.lower_grade": ("grade", "appointed at {grade}, the lower grade of {grade}-{grade_high}", ("240655", "250442")),
    "twin.advancement": (
        "advancement",
        "advancement to {grade_high} is not automatic and normally not before {earliest_advancement}",
        ("240655", "250442"),
    ),
    "twin.reduction": (
        "advancement",
        "for external candidates that time may be shortened, never to before {earliest_reduced_advancement}",
        ("240655", "250442"),
    ),
    "twin.higher_grade": ("grade", "appointed at {grade}, the higher grade, by a decision for serving staff", ("240655", "250442")),
    "pay.notice": ("pay", "the pay the notice states, {pay}", ("240655", "250442")),
    "pay.offer_form": ("pay", "the pay of the offer form, {pay}, as the notice states none", ("240655",)),
    "policy.in_use": ("policy", "the contract policy in use on the day of appointment applies", ("250442",)),
}

#: The figure of the terms a line is about, shown beside its clause.
VALUES = {
    "established.definite": "years",
    "project.definite": "years",
    "limited.definite": "years",
    "seconded.definite": "years",
    "seconded.agreed": "agreed_years",
    "project.renewal": "renewable_years",
    "limited.renewal": "renewable_years",
    "seconded.renewal": "renewable_years",
    "seconded.at_most": "max_total_years",
    "twin.lower_grade": "grade",
    "twin.higher_grade": "grade",
    "twin.advancement": "earliest_advancement",
    "twin.reduction": "earliest_reduced_advancement",
    "pay.notice": "pay",
    "pay.offer_form": "pay",
    "policy.in_use": "policy",
}


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(Strict):
    """One line of the proposal: its clause, the term and figure it gives, what it says here, and the notices the clause stands in."""

    clause: str
    term: str
    value: str
    says: str
    sources: tuple[str, ...]


class Change(Strict):
    """A figure of the contract policy that differs between publication and appointment (S2: the later one applies)."""

    figure: str
    at_publication: int
    now: int


class Terms(Strict):
    """What is offered. `years` None: the personnel regulations say (serving staff). Renewals are upper bounds, never promises."""

    vacancy: str
    post: str
    post_kind: PostKind
    kind: Literal["definite", "personnel_regulations"]
    years: int | None = None
    renewable_years: int | None = None
    renewable_if: Literal["required", "project_requires", "national_authority_agrees"] | None = None
    then_indefinite: bool = False
    max_total_years: int | None = None
    agreed_years: int | None = None
    enters_on: date
    ends_on: date | None = None
    grade: str
    grade_high: str | None = None
    earliest_advancement: date | None = None
    earliest_reduced_advancement: date | None = None
    higher_grade_reason: str = ""
    salary: Salary | None = None
    salary_from: Literal["notice", "offer_form"] | None = None
    policy: str = ""
    policy_sha256: str = ""
    policy_at_publication: str = ""
    conditions: tuple[Line, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def pay(self) -> str:
        """In words for a line: "3833.04 EUR a month"."""
        if self.salary is None:
            return ""
        per = f"a {self.salary.period}" if self.salary.period else ""
        return " ".join(part for part in (self.salary.amount, self.salary.currency, per) if part)


def propose_terms(
    post: PostSpec,
    *,
    seconded: bool,
    serving: bool,
    enters_on: date,
    rules: ContractRules,
    spec: VacancySpec,
    higher_grade_reason: str = "",
    rules_at_publication: ContractRules | None = None,
    agreed_years: int | None = None,
    pay: Salary | None = None,
    in_use: Rules | None = None,
    at_publication: str = "",
) -> Terms:
    """The terms for one person on `post` under the contract policy in use today (`rules`).

    `higher_grade_reason` carries the decision to appoint serving staff at the higher of twin grades; `agreed_years` what the national
    administration agreed to; `pay` the amount of the offer form, where the notice gives none; `in_use` the whole policy of today and
    `at_publication` the hash of the one frozen with the vacancy, both for the record. Raises BadInput where a term is not possible.
    """
    salary, salary_from = _pay(spec.salary, pay)
    terms = Terms(
        vacancy=spec.reference,
        post=post.id,
        post_kind=post.kind,
        kind="definite",
        enters_on=enters_on,
        grade=grades.grade(post.grade_low),
        salary=salary,
        salary_from=salary_from,
        policy=f"{in_use.name}@{in_use.version}" if in_use else "",
        policy_sha256=in_use.sha256 if in_use else "",
        policy_at_publication=at_publication,
        changed=_changed(rules_at_publication, rules),
    )
    terms, clauses = _duration(terms, post, seconded=seconded, serving=serving, rules=rules, spec=spec, agreed=agreed_years)
    terms, more = _grade(terms, post, serving=serving, rules=rules, reason=higher_grade_reason)
    more += [f"pay.{salary_from}"] if salary_from else []
    return terms.model_copy(update={"conditions": _lines(terms, [*clauses, *more, "policy.in_use"])})


def moved_to(terms: Terms, enters_on: date) -> Terms:
    """The same terms from another day of entry: every date in them follows, nothing else changes."""

    def later(day: date | None) -> date | None:
        return None if day is None else _after(enters_on, _months_between(terms.enters_on, day))

    ends_on = None if terms.years is None else period_end(enters_on, 12 * terms.years)
    moved = terms.model_copy(
        update={
            "enters_on": enters_on,
            "ends_on": ends_on,
            "earliest_advancement": later(terms.earliest_advancement),
            "earliest_reduced_advancement": later(terms.earliest_reduced_advancement),
        }
    )
    return moved.model_copy(update={"conditions": _lines(moved, [line.clause for line in terms.conditions])})


def terms_sha256(terms: Terms) -> str:
    """The hash an approval is given on: any edit of any term makes another one."""
    text = json.dumps(terms.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# ---- duration --------------------------------------------------------------------------------------------------------------


def _duration(
    terms: Terms, post: PostSpec, *, seconded: bool, serving: bool, rules: ContractRules, spec: VacancySpec, agreed: int | None
) -> tuple[Terms, list[str]]:
    if seconded:
        return _seconded(terms, rules, spec, agreed)
    if serving:
        return terms.model_copy(update={"kind": "personnel_regulations"}), ["serving.regulations"]
    match post.kind:
        case PostKind.ESTABLISHED:
            return _definite(terms, rules, then_indefinite=True), ["established.definite", "established.then_indefinite"]
        case PostKind.PROJECT:
            renewal: dict[str, Any] = {"renewable_years": rules.renewable_years, "renewable_if": "project_requires"}
            return _definite(terms, rules, **renewal), ["project.definite", "project.renewal"]
        case PostKind.LIMITED:
            renewal = {"renewable_years": rules.renewable_years, "renewable_if": "required"}
            return _definite(terms, rules, **renewal), ["limited.definite", "limited.renewal"]


def _definite(terms: Terms, rules: ContractRules, years: int | None = None, **more: Any) -> Terms:
    years = years or rules.years
    return terms.model_copy(update={"years": years, "ends_on": period_end(terms.enters_on, 12 * years), **more})


def _seconded(terms: Terms, rules: ContractRules, spec: VacancySpec, agreed: int | None) -> tuple[Terms, list[str]]:
    """The years the administration agreed to cap the term; where the notice limits a secondment, the whole stay keeps within that."""
    at_most = None if spec.secondment_max_years is None else min(spec.secondment_max_years, rules.secondment_max_years)
    years = min(each for each in (rules.years, agreed, at_most) if each is not None)
    renewable = rules.renewable_years if at_most is None else max(0, min(rules.renewable_years, at_most - years))
    more = {"renewable_years": renewable, "renewable_if": "national_authority_agrees", "max_total_years": at_most, "agreed_years": agreed}
    clauses = ["seconded.definite", *(["seconded.agreed"] if agreed is not None else [])]
    clauses += (["seconded.renewal"] if renewable else []) + (["seconded.at_most"] if at_most else [])
    return _definite(terms, rules, years, **more), clauses


# ---- grade -----------------------------------------------------------------------------------------------------------------


def _grade(terms: Terms, post: PostSpec, *, serving: bool, rules: ContractRules, reason: str) -> tuple[Terms, list[str]]:
    if not post.twin_graded:
        if reason:
            raise BadInput(f"post {post.id} has one grade", code="no_higher_grade", post=post.id)
        return terms, []
    if reason:
        return _higher_grade(terms, post, serving, reason), ["twin.higher_grade"]
    months = 12 * rules.twin_years
    clauses = ["twin.lower_grade", "twin.advancement"]
    found: dict[str, object] = {
        "grade_high": grades.grade(post.grade_high),
        "earliest_advancement": _after(terms.enters_on, months),
    }
    if not serving:
        shortest = max(LEAST_MONTHS, months - rules.twin_reduction_months)
        found["earliest_reduced_advancement"] = _after(terms.enters_on, shortest)
        clauses.append("twin.reduction")
    return terms.model_copy(update=found), clauses


def _months_between(start: date, day: date) -> int:
    """How many whole months were counted from `start` to come to `day`."""
    return next(months for months in count() if _after(start, months) >= day)


def _after(start: date, months: int) -> date:
    """The first day after so many whole months: begun on 29 February, three years are over with 28 February."""
    return period_end(start, months) + timedelta(days=1) if months else start


def _higher_grade(terms: Terms, post: PostSpec, serving: bool, reason: str) -> Terms:
    if not serving:
        raise BadInput("only serving staff may be appointed at the higher of twin grades", code="not_serving", post=post.id)
    return terms.model_copy(update={"grade": grades.grade(post.grade_high), "higher_grade_reason": reason})


# ---- pay -------------------------------------------------------------------------------------------------------------------


def _pay(notice: Salary | None, form: Salary | None) -> tuple[Salary | None, Literal["notice", "offer_form"] | None]:
    """The notice's pay, or the offer form's where the notice states none, or no currency to it. Never derived from a grade."""
    complete = notice is not None and notice.currency is not None
    if form is not None and complete:
        raise BadInput("the notice states the pay; the offer form cannot state another", code="pay_in_notice", field="pay_amount")
    if form is not None:
        return form, "offer_form"
    return notice, "notice" if notice is not None else None


# ---- lines -----------------------------------------------------------------------------------------------------------------


def figures(terms: Terms) -> dict[str, Any]:
    """What the words of a clause may name."""
    return {**terms.model_dump(mode="json", exclude={"conditions"}), "pay": terms.pay}


def _lines(terms: Terms, clauses: list[str]) -> tuple[Line, ...]:
    found = figures(terms)
    return tuple(_line(clause, found) for clause in clauses)


def _line(clause: str, found: dict[str, Any]) -> Line:
    term, says, sources = CLAUSES[clause]
    value = found.get(VALUES.get(clause, ""))
    return Line(clause=clause, term=term, value="" if value is None else str(value), says=says.format(**found), sources=sources)


def _changed(before: ContractRules | None, now: ContractRules) -> tuple[Change, ...]:
    if before is None:
        return ()
    was, is_now = before.model_dump(), now.model_dump()
    return tuple(Change(figure=k, at_publication=was[k], now=is_now[k]) for k in sorted(is_now) if was[k] != is_now[k])
