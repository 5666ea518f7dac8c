"""Acts on a request for accommodation: the Medical Adviser's office proposes measures, HR grants (`recruitment.md` §7)."""

from domain import facts as f
from domain.accommodation import DURING_THE_SELECTION, Measure
from domain.acts.table import HR, Args, Reason, act
from domain.errors import BadInput, FourEyes, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.stages import Facts
from domain.words import Role, Stage


class Propose(Args):
    measures: tuple[Measure, ...] = ()


class Grant(Args):
    measures: tuple[Measure, ...] = ()
    reason: Reason = "as_proposed"


@act("propose_measures", frozenset({Role.MEDICAL_OFFICE}), DURING_THE_SELECTION, Propose)
def _propose(s: HireState, a: Propose, r: ActRequest, m: Moment) -> Facts:
    """Propose measures, having seen the evidence; none where none is needed. Say nothing of the evidence."""
    if s.accommodation is None or s.accommodation.needs != "propose_measures":
        raise NotNow("no request for accommodation waits for a proposal", code="no_accommodation")
    return [f.MeasuresProposed(measures=tuple(sorted(set(a.measures))))]


@act("grant_measures", HR, DURING_THE_SELECTION, Grant, approval=True)
def _grant(s: HireState, a: Grant, r: ActRequest, m: Moment) -> Facts:
    """Grant the measures proposed, or fewer with a reason of its own; the candidate is told, and the board learns them alone."""
    request = s.accommodation
    if request is None or request.proposed is None or not request.undecided:
        raise NotNow("no measures are proposed", code="nothing_proposed_yet")
    if request.proposed_by in r.eyes:
        raise FourEyes("who proposed the measures cannot grant them", code="four_eyes")
    if beyond := sorted(set(a.measures) - set(request.proposed)):
        raise BadInput(f"not proposed by the Medical Adviser's office: {', '.join(beyond)}", code="bad_arguments", field="measures")
    if set(a.measures) != set(request.proposed) and a.reason == "as_proposed":
        raise BadInput("granting less than was proposed needs its reason", code="bad_arguments", field="reason")
    return [f.MeasuresGranted(measures=tuple(sorted(set(a.measures))), reason=a.reason), *_clock_again(s, m)]


def _clock_again(s: HireState, m: Moment) -> Facts:
    """The candidate's time for the assessment stood still while we decided: it starts anew, whole."""
    stood = s.stage is Stage.ASSESSMENT and s.assessment_ask and not s.assessment_answered
    return [m.deadline("assessment_answer")] if stood else []
