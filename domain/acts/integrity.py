"""Acts of the integrity sub-case: open, find, and decide on further steps (`recruitment.md` §7). Two different persons find and decide."""

from pydantic import Field

from domain import facts as f
from domain.acts.table import ANY_STAGE, BOARD, HR, Args, Reason, Reference, act, person
from domain.errors import FourEyes, NotNow
from domain.hire import HireState
from domain.integrity import Allegation, Code, Phase, Steps, chosen, key_of
from domain.messages import ActRequest
from domain.moment import Moment
from domain.replies.integrity import opened
from domain.stages import Facts, end
from domain.words import Ending, Role


class Report(Args):
    allegation: Code
    phase: Phase | None = None
    evidence: Reference = ""


class Conclude(Args):
    upheld: bool
    reason: Reason
    number: int = Field(default=0, ge=0)


class DecideSteps(Args):
    steps: Steps
    reason: Reason
    number: int = Field(default=0, ge=0)


@act("report_integrity", HR | BOARD, ANY_STAGE, Report)
def _report(s: HireState, a: Report, r: ActRequest, m: Moment) -> Facts:
    """Open an allegation (AI use, false statement); it never ends a case by itself."""
    return opened(s, a.allegation, a.phase or "", a.evidence, m)


@act("conclude_integrity", frozenset({Role.HR_HEAD}), ANY_STAGE, Conclude)
def _conclude(s: HireState, a: Conclude, r: ActRequest, m: Moment) -> Facts:
    """Find whether an allegation holds, after the candidate's answer or when its time has passed."""
    about = _about(s, a.number, "conclude_integrity", "there is no allegation to decide", "no_allegation")
    key = key_of(about.number)
    if key in s.deadlines and key not in s.lapse_due | s.escalated:
        raise NotNow("the candidate may still answer", code="candidate_may_answer")
    closed: Facts = [f.DeadlineClosed(key=key, met=False)] if key in s.deadlines else []
    return [f.IntegrityConcluded(number=about.number, upheld=a.upheld, reason=a.reason), *closed]


@act("decide_integrity_steps", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), ANY_STAGE, DecideSteps, approval=True)
def _steps(s: HireState, a: DecideSteps, r: ActRequest, m: Moment) -> Facts:
    """Decide what follows a finding: exclude, warn, or go on; by another person than the one who found."""
    about = _about(s, a.number, "decide_integrity_steps", "no finding waits for further steps", "no_finding")
    if about.found_by in r.eyes:
        raise FourEyes("who found cannot decide on further steps", code="four_eyes")
    decided = f.IntegrityStepsDecided(number=about.number, steps=a.steps.value, reason=a.reason)
    return [decided, *(end(s, Ending.INTEGRITY, m, decided_by=person(r), reason=a.reason) if a.steps is Steps.EXCLUDE else [])]


def _about(s: HireState, number: int, act_: str, says: str, code: str) -> Allegation:
    found = chosen(s.allegations, number, act_)
    if found is None:
        raise NotNow(says, code=code)
    return found
