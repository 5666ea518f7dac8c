"""Re-use of somebody whose application for another vacancy was not successful (`recruitment.md` §6); it needs no list.

The post is reserved while the person is asked, for as long as an offer may be answered, and their word is kept in a case of its own:
there is one path for who agrees, declines or says nothing, and no agreement can come too late for its post (decision 0014).
"""

from typing import Any

from domain import facts as f
from domain.acts.table import HR, Args, Reason, Reference
from domain.carrying import results_of
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, reserve
from domain.errors import BadInput, NotNow
from domain.hire import HireState
from domain.messages import ActRequest
from domain.reuse import check_grade, proposed_case
from domain.vacancy import VacancyState
from domain.words import Ending, PostState, Review

#: How a hire may have ended for "any unsuccessful applicant who meets the requirements": found eligible and not chosen, or the post was
#: not to be had. Nothing here says anything against the person; who left, did not answer, or was refused by an authority is not asked.
REUSABLE = frozenset(
    {
        Ending.NOT_SHORTLISTED,
        Ending.NOT_SELECTED,
        Ending.RESERVE_LAPSED,
        Ending.BUDGET_REFUSED,
        Ending.VACANCY_CANCELLED,
    }
)


class OfferReuse(Args):
    hire: Reference
    post: Reference
    reason: Reason = "similar_post"


@act("offer_reuse", HR, OfferReuse)
def _offer(c: Competition, a: OfferReuse, request: ActRequest) -> Turnout:
    """Ask somebody who was not successful in another vacancy whether they would take a post here."""
    if c.earlier is None:
        raise BadInput(f"there is no hire {a.hire}", code="unknown_hire", field="hire")
    earlier = c.earlier.state
    _open(c.state, a.post)
    _may_be_asked(earlier, c)
    check_grade(c.state.posts[a.post].spec.grade_high, c.earlier.grades)
    linked = proposed_case(earlier.case, c.state.reference, c.state.number)
    out = Turnout([f.ReuseProposed(hire=earlier.case, post=a.post, new_case=linked, reason=a.reason)])
    reserve(out, c.state, a.post, linked, "hire.linked", _about(earlier, c.state))
    return out


def _open(state: VacancyState, post: str) -> None:
    if post not in state.posts:
        raise BadInput(f"vacancy {state.reference} has no post {post}", code="unknown_post", field="post")
    if state.posts[post].state is not PostState.OPEN or state.spare < 1:
        raise NotNow(f"post {post} is not open, or kept for a review", code="post_not_open")


def _may_be_asked(s: HireState, c: Competition) -> None:
    """Raises BadInput, NotNow with the reason why this person is not asked."""
    if s.vacancy == c.state.reference:
        raise BadInput("a post of the same vacancy is called, not re-used", code="same_vacancy", field="hire")
    if not s.ended:
        raise NotNow(f"{s.case} has not ended; whoever waits on a list is asked in their own case", code="not_ended")
    if s.ending not in REUSABLE or not (s.screened or s.linked_from):
        raise NotNow(f"{s.case} ended as {s.ending}: not an unsuccessful applicant who meets the requirements", code="not_reusable")
    if s.review is Review.LODGED or any(a.needs for a in s.allegations.values()):
        raise NotNow("a review or an allegation about this person is still to be decided", code="still_to_be_decided")
    asked = any(c.state.reused.get(p.hire or "") == s.case for p in c.state.posts.values())
    if asked or any(r.candidate == s.candidate and r.stage is not None for r in c.rivals):
        raise NotNow("this person is in the competition already", code="in_it_already")


def _about(s: HireState, state: VacancyState) -> dict[str, Any]:
    words = s.model_dump(mode="json", include={"candidate", "application", "seconded_by", "serving", "nations"})
    results = [result.model_dump(mode="json") for result in results_of(s)]
    return {**words, "results": results, "vacancy": state.reference, "linked_from": s.case, "agreed": False}


def known_of(d: dict[str, Any]) -> dict[str, Any]:
    """What a linked hire takes over from the message that agrees to it: references, nationalities, the thin results of authorities."""
    return {k: d[k] for k in ("candidate", "application", "seconded_by", "serving", "nations")} | {"results": d.get("results", [])}
