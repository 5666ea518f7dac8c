"""What one happening in a competition leads to, and what every part of it does alike: telling a hire, reserving a post, completing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from domain import facts as f
from domain.messages import CaseMessage
from domain.moment import Moment
from domain.vacancy import PostSpec, VacancyState
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


@dataclass(frozen=True)
class Competition:
    """A vacancy as a person finds it who does something to it: its state, all its hires, the moment."""

    state: VacancyState
    rivals: Sequence[Rival]
    m: Moment


def tell(case: str, type_: str, data: dict[str, Any]) -> CaseMessage:
    return CaseMessage(to=case, type=type_, data=data)


def reserve(out: Turnout, m: Moment, post: str, hire: str, type_: str, data: dict[str, Any], state: VacancyState) -> None:
    spec: PostSpec = m.published.spec.post(post)
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


def completed(state: VacancyState, out: Turnout) -> Turnout:
    """Add the completion when nothing is left to decide: every post filled or withdrawn, or nobody left for the open ones."""
    after = state.model_copy(deep=True)
    for n, fact in enumerate(out.facts):
        after.apply(f.Entry(case="vacancy/x", number=state.number + n + 1, at=_EPOCH, actor="muster", step="?", fact=fact))
    if after.over or after.report_state != "approved":
        return out
    states = [p.state for p in after.posts.values()]
    outcome: Literal["filled", "lapsed"] | None = None
    if all(s in (PostState.FILLED, PostState.WITHDRAWN) for s in states):
        outcome = "filled" if PostState.FILLED in states else "lapsed"
    elif PostState.RESERVED not in states and not after.listed:
        outcome = "lapsed"
    if outcome is not None:
        out.facts.append(f.VacancyCompleted(outcome=outcome))
    return out


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
