"""Acts from the contract to the end of probation (`recruitment.md` §5)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field

from domain import facts as f
from domain.acts.table import HR, Args, Nothing, Reason, act, all_settled, person
from domain.contract import Terms, moved_to, propose_terms, terms_sha256
from domain.errors import BadInput, FourEyes, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.replies import decide_probation
from domain.stages import Facts, end, reopen_expired
from domain.vacancy import PostSpec, Salary
from domain.words import Condition, Ending, Role, Stage

#: A day of entry further off than this is a slip of the pen.
SOON = timedelta(days=730)
APPROVERS = frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY})


class Period(StrEnum):
    MONTH = "month"
    YEAR = "year"


class Propose(Args):
    """`pay_*` are those of the offer form, only where the notice states no pay."""

    enters_on: date | None = None
    pay_amount: str | None = Field(default=None, pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")
    pay_currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    pay_period: Period | None = None


class Approve(Args):
    sha256: str = Field(min_length=64, max_length=64)


class Reject(Approve):
    reason: Reason


class Because(Args):
    reason: Reason


class Grade(Args):
    approved: bool
    reason: Reason


class Postpone(Args):
    enters_on: date
    reason: Reason


class Decide(Args):
    confirmed: bool
    reason: Reason = "written_decision"


# ---- the higher grade ------------------------------------------------------------------------------------------------------


@act("propose_higher_grade", HR, frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT}), Because)
def _propose_higher(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Propose to appoint serving staff at the higher grade of a twin-graded post; the appointing authority decides."""
    if s.grade_low == s.grade_high:
        raise NotNow(f"post {s.post} has one grade", code="no_higher_grade")
    if not s.serving:
        raise NotNow("only serving staff may be appointed at the higher of twin grades", code="not_serving")
    if s.terms_sha256:
        raise NotNow("the contract is proposed already; withdraw the proposal first", code="proposed_already")
    if s.higher_grade:
        raise NotNow("the higher grade is decided already", code="already_decided")
    return [f.HigherGradeProposed(reason=a.reason)]


@act(
    "decide_higher_grade",
    frozenset({Role.APPOINTING_AUTHORITY}),
    frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT}),
    Grade,
    approval=True,
)
def _decide_higher(s: HireState, a: Grade, r: ActRequest, m: Moment) -> Facts:
    """Decide on the higher grade for serving staff, with the reason; never by who proposed it."""
    if not s.higher_grade_by:
        raise NotNow("no higher grade was proposed", code="nothing_to_decide")
    if s.higher_grade_by in r.eyes:
        raise FourEyes("the proposer of a higher grade cannot decide it", code="four_eyes")
    return [f.HigherGradeDecided(approved=a.approved, reason=a.reason, proposed_by=s.higher_grade_by)]


# ---- the contract ----------------------------------------------------------------------------------------------------------


@act("propose_contract", HR, frozenset({Stage.CONTRACT}), Propose, taken_back_by="withdraw_proposal")
def _propose(s: HireState, a: Propose, r: ActRequest, m: Moment) -> Facts:
    """Propose the contract; its terms are computed by rule, each line with its clause."""
    if s.approved:
        raise NotNow("the contract is approved and offered already", code="already_offered")
    if s.higher_grade_by:
        raise NotNow("the higher grade is to be decided first", code="grade_open")
    _funded(s)
    all_settled(s)
    on = a.enters_on or s.wanted_entry or (m.at + timedelta(days=30)).date()
    _plausible(on, m)
    if reopened := reopen_expired(s, on, m):  # a contract is offered on results that still hold on the day of entry
        return reopened
    terms = propose_terms(
        _post(s, m),
        seconded=s.seconded_by is not None,
        serving=s.serving,
        enters_on=on,
        rules=m.in_force.contract,
        spec=m.published.spec,
        higher_grade_reason=s.higher_grade,
        rules_at_publication=m.published.rules.contract,
        agreed_years=s.agreed_years,
        pay=_offer_form(a),
        in_use=m.in_force,
        at_publication=m.published.rules.sha256,
    )
    return [f.ContractProposed(terms=terms.model_dump(mode="json"), sha256=terms_sha256(terms))]


@act("approve_contract", APPROVERS, frozenset({Stage.CONTRACT}), Approve, approval=True, taken_back_by="withdraw_proposal")
def _approve(s: HireState, a: Approve, r: ActRequest, m: Moment) -> Facts:
    """Approve exactly these terms (by hash); the proposer cannot."""
    _these_terms(s, a, r)
    _funded(s)
    all_settled(s)
    terms = Terms.model_validate(s.terms)
    if terms.policy_sha256 != m.in_force.sha256:  # the policy in use on the day of appointment counts, not of yesterday (S2)
        raise NotNow(
            f"the terms follow {terms.policy}; in use now is {m.in_force.name}@{m.in_force.version}: propose them anew",
            code="policy_changed",
        )
    if terms.enters_on < m.at.date():
        raise NotNow(f"the day of entry {terms.enters_on} has passed; propose the terms anew", code="entry_passed")
    if reopened := reopen_expired(s, terms.enters_on, m):  # settled anew since, for a shorter time
        return reopened
    return [f.ContractApproved(sha256=a.sha256, proposed_by=s.proposed_by), m.deadline("contract")]


@act("reject_contract", APPROVERS, frozenset({Stage.CONTRACT}), Reject, approval=True)
def _reject(s: HireState, a: Reject, r: ActRequest, m: Moment) -> Facts:
    """Do not approve these terms, with the reason: they go back to be proposed anew."""
    _these_terms(s, a, r)
    return [f.ContractRejected(sha256=a.sha256, reason=a.reason)]


