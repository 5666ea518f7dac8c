"""The terms of a contract, computed by rule, each line with the clause it comes from (recruitment.md §5).

Nobody types a term: who is appointed, to which post and on which day decide. "May be renewed" is never a right, so every
renewal here is an upper bound with its condition. Pay comes from the notice, never from the grade.
"""

import hashlib
import json
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain import grades
from domain.calendars import add_months, period_end
from domain.errors import BadInput
from domain.rules import ContractRules
from domain.vacancy import PostSpec, Salary, VacancySpec
from domain.words import PostKind

#: Advancement on a twin-graded post is never sooner than this, whatever is granted.
LEAST_MONTHS = 12

#: clause id → (what it says, with the terms' own figures; the notices it stands in). The letters' words are the catalogue's.
CLAUSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "established.definite": ("a definite duration of {years} years", ("250442",)),
    "established.then_indefinite": ("may be followed by an indefinite duration contract", ("250442",)),
    "project.definite": ("a definite duration of {years} years, as the post serves a project", ("250442",)),
    "project.renewal": ("may be renewed for up to {renewable_years} years if the project requires", ("250442",)),
    "limited.definite": ("a definite duration of {years} years, as the post is needed for a limited period", ("240655",)),
    "limited.renewal": ("may be renewed for up to {renewable_years} years if required", ("240655",)),
    "seconded.definite": ("a definite duration of {years} years on secondment", ("240655", "250442")),
    "seconded.renewal": ("may be renewed for up to {renewable_years} years if the national authority agrees", ("240655", "250442")),
    "seconded.at_most": ("at most {max_total_years} years in the post on secondment", ("250442",)),
    "serving.regulations": ("a contract under the personnel regulations, as for all serving staff", ("240655", "250442")),
    "twin.lower_grade": ("appointed at {grade}, the lower grade of {grade}-{grade_high}", ("240655", "250442")),
    "twin.advancement": (
        "advancement to {grade_high} is not automatic and normally not before {earliest_advancement}",
        ("240655", "250442"),
    ),
    "twin.reduction": (
        "for external candidates that time may be shortened, never to before {earliest_reduced_advancement}",
        ("240655", "250442"),
    ),
    "twin.higher_grade": ("appointed at {grade}, the higher grade, by a decision for serving staff", ("240655", "250442")),
    "policy.in_use": ("the contract policy in use on the day of appointment applies", ("250442",)),
}


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(Strict):
    """One line of the proposal: its clause, what it says here, and the notices the clause stands in."""

    clause: str
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
    enters_on: date
    ends_on: date | None = None
    grade: str
    grade_high: str | None = None
    earliest_advancement: date | None = None
    earliest_reduced_advancement: date | None = None
    higher_grade_reason: str = ""
    salary: Salary | None = None
    conditions: tuple[Line, ...] = ()
    changed: tuple[Change, ...] = ()


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
) -> Terms:
    """The terms for one person on `post` under the contract policy in use today (`rules`).

    `higher_grade_reason` carries the decision to appoint serving staff at the higher of twin grades. Raises BadInput where
    that is not possible.
    """
    terms = Terms(
        vacancy=spec.reference,
        post=post.id,
        post_kind=post.kind,
        kind="definite",
        enters_on=enters_on,
        grade=grades.grade(post.grade_low),
        salary=spec.salary,
        changed=_changed(rules_at_publication, rules),
    )
    terms, clauses = _duration(terms, post, seconded=seconded, serving=serving, rules=rules, spec=spec)
    terms, more = _grade(terms, post, serving=serving, rules=rules, reason=higher_grade_reason)
    return terms.model_copy(update={"conditions": _lines(terms, [*clauses, *more, "policy.in_use"])})


def terms_sha256(terms: Terms) -> str:
    """The hash an approval is given on: any edit of any term makes another one."""
    text = json.dumps(terms.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# ---- duration --------------------------------------------------------------------------------------------------------------


def _duration(
    terms: Terms, post: PostSpec, *, seconded: bool, serving: bool, rules: ContractRules, spec: VacancySpec
) -> tuple[Terms, list[str]]:
    if seconded:
        return _seconded(terms, rules, spec)
    if serving:
        return terms.model_copy(update={"kind": "personnel_regulations"}), ["serving.regulations"]
    match post.kind:
        case PostKind.ESTABLISHED:
            return _definite(terms, rules, then_indefinite=True), ["established.definite", "established.then_indefinite"]
        case PostKind.PROJECT:
            renewal = {"renewable_years": rules.renewable_years, "renewable_if": "project_requires"}
            return _definite(terms, rules, **renewal), ["project.definite", "project.renewal"]
        case PostKind.LIMITED:
            renewal = {"renewable_years": rules.renewable_years, "renewable_if": "required"}
            return _definite(terms, rules, **renewal), ["limited.definite", "limited.renewal"]


def _definite(terms: Terms, rules: ContractRules, **more: object) -> Terms:
    ends_on = period_end(terms.enters_on, 12 * rules.years)
    return terms.model_copy(update={"years": rules.years, "ends_on": ends_on, **more})


def _seconded(terms: Terms, rules: ContractRules, spec: VacancySpec) -> tuple[Terms, list[str]]:
    """Where the notice limits a secondment, the renewal is cut so that the whole stays within the limit."""
    at_most = None if spec.secondment_max_years is None else min(spec.secondment_max_years, rules.secondment_max_years)
    renewable = rules.renewable_years if at_most is None else max(0, min(rules.renewable_years, at_most - rules.years))
    found = _definite(terms, rules, renewable_years=renewable, renewable_if="national_authority_agrees", max_total_years=at_most)
    clauses = ["seconded.definite"] + (["seconded.renewal"] if renewable else []) + (["seconded.at_most"] if at_most else [])
    return found, clauses


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
        "earliest_advancement": add_months(terms.enters_on, months),
    }
    if not serving:
        shortest = max(LEAST_MONTHS, months - rules.twin_reduction_months)
        found["earliest_reduced_advancement"] = add_months(terms.enters_on, shortest)
        clauses.append("twin.reduction")
    return terms.model_copy(update=found), clauses


def _higher_grade(terms: Terms, post: PostSpec, serving: bool, reason: str) -> Terms:
    if not serving:
        raise BadInput("only serving staff may be appointed at the higher of twin grades", code="not_serving", post=post.id)
    return terms.model_copy(update={"grade": grades.grade(post.grade_high), "higher_grade_reason": reason})


# ---- lines -----------------------------------------------------------------------------------------------------------------


def _lines(terms: Terms, clauses: list[str]) -> tuple[Line, ...]:
    figures = terms.model_dump(mode="json")
    return tuple(Line(clause=c, says=CLAUSES[c][0].format(**figures), sources=CLAUSES[c][1]) for c in clauses)


def _changed(before: ContractRules | None, now: ContractRules) -> tuple[Change, ...]:
    if before is None:
        return ()
    was, is_now = before.model_dump(), now.model_dump()
    return tuple(Change(figure=k, at_publication=was[k], now=is_now[k]) for k in sorted(is_now) if was[k] != is_now[k])
