"""Cancelling, suspending and closing a vacancy: everyone still in it is told (`recruitment.md` §1)."""

from domain import facts as f
from domain.acts.table import Args, Reason
from domain.competition.listing import Nothing
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, completed, tell
from domain.deadlines import shift
from domain.errors import NotNow
from domain.messages import ActRequest
from domain.words import PostState, Role, Stage

UNDECIDED = frozenset(list(Stage)[: list(Stage).index(Stage.RESERVE)])
HEADS = frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY})


class Because(Args):
    reason: Reason


class Cancel(Because): ...


def _still_in_it(c: Competition) -> list[str]:
    """A person already on duty keeps the post, and is not concerned."""
    return [r.case for r in c.rivals if r.stage is not None and r.stage is not Stage.PROBATION]


@act("cancel", HEADS, Cancel, suspended=True)
def _cancel(c: Competition, args: Cancel, request: ActRequest) -> Turnout:
    """Cancel the vacancy: everyone still in it is told; a person already on duty keeps the post."""
    cause = {"decided_by": f"person:{request.person}", "reason": args.reason}
    return Turnout([f.VacancyCancelled(reason=args.reason)], [tell(case, "vacancy.cancelled", cause) for case in _still_in_it(c)])


@act("suspend", HEADS, Because, taken_back_by="resume")
def _suspend(c: Competition, args: Because, request: ActRequest) -> Turnout:
    """Suspend the vacancy: the clocks of everyone still in it stop, nobody is called, and everyone is told."""
    told = [tell(case, "vacancy.suspended", {"reason": args.reason}) for case in _still_in_it(c)]
    return Turnout([f.VacancySuspended(reason=args.reason)], told)


@act("resume", HEADS, Nothing, suspended=True, taken_back_by="suspend")
def _resume(c: Competition, args: Nothing, request: ActRequest) -> Turnout:
    """Resume a suspended vacancy: exactly the clocks it stopped go on, the list's end moves by the time it stood still."""
    since = c.state.suspended_at
    if not c.state.suspended or since is None:
        raise NotNow("the vacancy is not suspended", code="not_suspended")
    out = Turnout([f.VacancyResumed(seconds=int((c.m.at - since).total_seconds()))])
    told = {}
    if c.state.list_deadline is not None and not c.state.list_expired:
        moved = shift(c.state.list_deadline, (c.m.at - max(since, c.state.list_deadline.started_at)).total_seconds(), since)
        out.facts.append(moved)
        told = {"list": moved.model_dump(mode="json")}
    out.messages += [tell(case, "vacancy.resumed", told) for case in _still_in_it(c)]
    return out


@act("close_notice", HEADS, Because)
def _close_notice(c: Competition, args: Because, request: ActRequest) -> Turnout:
    """Close an ongoing notice, once every post is filled or withdrawn and nobody is in the competition any more."""
    if c.state.closes_at is not None:
        raise NotNow("this notice closes on its own date", code="not_ongoing")
    free = [p.id for p in c.state.posts.values() if p.state not in (PostState.FILLED, PostState.WITHDRAWN)]
    playing = [r.case for r in c.rivals if r.stage in UNDECIDED and not r.late]
    if free or playing:
        raise NotNow(f"{len(free)} posts are neither filled nor withdrawn, {len(playing)} hires are undecided", code="still_in_play")
    return completed(c.state, Turnout([f.NoticeClosed(reason=args.reason)]))
