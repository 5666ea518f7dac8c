"""Calling from the list, by a person or because a post came free (`recruitment.md` §6)."""

from domain import facts as f
from domain.acts.table import HR, Args, Reason
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, reserve
from domain.errors import BadInput, NotNow
from domain.messages import ActRequest
from domain.moment import Moment
from domain.vacancy import VacancyState
from domain.words import PostState

NEXT_IN_RANK = "next_in_rank"


class Call(Args):
    """Call somebody on the list to an open post. `reason` must say why when it is not the next in rank."""

    hire: str
    post: str
    reason: Reason = NEXT_IN_RANK


@act("call", HR, Call)
def _call(c: Competition, args: Call, request: ActRequest) -> Turnout:
    """Call somebody on the list to an open post; out of rank it needs a reason of its own."""
    state, m = c.state, c.m
    if args.post not in state.posts:
        raise BadInput(f"vacancy {state.reference} has no post {args.post}", code="unknown_post", field="post")
    if state.posts[args.post].state is not PostState.OPEN:
        raise NotNow(f"post {args.post} is {state.posts[args.post].state}", code="post_not_open")
    listed = next((x for x in state.listed if x.hire == args.hire), None)
    if listed is None:
        raise NotNow(f"{args.hire} is not on the list of vacancy {state.reference}", code="not_listed")
    best = min(x.rank for x in state.listed)
    if listed.rank > best and args.reason == NEXT_IN_RANK:
        raise NotNow(f"rank {best} comes before rank {listed.rank}: a call out of rank needs its reason", code="out_of_rank")
    out = Turnout([f.CandidateUnlisted(hire=args.hire, reason="called")])
    reserve(out, m, args.post, args.hire, "reserve.called", {"reason": args.reason}, state)
    return out


def call_next(state: VacancyState, out: Turnout, post: str, leaver: str, m: Moment) -> None:
    waiting = [x for x in state.listed if x.hire != leaver]
    if waiting:
        out.facts.append(f.CandidateUnlisted(hire=waiting[0].hire, reason="called"))
        reserve(out, m, post, waiting[0].hire, "reserve.called", {"reason": NEXT_IN_RANK}, state)
