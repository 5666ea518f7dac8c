"""What the ending of a hire takes back: shown before, carried out after, and tracked (`recruitment.md` §7).

One plan for every ending. What is ours (interview, post, letter, announcement) happens in the step of the ending itself; what was
asked of authorities is recalled by the story afterwards, request by request, while the ending stands already. A request that was
still on its way when the case ended is taken back too: what is open is read off the state, not off the plan.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.facts import UndoStep
from domain.hire import ConditionNow, HireState
from domain.words import Condition, ConditionState, Ending, Stage

Progress = Literal["planned", "under_way", "done", "by_hand", "failed"]

#: Asked and not answered.
OPEN = frozenset({ConditionState.REQUESTED, ConditionState.ACKNOWLEDGED})
#: Whoever is appointed keeps everything.
KEEPS = frozenset({Ending.APPOINTED_AND_CONFIRMED})


@dataclass(frozen=True)
class Tracked:
    """One step of the plan, and how far it is."""

    step: UndoStep
    progress: Progress
    reason: str = ""


def plan(state: HireState, ending: Ending, at: datetime) -> tuple[UndoStep, ...]:
    """Everything `ending` would take back if the hire ended so at `at`; who is told comes last. Empty for a hire that has ended."""
    if state.ended or state.stage is None:
        return ()
    told = (UndoStep(what="send_letter", about=f"ending.{ending}"), UndoStep(what="tell_subscribers", about="hire.ended"))
    return told if ending in KEEPS else (*_ours(state, at), *_requests(state), *told)


def takes_back(steps: tuple[UndoStep, ...]) -> bool:
    """Is there anything to undo, beside telling people?"""
    return any(step.what not in ("send_letter", "tell_subscribers") for step in steps)


def outstanding(state: HireState) -> tuple[UndoStep, ...]:
    """The requests of a hire that has ended which nobody has recalled yet, nor tried in vain."""
    if not state.ended or state.ending in KEEPS:
        return ()
    return tuple(step for step in _requests(state) if step.ask not in state.recall_failed)


def progress(state: HireState) -> tuple[Tracked, ...]:
    """The plan of the last ending, and how far each step is; requests that were still on their way then stand at its end."""
    late = tuple(step for step in outstanding(state) if step.ask not in {planned.ask for planned in state.planned})
    return tuple(_tracked(state, step) for step in (*state.planned, *late))


def _tracked(state: HireState, step: UndoStep) -> Tracked:
    failed = state.recall_failed.get(step.ask)
    if failed is not None:
        return Tracked(step, "failed", failed.reason)
    if not step.ask:
        return Tracked(step, "done")
    how = state.recalled.get(step.ask)
    return Tracked(step, "under_way" if how is None else "by_hand" if how == "by_hand" else "done")


def _ours(state: HireState, at: datetime) -> list[UndoStep]:
    found = []
    if state.interview_at is not None and not state.interview_held and state.interview_at > at:
        found.append(UndoStep(what="cancel_interview", about=state.interview_at.isoformat()))
    if state.post and state.stage is not Stage.PROBATION:  # on probation the post is filled, not reserved
        found.append(UndoStep(what="release_post", about=state.post))
    return found


def _requests(state: HireState) -> list[UndoStep]:
    """What was asked of others and is not recalled: open requests, such as may have arrived, and an accreditation that was granted."""
    found = []
    if state.assessment_ask and not state.assessment_answered:
        found.append(UndoStep(what="recall_request", about="assessment", authority="assessment", ask=state.assessment_ask))
    for about, now in state.conditions.items():
        if now.ask and (what := _takes_back(now)) is not None:
            found.append(UndoStep(what=what, about=about, authority=now.authority, ask=now.ask, by_hand=now.channel == "paper"))
    for lost in state.lost_asks.values():  # put, and never answered: it may be on their desk all the same
        found.append(UndoStep(what="recall_request", about=lost.about, authority=lost.authority, ask=lost.ask))
    return [step for step in found if step.ask not in state.recalled]


def _takes_back(now: ConditionNow) -> Literal["recall_request", "withdraw_accreditation"] | None:
    if now.state in OPEN or (now.state is ConditionState.WAIVED and now.outcome is None):
        return "recall_request"
    granted = now.condition is Condition.ACCREDITATION and now.state in (ConditionState.SATISFIED, ConditionState.CONTRADICTED)
    return "withdraw_accreditation" if granted else None
