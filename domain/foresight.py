"""What an act would do to a case, before anybody does it: possible or why not, who is written to, which deadline moves.

The act itself is tried on the state as it stands and nothing is written, so a preview can say nothing else than the act will do.
"""

from dataclasses import dataclass
from datetime import datetime

from domain import facts as f
from domain.acts import do
from domain.errors import Refusal
from domain.hire import HireState
from domain.letters import letters_of
from domain.messages import ActRequest
from domain.moment import Moment
from domain.stages import Facts, resumed


@dataclass(frozen=True)
class Moved:
    """A deadline that would get another date; `now` None: it would close."""

    key: str
    was: datetime | None
    now: datetime | None


@dataclass(frozen=True)
class Foreseen:
    """One case. Not possible: `code` and `why` are those of the refusal."""

    case: str
    possible: bool
    code: str = ""
    why: str = ""
    ending: str = ""
    letters: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()


def foresee(state: HireState, request: ActRequest, m: Moment) -> Foreseen:
    """What `request` would do to this hire at this moment."""
    try:
        facts = do(state, request, m)
    except Refusal as refusal:
        return Foreseen(case=state.case, possible=False, code=refusal.code, why=refusal.message)
    after = _after(state, facts, m)
    _, letters = letters_of(state, after, facts, m.at)
    return Foreseen(
        case=state.case,
        possible=True,
        ending=str(after.ending or ""),
        letters=tuple(letter.template for letter in letters),
        moved=tuple(_moved(state, _later(after, m) if after.held and after.held.until else after)),
    )


def _after(state: HireState, facts: Facts, m: Moment) -> HireState:
    after = state.model_copy(deep=True)
    for n, fact in enumerate(facts, 1):
        after.apply(f.Entry(case=state.case, number=state.number + n, at=m.at, actor=m.actor, step="?", fact=fact))
    return after


def _later(held: HireState, m: Moment) -> HireState:
    """A hold moves nothing while it lasts; with an end, what it will have moved by then is known."""
    assert held.held is not None
    assert held.held.until is not None
    end = Moment(**{**vars(m), "at": held.held.until})
    return _after(held, resumed(held, end), end)


def _moved(before: HireState, after: HireState) -> list[Moved]:
    found = []
    for key in sorted({*before.deadlines, *after.deadlines}):
        was, now = _due(before, key), _due(after, key)
        if was != now:
            found.append(Moved(key, was, now))
    return found


def _due(state: HireState, key: str) -> datetime | None:
    deadline = state.deadlines.get(key)
    return deadline.due_at if deadline else None
