"""Cancelling a vacancy (`recruitment.md` §1)."""

from domain import facts as f
from domain.acts.table import Args, Reason
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, tell
from domain.messages import ActRequest
from domain.words import Role, Stage


class Cancel(Args):
    reason: Reason


@act("cancel", frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), Cancel)
def _cancel(c: Competition, args: Cancel, request: ActRequest) -> Turnout:
    """Cancel the vacancy: everyone still in it is told; a person already on duty keeps the post."""
    cause = {"decided_by": f"person:{request.person}", "reason": args.reason}
    still = [r.case for r in c.rivals if r.stage is not None and r.stage is not Stage.PROBATION]
    return Turnout([f.VacancyCancelled(reason=args.reason)], [tell(case, "vacancy.cancelled", cause) for case in still])
