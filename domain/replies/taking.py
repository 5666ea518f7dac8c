"""Taking a message: too early it is kept, too late it is recorded; what the themes share."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from domain import facts as f
from domain.errors import NotNow
from domain.hire import HireState
from domain.messages import Message
from domain.moment import Moment
from domain.stages import (
    Facts,
    enter,
)
from domain.words import Stage

Taker = Callable[[HireState, Message, Moment], Facts]

#: A date further off than this is a slip of the pen, never a day of entry.
PLAUSIBLE = timedelta(days=730)


class TooEarly(NotNow):
    """The case is not there yet; the message is kept."""


class Moot(NotNow):
    """Late, repeated, or about something that is settled; recorded, without effect."""


ORDER = {stage: n for n, stage in enumerate(Stage)}


def at_stage(state: HireState, stage: Stage) -> None:
    """Raise TooEarly before `stage`, Moot after it."""
    now = -1 if state.stage is None else ORDER[state.stage]
    if now < ORDER[stage]:
        raise TooEarly(f"the case is at {state.stage}, this belongs to {stage}", code="before_its_stage")
    if now > ORDER[stage]:
        raise Moot(f"the case is at {state.stage}, this belongs to {stage}", code="after_its_stage")


def in_time(state: HireState, key: str, message: Message) -> None:
    """Receipt time decides: a message received after the limit of an open deadline of the candidate's is late."""
    deadline = state.deadlines.get(key)
    limit = deadline and (deadline.limit_at or deadline.due_at)
    if limit and message.received_at > limit and message.id not in state.excused:
        raise Moot(f"received after the limit of {key}", code="late")


def closed(state: HireState, key: str) -> Facts:
    return [f.DeadlineClosed(key=key, met=True)] if key in state.deadlines else []


def day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def assigned(state: HireState, d: dict[str, Any], m: Moment) -> Facts:
    return [the_post(d), *enter(state, Stage.OFFER, m)]


def the_post(d: dict[str, Any]) -> f.PostAssigned:
    """The post a message of the vacancy gives."""
    return f.PostAssigned(
        post=d["post"],
        post_kind=d["post_kind"],
        grade_low=d["grade_low"],
        grade_high=d["grade_high"],
        division=d.get("division", ""),
        funded=bool(d.get("funded", True)),
    )
