"""A clock for every decision of ours: whatever waits for a named person has a deadline, so that nothing can lie forgotten.

Some needs have their stage's own (screening, the interview, probation). Every other one gets the policy's `decision`, under a key
of its own, from the step in which the need arises to the step in which it is met. It is told up the ladder; it never ends anything.
"""

from collections.abc import Sequence

from domain import facts as f
from domain.hire import HireState
from domain.integrity import key_of
from domain.messages import Notice
from domain.moment import Moment

PREFIX = "decision:"

#: The needs with a clock of their own: while that deadline is open, no other is needed.
OWN = {
    "screen": "screening",
    "shortlist": "shortlisting",
    "mark_assessment": "assessment_marking",
    "schedule_interview": "interview",
    "mark_interview": "interview",
    "decide_probation": "probation",
    "decide_review": "review_decision",
}


def decides(key: str) -> bool:
    """Is this the deadline of a decision of ours?"""
    return key.startswith(PREFIX)


def key_for(need: str) -> str:
    return f"{PREFIX}{need}"


def need_of(key: str) -> str:
    return key.removeprefix(PREFIX)


def decision_clocks(after: HireState, m: Moment) -> list[f.AnyFact]:
    """What a step changes about these clocks: those of needs that are met close, a need that is new gets one."""
    wanted = {key_for(need) for need in untimed(after)}
    running = {key for key in after.deadlines if decides(key)}
    closed: list[f.AnyFact] = [f.DeadlineClosed(key=key, met=True) for key in sorted(running - wanted)]
    return [*closed, *(m.deadline(key) for key in sorted(wanted - running))]


def untimed(state: HireState) -> list[str]:
    """The needs that no deadline of their own watches. While a candidate may still answer an allegation, nobody else can decide it."""
    if state.over:
        return []  # nothing rings any more; what is left to do stands in the needs
    if state.held:
        return [need_of(key) for key in state.deadlines if decides(key)]  # a hold stops the clocks as they are
    return [need for need in state.needs() if not _timed(state, need)]


def _timed(state: HireState, need: str) -> bool:
    name = need.partition(":")[0]
    if name == "conclude_integrity":
        key = key_of(int(need.partition(":")[2]))
        return key in state.deadlines and key not in state.lapse_due | state.escalated
    return OWN.get(name, "") in state.deadlines


def notices_of(after: HireState, found: Sequence[f.AnyFact]) -> list[Notice]:
    """The mail an escalation sends at once to each person who holds the role; reminders of their own work reach people with the digest."""
    told: list[Notice] = []
    for fact in found:
        if isinstance(fact, f.DeadlineEscalated) and fact.key in after.deadlines:
            about = after.deadlines[fact.key].model_dump(mode="json", include={"key", "rule", "due_at", "limit_at", "zone"})
            told += [Notice(person=person, type="escalated", about={**about, "role": fact.to}) for person in fact.persons]
    return told
