"""What a review asks of the competition: a place kept while it is decided, a post for who comes back (`recruitment.md` §7).

While a place is kept, one open post is given to nobody, and the vacancy does not complete; it ends with the decision, or at its bound.
Whoever comes back to a stage before the board's report is named in a supplementary report; whoever held a post before gets one that
is open, the same where it is free; without one the hire goes on, and the vacancy shows the need.
"""

from typing import Any

from domain import facts as f
from domain.competition.listing import call_next, in_order, valid
from domain.competition.turnout import Turnout, after, completed, reserve, tell
from domain.messages import Message
from domain.moment import Moment
from domain.vacancy import VacancyState
from domain.words import PostState, Stage

BEFORE_ITS_RETURN = "before_its_return"

#: From the conditional offer to the first day a hire holds a post.
HOLDING = frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY})


def take_review(state: VacancyState, message: Message, m: Moment) -> Turnout:
    """A review was lodged, decided, or took a hire back to where it was excluded."""
    d = message.data
    match message.type:
        case "review.lodged":
            return _lodged(state, d["hire"], m)
        case "review.closed":
            return given_up(state, d["hire"], "not_upheld", m)
        case _:
            return _returned(state, d, m)


def _lodged(state: VacancyState, hire: str, m: Moment) -> Turnout:
    """Keep a place, for a bounded time. A vacancy that is over has none to keep: whoever comes back reopens it."""
    if state.over or hire in state.kept:
        return Turnout()
    bound = m.place_kept(hire)
    return Turnout([f.PlaceKept(hire=hire, until=bound.due_at), bound])


def given_up(state: VacancyState, hire: str, reason: str, m: Moment) -> Turnout:
    """The place is kept no longer: a post that was held back for it goes to the next on the list."""
    out = Turnout(give_up(state, hire, reason))
    if out.facts and not state.over:
        serve(state, out, m)
    return completed(state, out)


def give_up(state: VacancyState, hire: str, reason: str) -> list[f.AnyFact]:
    """The facts of keeping nothing for this hire any more; none where nothing is kept, wanted or awaited for it."""
    if hire not in {*state.kept, *state.wanted, *state.returned}:
        return []
    key = f"kept.{hire}"
    closed: list[f.AnyFact] = [f.DeadlineClosed(key=key, met=True)] if key in state.deadlines else []
    return [f.PlaceGivenUp(hire=hire, reason=reason), *closed]


def bounds(state: VacancyState, m: Moment) -> list[str]:
    """Whose place has been kept as long as it may be."""
    return sorted(hire for hire, until in state.kept.items() if until <= m.at)


def _returned(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    """A review upheld the candidate. A competition that had completed is open again; one that was cancelled says so."""
    hire, stage = d["hire"], Stage(d["stage"])
    promised = _unheard(state, hire)
    out = Turnout([*promised, f.CandidateReturned(hire=hire, stage=stage)])
    if state.status == "cancelled":
        out.messages.append(tell(hire, "vacancy.cancelled", {"decided_by": state.cancelled_by, "reason": state.cancelled_because}))
        return out
    if state.over and stage is not Stage.PROBATION:
        out.facts.insert(0, f.VacancyReopened(hire=hire))
    if stage in HOLDING:
        out.facts += [*give_up(state, hire, "upheld"), f.PostWanted(hire=hire, post=d["post"], same=stage is Stage.ENTRY)]
    elif stage is Stage.RESERVE:
        standing: f.Standing = "listed" if state.reserve_list else "next_in_rank"
        opens: list[f.AnyFact] = [] if valid(state, m) else [m.deadline("reserve")]
        out.facts += [*give_up(state, hire, "upheld"), *opens, f.CandidateListed(hire=hire, rank=d["rank"] or 0, standing=standing)]
    elif stage is Stage.PROBATION:
        out.facts += give_up(state, hire, "upheld")
    serve(state, out, m)
    for fact in promised:
        now = after(state, out)
        if isinstance(fact, f.PostFreed) and not state.over and now.posts[fact.post].state is PostState.OPEN:
            call_next(now, out, fact.post, m)
    return completed(state, out)


def _unheard(state: VacancyState, hire: str) -> list[f.AnyFact]:
    """What was decided about this hire before the vacancy knew that it is back: the hire took none of it, so it is taken back here too."""
    listed: list[f.AnyFact] = (
        [f.CandidateUnlisted(hire=hire, reason=BEFORE_ITS_RETURN)] if any(x.hire == hire for x in state.listed) else []
    )
    held = [p.id for p in state.posts.values() if p.hire == hire and p.state is PostState.RESERVED]
    return [*listed, *(f.PostFreed(post=post, hire=hire, reason=BEFORE_ITS_RETURN) for post in held)]


def serve(state: VacancyState, out: Turnout, m: Moment) -> None:
    """Open posts go first to who came back without one; what was held back for a place goes to the next on the list when it may."""
    for hire, wanted in after(state, out).wanted.items():
        now = after(state, out)
        free = [p.id for p in now.posts.values() if p.state is PostState.OPEN]
        post = wanted.post if wanted.post in free else next(iter(free), "") if not wanted.same else ""
        if post:
            reserve(out, now, post, hire, "post.given", {})
    for post in sorted(after(state, out).held_back):
        now = after(state, out)
        if now.spare > 0 and in_order(now, post) and now.posts[post].state is PostState.OPEN:
            call_next(now, out, post, m)