@act("withdraw_proposal", HR, frozenset({Stage.CONTRACT}), Because)
def _withdraw(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Take the proposed terms back before they are signed; an approval given is void, and a candidate who had the offer is told."""
    if not s.terms_sha256:
        raise NotNow("no contract is proposed", code="nothing_proposed")
    return _withdrawn(s, a.reason)


@act("keep_entry_date", HR, frozenset({Stage.CONTRACT}), Because)
def _keep(s: HireState, a: Because, r: ActRequest, m: Moment) -> Facts:
    """Answer a candidate who asked for another day of entry: the approved one stands (else withdraw the proposal and propose that day)."""
    if s.wanted_entry is None or not s.approved:
        raise NotNow("the candidate asked for no other day of entry", code="no_date_asked")
    kept = f.EntryDateKept(enters_on=date.fromisoformat(s.terms["enters_on"]), reason=a.reason)
    return [kept, *_closed(s, "decision"), m.deadline("contract")]


# ---- entry on duty, probation ------------------------------------------------------------------------------------------------


@act("postpone_entry", APPROVERS, frozenset({Stage.ENTRY}), Postpone, approval=True)
def _postpone(s: HireState, a: Postpone, r: ActRequest, m: Moment) -> Facts:
    """Postpone the entry on duty, once; results that will have expired by then are asked for again. Never by who proposed the contract."""
    if s.postponed:
        raise NotNow("the entry on duty was postponed once already", code="postponed_once")
    if s.enters_on is None or a.enters_on <= s.enters_on:
        raise BadInput(f"a postponement is to a later day than {s.enters_on}", code="bad_arguments", field="enters_on")
    if s.proposed_by in r.eyes:
        raise FourEyes("the proposer of a contract cannot change its day of entry", code="four_eyes")
    _plausible(a.enters_on, m)
    terms = moved_to(Terms.model_validate(s.terms), a.enters_on) if s.terms else None
    postponed = f.EntryPostponed(
        was=s.enters_on,
        enters_on=a.enters_on,
        reason=a.reason,
        terms=terms.model_dump(mode="json") if terms else {},
        sha256=terms_sha256(terms) if terms else "",
    )
    after = s.model_copy(update={"enters_on": a.enters_on})
    if reopened := reopen_expired(after, a.enters_on, m):
        return [postponed, *reopened]
    return [postponed, m.deadline("entry", ends_on=a.enters_on)]


@act("confirm_no_show", HR, frozenset({Stage.ENTRY}), Nothing, approval=True)
def _confirm_no_show(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that the person did not come on the day."""
    if not s.no_show:
        raise NotNow("no absence was reported", code="no_show_not_reported")
    return end(s, Ending.NO_SHOW, m, decided_by=person(r), reason="did_not_enter_on_duty")


@act("decide_probation", frozenset({Role.LINE_MANAGER}), frozenset({Stage.PROBATION}), Decide, approval=True)
def _probation(s: HireState, a: Decide, r: ActRequest, m: Moment) -> Facts:
    """Confirm the appointment after probation, or not, in writing."""
    return decide_probation(s, a.confirmed, a.reason, person(r), m)


# ---- what these acts share ---------------------------------------------------------------------------------------------------


def _funded(s: HireState) -> None:
    """The budget gate of the post (S1): everything up to the contract offer may proceed without the money, the offer may not."""
    if not s.post_funded and Condition.BUDGET not in s.settled():
        raise NotNow("the post is not funded: no contract offer can be issued", code="not_funded")


def _these_terms(s: HireState, a: Approve, r: ActRequest) -> None:
    if not s.terms_sha256 or s.approved:
        raise NotNow("no contract waits for approval", code="nothing_to_approve")
    if s.proposed_by in r.eyes:
        raise FourEyes("the proposer of a contract cannot approve it", code="four_eyes")
    if a.sha256 != s.terms_sha256:
        raise NotNow("the terms changed since you read them", code="other_terms", sha256=s.terms_sha256)


def _withdrawn(s: HireState, reason: str) -> Facts:
    withdrawn = f.ContractWithdrawn(sha256=s.terms_sha256, offered=s.approved, reason=reason)
    return [withdrawn, *_closed(s, "contract"), *_closed(s, "decision")]


def _closed(s: HireState, key: str) -> Facts:
    return [f.DeadlineClosed(key=key, met=False)] if key in s.deadlines else []


def _plausible(on: date, m: Moment) -> None:
    if not m.at.date() <= on <= (m.at + SOON).date():
        raise BadInput("the day of entry lies within the next two years", code="bad_arguments", field="enters_on")


def _post(s: HireState, m: Moment) -> PostSpec:
    """The post as the notice has it; one given to the vacancy later stands in no notice, and is as it was assigned."""
    if not s.post or s.post_kind is None:
        raise NotNow("no post is reserved for this hire", code="no_post")
    given = PostSpec(id=s.post, kind=s.post_kind, grade_low=s.grade_low, grade_high=s.grade_high, division=s.division, funded=s.post_funded)
    return next((p for p in m.published.spec.posts if p.id == s.post), given)


def _offer_form(a: Propose) -> Salary | None:
    """The pay as the offer form states it; an amount without its currency is none."""
    given = (a.pay_amount, a.pay_currency)
    if given == (None, None) and a.pay_period is None:
        return None
    if a.pay_amount is None or a.pay_currency is None:
        raise BadInput("pay is an amount with its currency", code="bad_arguments", field="pay_currency" if a.pay_amount else "pay_amount")
    period: Literal["month", "year"] | None = None if a.pay_period is None else a.pay_period.value
    return Salary(amount=a.pay_amount, currency=a.pay_currency, period=period)
