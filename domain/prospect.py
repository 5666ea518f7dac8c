"""What is planned for a hire: the stages and conditions still to come with their dates, and when its running deadlines next do something.

Everything follows from the state and the frozen policy, so a plan is never prose that somebody wrote beside the process. A stage's date
is the policy's pace (`domain.forecast.pace`), a figure to plan with and no promise; what is agreed (an interview, a day of entry, the end
of a hold) stands under its own date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.forecast import TIMED_BY, WAY, pace
from domain.hire import HireState
from domain.rules import DeadlineRule
from domain.vacancy import Published
from domain.words import Stage

#: What an entry ahead can be; `console.ahead.<kind>` in the catalogue.
KINDS = ("stage", "condition", "interview", "hold", "expiry")
#: Steps with their begin and end, as `domain.forecast.pace` gives them.
Plan = Sequence[tuple[str, datetime, datetime]]


@dataclass(frozen=True)
class Ahead:
    """One step to come. `about` is the stage or the slot of the condition; `figures` are the policy's for the stage, where it has some;
    `begins`: when a condition is asked, or was."""

    kind: str
    about: str
    at: datetime
    begins: datetime | None = None
    figures: tuple[DeadlineRule, ...] = ()


@dataclass(frozen=True)
class Next:
    """One thing a running deadline will do: "reminder", "due", "limit", or "rung": then the role `to` is told."""

    at: datetime
    what: str
    to: str = ""


@dataclass(frozen=True)
class Prospect:
    """`running`: by the key of each open deadline. `plans_entry`: the day of entry at the policy's pace."""

    policy: str
    version: str
    sha256: str
    vacancy_sha256: str
    zone: str
    grades: tuple[str, str]
    post: str
    enters_on: date | None
    plans_entry: datetime | None
    interview_at: datetime | None
    steps: tuple[Ahead, ...]
    running: dict[str, tuple[Next, ...]]


def prospect(state: HireState, published: Published, now: datetime) -> Prospect:
    """What is planned as things stand at `now`; no steps for a case that is over."""
    plan = [] if state.over or state.ended else pace(state, published, now)
    found = [] if state.over else [*_stages(plan, published), *_conditions(plan), *_agreed(state, now)]
    rules = published.rules
    return Prospect(
        policy=rules.name,
        version=rules.version,
        sha256=rules.sha256,
        vacancy_sha256=published.sha256,
        zone=published.spec.duty_station.zone,
        grades=(state.grade_low, state.grade_high),
        post=state.post,
        enters_on=state.enters_on,
        plans_entry=next((ends for name, _, ends in plan if name == f"stage:{Stage.ENTRY}"), None),
        interview_at=state.interview_at,
        steps=tuple(sorted(found, key=lambda each: each.at)),
        running={} if state.over else {key: tuple(_running(state, key, now)) for key in state.deadlines},
    )


def _stages(plan: Plan, published: Published) -> Iterator[Ahead]:
    """The stages after the present one; the last on the way ends with the entry on duty, and probation begins."""
    stages = [(Stage(name.partition(":")[2]), begins) for name, begins, _ in plan if name.startswith("stage:")]
    ends = [(Stage.PROBATION, plan[-1][2])] if plan else []
    for stage, begins in [*stages[1:], *ends]:
        keys = (key for key in TIMED_BY.get(stage, (str(stage),)) if key in published.rules.deadlines)
        yield Ahead("stage", str(stage), begins, figures=tuple(published.rules.deadlines[key] for key in keys))


def _conditions(plan: Plan) -> Iterator[Ahead]:
    yield from (Ahead("condition", name, ends, begins) for name, begins, ends in plan if not name.startswith("stage:"))


def _agreed(state: HireState, now: datetime) -> Iterator[Ahead]:
    """What has a date of its own."""
    if state.held and state.held.until:
        yield Ahead("hold", "", state.held.until)
    if state.interview_at and state.interview_at > now and not state.interview_held:
        yield Ahead("interview", "", state.interview_at)
    if state.stage in WAY:
        yield from (Ahead("expiry", c.slot, c.expires_at) for c in state.conditions.values() if c.expires_at and c.expires_at > now)


def _running(state: HireState, key: str, now: datetime) -> Iterator[Next]:
    """What this deadline will still do; nothing while the case is on hold, when its clocks stand still."""
    told = {rung.at: rung.to for rung in state.deadlines[key].ladder}
    for at, what in () if state.held else state.pending_instants(key):
        if at > now:
            yield Next(at, what, told.get(at, "") if what == "rung" else "")
