"""What one happening in a competition leads to, and what every part of it does alike: telling a hire, reserving a post, completing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from domain import facts as f
from domain.hire import HireState
from domain.messages import CaseMessage
from domain.moment import Moment
from domain.vacancy import VacancyState
from domain.words import PostState, Stage


@dataclass
class Turnout:
    """What one happening leads to: facts of the vacancy, messages to hires, and nothing else."""

    facts: list[f.AnyFact] = field(default_factory=list)
    messages: list[CaseMessage] = field(default_factory=list)


class Rival(BaseModel):
    """A hire of this vacancy as the read model knows it; `stage` None means it has ended."""

    case: str
    stage: Stage | None
    score: int = 0
    late: bool = False
    candidate: str = ""


@dataclass(frozen=True)
class Earlier:
    """A hire of another vacancy, for whom a re-use is thought of: how it stands, and the grades it applied for."""

    state: HireState
    grades: tuple[str, ...]


@dataclass(frozen=True)
class Competition:
    """A vacancy as a person finds it who does something to it: its state, all its hires, the moment."""

    state: VacancyState
    rivals: Sequence[Rival]
    m: Moment
    earlier: Earlier | None = None


def reserve(out: Turnout, state: VacancyState, post: str, hire: str, type_: str, data: dict[str, Any]) -> None:
    """Reserve `post` for `hire` and tell it so: post, kind, grade and division are said with the recommendation, not before."""
    spec = state.posts[post].spec
    words = {
        "post": post,
        "post_kind": str(spec.kind),
        "grade_low": spec.grade_low,
        "grade_high": spec.grade_high,
        "division": spec.division,
        "funded": state.posts[post].funded,
    }
    out.facts.append(f.PostReserved(post=post, hire=hire))
    out.messages.append(tell(hire, type_, {**words, **data}))


def after(state: VacancyState, out: Turnout) -> VacancyState:
    """The state with the facts found so far: what is decided next in the same step builds on them."""
    later = state.model_copy(deep=True)
    for n, fact in enumerate(out.facts):
        later.apply(f.Entry(case="vacancy/x", number=state.number + n + 1, at=state.last_at or _EPOCH, actor="muster", step="?", fact=fact))
    return later


def completed(state: VacancyState, out: Turnout) -> Turnout:
    """Add the completion when nothing is left to decide: every post filled or withdrawn, or nobody left for the open ones.

    A list the notice announced outlives the posts: others may be given to it. Who is only next in rank waits for these posts alone.
    """
    now = after(state, out)
    if now.over or now.awaited or not now.rounds or now.closes_at is None:  # an ongoing notice is closed by a person
        return out
    states = [p.state for p in now.posts.values()]
    filled = PostState.FILLED in states
    outcome: Literal["filled", "partly_filled", "lapsed"] | None = None
    if all(s in (PostState.FILLED, PostState.WITHDRAWN) for s in states):
        outcome = None if any(x.standing == "listed" for x in now.listed) else "filled" if filled else "lapsed"
    elif PostState.RESERVED not in states and not now.listed:
        outcome = "partly_filled" if filled else "lapsed"
    if outcome is not None:
        out.facts.append(f.VacancyCompleted(outcome=outcome))
        out.messages += [tell(x.hire, "vacancy.completed", {}) for x in now.listed]
    return out


def tell(case: str, type_: str, data: dict[str, Any]) -> CaseMessage:
    return CaseMessage(to=case, type=type_, data=data)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
