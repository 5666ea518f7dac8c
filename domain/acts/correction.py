"""Correcting a mistaken entry: a new fact that supersedes it, never an edit (`recruitment.md` §7).

Only entries people typed in, only the value that was mistyped, and only while nothing that cannot be taken back was built on it.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from domain import facts as f
from domain.acts.table import ANY_STAGE, BOARD, HR, Args, Reason, act, aware
from domain.deadlines import probation_ends_on
from domain.errors import BadInput, NotAllowed, NotNow
from domain.hire import Correctable, HireState
from domain.messages import ActRequest
from domain.moment import Moment
from domain.stages import Facts
from domain.words import Role
from domain.words import roles as roles_among

#: Which word of which entry, and who may: those who may make the entry.
WORD: dict[str, tuple[str, str, frozenset[Role]]] = {
    "screened": ("code", "reason", HR),
    "shortlisting_decided": ("code", "reason", HR | {Role.HIRING_MANAGER}),
    "assessment_marked": ("score", "score", BOARD),
    "interview_marked": ("score", "score", BOARD),
    "interview_scheduled": ("starts_at", "starts_at", HR | BOARD),
    "duty_entered": ("on", "entered_on", HR),
}


class Correct(Args):
    number: int = Field(ge=1)
    reason: Reason
    score: int | None = Field(default=None, ge=0, le=100)
    code: Reason | None = None
    starts_at: Annotated[datetime | None, AfterValidator(aware)] = None
    on: date | None = None


@act("correct", HR | BOARD | {Role.HIRING_MANAGER}, ANY_STAGE, Correct)
def _correct(s: HireState, a: Correct, r: ActRequest, m: Moment) -> Facts:
    """Correct a mistaken entry of the journal, named by its number; what was written stays on record beside it."""
    entry = s.typed.get(a.number)
    if entry is None:
        raise BadInput(f"entry {a.number} is none that is corrected so", code="not_correctable", field="number")
    given, word, roles = WORD[entry.kind]
    if not roles & roles_among((*r.roles, *r.stands_in.get(r.acting_for, ()))):
        raise NotAllowed(f"what the entry says is for {', '.join(sorted(roles))}", code="wrong_role")
    value = getattr(a, given)
    if value is None:
        raise BadInput(f"entry {a.number} is corrected by giving {given}", code="bad_arguments", field=given)
    _may(s, a.number, entry)
    if value == getattr(entry, word):
        raise BadInput("that is what the entry says", code="nothing_to_correct", field=given)
    corrected = f.Corrected(supersedes=a.number, entry=entry.kind, words={word: _plain(value)}, reason=a.reason)
    return [corrected, *_follows(s, entry, value, m)]


def _may(s: HireState, number: int, entry: Correctable) -> None:
    """Raises NotNow once the entry was overtaken, or something that cannot be taken back rests on it."""
    if number != max(n for n, other in s.typed.items() if other.kind == entry.kind):
        raise NotNow("a later entry stands in its place already", code="overtaken")
    match entry:
        case f.AssessmentMarked() | f.InterviewMarked() if s.selection:
            raise NotNow("the competition was decided on this score", code="decided_on_it")
        case f.InterviewScheduled() if s.interview_held:
            raise NotNow("the interview was held", code="decided_on_it")
        case _:
            return


def _follows(s: HireState, entry: Correctable, value: Any, m: Moment) -> Facts:
    """What a corrected value moves: the end of probation follows the first day, and whoever was invited is invited again."""
    match entry:
        case f.DutyEntered() if "probation" in s.deadlines:
            return [m.deadline("probation", ends_on=probation_ends_on(value, m.published.rules.probation_months))]
        case f.InterviewScheduled():
            return [entry.model_copy(update={"starts_at": value})]
        case _:
            return []


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
