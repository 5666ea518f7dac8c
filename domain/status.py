"""Where an application stands, as its candidate may see it: for the portal, in both languages (`recruitment.md` §8, §11).

The candidate sees what they are told and what they have to do. Never a score, a rank, a proposal of the checks, an allegation's
progress, or an authority's refusal before a named person has decided about it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.hire import SETTLED, HireState
from domain.letters import CANDIDATE_TASKS
from domain.slots import without_nation
from domain.words import Condition, Stage

#: `status.<code>` in the catalogue; an ending has its own text, `ending.<ending>.text`.
CODES = (
    "received",
    "under_review",
    "assessment",
    "assessment_done",
    "interview_to_be_set",
    "interview_set",
    "interview_held",
    "on_the_list",
    "reuse_asked",
    "selected",
    "offered",
    "conditions",
    "contract_prepared",
    "contract_offered",
    "signed",
    "entry",
    "on_duty",
    "paused",
    "ended",
)


class Seen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToDo(Seen):
    """Something the candidate is asked to do: `task.<task>` in the catalogue, and by when."""

    task: str
    due_at: datetime


class Step(Seen):
    """One condition of appointment: settled or not, and until when it holds. Not settled says nothing about why."""

    condition: Condition
    settled: bool
    valid_until: date | None = None


class Status(Seen):
    """The answer to "where does my application stand?". Moments are UTC; `zone` is the duty station's, in which they are told."""

    vacancy: str
    code: str
    since: datetime
    to_do: tuple[ToDo, ...] = ()
    conditions: tuple[Step, ...] = ()
    interview_at: datetime | None = None
    enters_on: date | None = None
    listed_until: datetime | None = None
    ending: str = ""


def status(state: HireState) -> Status:
    """What the candidate of this hire may see now. `state` has begun: its application is there."""
    since = state.ended_at or state.stage_since or state.received_at
    assert since is not None
    if state.ending is not None:
        return Status(vacancy=state.vacancy, code="ended", since=since, ending=str(state.ending))
    code = "paused" if state.held else _code(state)
    return Status(
        vacancy=state.vacancy,
        code=code,
        since=since,
        to_do=() if state.held else tuple(_to_do(state)),
        conditions=tuple(_steps(state)),
        interview_at=state.interview_at if state.stage is Stage.INTERVIEW and not state.interview_held else None,
        enters_on=state.enters_on if state.stage in (Stage.ENTRY, Stage.PROBATION) else None,
        listed_until=state.reserve_until if state.stage is Stage.RESERVE else None,
    )


def _code(state: HireState) -> str:
    match state.stage:
        case Stage.RECEIVED:
            return "received"
        case Stage.SCREENING | Stage.SHORTLISTING:
            return "under_review"
        case Stage.ASSESSMENT:
            return "assessment_done" if state.assessment_answered else "assessment"
        case Stage.INTERVIEW if state.interview_held:
            return "interview_held"
        case Stage.INTERVIEW:
            return "interview_set" if state.interview_at else "interview_to_be_set"
        case Stage.SELECTION:
            return "interview_held"
        case Stage.RESERVE:
            return "on_the_list"
        case Stage.OFFER if state.consent_open:
            return "reuse_asked"
        case Stage.OFFER:
            return "offered" if state.offer_issued else "selected"
        case Stage.CONDITIONS:
            return "conditions"
        case Stage.CONTRACT:
            return "contract_offered" if state.approved else "contract_prepared"
        case Stage.ENTRY:
            return "entry" if state.enters_on else "signed"
        case _:
            return "on_duty"


def _to_do(state: HireState) -> Iterable[ToDo]:
    """Open deadlines on which the candidate is the one to move, the nearest first; one past its limit is HR's to decide about."""
    open_ = [
        d for key, d in state.deadlines.items() if without_nation(key) in CANDIDATE_TASKS and key not in state.lapse_due | state.stopped
    ]
    return (ToDo(task=without_nation(d.key), due_at=d.due_at) for d in sorted(open_, key=lambda d: (d.due_at, d.key)))


def _steps(state: HireState) -> Iterable[Step]:
    """A condition asked of several is settled when all are."""
    found: dict[Condition, Step] = {}
    for c in state.conditions.values():
        now = Step(condition=c.condition, settled=c.state in SETTLED, valid_until=c.valid_until if c.state in SETTLED else None)
        before = found.get(c.condition)
        found[c.condition] = now if before is None or (before.settled and not now.settled) else before
    return (found[c] for c in Condition if c in found and c is not Condition.BUDGET)
