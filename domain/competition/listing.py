"""The list: who stands on it, how long it is valid, whom it calls (`recruitment.md` §6).

A list the notice announced (or a talent pool) keeps people for posts to come. Without one, who was selected and found no post free is
next in rank for the posts of this competition, and for nothing else. Both are called in the same way and end by a person's word.
"""

from datetime import datetime

from pydantic import Field

from domain import facts as f
from domain.acts.table import HR, Args, Reason
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, completed, reserve, tell
from domain.deadlines import extend
from domain.errors import BadInput, NotNow
from domain.messages import ActRequest
from domain.moment import Moment
from domain.vacancy import Listed, VacancyState
from domain.words import PostState

NEXT_IN_RANK = "next_in_rank"


class Call(Args):
    """Call somebody on the list to an open post. `reason` must say why when it is not the next in rank who is available."""

    hire: str
    post: str
    reason: Reason = NEXT_IN_RANK


class ExtendList(Args):
    days: int = Field(ge=1, le=1100)
    reason: Reason


class Nothing(Args): ...


def put_on(out: Turnout, state: VacancyState, line: f.ReportLine, words: dict[str, object], m: Moment) -> None:
    """Put somebody on the list; the first one opens it. All of them have the same end, the list's."""
    standing: f.Standing = "listed" if state.reserve_list else "next_in_rank"
    ends = state.list_deadline if valid(state, m) else None
    ends = ends or next((x for x in out.facts if isinstance(x, f.DeadlineSet)), None)
    if ends is None:
        ends = m.deadline("reserve")
        out.facts.append(ends)
    out.facts.append(f.CandidateListed(hire=line.hire, rank=line.rank or 0, standing=standing))
    listed = {"outcome": "reserve", "standing": standing, "list": ends.model_dump(mode="json")}
    out.messages.append(tell(line.hire, "selection.decided", {**listed, **words}))


def valid(state: VacancyState, m: Moment) -> bool:
    """May anybody still be called from the list?"""
    return valid_at(state, m.at)


def valid_at(state: VacancyState, at: datetime) -> bool:
    """The same, at a moment."""
    ends = state.list_deadline
    return ends is not None and not (state.list_expired or state.suspended) and at < (ends.limit_at or ends.due_at)


def in_order(state: VacancyState, post: str) -> list[Listed]:
    """Who can be called to `post`, the first first: available, and not somebody who declined this very post."""
    return [x for x in state.listed if x.available and post not in x.declined]


@act("call", HR, Call)
def _call(c: Competition, args: Call, request: ActRequest) -> Turnout:
    """Call somebody on the list to an open post; out of rank it needs a reason of its own."""
    state = c.state
    if args.post not in state.posts:
        raise BadInput(f"vacancy {state.reference} has no post {args.post}", code="unknown_post", field="post")
    if state.posts[args.post].state is not PostState.OPEN:
        raise NotNow(f"post {args.post} is {state.posts[args.post].state}", code="post_not_open")
    if state.spare < 1:
        raise NotNow("every open post is kept while a review is decided", code="kept_for_review")
    listed = next((x for x in state.listed if x.hire == args.hire), None)
    if listed is None:
        raise NotNow(f"{args.hire} is not on the list of vacancy {state.reference}", code="not_listed")
    if not valid(state, c.m):
        raise NotNow("the list has ended: nobody is called from it any more", code="list_ended")
    first = next(iter(in_order(state, args.post)), None)
    if (first is None or first.hire != args.hire) and args.reason == NEXT_IN_RANK:
        before = f"{first.hire} (rank {first.rank}) comes before" if first else "nobody who is available is next; this is"
        raise NotNow(f"{before} {args.hire} (rank {listed.rank}): a call out of rank needs its reason", code="out_of_rank")
    out = Turnout([f.CandidateUnlisted(hire=args.hire, reason="called")])
    reserve(out, state, args.post, args.hire, "reserve.called", {"reason": args.reason})
    return out


def call_next(state: VacancyState, out: Turnout, post: str, m: Moment) -> None:
    """Call the next in rank to a post that came free; whoever is passed over is on record, with the reason.

    Who came back by a review without a post comes first (`keeping.serve`); while a place is kept for a review, the post is held back.
    """
    if state.wanted:
        return
    if state.spare < 1:
        out.facts.append(f.PostHeldBack(post=post))
        return
    if not valid(state, m):
        return
    for x in state.listed:
        why = "declined_before" if post in x.declined else "unavailable" if not x.available else ""
        if not why:
            out.facts.append(f.CandidateUnlisted(hire=x.hire, reason="called"))
            reserve(out, state, post, x.hire, "reserve.called", {"reason": NEXT_IN_RANK})
            return
        out.facts.append(f.CandidatePassedOver(hire=x.hire, post=post, reason=why))


@act("extend_list", HR, ExtendList)
def _extend_list(c: Competition, args: ExtendList, request: ActRequest) -> Turnout:
    """Give the whole list more days, at most as often as the policy says and before it expires; everybody on it is told."""
    ends = c.state.list_deadline
    if ends is None or not c.state.listed:
        raise NotNow("nobody is on a list of this vacancy", code="no_list")
    if c.state.list_extensions >= c.m.published.rules.reserve.extensions:
        raise NotNow("a list is extended at most twice", code="extended_twice")
    if not valid(c.state, c.m):
        raise NotNow("a list is extended before it expires", code="expired")
    rule = c.m.published.rules.deadlines["reserve"]
    longer = extend(ends, args.days, args.reason, c.m.at, c.m.calendar, working_days=rule.working_days, unit=rule.unit)
    times = c.state.list_extensions + 1
    told = {"until": longer.due_at.isoformat(), "times": times, "list": longer.model_dump(mode="json")}
    holding = [p.hire for p in c.state.posts.values() if p.hire in c.state.called]  # who was called may come back to it
    on_it = [*(x.hire for x in c.state.listed), *(hire for hire in holding if hire)]
    facts: list[f.AnyFact] = [f.ListExtended(until=longer.due_at, times=times, reason=args.reason), longer]
    return Turnout(facts, [tell(hire, "reserve.extended", told) for hire in on_it])


@act("confirm_list_lapse", HR, Nothing, approval=True)
def _confirm_list_lapse(c: Competition, args: Nothing, request: ActRequest) -> Turnout:
    """Confirm that the list has ended, for everybody still on it at once."""
    if not c.state.list_expired or not c.state.listed:
        raise NotNow("the list has not expired, or nobody is on it", code="nothing_lapsed")
    cause = {"decided_by": f"person:{request.person}"}
    messages = [tell(x.hire, "reserve.lapsed", cause) for x in c.state.listed]
    return completed(c.state, Turnout([f.ListLapsed(), f.DeadlineClosed(key="reserve", met=False)], messages))
