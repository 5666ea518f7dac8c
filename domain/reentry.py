"""A case comes back: a review upheld the candidate, and the hire goes on at the stage it was excluded from (`recruitment.md` §7).

The deadlines of that stage start anew; the conditions stand as they stood, but the one over which the offer was withdrawn is asked
again. Whether a post is there for it the vacancy says (`keeping`): until then the hire goes on without one.
"""

from domain import facts as f
from domain.conditions import ending_for
from domain.hire import HireState
from domain.moment import Moment
from domain.stages import Facts, asked, enter
from domain.words import Condition, ConditionState, Ending, Stage

#: From the conditional offer to the first day a hire holds a post.
HOLDING = frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY})

REQUESTED = (ConditionState.REQUESTED, ConditionState.ACKNOWLEDGED)


def reenter(state: HireState, m: Moment) -> Facts:
    """The facts of coming back to the stage of exclusion."""
    stage, ending = state.ended_stage, state.ending
    assert stage is not None
    assert ending is not None
    back: Facts = [f.Reopened(stage=stage, ending=ending, post=state.post_before), *_asked_again(state, ending)]
    again = _after(state, back, m)
    return [*back, *enter(again, stage, m), *_anew(again, stage, m)]


def _after(state: HireState, facts: Facts, m: Moment) -> HireState:
    again = state.model_copy(deep=True)
    for n, fact in enumerate(facts, 1):
        again.apply(f.Entry(case=state.case, number=state.number + n, at=m.at, actor=m.actor, step="?", fact=fact))
    return again


def _asked_again(state: HireState, ending: Ending) -> Facts:
    """The condition over which the offer was withdrawn: the answer, or the silence, that was held against the candidate counts no more."""

    def held_against(condition: Condition) -> bool:
        return ending in (ending_for(condition, refused=True), ending_for(condition, refused=False))

    over_this = [c for c in state.conditions.values() if held_against(c.condition) and not c.settled]
    return [f.ConditionReopened(**c.about, reason="review_upheld") for c in over_this]


def _anew(state: HireState, stage: Stage, m: Moment) -> Facts:
    """The deadlines of the stage that entering it does not set by itself: they ran when the case ended."""
    match stage:
        case Stage.ASSESSMENT if state.assessment_ask:
            return [m.deadline("assessment_marking" if state.assessment_answered else "assessment_answer")]
        case Stage.OFFER if state.offer_issued:
            return [m.deadline("offer")]
        case Stage.CONDITIONS:
            running = [c for c in state.conditions.values() if c.state in REQUESTED]
            money = state.conditions.get(Condition.BUDGET)
            budget: Facts = [m.deadline("budget")] if money is not None and money.state is ConditionState.WAITING else []
            return [fact for c in running for fact in asked(c, m)] + budget
        case Stage.CONTRACT if state.approved:
            return [m.deadline("contract")]
        case Stage.PROBATION:
            return [m.deadline("probation")]  # a whole time again: the last day of the first one may be past
        case _:
            return []
