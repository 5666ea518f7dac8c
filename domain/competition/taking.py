"""What the hires and the budget authority tell a vacancy, and what follows for its posts."""

from typing import Any

from domain import facts as f
from domain.competition.keeping import give_up, serve, take_review
from domain.competition.listing import call_next
from domain.competition.reusing import known_of
from domain.competition.turnout import Turnout, after, completed, reserve, tell
from domain.messages import Message
from domain.moment import Moment
from domain.vacancy import PostNow, VacancyState
from domain.words import PostState


def take(state: VacancyState, message: Message, m: Moment) -> Turnout:
    """What a message from a hire, or from the budget authority, leads to. An empty turnout means it changed nothing."""
    d = message.data
    match message.type:
        case "hire.left":
            return _left(state, d, m)
        case "post.taken_up":
            held = state.posts.get(d["post"])
            if held is None or held.hire != d["hire"] or held.state is not PostState.RESERVED:
                return Turnout()
            return completed(state, Turnout([f.PostFilled(post=d["post"], hire=d["hire"])]))
        case "budget.decided":
            return _budget(state, d, m)
        case "reuse.agreed":
            return _place(state, d, m)
        case "reuse.withdrawn":
            return _unplaced(state, d)
        case "post.claimed":
            return _claimed(state, d)
        case "hire.relisted":
            return _relisted(state, d, m)
        case "hire.availability":
            return _availability(state, d)
        case "review.lodged" | "review.closed" | "hire.returned":
            return take_review(state, message, m)
        case _:
            return Turnout()


def _left(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    """A hire ended: its post is free again and the next in rank is proposed; a listed one leaves the list."""
    out = Turnout(give_up(state, d["hire"], d["ending"]))
    if any(x.hire == d["hire"] for x in state.listed):
        out.facts.append(f.CandidateUnlisted(hire=d["hire"], reason=d["ending"]))
    held = next((p for p in state.posts.values() if p.hire == d["hire"] and p.state is PostState.RESERVED), None)
    if held is not None:
        out.facts.append(f.PostFreed(post=held.id, hire=d["hire"], reason=d["ending"]))
        if state.over:
            return out
        if d["ending"] == "budget_refused" or state.budget_decided.get(held.id) is False:  # nobody else can be appointed to it either
            out.facts.append(f.PostWithdrawn(post=held.id, reason="budget_refused"))
        else:
            call_next(after(state, out), out, held.id, m)
    if not state.over:
        serve(state, out, m)
    return completed(state, out)


def _claimed(state: VacancyState, d: dict[str, Any]) -> Turnout:
    """A hire that was in flight elsewhere held this post there: it is reserved if it can be, else the hire hears why not."""
    post = state.posts.get(d["post"])
    if post is not None and post.hire == d["hire"]:
        return Turnout()
    out = Turnout()
    if state.over or state.suspended:
        reason = "vacancy_over" if state.over else "suspended"
    elif post is None or post.state is not PostState.OPEN:
        reason = "unknown_post" if post is None else "post_not_open"
    elif state.spare < 1:
        reason = "kept_for_review"
    else:
        reserve(out, state, post.id, d["hire"], "post.given", {})
        return out
    out.messages.append(tell(d["hire"], "post.refused", {"post": d["post"], "reason": reason}))
    return out


def _unplaced(state: VacancyState, d: dict[str, Any]) -> Turnout:
    """Who agreed to come here has withdrawn meanwhile: the case begun here ends too, and releases the post itself."""
    begun = any(p.hire == d["new_case"] and p.state is PostState.RESERVED for p in state.posts.values())
    return Turnout(messages=[tell(d["new_case"], "placement.withdrawn", {"hire": d["hire"]})] if begun else [])


def _relisted(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    """Somebody called from the list declined the post and waits on, at the old place; the next in rank is called to the post."""
    held = state.posts.get(d["post"])
    was = state.called.get(d["hire"])
    if held is None or held.hire != d["hire"] or held.state is not PostState.RESERVED or was is None:
        return Turnout()
    freed = f.PostFreed(post=held.id, hire=was.hire, reason="declined_by_candidate")
    back = f.CandidateListed(hire=was.hire, rank=was.rank, standing=was.standing)
    out = Turnout([freed, f.PostDeclined(post=held.id, hire=was.hire), back])
    if state.over:
        return out
    if state.budget_decided.get(held.id) is False:
        out.facts.append(f.PostWithdrawn(post=held.id, reason="budget_refused"))
    else:
        call_next(after(state, out), out, held.id, m)
    return completed(state, out)


def _availability(state: VacancyState, d: dict[str, Any]) -> Turnout:
    available = bool(d["available"])
    if (d["hire"] not in state.unavailable) is available:
        return Turnout()
    return Turnout([f.ListedAvailability(hire=d["hire"], available=available)])


def _budget(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    post = state.posts.get(d["post"])
    if post is None or post.state in (PostState.WITHDRAWN, PostState.FILLED):
        return Turnout()
    if post.id in state.budget_decided:  # on record already: repeating changes nothing, contradicting never overwrites
        return _budget_again(state, post, d)
    approved = d["outcome"] == "approved"
    out = Turnout([f.BudgetDecided(post=post.id, approved=approved, reference=d.get("reference", ""))])
    if post.hire is not None:
        told = {"post": post.id, "funded": approved, "reference": d.get("reference", "")}
        out.messages.append(tell(post.hire, "post.funding", told))
    elif not approved:
        out.facts.append(f.PostWithdrawn(post=post.id, reason="budget_refused"))
    return completed(state, out)


def _budget_again(state: VacancyState, post: PostNow, d: dict[str, Any]) -> Turnout:
    """A second answer of the budget authority. One that differs is a contradiction for the hire that holds the post."""
    approved = d["outcome"] == "approved"
    if state.budget_decided[post.id] is approved or post.hire is None:
        return Turnout()
    return Turnout(messages=[tell(post.hire, "post.funding", {"post": post.id, "funded": approved, "reference": d.get("reference", "")})])


def _place(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    """A person of another vacancy agreed to take a post here: reserve it and begin the linked case, or say that it is gone."""
    post = state.posts.get(d["post"])
    if state.over or post is None or post.state is not PostState.OPEN or state.spare < 1:
        return Turnout(messages=[tell(d["hire"], "placement.refused", {"post": d["post"], "reason": "post_not_open"})])
    linked = d["new_case"]
    out = Turnout()
    reserve(out, state, post.id, linked, "hire.linked", {**known_of(d), "vacancy": state.reference, "linked_from": d["hire"]})
    out.messages.append(tell(d["hire"], "placement.made", {"case": linked, "vacancy": state.reference, "post": post.id}))
    return out
