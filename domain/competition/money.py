"""Asking for the money of a post another way, when our own request could not reach the budget authority."""

from domain import facts as f
from domain.acts.table import HR, Args, Reference
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout
from domain.errors import NotNow
from domain.messages import ActRequest


class AskByHand(Args):
    about: Reference


@act("ask_by_hand", HR, AskByHand)
def _ask_by_hand(c: Competition, args: AskByHand, request: ActRequest) -> Turnout:
    """Record that the budget authority was asked another way about a post, after our own request failed."""
    if args.about not in c.state.failed_asks:
        raise NotNow(f"no request about {args.about!r} failed", code="nothing_failed")
    return Turnout([f.BudgetAsked(post=args.about, ask=f"by_hand/{request.request}")])
