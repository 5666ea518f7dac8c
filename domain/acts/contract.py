"""Acts from the contract to the end of probation (`recruitment.md` §5)."""

from datetime import date, timedelta

from pydantic import Field

from domain import facts as f
from domain.acts.table import HR, Args, Nothing, Reason, act, all_settled, person
from domain.contract import propose_terms, terms_sha256
from domain.errors import BadInput, FourEyes, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.replies import decide_probation
from domain.stages import Facts, end, reopen_expired
from domain.words import Condition, Ending, Role, Stage

#: A day of entry further off than this is a slip of the pen.
SOON = timedelta(days=730)


class Propose(Args):
    enters_on: date | None = None


class Approve(Args):
    sha256: str = Field(min_length=64, max_length=64)


class Decide(Args):
    confirmed: bool
    reason: Reason = "written_decision"


@act("propose_contract", HR, frozenset({Stage.CONTRACT}), Propose)
def _propose(s: HireState, a: Propose, r: ActRequest, m: Moment) -> Facts:
    """Propose the contract; its terms are computed by rule, each line with its clause."""
    if s.approved:
        raise NotNow("the contract is approved and offered already", code="already_offered")
    if not s.post_funded and Condition.BUDGET not in s.settled():
        raise NotNow("the post is not funded: no contract offer can be issued", code="not_funded")
    all_settled(s)
    rules, spec = m.published.rules, m.published.spec
    post = next((p for p in spec.posts if p.id == s.post), None)
    if post is None:
        raise NotNow(f"the vacancy has no post {s.post}", code="no_post")
    on = a.enters_on or (m.at + timedelta(days=30)).date()
    if not m.at.date() <= on <= (m.at + SOON).date():
        raise BadInput("the day of entry lies within the next two years", code="bad_arguments", field="enters_on")
    if reopened := reopen_expired(s, on, m):  # a contract is offered on results that still hold on the day of entry
        return reopened
    terms = propose_terms(post, seconded=s.seconded_by is not None, serving=s.serving, enters_on=on, rules=rules.contract, spec=spec)
    return [f.ContractProposed(terms=terms.model_dump(mode="json"), sha256=terms_sha256(terms))]


@act("approve_contract", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), frozenset({Stage.CONTRACT}), Approve)
def _approve(s: HireState, a: Approve, r: ActRequest, m: Moment) -> Facts:
    """Approve exactly these terms (by hash); the proposer cannot."""
    if not s.terms_sha256 or s.approved:
        raise NotNow("no contract waits for approval", code="nothing_to_approve")
    if s.proposed_by in r.eyes:
        raise FourEyes("the proposer of a contract cannot approve it", code="four_eyes")
    if a.sha256 != s.terms_sha256:
        raise NotNow("the terms changed since you read them", code="other_terms", sha256=s.terms_sha256)
    all_settled(s)
    return [f.ContractApproved(sha256=a.sha256, proposed_by=s.proposed_by), m.deadline("contract")]


@act("confirm_no_show", HR, frozenset({Stage.ENTRY}), Nothing)
def _confirm_no_show(s: HireState, a: Nothing, r: ActRequest, m: Moment) -> Facts:
    """Confirm that the person did not come on the day."""
    if not s.no_show:
        raise NotNow("no absence was reported", code="no_show_not_reported")
    return end(s, Ending.NO_SHOW, m, decided_by=person(r), reason="did_not_enter_on_duty")


@act("decide_probation", frozenset({Role.LINE_MANAGER}), frozenset({Stage.PROBATION}), Decide)
def _probation(s: HireState, a: Decide, r: ActRequest, m: Moment) -> Facts:
    """Confirm the appointment after probation, or not, in writing."""
    return decide_probation(s, a.confirmed, a.reason, person(r), m)
