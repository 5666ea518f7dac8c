"""What follows from facts for others: messages to the vacancy, and the events announced to subscribers (`recruitment.md` §10)."""

from typing import Any

from domain import facts as f
from domain.carrying import results_of
from domain.hire import HireState
from domain.messages import Announcement, CaseMessage
from domain.reuse import linked_case
from domain.vacancy import VacancyState
from domain.words import PostState, Review, Stage


def messages_of(after: HireState, facts: tuple[f.AnyFact, ...]) -> list[CaseMessage]:
    """What a hire tells its vacancy (or, for a re-use agreed to, the other one)."""
    told: list[CaseMessage] = []
    vacancy = f"vacancy/{after.vacancy}"
    for fact in facts:
        match fact:
            # from the selection on the vacancy counts on this hire: a decision may have crossed the ending
            case f.EndingReached(ending=ending, stage=stage) if _counted_on(after, stage):
                told.append(CaseMessage(to=vacancy, type="hire.left", data={"hire": after.case, "ending": str(ending)}))
            case f.Withdrawn() if after.reuse is not None and after.reuse_accepted:  # it crossed the placement that was agreed to
                gone = {"hire": after.case, "new_case": linked_case(after.case, after.reuses), "post": after.reuse.post}
                told.append(CaseMessage(to=f"vacancy/{after.reuse.vacancy}", type="reuse.withdrawn", data=gone))
            case f.PostReleased(post=post) if after.stage is Stage.RESERVE:
                told.append(CaseMessage(to=vacancy, type="hire.relisted", data={"hire": after.case, "post": post}))
            case f.CandidateAvailability(available=available) if after.selection:
                told.append(_availability(after, available))
            case f.SelectionDecided() if not after.available:
                told.append(_availability(after, False))
            case f.ReviewLodged() if after.review is Review.LODGED:
                told.append(CaseMessage(to=vacancy, type="review.lodged", data={"hire": after.case}))
            case f.ReviewDecided(upheld=False):
                told.append(CaseMessage(to=vacancy, type="review.closed", data={"hire": after.case}))
            case f.Reopened(stage=stage, post=post):
                back = {"hire": after.case, "stage": str(stage), "post": post, "rank": after.rank}
                told.append(CaseMessage(to=vacancy, type="hire.returned", data=back))
            case f.PostClaimed(post=post):
                told.append(CaseMessage(to=vacancy, type="post.claimed", data={"hire": after.case, "post": post}))
            case f.DutyEntered():
                told.append(CaseMessage(to=vacancy, type="post.taken_up", data={"hire": after.case, "post": after.post}))
            case f.ReuseAnswered(accepted=True) if after.reuse is not None:
                told.append(CaseMessage(to=f"vacancy/{after.reuse.vacancy}", type="reuse.agreed", data=_linked(after)))
            case _:
                pass
    return told


def _availability(state: HireState, available: bool) -> CaseMessage:
    return CaseMessage(to=f"vacancy/{state.vacancy}", type="hire.availability", data={"hire": state.case, "available": available})


def _counted_on(hire: HireState, stage: Stage) -> bool:
    """Does the vacancy count on this hire, or on its coming back?"""
    return bool(hire.selection or hire.linked_from or hire.reopened) or stage is Stage.SELECTION


def _linked(state: HireState) -> dict[str, Any]:
    assert state.reuse is not None
    return {
        "hire": state.case,
        "new_case": linked_case(state.case, state.reuses),
        "post": state.reuse.post,
        "candidate": state.candidate,
        "application": state.application,
        "seconded_by": state.seconded_by,
        "serving": state.serving,
        "nations": list(state.nations),
        "results": [result.model_dump(mode="json") for result in results_of(state)],
    }


def announced(after: HireState, facts: tuple[f.AnyFact, ...]) -> list[Announcement]:
    """The outbound events of a hire's facts: thin, references and outcomes only."""
    found: list[Announcement] = []

    def say(type_: str, **data: Any) -> None:
        found.append(Announcement(type=type_, subject=after.case, data={"vacancy": after.vacancy, **data}))

    for fact in facts:
        match fact:
            case f.StageEntered(stage=stage):
                say("hire.stage_changed", stage=str(stage))
            case f.Held():
                say("hire.held")
            case f.Resumed():
                say("hire.resumed")
            case f.EndingReached(ending=ending):
                say("hire.ended", ending=str(ending))
            case f.Reopened(stage=stage):
                say("hire.reopened", stage=str(stage))
            case f.ConditionRequested(authority=authority, ask=ask, form=form):
                say(
                    "condition.requested",
                    **_slot(fact),
                    authority=authority,
                    ask=ask,
                    **({"papers": form != "confirmation"} if form else {}),
                )
            case f.ConditionSatisfied() | f.ConditionCarriedOver():
                say("condition.satisfied", **_slot(fact))
            case f.ConditionRefused():
                say("condition.refused", **_slot(fact))
            case f.ConditionReopened():
                say("condition.reopened", **_slot(fact))
            case f.OfferIssued(post=post):
                say("offer.issued", post=post)
            case f.ApplicationReceived(consent_asked=True, vacancy=vacancy):
                say("reuse.offered", other_vacancy=vacancy, post=after.post)
            case f.ReuseOffered(vacancy=vacancy, post=post):
                say("reuse.offered", other_vacancy=vacancy, post=post)
            case f.ContractApproved():
                say("contract.offered", post=after.terms["post"], enters_on=after.terms["enters_on"])
            case f.LapseDue(key="offer"):
                say("offer.lapsed")
            case f.DeadlineReminded(key="reserve"):
                say("reserve.lapsing")
            case f.DeadlineReminded(key=key):
                say("deadline.approaching", deadline=key)
            case f.DeadlineMissed(key=key):
                say("deadline.missed", deadline=key)
            case f.ReserveListed(rank=rank, until=until):
                say("reserve.listed", rank=rank, until=until.isoformat())
            case f.ContractAnswered(signed=True, enters_on=on):
                say("appointment.made", post=after.post, enters_on=on.isoformat() if on else None)
            case _:
                pass
    return found


def _slot(fact: f.OfCondition) -> dict[str, str]:
    """The condition, and the further nation it is asked of if this is about one."""
    return {"condition": str(fact.condition)} | ({"nation": fact.nation} if fact.nation else {})


def _all_filled(state: VacancyState) -> bool:
    return all(p.state in (PostState.FILLED, PostState.WITHDRAWN) for p in state.posts.values())


def announced_by_vacancy(after: VacancyState, facts: tuple[f.AnyFact, ...]) -> list[Announcement]:
    """The outbound events of a vacancy's facts."""
    names = {"vacancy_published": "vacancy.published", "vacancy_closed": "vacancy.closed", "vacancy_cancelled": "vacancy.cancelled"}
    found: list[Announcement] = []
    for fact in facts:
        filled = isinstance(fact, f.PostFilled) and _all_filled(after)  # once, though a list may keep the vacancy open after it
        type_ = names.get(fact.kind) or ("vacancy.filled" if filled else None)
        if type_ is not None:
            found.append(Announcement(type=type_, subject=f"vacancy/{after.reference}", data={}))
    return found
